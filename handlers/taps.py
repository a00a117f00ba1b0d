"""Words a follower can tap instead of typing."""

from urllib.parse import quote


def tap(text: str, label: str | None = None) -> str:
    """Return a link that sends *text* as the follower's own message when it is tapped."""
    href = f"weixin://bizmsgmenu?msgmenucontent={quote(text)}&msgmenuid=1"
    return f'<a href="{href}">{label or text}</a>'

"""Words a follower can tap instead of typing, and texts that are no markup."""

from urllib.parse import quote


def tap(text: str, label: str | None = None) -> str:
    """Return a link that sends *text* as the follower's own message when it is tapped."""
    href = f"weixin://bizmsgmenu?msgmenucontent={quote(text)}&msgmenuid=1"
    return f'<a href="{href}">{plain(label or text)}</a>'


def plain(text: str) -> str:
    """Return a follower's own words so that WeChat shows them as they are."""
    return text.replace("<", "＜").replace(">", "＞")


def link(address: str, label: str) -> str:
    """Return a link to *address*."""
    safe = quote(address, safe="!#$%&'()*+,/:;=?@[]~")
    return f'<a href="{safe}">{plain(label)}</a>'

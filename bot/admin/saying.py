"""A text of the bot's as the phone shows it, for a preview."""

import re

ANCHOR = re.compile(r'<a href="[^"]*">([^<]*)</a>')


def segments(said: str) -> list[tuple[str, bool]]:
    """Return the pieces of *said*, each with whether it can be tapped."""
    pieces = ANCHOR.split(said)
    return [(piece, number % 2 == 1) for number, piece in enumerate(pieces) if piece]

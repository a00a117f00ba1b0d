"""How a file of the library stands: who uses it, and what WeChat has of it."""

from enum import StrEnum
from typing import Final

from bot.store.library import Item, Use
from bot.store.media import State

FOR_EVER_MS: Final = 365 * 24 * 3600 * 1000


class Standing(StrEnum):
    MISUSED = "misused"  # a rule takes it for another kind
    REFUSED = "refused"  # WeChat did not take it
    PERMANENT = "permanent"  # WeChat has it and keeps it
    UPLOADED = "uploaded"
    UNUSED = "unused"  # uploaded once a rule uses it
    REPLACED = "replaced"  # the new one waits, WeChat still has the old one
    WAITING = "waiting"


def misuse(item: Item, uses: list[Use]) -> Use | None:
    """Return a rule that takes the file for what it is not."""
    wrong = (use for use in uses if use.kind != item.kind)
    return None if item.built_in else next(wrong, None)


def standing(item: Item, uses: list[Use], state: State | None) -> Standing:
    if misuse(item, uses):
        return Standing.MISUSED
    if state is not None and state.error:
        return Standing.REFUSED
    live = state is not None and bool(state.media_id) and state.expires_at > state.now
    if live and state is not None and state.sha256 == item.sha256:
        permanent = state.expires_at - state.now > FOR_EVER_MS
        return Standing.PERMANENT if permanent else Standing.UPLOADED
    if not uses:
        return Standing.UNUSED
    return Standing.REPLACED if live else Standing.WAITING

"""Which follower a member is in the chat: chosen from those heard last, never shown whole."""

from dataclasses import dataclass

from bot.admin.parts import bot
from bot.store import members

MOST = 30


@dataclass(frozen=True, slots=True)
class Option:
    """*key* stands for the openid on the page."""

    key: str
    shown: str
    remark: str
    seen_at: int


def options() -> list[Option]:
    found = members.candidates(bot().db, bot().account_id, most=MOST)
    return [Option(key_of(openid), masked(openid), remark, at) for openid, remark, at in found]


def follower_of(key: str, *, bound: str) -> str:
    """Return the openid behind a key, *bound* among them; "" for none."""
    found = [one[0] for one in members.candidates(bot().db, bot().account_id, most=MOST)]
    return next((one for one in (bound, *found) if one and key_of(one) == key), "")


def masked(openid: str) -> str:
    return f"{openid[:6]}…" if openid else ""


def key_of(openid: str) -> str:
    return bot().pseudonym(openid)[:16]

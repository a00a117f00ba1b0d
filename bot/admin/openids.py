"""Openids in the console: veiled in an address, masked wherever else, for every member."""

from dataclasses import replace
from typing import Any

from bot.admin.parts import bot
from bot.errors import NotThere
from bot.logs import OPENIDS
from bot.store.history import Entry


def veil(openid: str) -> str:
    """Return what stands for the openid in an address."""
    return bot().vault.veil(openid)


def unveil(veiled: str) -> str:
    """Return the openid; raises NotThere for an address that is not ours."""
    found = bot().vault.unveil(veiled)
    if found is None:
        raise NotThere("没有这位粉丝")
    return found


def hidden(said: Any) -> Any:
    """Return a text or a document with what looks like an openid masked in it.

    Ours hold none; what others said to us, and what was recorded long ago, may.
    """
    match said:
        case str():
            return OPENIDS.sub(lambda found: f"{found[1]}…", said)
        case dict():
            return {hidden(name): hidden(value) for name, value in said.items()}
        case list():
            return [hidden(one) for one in said]
        case _:
            return said


def entry(one: Entry) -> Entry:
    """Return an entry of the history as it may be shown."""
    names = ("actor", "object", "title", "note", "before", "after")
    return replace(one, **{name: hidden(getattr(one, name)) for name in names})

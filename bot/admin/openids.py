"""Openids in the console: shown whole to operators alone, and never in an address."""

from bot.admin.parts import bot, member
from bot.editing.followers import mask
from bot.errors import NotThere
from bot.store.members import Role


def veil(openid: str) -> str:
    """Return what stands for the openid in an address."""
    return bot().vault.veil(openid)


def unveil(veiled: str) -> str:
    """Return the openid; raises NotThere for an address that is not ours."""
    found = bot().vault.unveil(veiled)
    if found is None:
        raise NotThere("没有这位粉丝")
    return found


def shown(openid: str) -> str:
    return openid if member().role.may(Role.OPERATOR) else mask(openid)

"""Setting up the second factor: the same for a first login and for one's own account."""

from dataclasses import dataclass
from typing import Any

from flask import request

from bot.admin import totp
from bot.admin.parts import bot, session
from bot.editing import members as editing
from bot.editing.desk import Desk
from bot.errors import ConfigError
from bot.store.members import Member


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret nobody has confirmed yet. It travels with the form, sealed for this session."""

    secret: str

    @property
    def sealed(self) -> str:
        return bot().vault.seal(f"{session().id_hash} {self.secret}")

    def shown(self, member: Member) -> dict[str, Any]:
        """What the page needs."""
        return {
            "sealed": self.sealed,
            "picture": totp.picture(self.secret, member.name),
            "key": totp.grouped(self.secret),
            "now": bot().now_ms(),
        }


def offer() -> Offer:
    """The secret of the form that came back, else a new one."""
    try:
        mine, _space, secret = bot().vault.open(request.form.get("sealed", "")).partition(" ")
    except ConfigError:
        mine = secret = ""
    return Offer(secret if mine == session().id_hash else totp.new_secret())


def accept(desk: Desk, member: Member, offered: Offer) -> list[str] | None:
    """Keep the secret if the form's code is of it; return the recovery codes, to be shown once."""
    code = request.form.get("code", "")
    step = totp.step_of(offered.secret, code, now_ms=bot().now_ms())
    if step is None:
        return None
    codes = totp.new_recovery_codes()
    editing.set_totp(
        desk,
        member.id,
        sealed=bot().vault.seal(offered.secret),
        step=step,
        codes=[totp.hash_of(bot().vault, one) for one in codes],
    )
    return codes

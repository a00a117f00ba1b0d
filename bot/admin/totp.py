"""The second factor: codes of the current half minute, and recovery codes for a lost phone."""

import hmac
import secrets
from hashlib import sha256

import pyotp
import segno

from bot.vault import Vault

SECONDS = 30
ISSUER = "Huaxin"
RECOVERY_CODES = 10
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # none that look alike
GROUPS, LETTERS = 3, 4


def new_secret() -> str:
    return pyotp.random_base32()


def step_of(secret: str, code: str, *, now_ms: int) -> int | None:
    """Return the half minute that *code* belongs to, None unless that is the current one."""
    step = now_ms // 1000 // SECONDS
    expected = pyotp.HOTP(secret).at(step)
    given = "".join(code.split())
    return step if hmac.compare_digest(expected.encode(), given.encode()) else None


def picture(secret: str, name: str) -> str:
    """Return a QR code for an authenticator app, as the address of an SVG."""
    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)
    drawn: str = segno.make(address, error="m").svg_data_uri(scale=5, border=3, light="#fff")
    return drawn


def grouped(secret: str) -> str:
    """The key as one types it into an app that cannot scan."""
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))


def new_recovery_codes() -> list[str]:
    return [_code() for _ in range(RECOVERY_CODES)]


def hash_of(vault: Vault, code: str) -> str:
    """What is kept of a recovery code, however it was typed; of no use without SECRET_KEY."""
    plain = "".join(one for one in code.casefold() if one in ALPHABET)
    return hmac.new(vault.derive("recovery codes"), plain.encode(), sha256).hexdigest()


def _code() -> str:
    letters = (secrets.choice(ALPHABET) for _ in range(GROUPS * LETTERS))
    return "-".join("".join(group) for group in zip(*[letters] * LETTERS, strict=True))

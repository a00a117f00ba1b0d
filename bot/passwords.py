"""Passwords: argon2id, few at once, and refused where a thief would try them first."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import ConfigError, HuaxinError
from bot.settings import ASSETS

SHORTEST, LONGEST = 12, 128
FEWEST = 5  # different characters; fewer are a pattern
AT_ONCE = 2  # hashes, 19 MiB each: more would be a bomb of memory
WAITING = 4  # and requests that wait for them: the others' threads belong to followers
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_room = threading.BoundedSemaphore(AT_ONCE + WAITING)
_working = threading.BoundedSemaphore(AT_ONCE)


class Busy(HuaxinError):
    """So many passwords are being checked that this one has to come again."""


def check(password: str, *, name: str) -> None:
    """Raise `ConfigError` with what is wrong with a new password."""
    told = _plain(password)
    if len(told) < SHORTEST:
        raise ConfigError(f"密码至少要 {SHORTEST} 个字符")
    if len(told) > LONGEST:
        raise ConfigError(f"密码最多 {LONGEST} 个字符")
    folded = told.casefold()
    if name and name.casefold() in folded:
        raise ConfigError("密码里不要有登录名")
    if len(set(folded)) < FEWEST or folded in _common():
        raise ConfigError("这个密码太常见，很容易被猜到，请换一个")


def digest(password: str) -> str:
    """Return the argon2id hash of a password. Raises `Busy`."""
    with _turn():
        return _HASHER.hash(_plain(password))


def verify(kept: str, password: str) -> bool:
    """Whether *password* is the one of the hash *kept*; "" takes as long, and nothing is right.

    Raises:
        Busy: too many are being checked.
    """
    with _turn():
        try:
            _HASHER.verify(kept or _nobody(), _plain(password))
        except (VerificationError, InvalidHashError):
            return False
    return bool(kept)


@contextmanager
def _turn() -> Iterator[None]:
    if not _room.acquire(blocking=False):
        raise Busy("too many passwords at once")
    try:
        with _working:
            yield
    finally:
        _room.release()


def _plain(password: str) -> str:
    """One form for what looks the same, however the keyboard composed it."""
    return unicodedata.normalize("NFKC", password)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    text = (ASSETS / "common-passwords.txt").read_text(encoding="utf-8")
    return frozenset(text.split())

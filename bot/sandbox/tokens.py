"""Access tokens: the stable and the classic pool, which do not touch each other."""

import re
import secrets
from collections.abc import Callable

from bot.sandbox.database import Database
from bot.sandbox.refusal import Refusal

LIFETIME = 7200
RENEWED_BEFORE = 300
FORCE_GAP = 30
FORM = re.compile(r"\d{2}_[A-Za-z0-9_-]{100,500}")


class Tokens:
    def __init__(self, db: Database, *, clock: Callable[[], float]) -> None:
        self._db = db
        self._clock = clock

    def stable(self, *, force: bool = False) -> tuple[str, int]:
        """Return the stable token and its remaining seconds.

        The same one until five minutes before its end; *force* kills it (at most every 30 s).
        """
        now = self._clock()
        with self._db.transaction():
            row = self._db.row(
                "select * from token where pool = 'stable' and state = 'live' and expires_at > ?"
                " order by issued_at desc",
                now,
            )
            if force:
                self._force(now)
            elif row and row["expires_at"] > now + RENEWED_BEFORE:
                return row["value"], int(row["expires_at"] - now)
            return self._issue("stable", now), LIFETIME

    def _force(self, now: float) -> None:
        last = self._db.row("select value from setting where name = 'forced_at'")
        if last and float(last["value"]) > now - FORCE_GAP:
            raise Refusal(45011)
        self._db.run("insert or replace into setting values ('forced_at', ?)", str(now))
        self._db.run("update token set state = 'replaced' where pool = 'stable'")

    def classic(self) -> tuple[str, int]:
        """Return a new classic token; the previous one dies."""
        with self._db.transaction():
            self._db.run("update token set state = 'replaced' where pool = 'classic'")
            return self._issue("classic", self._clock()), LIFETIME

    def _issue(self, pool: str, now: float) -> str:
        self._db.run("delete from token where expires_at < ?", now - LIFETIME)
        value = "98_" + secrets.token_urlsafe(100)
        self._db.run(
            "insert into token values (?, ?, ?, 'live', ?)", value, pool, now + LIFETIME, now
        )
        return value

    def check(self, value: str) -> None:
        """Raise 41001, 40014, 40001 or 42001 unless *value* may be used."""
        if not value:
            raise Refusal(41001)
        if not FORM.fullmatch(value):
            raise Refusal(40014)
        row = self._db.row("select * from token where value = ?", value)
        if row is None or row["state"] == "replaced":
            raise Refusal(40001)
        if row["state"] == "killed" or row["expires_at"] <= self._clock():
            raise Refusal(42001)

    def kill(self) -> None:
        """Let every token expire at once."""
        self._db.run("update token set state = 'killed' where state = 'live'")

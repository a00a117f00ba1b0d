"""Daily quotas of a new account, counted per API and Beijing day."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from bot.sandbox.database import Database
from bot.sandbox.refusal import Refusal

BEIJING = timezone(timedelta(hours=8))
FORCED = "/cgi-bin/stable_token#force"
CLEARED = "/cgi-bin/clear_quota"
CLEARS_PER_MONTH = 10
# SVC/en/guide/dev/api/limit.html
LIMITS = {
    "/cgi-bin/token": 2_000,
    "/cgi-bin/stable_token": 500_000,
    FORCED: 20,
    "/cgi-bin/menu/create": 1_000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1_000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/material/add_material": 1_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/custom/typing": 500_000,
}


class Usage:
    def __init__(self, db: Database, *, clock: Callable[[], float]) -> None:
        self._db = db
        self._clock = clock

    def spend(self, path: str) -> None:
        """Count one call of *path*; raise 45009 beyond the day's limit."""
        if path not in LIMITS:
            return
        with self._db.transaction():
            if self.used(path) >= LIMITS[path]:
                raise Refusal(45009)
            self._count(self._today(), path)

    def used(self, path: str) -> int:
        return self._used(self._today(), path)

    def clear(self) -> None:
        """Reset the day's counts; ten times a month, then 48006."""
        month = self._today()[:7]
        with self._db.transaction():
            if self._used(month, CLEARED) >= CLEARS_PER_MONTH:
                raise Refusal(48006)
            self._db.run("delete from usage where day = ?", self._today())
            self._count(month, CLEARED)

    def _used(self, day: str, path: str) -> int:
        row = self._db.row("select used from usage where day = ? and path = ?", day, path)
        return int(row["used"]) if row else 0

    def _count(self, day: str, path: str) -> None:
        self._db.run(
            "insert into usage values (?, ?, 1) on conflict do update set used = used + 1",
            day,
            path,
        )

    def _today(self) -> str:
        return datetime.fromtimestamp(self._clock(), BEIJING).date().isoformat()

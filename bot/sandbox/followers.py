"""Followers, and how long and how often the account may write to each of them."""

import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.sandbox.database import Database
from bot.sandbox.refusal import Refusal

# (messages, seconds) a follower's act allows: five in 48 hours after a message, three in one
# minute after a menu tap, a follow or a scan (SVC/api/customer/message/api_sendcustommessage).
WINDOWS = {"message": (5, 48 * 3600), "tap": (3, 60)}
TYPING_SECONDS = 15
INTERACTION_SECONDS = 30

WindowKind = Literal["message", "tap"]


@dataclass(frozen=True, slots=True)
class Follower:
    openid: str
    nickname: str
    following: bool


class Followers:
    def __init__(self, db: Database, *, clock: Callable[[], float]) -> None:
        self._db = db
        self._clock = clock
        if not self.all():
            self.create("小画", following=True)
            self.create("阿信")

    def all(self) -> list[Follower]:
        return [_follower(row) for row in self._db.rows("select * from follower order by rowid")]

    def get(self, openid: str) -> Follower | None:
        row = self._db.row("select * from follower where openid = ?", openid)
        return _follower(row) if row else None

    def create(self, nickname: str, *, following: bool = False) -> Follower:
        follower = Follower("oSbx" + secrets.token_urlsafe(18), nickname, following)
        self._db.run(
            "insert into follower (openid, nickname, following) values (?, ?, ?)",
            follower.openid,
            nickname,
            following,
        )
        return follower

    def follow(self, openid: str, *, following: bool) -> None:
        with self._db.transaction():
            self._db.run("update follower set following = ? where openid = ?", following, openid)
            self._db.run("delete from reply_window where openid = ?", openid)

    def acted(self, openid: str, opens: WindowKind | None) -> None:
        """Note that the follower did something, which may open a window for custom messages."""
        now = self._clock()
        with self._db.transaction():
            self._db.run("update follower set interacted_at = ? where openid = ?", now, openid)
            if opens:
                allowed, seconds = WINDOWS[opens]
                self._db.run(
                    "insert or replace into reply_window values (?, ?, ?, ?)",
                    openid,
                    opens,
                    now + seconds,
                    allowed,
                )

    def spend(self, openid: str) -> None:
        """Take one custom message from the window that ends first, or raise 45015 or 45047."""
        with self._db.transaction():
            rows = self._db.rows(
                "select kind, remaining from reply_window where openid = ? and until > ?"
                " order by until",
                openid,
                self._clock(),
            )
            if not rows:
                raise Refusal(45015)
            kind = next((row["kind"] for row in rows if row["remaining"]), None)
            if kind is None:
                raise Refusal(45047)
            self._db.run(
                "update reply_window set remaining = remaining - 1 where openid = ? and kind = ?",
                openid,
                kind,
            )
            self._db.run("update follower set typing_until = 0 where openid = ?", openid)

    def type(self, openid: str, *, on: bool) -> None:
        """Start or end the typing hint; 45080 without recent interaction, 45081 while it shows."""
        now = self._clock()
        with self._db.transaction():
            row = self._db.row("select * from follower where openid = ?", openid)
            if row is None or row["interacted_at"] < now - INTERACTION_SECONDS:
                raise Refusal(45080)
            if on and row["typing_until"] > now:
                raise Refusal(45081)
            until = now + TYPING_SECONDS if on else 0
            self._db.run("update follower set typing_until = ? where openid = ?", until, openid)


def _follower(row: sqlite3.Row) -> Follower:
    return Follower(row["openid"], row["nickname"], bool(row["following"]))

"""The chat logs: what each follower's phone shows, in order."""

import json
from collections.abc import Callable
from typing import Any, Literal

from bot.sandbox.database import Database

Sender = Literal["follower", "bot", "system"]


class Chat:
    def __init__(self, db: Database, *, clock: Callable[[], float]) -> None:
        self._db = db
        self._clock = clock

    def add(self, openid: str, sender: Sender, kind: str, **fields: Any) -> int:
        """Append one item and return its id; fields that are None are left out."""
        item = {"from": sender, "kind": kind, "via": "", "ai": False}
        item |= {name: value for name, value in fields.items() if value is not None}
        return self._db.run(
            "insert into item (openid, at, body) values (?, ?, ?)",
            openid,
            int(self._clock() * 1000),
            json.dumps(item, ensure_ascii=False),
        )

    def after(self, openid: str, cursor: int = 0) -> list[dict[str, Any]]:
        rows = self._db.rows(
            "select id, at, body from item where openid = ? and id > ? order by id",
            openid,
            cursor,
        )
        return [{"id": row["id"], "at": row["at"], **json.loads(row["body"])} for row in rows]

    def clear(self, openid: str) -> None:
        self._db.run("delete from item where openid = ?", openid)

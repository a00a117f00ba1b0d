"""The simulated account: what the phone may switch, and its menu."""

import json
from dataclasses import asdict, dataclass, field, replace
from threading import Lock
from typing import Any

from bot.sandbox.config import Config
from bot.sandbox.database import Database
from bot.wechat.crypto import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """*verified* accounts (微信认证) may push; *menu* holds the top buttons as WeChat's JSON."""

    verified: bool = True
    mode: Mode = Mode.SAFE
    image_delay: float = 2.0
    menu: list[dict[str, Any]] = field(default_factory=list)


class Account:
    """The account's standing, kept over restarts."""

    def __init__(self, db: Database, *, config: Config) -> None:
        self._db = db
        self._lock = Lock()
        row = db.row("select value from setting where name = 'account'")
        kept: dict[str, Any] = {"image_delay": config.image_delay}
        if row:
            kept = json.loads(row["value"])
        mode = Mode(kept.pop("mode", Mode.SAFE)) if config.aes_key else Mode.PLAINTEXT
        self._standing = Standing(**kept, mode=mode)

    @property
    def now(self) -> Standing:
        return self._standing

    def change(self, **changes: Any) -> None:
        with self._lock:
            self._standing = replace(self._standing, **changes)
            self._db.run(
                "insert or replace into setting values ('account', ?)",
                json.dumps(asdict(self._standing), ensure_ascii=False),
            )

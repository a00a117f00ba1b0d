"""Pushes: what was sent to the webhook, attempt by attempt, for the inspector and for resending."""

import json
import time
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from threading import Lock
from typing import Any

from bot.models import Inbound, Message
from bot.sandbox.database import Database
from bot.wechat import codec


class Outcome(StrEnum):
    ANSWERED = "answered"  # with something to show
    SUCCESS = "success"  # received, nothing to show
    TIMEOUT = "timeout"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One delivery. *at* is epoch milliseconds; bodies are as on the wire, xml is clear."""

    n: int
    at: int
    ms: int
    status: int | None
    outcome: Outcome
    url: str
    request_xml: str
    request_body: str
    response_body: str = ""
    response_xml: str = ""
    trace: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class Push:
    """A message or event on its way. *article_limit* is how many news articles it may show."""

    id: int
    openid: str
    mode: str
    xml: str
    message_key_fields: dict[str, str]
    article_limit: int
    done: bool = False
    attempts: list[Attempt] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """Return the record the inspector reads."""
        record = {**asdict(self), "handler": self.handler}
        del record["xml"], record["article_limit"]
        return record

    @property
    def handler(self) -> str:
        traces = [attempt.trace for attempt in self.attempts if attempt.trace]
        return str(traces[-1].get("handler", "")) if traces else ""


class Pushes:
    def __init__(self, db: Database) -> None:
        self._db = db

    def create(self, inbound: Inbound, *, mode: str) -> Push:
        return self._insert(
            openid=inbound.openid,
            mode=mode,
            xml=codec.render_inbound(inbound).decode(),
            message_key_fields=_key_fields(inbound),
            # News in answer to a message shows its first article only.
            article_limit=1 if isinstance(inbound, Message) else 8,
        )

    def again(self, push: Push, *, mode: str) -> Push:
        """Return a new push of the very same message."""
        return self._insert(
            openid=push.openid,
            mode=mode,
            xml=push.xml,
            message_key_fields=push.message_key_fields,
            article_limit=push.article_limit,
        )

    def _insert(self, **record: Any) -> Push:
        push_id = self._db.run("insert into push (openid, body) values (?, '')", record["openid"])
        push = Push(id=push_id, **record)
        self.save(push)
        return push

    def save(self, push: Push) -> None:
        body = json.dumps(asdict(push), ensure_ascii=False)
        self._db.run("update push set body = ? where id = ?", body, push.id)

    def get(self, push_id: int) -> Push | None:
        row = self._db.row("select body from push where id = ?", push_id)
        if row is None:
            return None
        record = json.loads(row["body"])
        record["attempts"] = [Attempt(**attempt) for attempt in record["attempts"]]
        return Push(**record)


class MsgIds:
    """Unique 64-bit ids; they rise over restarts because the clock does."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = Lock()

    def next(self) -> str:
        with self._lock:
            self._last = max(self._last + 1, time.time_ns())
            return str(self._last)


def _key_fields(inbound: Inbound) -> dict[str, str]:
    common = {
        "ToUserName": inbound.to,
        "FromUserName": inbound.openid,
        "CreateTime": str(inbound.created),
    }
    if isinstance(inbound, Message):
        return common | {"MsgId": inbound.msg_id}
    return common | {"Event": inbound.name, "EventKey": inbound.key}

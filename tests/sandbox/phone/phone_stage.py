"""What the phone's tests play with: a bot that answers by what was said, and short words."""

import json
import time
from base64 import b64encode
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from playwright.sync_api import Page
from werkzeug.wrappers import Request, Response

from bot.errors import BadSignature
from bot.models import Inbound, Reply, TextMessage, TextReply, Trace
from bot.wechat import codec, crypto
from tests.sandbox.sandbox_stage import AES_KEY, APP_ID, TOKEN, Stage


@dataclass
class Bot:
    """Answers signed pushes by script; a text nobody scripted is repeated."""

    answers: dict[str, Reply] = field(default_factory=dict)
    traces: dict[str, Trace] = field(default_factory=dict)
    heard: list[Inbound] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        try:
            response = self._receive(Request(environ))
        except BadSignature:
            response = Response(status=403)
        return response(environ, start)

    def _receive(self, request: Request) -> Response:
        sealed, now = request.args.get("encrypt_type") == "aes", time.time()
        keys = crypto.Credentials.parse(APP_ID, TOKEN, AES_KEY if sealed else "")
        inbound = codec.parse(crypto.open_body(keys, request.args, request.get_data(), now=now))
        self.heard.append(inbound)
        said = inbound.content if isinstance(inbound, TextMessage) else type(inbound).__name__
        xml = codec.render(
            self.answers.get(said, TextReply(f"听到：{said}")),
            openid=inbound.openid,
            sender=inbound.to,
            created=int(now),
            article_limit=8,
        )
        response = Response(crypto.seal(keys, xml, now=now) if sealed else xml)
        if said in self.traces:
            trace = json.dumps(asdict(self.traces[said]) | {"ms": 0.2})
            response.headers["X-Huaxin-Trace"] = b64encode(trace.encode()).decode()
        return response


class OpenPhone(Protocol):
    def __call__(self, *, width: int = ..., scheme: str = ...) -> Page: ...


def say(page: Page, text: str) -> None:
    page.get_by_label("说点什么").fill(text)
    page.get_by_label("说点什么").press("Enter")


def upload(stage: Stage, kind: str, name: str, data: bytes, mime: str) -> str:
    """Return the media id of what was uploaded."""
    answer = stage.upload("media/upload", (name, data, mime), type=kind)
    return str(answer.get("media_id") or answer["thumb_media_id"])


def push(stage: Stage, kind: str, content: dict[str, Any], **more: Any) -> None:
    """Send a custom message to the first follower."""
    message = {"touser": stage.openid, "msgtype": kind, kind: content, **more}
    answer = stage.post("message/custom/send", message)
    assert answer["errcode"] == 0, answer

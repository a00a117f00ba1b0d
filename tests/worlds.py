"""A bot and everything around it, as the tests drive it."""

import itertools
import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from urllib3.filepost import encode_multipart_formdata
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.test import Client

from bot.engine import Bot
from bot.jobs.lanes import lanes
from bot.jobs.outside import Outside
from bot.jobs.run import run
from bot.jobs.upkeep import renew_media, send_rest
from bot.models import ImageJob, Inbound, Reply, TextMessage
from bot.sandbox.config import Config
from bot.store import claims, jobs, money, outbox
from bot.wechat import codec, crypto
from bot.wechat.crypto import Mode
from bot.wechat.replies import parse_reply

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA"
XIAOHUA = "oXiaohua-00000000000000000001"


@dataclass
class Sandbox:
    """The simulated outside on a private port, with its script and its journal."""

    address: str
    config: Config

    def script(self, *rules: dict[str, Any]) -> None:
        self._call("POST", "/_script", list(rules))

    def calls(self, path: str) -> list[dict[str, Any]]:
        """Every call received on a path, oldest first."""
        found = self._call("GET", "/_journal")["calls"]
        return [call for call in found if call["path"].startswith(path)]

    def phone(self, method: str, path: str, body: Any = None, **options: str) -> Any:
        return self._call(method, f"/_phone/{path}", body, **options)

    def _call(
        self, method: str, path: str, body: Any = None, *, kind: str = "application/json"
    ) -> Any:
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        request = urllib.request.Request(
            self.address + path, method=method, data=data, headers={"Content-Type": kind}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


@contextmanager
def serving(app: Any) -> Iterator[BaseWSGIServer]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    # Asked often whether to stop: half a second for each test adds up.
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Leave the tests' output to the tests."""


@dataclass
class World:
    """One bot and everything around it."""

    bot: Bot
    sandbox: Sandbox
    client: Client
    mode: Mode = Mode.SAFE
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(23_000_000_000_000_001))

    @cached_property
    def outside(self) -> Outside:
        """What the worker has; reading the authorities takes time that most tests need not."""
        return Outside.of(self.bot.base.settings, self.bot.counts)

    def push(self, inbound: Inbound, *, mode: Mode | None = None) -> bytes:
        """Push *inbound* as WeChat does and return the clear body of the answer."""
        credentials = self.bot.credentials
        mode = mode or self.mode
        query, body = crypto.push(
            credentials, codec.render_inbound(inbound), mode=mode, now=time.time()
        )
        response = self.client.post("/wechat", query_string=query, data=body)
        assert response.status_code == 200
        body = bytes(response.data)
        sealed = body != b"success" and credentials.aes_key is not None
        return crypto.open_reply(credentials, body) if sealed else body

    def answer(self, inbound: Inbound) -> Reply | None:
        body = self.push(inbound)
        return None if body == b"success" else parse_reply(body)[0]

    def message(self, text: str, *, openid: str = XIAOHUA, **changes: Any) -> TextMessage:
        made = TextMessage(
            to=self.sandbox.config.original_id,
            openid=openid,
            created=int(time.time()),
            msg_id=str(next(self._ids)),
            content=text,
        )
        return replace(made, **changes)

    @property
    def openid(self) -> str:
        """The sandbox's first follower."""
        return str(self.sandbox.phone("GET", "state")["followers"][0]["openid"])

    def say(self, text: str, *, openid: str = "") -> Reply | None:
        """Send *text* from the phone: WeChat pushes it, and this is what WeChat was answered."""
        body = {"openid": openid or self.openid, "type": "text", "content": text}
        return self.answered(self.sandbox.phone("POST", "send", body)["push"])

    def photo(self, data: bytes, *, openid: str = "") -> Reply | None:
        """Send a photo from the phone, its bytes as they are, as `say` does with words."""
        fields = {"openid": openid or self.openid, "type": "image", "original": "1"}
        body, kind = encode_multipart_formdata({**fields, "media": ("photo.jpg", data)})
        return self.answered(self.sandbox.phone("POST", "send", body, kind=kind)["push"])

    def tap(self, event: str, *, key: str = "", openid: str = "") -> Reply | None:
        body = {"openid": openid or self.openid, "event": event, "key": key}
        return self.answered(self.sandbox.phone("POST", "event", body)["push"])

    def answered(self, push: int) -> Reply | None:
        until = time.monotonic() + 30
        while not (seen := self.sandbox.phone("GET", f"push/{push}"))["done"]:
            assert time.monotonic() < until, "the push was never done"
            time.sleep(0.01)
        last = seen["attempts"][-1]
        assert last["outcome"] in {"answered", "success"}, last
        return parse_reply(last["response_xml"].encode())[0] if last["response_xml"] else None

    def pushed(self, *, openid: str = "") -> list[dict[str, Any]]:
        """What the follower's phone got by custom message, oldest first."""
        log = self.sandbox.phone("GET", f"log?openid={openid or self.openid}&after=0")
        return [one for one in log["items"] if one["via"] == "custom" and not one.get("typing")]

    def job(self, number: int = 1) -> ImageJob:
        return jobs.get(self.bot.db, number)

    def work(self) -> None:
        """Do what the worker would, until nothing is left to do now."""
        settings = self.bot.settings
        renew_media(self.bot, self.outside)
        self.bot.snapshots.refresh()
        self.bot.buffer.flush()
        for parcel in outbox.claim(self.bot.db, most=100):
            send_rest(self.bot, self.outside, parcel)
        while found := claims.take_back(self.bot.db) + claims.claim(
            self.bot.db,
            concurrent=settings.follower_concurrent_images,
            lanes=lanes(self.bot),
            drawing=settings.drawing == "on",
            most=100,
        ):
            for claim in found:
                run(self.bot, self.outside, claim)


def used(world: World) -> int:
    """Return how many pictures of today's quota the follower has used."""
    return money.used(
        world.bot.db, world.bot.account_id, openid=world.openid, day=world.bot.today()
    )

"""What the sandbox's tests play with: a scripted webhook, a clock, and the app's own doors."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import requests
from PIL import Image
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from bot.errors import BadSignature
from bot.models import Inbound, Message, Reply, TextReply
from bot.sandbox.config import Config
from bot.sandbox.world import World
from bot.wechat import codec, crypto

APP_ID, SECRET, TOKEN, API_KEY = "wx0123456789abcdef", "app-secret-canary", "tokencanary", "sk-key"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA"

Answer = Callable[["Heard"], Response]


class Clock:
    """The real time, shifted."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Heard:
    """One push as the webhook got it, with the ways to answer it."""

    request: Request
    inbound: Inbound | None
    at: float
    sealed: bool

    def reply(self, reply: Reply, *, openid: str = "", sealed: bool | None = None) -> Response:
        assert self.inbound is not None
        xml = codec.render(
            reply,
            openid=openid or self.inbound.openid,
            sender=self.inbound.to,
            created=int(time.time()),
            article_limit=8,
        )
        return self.raw(xml, sealed=self.sealed if sealed is None else sealed)

    def raw(self, xml: bytes, *, sealed: bool) -> Response:
        return Response(crypto.seal(_keys(), xml, now=time.time()) if sealed else xml)


class Webhook:
    """Answers push after push from a list, and ``success`` when it is empty."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.heard: list[Heard] = []
        self.ahead = 0.0  # what its clock is ahead of the real one
        self.files: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        if request.method == "GET":
            return Response(self.files[request.path])(environ, start)
        body = request.get_data()
        with self._lock:
            inbound = _opened(request, body, now=time.time() + self.ahead)
            heard = Heard(request, inbound, time.monotonic(), b"<Encrypt>" in body)
            self.heard.append(heard)
            answer = self.answers.pop(0) if self.answers else _success
        response = Response(status=403) if heard.inbound is None else answer(heard)
        return response(environ, start)

    @property
    def messages(self) -> list[Message]:
        return [each.inbound for each in self.heard if isinstance(each.inbound, Message)]


def _success(_heard: Heard) -> Response:
    return Response("success")


def _keys() -> crypto.Credentials:
    return crypto.Credentials.parse(APP_ID, TOKEN, AES_KEY)


def _opened(request: Request, body: bytes, *, now: float) -> Inbound | None:
    sealed = request.args.get("encrypt_type") == "aes"
    keys = _keys() if sealed else crypto.Credentials.parse(APP_ID, TOKEN, "")
    try:
        return codec.parse(crypto.open_body(keys, request.args, body, now=now))
    except BadSignature:
        return None


def shows(reply: Reply) -> Answer:
    return lambda heard: heard.reply(reply)


def say(content: str) -> Answer:
    return shows(TextReply(content))


def late(answer: Answer, *, seconds: float) -> Answer:
    def wait(heard: Heard) -> Response:
        time.sleep(seconds)
        return answer(heard)

    return wait


class Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Leave the tests' output to the tests."""


@contextmanager
def serving(app: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Stage:
    """The sandbox on a private port, its webhook and its clock."""

    address: str
    config: Config
    world: World
    webhook: Webhook
    clock: Clock
    _token: str = field(default="")

    @property
    def openid(self) -> str:
        """小画, who follows from the start."""
        return self.world.followers.all()[0].openid

    @property
    def stranger(self) -> str:
        """阿信, who does not."""
        return self.world.followers.all()[1].openid

    # ---- the phone ----

    def phone(self, path: str, **body: Any) -> Any:
        answer = requests.post(f"{self.address}/_phone/{path}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def look(self, path: str) -> Any:
        answer = requests.get(f"{self.address}/_phone/{path}", timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def send(self, content: str = "你好", *, openid: str = "") -> dict[str, Any]:
        """Send a text, wait until its push is done, and return the inspector's record."""
        said = self.phone("send", openid=openid or self.openid, type="text", content=content)
        return self.done(said["push"])

    def happen(self, event: str, key: str = "", *, openid: str = "") -> dict[str, Any]:
        happened = self.phone("event", openid=openid or self.openid, event=event, key=key)
        return self.done(happened["push"])

    def done(self, push: int) -> dict[str, Any]:
        self.world.pusher.join(push)
        record: dict[str, Any] = self.look(f"push/{push}")
        assert record["done"]
        return record

    def log(self, *, openid: str = "") -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.look(f"log?openid={openid or self.openid}")["items"]
        return items

    def shown(self, *, openid: str = "") -> list[tuple[str, str]]:
        """Kind and text of what the follower did not send."""
        items = self.log(openid=openid)
        return [(each["kind"], each.get("text", "")) for each in items if "step" not in each]

    # ---- WeChat's API ----

    @property
    def token(self) -> str:
        if not self._token:
            self._token = self.world.tokens.stable()[0]
        return self._token

    def post(self, path: str, body: Any, **query: str) -> Any:
        """POST raw UTF-8 JSON under /cgi-bin with a token; return the answer."""
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        query = {"access_token": self.token} | query
        return requests.post(
            f"{self.address}/cgi-bin/{path}", data=data, params=query, timeout=10
        ).json()

    def get(self, path: str, **query: str) -> requests.Response:
        query = {"access_token": self.token} | query
        return requests.get(f"{self.address}/cgi-bin/{path}", params=query, timeout=10)

    def upload(
        self, path: str, file: tuple[str, bytes, str], *, form: Any = None, **query: str
    ) -> Any:
        query = {"access_token": self.token} | query
        url = f"{self.address}/cgi-bin/{path}"
        return requests.post(url, files={"media": file}, data=form, params=query, timeout=10).json()

    def picture(self) -> str:
        """Upload a picture and return its media id."""
        answer = self.upload("media/upload", ("a.jpg", jpeg(), "image/jpeg"), type="image")
        return str(answer["media_id"])

    def custom(self, content: str = "好了", *, openid: str = "", **more: Any) -> int:
        """Push a text by custom message; return the errcode."""
        body = {
            "touser": openid or self.openid,
            "msgtype": "text",
            "text": {"content": content},
            **more,
        }
        return int(self.post("message/custom/send", body)["errcode"])

    # ---- the image API, the levers ----

    def images(self, path: str, *, key: str = API_KEY, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return requests.post(f"{self.address}/v1/{path}", headers=headers, timeout=20, **options)

    def script(self, *rules: dict[str, Any]) -> None:
        answer = requests.post(f"{self.address}/_script", json=list(rules), timeout=10)
        assert answer.ok, answer.text

    def journal(self) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = requests.get(f"{self.address}/_journal", timeout=10).json()[
            "calls"
        ]
        return calls


def jpeg(size: tuple[int, int] = (64, 48), colour: str = "teal") -> bytes:
    return encoded("JPEG", size, colour)


def encoded(form: str, size: tuple[int, int] = (64, 48), colour: str = "teal") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()

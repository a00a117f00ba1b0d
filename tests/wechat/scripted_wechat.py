"""A WeChat that answers by script over real sockets, and keeps a journal of what it was asked."""

import json
import socket
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.errors import WeChatError
from bot.models import TextReply
from bot.wechat.client import WeChat

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
STABLE_TOKEN = "/cgi-bin/stable_token"
SECRET = "SECRET-0123456789abcdef"
SEND = "/cgi-bin/message/custom/send"
UPLOAD = "/cgi-bin/media/upload"
PICTURE = bytes(range(256)) * 200


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = Callable[[socket.socket], None]


def raw(data: bytes) -> Answer:
    return lambda peer: peer.sendall(data)


def page(body: bytes, *, status: str = "200 OK", kind: str = "application/json") -> Answer:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return raw(head.encode() + body)


def says(answer: object, *, status: str = "200 OK") -> Answer:
    return page(json.dumps(answer, ensure_ascii=False).encode(), status=status)


def refuses(code: int, message: str = "refused rid: 6613b2f7-1a2b") -> Answer:
    return says({"errcode": code, "errmsg": message})


def token(value: str, seconds: int = 7200) -> Answer:
    return says({"access_token": value, "expires_in": seconds})


OK = says({"errcode": 0, "errmsg": "ok"})


def reset(peer: socket.socket) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang(peer: socket.socket) -> None:
    with suppress(OSError):
        peer.recv(1)


def drip(begun: bytes, piece: bytes) -> Answer:
    """Send *begun*, then *piece* again and again, faster than any read timeout."""

    def answer(peer: socket.socket) -> None:
        peer.sendall(begun)
        while True:
            peer.sendall(piece)
            time.sleep(0.02)

    return answer


@dataclass(slots=True)
class ScriptedWeChat:
    """*script* holds answers by path, given in turn, the last one again and again.

    Calls with a token of *refused* are answered 40001 instead.
    """

    script: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    journal: list[Asked] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    _door: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    def __post_init__(self) -> None:
        self.on(STABLE_TOKEN, token("TOKEN-1"))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def on(self, path: str, *answers: Answer) -> None:
        self.script[path] = deque(answers)

    def asked(self, path: str) -> list[Asked]:
        return [asked for asked in self.journal if asked.path == path]

    def close(self) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                peer, _ = self._door.accept()
                threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer: socket.socket) -> None:
        with peer, suppress(OSError):
            asked = _read(peer)
            self.journal.append(asked)
            if asked.query.get("access_token") in self.refused:
                refuses(40001)(peer)
                return
            answers = self.script[asked.path]
            answer = answers[0] if len(answers) == 1 else answers.popleft()
            answer(peer)


def _read(peer: socket.socket) -> Asked:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (piece := peer.recv(65536)):
            raise ConnectionError
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += peer.recv(65536)
    method, target, _ = first.split(" ")
    address = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    return Asked(method, address.path, query, headers, body)


def send(client: WeChat) -> None:
    client.send("o1", TextReply("好"))


def upload(client: WeChat) -> str:
    return client.upload_temporary("image", "画.jpg", PICTURE, "image/jpeg")


def refusal(act: Callable[[], object]) -> WeChatError:
    with pytest.raises(WeChatError) as caught:
        act()
    return caught.value

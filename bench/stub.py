"""An outside that costs next to nothing: WeChat and the image API, answered from one process.

The sandbox plays both faithfully, and so takes more of the machine than the worker it is asked by.
This one draws nothing, checks nothing and counts what it was asked: ``GET /_counts``. How many
seconds a picture takes can be set: ``POST /_delay``.
"""

import asyncio
import base64
import json
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from bench import labels

SIDE = 1024  # pixels; what a worker asks for unless the follower named a size
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_FILE = re.compile(rb'filename="(\d+\.jpg)"')  # a job's picture; the rules' own files are named
_MODERATED = {"flagged": False, "categories": {}, "category_scores": {}}
_FINE = {"errcode": 0, "errmsg": "ok"}


@dataclass
class Stub:
    """*drawn* is the answer to a call for a picture, given after *delay* seconds.

    *asked* counts by what was asked and for whom: generations by follower, uploads by the name of
    the file, which is the job's, images and texts by who they were sent to.
    """

    drawn: bytes
    delay: float = 0.0
    asked: dict[str, Counter[str]] = field(default_factory=dict)
    drawing: int = 0
    first: float = 0.0
    last: float = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the one request of a connection: nobody who asks keeps one."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            status, answer = await self.answer(head.split(b" ", 2)[1].decode("ascii"), body)
            writer.write(_head(status, len(answer)) + answer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # who asked is gone
        finally:
            writer.close()

    async def answer(self, target: str, body: bytes) -> tuple[HTTPStatus, bytes]:
        match target.partition("?")[0]:
            case "/v1/images/generations":
                return HTTPStatus.OK, await self._draw(json.loads(body))
            case "/v1/moderations":
                self._note("moderations", "")
                found: dict[str, Any] = {"id": "m", "model": "m", "results": [_MODERATED]}
            case "/v1/models":
                found = {"object": "list", "data": []}
            case "/cgi-bin/stable_token":
                self._note("tokens", "")
                found = {"access_token": "stub", "expires_in": 7200}
            case "/cgi-bin/media/upload" | "/cgi-bin/material/add_material":
                name = _FILE.search(body)
                self._note("uploads" if name else "files", name[1].decode() if name else "")
                found = {"type": "image", "media_id": f"m{time.monotonic_ns()}", "created_at": 1}
            case "/cgi-bin/message/custom/send":
                self._sent(json.loads(body))
                found = _FINE
            case "/cgi-bin/message/custom/typing":
                self._note("typing", "")
                found = _FINE
            case "/_delay":
                self.delay = json.loads(body)
                found = {}
            case "/_counts":
                found = self.counts()
            case path:
                self._note("strange", path)
                return HTTPStatus.NOT_FOUND, b"{}"
        return HTTPStatus.OK, json.dumps(found).encode()

    def counts(self) -> dict[str, Any]:
        """Return what was asked, how often, and for how many; *first* and *last* by the clock."""
        asked = {name: [one.total(), len(one)] for name, one in self.asked.items()}
        return {"asked": asked, "drawing": self.drawing, "first": self.first, "last": self.last}

    async def _draw(self, given: dict[str, Any]) -> bytes:
        self._note("generations", given["safety_identifier"])
        self.first = self.first or time.monotonic()
        self.drawing += 1
        await asyncio.sleep(self.delay)
        self.drawing -= 1
        return self.drawn

    def _sent(self, given: dict[str, Any]) -> None:
        self._note("images" if given["msgtype"] == "image" else "texts", given["touser"])
        self.last = time.monotonic()

    def _note(self, name: str, whom: str) -> None:
        self.asked.setdefault(name, Counter())[whom] += 1


def _head(status: HTTPStatus, length: int) -> bytes:
    lines = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Content-Type: application/json",
        f"Content-Length: {length}",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode()


def drawn() -> bytes:
    """Return a picture as hard to code as a photo, in the API's own shape."""
    encoded = base64.b64encode(labels.picture(SIDE, SIDE, "JPEG")).decode()
    usage = {"input_tokens": 50, "output_tokens": 1056, "total_tokens": 1106}
    return json.dumps({"created": 1, "data": [{"b64_json": encoded}], "usage": usage}).encode()


async def _main(bind: str) -> None:
    host, _, port = bind.rpartition(":")
    stub = Stub(drawn())
    server = await asyncio.start_server(stub.serve, host, int(port), backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))

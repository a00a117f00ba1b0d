"""An images API that answers as it is told, on a real socket."""

import base64
import email
import email.policy
import json
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from socket import SO_LINGER, SOL_SOCKET, socket
from typing import Any

Script = Callable[[socket], None]


@dataclass(frozen=True)
class Heard:
    """A request as it came over the wire. *headers* are in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def parts(self) -> list[tuple[str, str, str, bytes]]:
        """The form's parts as name, file name, type and content."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        form = email.message_from_bytes(head + self.body, policy=email.policy.HTTP)
        return [
            (
                str(part.get_param("name", header="content-disposition")),
                part.get_filename() or "",
                part.get_content_type() if "content-type" in part else "",
                bytes(part.get_payload(decode=True)),
            )
            for part in form.iter_parts()
        ]


class ScriptedApi(socketserver.ThreadingTCPServer):
    """Does to every request what *script* says; keeps what it heard."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.script: Script = answer(500, {"error": {"message": "no script"}})
        self.heard: list[Heard] = []
        self.running, self.most_at_once = 0, 0
        self.closing = threading.Event()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"{self.home}/v1"

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def finish_request(self, request: Any, client_address: Any) -> None:
        del client_address
        heard = _hear(request)
        with self._lock:
            self.heard.append(heard)
            self.running += 1
            self.most_at_once = max(self.most_at_once, self.running)
        try:
            self.script(request)
        except OSError:
            pass  # the caller left
        finally:
            with self._lock:
                self.running -= 1


@contextmanager
def serving() -> Iterator[ScriptedApi]:
    with ScriptedApi() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _hear(connection: socket) -> Heard:
    stream = connection.makefile("rb")
    line = stream.readline().decode().strip()
    headers = {}
    while raw := stream.readline().decode().strip():
        name, _, value = raw.partition(":")
        headers[name.lower()] = value.strip()
    return Heard(line, headers, stream.read(int(headers.get("content-length", 0))))


def answer(
    status: int, content: object, *, kind: str = "application/json", **headers: str
) -> Script:
    """Answer with *content*: JSON, or bytes as they are."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    head = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    head |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return lambda connection: connection.sendall(
        f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body
    )


def in_turn(*scripts: Script) -> Script:
    """Do the first to the first request, the second to the second, the last to all others."""
    left = list(scripts)

    def script(connection: socket) -> None:
        now = left.pop(0) if len(left) > 1 else left[0]
        now(connection)

    return script


def drawn(data: bytes, **more: object) -> Script:
    content = {"created": 1, "data": [{"b64_json": base64.b64encode(data).decode()}], **more}
    return answer(200, content)


def hang(seconds: float = 20) -> Script:
    return lambda connection: _wait_for_hangup(connection, seconds)


def half(content: dict[str, Any]) -> Script:
    """Promise the whole of *content*, send half of it, close."""
    body = json.dumps(content).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return lambda connection: connection.sendall(f"{head}\r\n".encode() + body[: len(body) // 2])


def reset(connection: socket) -> None:
    """Close with RST instead of FIN."""
    connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def hang_up(connection: socket) -> None:
    """Close without a word."""
    connection.close()


def drip(*, head: bool) -> Script:
    """Send a byte every 50 ms, for ever: of the head, or of the body after a whole head."""

    def script(connection: socket) -> None:
        if not head:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
        for _ in range(400):
            connection.sendall(b"H" if head else b" ")
            time.sleep(0.05)

    return script


def _wait_for_hangup(connection: socket, seconds: float) -> None:
    connection.settimeout(seconds)
    connection.recv(1)

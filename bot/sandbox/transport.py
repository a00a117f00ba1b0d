"""The wire's own faults: answers that drip, and connections that are reset."""

import errno
import os
import socket
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bot.sandbox.script import Fault

FAULT = "sandbox.fault"
SOCKETS = ("gunicorn.socket", "werkzeug.socket")

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class Transport:
    """WSGI middleware that sends an answer as the request's fault demands."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        answer = self._app(environ, start_response)
        fault = environ.get(FAULT)
        if not isinstance(fault, Fault) or not (fault.reset or fault.drip):
            return answer
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        if fault.reset == "before":
            _reset(environ)
        return _send(body, fault, environ)


def _send(body: bytes, fault: Fault, environ: dict[str, Any]) -> Iterator[bytes]:
    if fault.reset == "during":
        body = body[: len(body) // 2]
    if fault.drip:
        for place in range(len(body)):
            yield body[place : place + 1]
            time.sleep(fault.drip)
    else:
        yield body
    if fault.reset:
        _reset(environ)


def _reset(environ: dict[str, Any]) -> None:
    """Close the connection with a TCP reset and leave the request."""
    wire = next((environ[name] for name in SOCKETS if name in environ), None)
    if isinstance(wire, socket.socket):
        # Closing with a linger time of zero discards what is unsent and sends RST. Detaching
        # closes the descriptor although the server's buffered files still refer to it.
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(wire.detach())
    raise ConnectionResetError(errno.ECONNRESET, "scripted reset")

"""One HTTP exchange with the bot's webhook, cut off when the time is over."""

import base64
import json
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event, Timer
from typing import Any
from urllib.parse import urlsplit

from bot.errors import HuaxinError

LARGEST_ANSWER = 1024 * 1024
TRACE_HEADER = "X-Huaxin-Trace"


class CutOff(HuaxinError):
    """The whole answer was not there in time."""


class NoAnswer(HuaxinError):
    """The connection could not be made, or broke."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    trace: dict[str, Any] | None


def post(url: str, body: bytes, *, timeout: float, on_sent: Callable[[], None]) -> Answer:
    """Send *body* to *url* and return the whole answer; *on_sent* is called between the two.

    Raise CutOff after *timeout* seconds however the answer dawdles, NoAnswer if there is none.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    over = Event()
    wires: list[socket.socket] = []
    timer = Timer(timeout, _cut, (over, wires))
    timer.daemon = True
    timer.start()
    try:
        connection.connect()
        wires.append(connection.sock)
        headers = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"}
        connection.request("POST", f"{parts.path or '/'}?{parts.query}", body, headers)
        on_sent()
        response = connection.getresponse()
        data = response.read(LARGEST_ANSWER)
        answer = Answer(response.status, data, _trace(response.headers.get(TRACE_HEADER)))
    except TimeoutError as error:
        raise CutOff from error
    except (OSError, HTTPException) as error:
        raise (CutOff if over.is_set() else NoAnswer) from error
    finally:
        timer.cancel()
        connection.close()
    # A body that ends with the connection looks whole when it is cut.
    if over.is_set():
        raise CutOff
    return answer


def _cut(over: Event, wires: list[socket.socket]) -> None:
    over.set()
    for wire in wires:
        with suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)


def _trace(header: str | None) -> dict[str, Any] | None:
    try:
        trace = json.loads(base64.b64decode(header or "", validate=True))
    except ValueError:
        return None
    return trace if isinstance(trace, dict) else None

"""Faults of WeChat's API and of the image API: one of a hundred calls of each path."""

from collections.abc import Iterator
from random import Random
from typing import Any

EVERY = 100
_HTML = {
    "status": 200,
    "body": "<html><title>502 Bad Gateway</title></html>",
    "headers": {"Content-Type": "text/html"},
}
_DOWN = {"status": 500, "json": {"error": {"message": "server_error", "type": "server_error"}}}
_RESET = {"reset": "before"}
_LOST = {"reset": "before", "do": True}
_WECHAT: tuple[dict[str, Any], ...] = ({"errcode": -1}, _RESET, _HTML, {"status": 500})
FAULTS: dict[str, tuple[dict[str, Any], ...]] = {
    "/cgi-bin/message/custom/send": (*_WECHAT, {"errcode": 45015}, _LOST),
    "/cgi-bin/media/upload": _WECHAT,
    "/v1/images/generations": (_DOWN, _RESET, _LOST, _HTML),
    "/v1/moderations": (_DOWN, _RESET, _HTML),
}


def script(random: Random, *, calls: int) -> Iterator[dict[str, Any]]:
    """Yield the sandbox's script for *calls* calls of each path, a fault in every hundred."""
    for path, faults in FAULTS.items():
        for hundred in range(max(1, calls // EVERY)):
            fault = faults[hundred % len(faults)]
            skip = EVERY * hundred + random.randrange(EVERY)
            yield {"match": path, "skip": skip, "times": 1, **fault}

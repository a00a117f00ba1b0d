"""What every call of WeChat's API is asked first: its token, its quota, its body."""

import json
import re
from typing import Any

from flask import Response, request

from bot.sandbox.refusal import Refusal
from bot.sandbox.world import world

# \uXXXX in the raw body; a backslash that is itself escaped does not count.
ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")


def check() -> None:
    """Raise unless the call carries a live token and the day's quota is not used up."""
    world().tokens.check(request.args.get("access_token", ""))
    world().usage.spend(request.path)


def verified() -> None:
    """Raise 48001 for accounts without 微信认证."""
    if not world().account.now.verified:
        raise Refusal(48001)


def body(*, raw: bool = False) -> dict[str, Any]:
    """Return the JSON body; with *raw* it must spell non-ASCII text out, not escape it."""
    data = request.get_data()
    if not data:
        raise Refusal(44002)
    try:
        given = json.loads(data)
    except ValueError:
        raise Refusal(47001) from None
    if not isinstance(given, dict):
        raise Refusal(47001)
    if raw and ESCAPE.search(data):
        raise Refusal(40033)
    return given


def answer(**members: Any) -> Response:
    text = json.dumps(members, ensure_ascii=False)
    return Response(text, content_type="application/json; encoding=utf-8")


def done() -> Response:
    return answer(errcode=0, errmsg="ok")

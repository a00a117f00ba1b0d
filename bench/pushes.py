"""Signed pushes as bytes on the wire, and the judgement of what comes back."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

from bot.errors import BadRequest, BadSignature
from bot.models import Inbound, Reply, TextMessage
from bot.wechat import codec, crypto
from bot.wechat.crypto import Credentials, Mode
from bot.wechat.replies import parse_reply

ACCOUNT = "gh_0123456789ab"
_FIRST_ID = 23_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Push:
    """*wire* is the whole HTTP request in which *openid* says *text*, empty for other pushes."""

    openid: str
    text: str
    wire: bytes


def build(credentials: Credentials, text: str, *, count: int, host: str) -> Iterator[Push]:
    """Yield *count* pushes of *text*, each a message of its own from a follower of its own."""
    first = Random().randrange(10**12)  # noqa: S311 — only so that two runs do not repeat a push
    for number in range(first, first + count):
        message = TextMessage(
            to=ACCOUNT,
            openid=f"oBench-{number:021}",
            created=int(time.time()),
            msg_id=str(_FIRST_ID + number),
            content=text,
        )
        yield signed(credentials, message, host=host)


def signed(credentials: Credentials, inbound: Inbound, *, host: str) -> Push:
    """Return the push of *inbound*, in safe mode where there is a key."""
    mode = Mode.PLAINTEXT if credentials.aes_key is None else Mode.SAFE
    xml = codec.render_inbound(inbound)
    query, body = crypto.push(credentials, xml, mode=mode, now=time.time())
    text = inbound.content if isinstance(inbound, TextMessage) else ""
    return Push(inbound.openid, text, request(query, body, host=host))


def request(query: Mapping[str, str], body: bytes, *, host: str) -> bytes:
    """Return the whole HTTP request of a push."""
    lines = (
        f"POST /wechat?{urlencode(query)} HTTP/1.1",
        f"Host: {host}",
        "User-Agent: Mozilla/4.0",
        "Accept: */*",
        "Content-Type: text/xml",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body


def reply_to(push: Push, body: bytes, *, credentials: Credentials) -> Reply | None:
    """Return the reply in *body*, None unless WeChat would show it to the one who wrote."""
    try:
        xml = body if credentials.aes_key is None else crypto.open_reply(credentials, body)
        reply, openid, sender = parse_reply(xml)
    except (BadRequest, BadSignature):
        return None
    return reply if (openid, sender) == (push.openid, ACCOUNT) else None

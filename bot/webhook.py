"""The door WeChat knocks on: verify, parse, answer, render."""

import hashlib
import json
import logging
import threading
import time
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TypeVar
from urllib.parse import unquote_plus
from wsgiref.types import StartResponse, WSGIEnvironment

from bot.counts import FAILED_ANSWERS, REFUSED_PUSHES, WEBHOOK_SECONDS
from bot.engine import Answer, Bot, short
from bot.errors import BadRequest, BadSignature, Reason, StaleTimestamp
from bot.failpoints import Point, hit
from bot.models import Event, Inbound, Reply, TextReply, UnknownEvent, UnknownMessage, message_key
from bot.store.accounts import DEFAULT
from bot.wechat import codec, crypto, replies
from bot.wechat.crypto import Credentials

log = logging.getLogger(__name__)
T = TypeVar("T")
MOST = 64 * 1024
REMEMBERED = 10_000
MOST_PARAMETERS = 20
SUCCESS = b"success"
PLAIN = "text/plain; charset=utf-8"
XML = "application/xml; charset=utf-8"
HEADERS = [("X-Content-Type-Options", "nosniff")]
REFUSED = {BadRequest: "malformed", BadSignature: "forged", StaleTimestamp: "stale"}
STATUS = {200: "200 OK", 400: "400 Bad Request", 403: "403 Forbidden", 405: "405 Not Allowed"}


@dataclass(frozen=True, slots=True)
class Said:
    """What the door answers; every refusal has an empty body. *road* is how it came to that."""

    status: int
    body: bytes = b""
    content_type: str = PLAIN
    headers: tuple[tuple[str, str], ...] = ()
    road: str = "answered"


class Webhook:
    """The webhook of one bot in one process, as WSGI itself.

    It stands before the web framework: what WeChat is answered in five seconds, and what a stranger
    is refused, should cost as little as it can.
    """

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._seen: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        match environ["REQUEST_METHOD"]:
            case "GET":
                answer = self.greet(environ)
            case "POST":
                begun = time.perf_counter()
                answer = self.receive(environ)
                hit(Point.PUSH_ANSWERED)
                took = time.perf_counter() - begun
                self.bot.counts.time(WEBHOOK_SECONDS, took, answer.road)
            case _:
                answer = Said(405)
        length = ("Content-Length", str(len(answer.body)))
        kind = ("Content-Type", answer.content_type)
        start_response(STATUS[answer.status], [kind, length, *HEADERS, *answer.headers])
        return [answer.body]

    def greet(self, environ: WSGIEnvironment) -> Said:
        """WeChat's check of the URL: the echo string, if the signature is right."""
        try:
            query = _query(environ)
            self._trying(lambda one, now: crypto.verify(one, query, now=now))
        except (BadRequest, BadSignature) as error:
            return self._refuse(error)
        self.bot.count("verified")
        return Said(200, query.get("echostr", "").encode("utf-8", "replace"))

    def receive(self, environ: WSGIEnvironment) -> Said:
        now = time.time()
        try:
            query = _query(environ)
            body = _body(environ)
            credentials, xml = self._trying(
                lambda one, now: crypto.open_body(one, query, body, now=now)
            )
            self._refuse_replay(credentials, query["signature"], body)
        except (BadRequest, BadSignature) as error:
            return self._refuse(error)
        hit(Point.PUSH_VERIFIED)
        try:
            inbound = codec.parse(xml)
        except BadRequest as error:
            # It is WeChat's own: anything but success would be pushed again, in vain.
            log.warning("a push could not be read: %s", error)
            self.bot.count("unreadable")
            self.bot.counts.add(REFUSED_PUSHES, "unreadable")
            return Said(200, SUCCESS)
        hit(Point.PUSH_PARSED)
        return self._answer(inbound, credentials, now=now)

    def _trying(self, read: Callable[[Credentials, float], T]) -> tuple[Credentials, T]:
        """Return what *read* makes with the account's credentials, and which they were.

        While new ones are young, WeChat may still use the ones before. Raises as *read* does.
        """
        now = time.time()
        newest, *former = self.bot.snapshots.current.live.accepted(now)
        try:
            return newest, read(newest, now)
        except (BadRequest, BadSignature):
            for one in former:
                with suppress(BadRequest, BadSignature):
                    return one, read(one, now)
            raise

    def _refuse_replay(self, credentials: Credentials, signature: str, body: bytes) -> None:
        """Plaintext signatures do not cover the body: one signature is good for one body only."""
        if credentials.aes_key is not None:
            return
        digest = hashlib.sha256(body).digest()
        with self._lock:
            if self._seen.setdefault(signature, digest) != digest:
                raise BadSignature("the signature came with another body before")
            self._seen.move_to_end(signature)
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)

    def _refuse(self, error: BadRequest | BadSignature) -> Said:
        reason = REFUSED[type(error)]
        self.bot.count(reason)
        self.bot.counts.add(REFUSED_PUSHES, reason)
        if isinstance(error, StaleTimestamp):
            log.warning("a push was %+d s off our clock and was refused", error.skew)
        return Said(400 if isinstance(error, BadRequest) else 403, road="refused")

    def _answer(self, inbound: Inbound, credentials: Credentials, *, now: float) -> Said:
        """Answer what is surely WeChat's: with 200 and a sentence, whatever happens."""
        if isinstance(inbound, UnknownMessage | UnknownEvent):
            self.bot.count("unknown")
        try:
            answer = self.bot.answer(inbound)
            body, content_type = self._render(inbound, answer.reply, credentials, now=now)
            headers = [("X-Huaxin-Trace", _trace(answer))] if self.bot.settings.sandbox else []
        except Exception:
            number = short(message_key(DEFAULT, inbound))
            log.exception("message=%s failed", number)
            self.bot.count("failed")
            self.bot.counts.add(FAILED_ANSWERS)
            sentence = self.bot.sentences.refusal(Reason.INTERNAL, {"number": number})
            return Said(200, *self._render(inbound, TextReply(sentence), credentials, now=now))
        road = "held" if answer.held else "answered"
        return Said(200, body, content_type, tuple(headers), road)

    def _render(
        self, inbound: Inbound, reply: Reply | None, credentials: Credentials, *, now: float
    ) -> tuple[bytes, str]:
        """Return the body, sealed as the push was, and its type."""
        if reply is None:
            return SUCCESS, PLAIN
        xml = replies.render(
            reply,
            openid=inbound.openid,
            sender=inbound.to,
            created=int(now),
            article_limit=8 if isinstance(inbound, Event) else 1,
        )
        if credentials.aes_key is not None:
            xml = crypto.seal(credentials, xml, now=now)
        return xml, XML


def _query(environ: WSGIEnvironment) -> dict[str, str]:
    """Return the query's parameters; a name given twice, or too many, is not WeChat's form."""
    pairs = [one.partition("=") for one in environ.get("QUERY_STRING", "").split("&")]
    if len(pairs) > MOST_PARAMETERS:
        raise BadRequest("the query has too many parameters")
    try:
        query = {name: unquote_plus(value, errors="strict") for name, _, value in pairs}
    except ValueError as error:
        raise BadRequest("the query is not UTF-8") from error
    if len(query) != len(pairs):
        raise BadRequest("a parameter is given twice")
    return query


def _body(environ: WSGIEnvironment) -> bytes:
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()) or int(length) > MOST:
        raise BadRequest("the body is too large, or its length is not told")
    try:
        body: bytes = environ["wsgi.input"].read(int(length))
    except OSError as error:
        raise BadRequest("the body did not arrive") from error
    if len(body) != int(length):
        raise BadRequest("the body did not arrive whole")
    return body


def _trace(answer: Answer) -> str:
    """Why the answer is what it is, for the sandbox's phone only."""
    shown = asdict(answer.trace) | {"ms": answer.micros / 1000}
    return b64encode(json.dumps(shown, ensure_ascii=False).encode()).decode()

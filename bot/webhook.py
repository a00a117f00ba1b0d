"""The door WeChat knocks on: verify, parse, answer, render."""

import hashlib
import json
import logging
import threading
import time
from base64 import b64encode
from collections import OrderedDict
from dataclasses import asdict

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from bot.engine import Answer, Bot, short
from bot.errors import BadRequest, BadSignature, Reason, StaleTimestamp
from bot.models import Event, Inbound, Reply, TextReply, UnknownEvent, UnknownMessage, message_key
from bot.store.accounts import DEFAULT
from bot.wechat import codec, crypto, replies

log = logging.getLogger(__name__)
MOST = 64 * 1024
REMEMBERED = 10_000
SUCCESS = b"success"
XML = "application/xml; charset=utf-8"
REFUSED = {BadRequest: "malformed", BadSignature: "forged", StaleTimestamp: "stale"}


class Webhook:
    """The webhook of one bot in one process."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._seen: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self.blueprint = Blueprint("webhook", __name__)
        self.blueprint.add_url_rule("/wechat", view_func=self.greet, methods=["GET"])
        self.blueprint.add_url_rule("/wechat", view_func=self.receive, methods=["POST"])

    def greet(self) -> Response:
        """WeChat's check of the URL: the echo string, if the signature is right."""
        try:
            crypto.verify(self.bot.credentials, request.args, now=time.time())
        except (BadRequest, BadSignature) as error:
            return self._refuse(error)
        return Response(request.args.get("echostr", ""), mimetype="text/plain")

    def receive(self) -> Response:
        now = time.time()
        try:
            body = self._body()
            xml = crypto.open_body(self.bot.credentials, request.args, body, now=now)
            self._refuse_replay(body)
        except (BadRequest, BadSignature) as error:
            return self._refuse(error)
        try:
            inbound = codec.parse(xml)
        except BadRequest as error:
            # It is WeChat's own: anything but success would be pushed again, in vain.
            log.warning("a push could not be read: %s", error)
            self.bot.count("unreadable")
            return Response(SUCCESS, mimetype="text/plain")
        return self._answer(inbound, now=now)

    def _body(self) -> bytes:
        if (request.content_length or 0) > MOST:
            raise BadRequest("the body is too large")
        try:
            body = request.stream.read(MOST + 1)
        except (OSError, HTTPException) as error:
            raise BadRequest("the body did not arrive") from error
        if len(body) > MOST:
            raise BadRequest("the body is too large")
        return body

    def _refuse_replay(self, body: bytes) -> None:
        """Plaintext signatures do not cover the body: one signature is good for one body only."""
        if self.bot.credentials.aes_key is not None:
            return
        digest = hashlib.sha256(body).digest()
        key = request.args.get("signature", "")
        with self._lock:
            if self._seen.setdefault(key, digest) != digest:
                raise BadSignature("the signature came with another body before")
            self._seen.move_to_end(key)
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)

    def _refuse(self, error: BadRequest | BadSignature) -> Response:
        self.bot.count(REFUSED[type(error)])
        if isinstance(error, StaleTimestamp):
            log.warning("a push was %+d s off our clock and was refused", error.skew)
        return Response(status=400 if isinstance(error, BadRequest) else 403)

    def _answer(self, inbound: Inbound, *, now: float) -> Response:
        """Answer what is surely WeChat's: with 200 and a sentence, whatever happens."""
        if isinstance(inbound, UnknownMessage | UnknownEvent):
            self.bot.count("unknown")
        try:
            answer = self.bot.answer(inbound)
            response = self._render(inbound, answer.reply, now=now)
            if self.bot.settings.sandbox:
                response.headers["X-Huaxin-Trace"] = _trace(answer)
        except Exception:
            number = short(message_key(DEFAULT, inbound))
            log.exception("message=%s failed", number)
            self.bot.count("failed")
            sentence = self.bot.sentences.refusal(Reason.INTERNAL, {"number": number})
            return self._render(inbound, TextReply(sentence), now=now)
        return response

    def _render(self, inbound: Inbound, reply: Reply | None, *, now: float) -> Response:
        if reply is None:
            return Response(SUCCESS, mimetype="text/plain")
        xml = replies.render(
            reply,
            openid=inbound.openid,
            sender=inbound.to,
            created=int(now),
            article_limit=8 if isinstance(inbound, Event) else 1,
        )
        if self.bot.credentials.aes_key is not None:
            xml = crypto.seal(self.bot.credentials, xml, now=now)
        return Response(xml, content_type=XML)


def _trace(answer: Answer) -> str:
    """Why the answer is what it is, for the sandbox's phone only."""
    shown = asdict(answer.trace) | {"ms": answer.micros / 1000}
    return b64encode(json.dumps(shown, ensure_ascii=False).encode()).decode()

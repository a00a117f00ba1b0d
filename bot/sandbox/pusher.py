"""The life of a push: signed, sealed, sent, repeated, and its answer shown on the phone."""

import time
from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import urlencode

from bot.errors import BadRequest, BadSignature
from bot.models import Inbound, Reply
from bot.sandbox.account import Account
from bot.sandbox.bubbles import Bubble, Bubbles
from bot.sandbox.chat import Chat, Sender
from bot.sandbox.config import Config
from bot.sandbox.followers import Followers
from bot.sandbox.push import Attempt, Outcome, Push, Pushes
from bot.sandbox.refusal import Refusal
from bot.sandbox.troubles import Troubles
from bot.sandbox.webhook import Answer, CutOff, NoAnswer, post
from bot.wechat import codec, crypto
from bot.wechat.crypto import Mode

ATTEMPTS = 3
FAULT: Bubble = ("notice", {"text": "该公众号提供的服务出现故障，请稍后再试"})
EMPTY = (b"", b"success")


class Pusher:
    """Sends pushes, each on a thread of its own; a follower's first deliveries keep their order."""

    def __init__(
        self,
        config: Config,
        *,
        clock: Callable[[], float],
        pushes: Pushes,
        account: Account,
        followers: Followers,
        troubles: Troubles,
        chat: Chat,
        bubbles: Bubbles,
    ) -> None:
        self._config = config
        self._clock = clock
        self._pushes = pushes
        self._account = account
        self._followers = followers
        self._troubles = troubles
        self._chat = chat
        self._bubbles = bubbles
        self._credentials = crypto.Credentials.parse(config.app_id, config.token, config.aes_key)
        self._lock = Lock()
        self._last_sent: dict[str, Event] = {}
        self._threads: dict[int, Thread] = {}

    def send(self, inbound: Inbound, *, log: Callable[[int], object]) -> Push:
        """Push *inbound* in the background; *log* notes it in the chat, given the push's id."""
        push = self._pushes.create(inbound, mode=self._account.now.mode)
        log(push.id)
        self._start(push)
        return push

    def again(self, push: Push) -> Push:
        """Push the very same message once more."""
        push = self._pushes.again(push, mode=self._account.now.mode)
        self._start(push)
        return push

    def join(self, push_id: int | None = None) -> None:
        """Wait until one push, or all of them, are done."""
        with self._lock:
            threads = [thread for each, thread in self._threads.items() if push_id in (None, each)]
        for thread in threads:
            thread.join()

    def _start(self, push: Push) -> None:
        with self._lock:
            before, sent = self._last_sent.get(push.openid), Event()
            self._last_sent[push.openid] = sent
            thread = Thread(target=self._run, args=(push, before, sent), daemon=True)
            self._threads[push.id] = thread
            thread.start()

    def _run(self, push: Push, before: Event | None, sent: Event) -> None:
        if before:
            before.wait(self._config.push_timeout)
        try:
            self._deliver(push, sent)
        finally:
            sent.set()
            push.done = True
            self._pushes.save(push)
            with self._lock:
                del self._threads[push.id]

    def _deliver(self, push: Push, sent: Event) -> None:
        """Push until there is an answer, at most three times."""
        forged = self._troubles.strikes("wrong_signature")
        repeated = self._troubles.strikes("repeated_push")
        slow = self._troubles.strikes("slow_reply")
        heard = False
        for n in range(1, ATTEMPTS + 1):
            trial = _Trial(
                push,
                n=n,
                config=self._config,
                credentials=self._credentials,
                clock=self._clock,
                forged=forged,
                unheard=slow and n < ATTEMPTS,
            )
            attempt, reply = trial.run(sent)
            push.attempts.append(attempt)
            self._pushes.save(push)
            if attempt.outcome in (Outcome.ANSWERED, Outcome.SUCCESS):
                if reply and not heard:
                    self._show(push, reply)
                heard = True
                if not repeated:
                    return
        if not heard:
            self._add(push, *FAULT)

    def _show(self, push: Push, reply: Reply) -> None:
        try:
            kind, fields = self._bubbles.passive(reply, article_limit=push.article_limit)
        except Refusal:
            kind, fields = FAULT
        self._add(push, kind, fields)

    def _add(self, push: Push, kind: str, fields: dict[str, Any]) -> None:
        """Put an item in the chat, unless the follower has left it."""
        follower = self._followers.get(push.openid)
        if follower and follower.following:
            sender: Sender = "system" if kind == "notice" else "bot"
            self._chat.add(push.openid, sender, kind, via="passive", push=push.id, **fields)


class _Trial:
    """One delivery of a push and what came of it."""

    def __init__(
        self,
        push: Push,
        *,
        n: int,
        config: Config,
        credentials: crypto.Credentials,
        clock: Callable[[], float],
        forged: bool,
        unheard: bool,
    ) -> None:
        self._push = push
        self._n = n
        self._config = config
        self._credentials = credentials
        self._clock = clock
        self._unheard = unheard
        mode = Mode(push.mode)
        query, self._body = crypto.push(credentials, push.xml.encode(), mode=mode, now=clock())
        if forged:
            query |= {name: query[name][::-1] for name in query if name.endswith("signature")}
        joint = "&" if "?" in config.webhook_url else "?"
        self._url = config.webhook_url + joint + urlencode(query | {"openid": push.openid})

    def run(self, sent: Event) -> tuple[Attempt, Reply | None]:
        at, begun = int(self._clock() * 1000), time.monotonic()
        answer: Answer | None = None
        xml, reply = b"", None
        try:
            answer = self._exchange(sent)
            xml, reply = self._read(answer)
            outcome = Outcome.ANSWERED if reply else Outcome.SUCCESS
        except CutOff:
            outcome = Outcome.TIMEOUT
        except (NoAnswer, BadRequest, BadSignature):
            outcome = Outcome.FAILED
        attempt = Attempt(
            n=self._n,
            at=at,
            ms=round((time.monotonic() - begun) * 1000),
            status=answer.status if answer else None,
            outcome=outcome,
            url=self._url,
            request_xml=self._push.xml,
            request_body=self._body.decode(),
            response_body=answer.body.decode(errors="replace") if answer else "",
            response_xml=xml.decode(errors="replace"),
            trace=answer.trace if answer else None,
        )
        return attempt, reply

    def _exchange(self, sent: Event) -> Answer:
        timeout = self._config.push_timeout
        begun = time.monotonic()
        answer = post(self._url, self._body, timeout=timeout, on_sent=sent.set)
        if self._unheard:
            time.sleep(max(timeout - (time.monotonic() - begun), 0))
            raise CutOff
        return answer

    def _read(self, answer: Answer) -> tuple[bytes, Reply | None]:
        """Return clear XML and reply, None for the empty answer, as strictly as WeChat reads."""
        if answer.status != 200:  # noqa: PLR2004 - to WeChat even 201 is a failure
            raise NoAnswer
        if answer.body.strip() in EMPTY:
            return b"", None
        sealed = self._push.mode == Mode.SAFE or b"<Encrypt>" in answer.body
        if sealed and self._push.mode == Mode.PLAINTEXT:
            raise BadRequest("sealed in plaintext mode")
        xml = crypto.open_reply(self._credentials, answer.body) if sealed else answer.body
        reply, openid, sender = codec.parse_reply(xml)
        if (openid, sender) != (self._push.openid, self._config.original_id):
            raise BadRequest("not addressed to the follower")
        return xml, reply

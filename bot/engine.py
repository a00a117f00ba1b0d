"""The Bot: its parts, and how a push becomes an answer — first reply wins."""

import hashlib
import hmac
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from bot import failpoints
from bot.board import Told, of_process
from bot.counts import MESSAGES, OTHER, REFUSALS, Counts
from bot.errors import Reason, Refused, StorageError, StoreError
from bot.images.contract import Provider
from bot.images.prices import Prices
from bot.images.providers.table import providers_of
from bot.images.styles import Styles
from bot.images.text_model import TextModel, text_model_of
from bot.keywords import documents
from bot.live import Live
from bot.models import (
    ClickEvent,
    Event,
    ImageJob,
    Inbound,
    Message,
    Reply,
    SubscribeEvent,
    TextMessage,
    TextReply,
    Trace,
    UnknownEvent,
    UnknownMessage,
    UnsubscribeEvent,
    VoiceMessage,
    message_key,
)
from bot.sentences import Sentences
from bot.settings import ASSETS, Settings
from bot.snapshot import Snapshot, Snapshots
from bot.store import accounts
from bot.store.buffer import Buffer
from bot.store.database import Database
from bot.store.files import Files
from bot.store.forgetting import FORGOTTEN
from bot.store.messages import Heard
from bot.store.pictures import Pictures
from bot.store.storage import rooms_of
from bot.traces import PUSH, Traces
from bot.vault import Vault
from bot.wechat.crypto import Credentials

log = logging.getLogger(__name__)
PATIENCE = 1.5  # seconds a query may wait at the doors
# Kept open by a process, however many threads it has, and the pool's four more: a server lends a
# hundred to all of them, and a transaction is over in milliseconds while a picture takes seconds.
CONNECTIONS = 16


@dataclass(slots=True, kw_only=True)
class Turn:
    """One push on its way through the chain.

    *text* is what the follower said: typed, recognised from a voice, or a tapped menu key.
    A handler may leave its account in *trace* and what is to be pushed afterwards in *rest*; one
    that sets *ended* has the last word even if it says nothing. *held* says that the answer was
    kept back on purpose.
    """

    inbound: Inbound
    key: str
    text: str
    snapshot: Snapshot
    now: datetime
    begun: float = field(default_factory=time.monotonic)
    trace: Trace = field(default_factory=Trace)
    rest: tuple[Reply, ...] = ()
    ended: bool = False
    held: bool = False

    @property
    def openid(self) -> str:
        return self.inbound.openid

    @property
    def age(self) -> float:
        """Seconds since WeChat made the push."""
        return time.time() - self.inbound.created


Handler = Callable[[Turn, "Bot"], Reply | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the door says: *reply* None means ``success``; *micros* is how long it took, in µs."""

    reply: Reply | None
    trace: Trace
    micros: int
    held: bool = False


class Bot:
    """The parts of one account's bot. Made by ``wsgi.py``, started in each process."""

    def __init__(
        self, settings: Settings, *, chain: Sequence[Handler], sentences: Sentences
    ) -> None:
        self.chain = tuple(chain)
        self.counts = Counts()
        self.told = Told(self.counts, self._state)
        self.traces: Traces | None = None
        self.prices = Prices.load(
            (ASSETS / "prices.toml").read_text(encoding="utf-8"), currency=settings.currency
        )
        # What is wrong with them is said at the start.
        providers_of(settings)
        self.vault = Vault(settings.secret_key)
        self.snapshots = Snapshots(Live.bare(settings, sentences), self.vault)
        # Requests kept for WeChat's retry window: at most half, so that keywords never wait.
        self.held = threading.BoundedSemaphore(settings.web_threads // 2)

    @property
    def settings(self) -> Settings:
        """The settings as they are now: the console's over the environment's."""
        return self.snapshots.current.live.settings

    @property
    def providers(self) -> tuple[Provider, ...]:
        """The image services as they are now, the preferred one first; only a worker calls them."""
        return providers_of(self.settings)

    @property
    def writer(self) -> TextModel | None:
        """The text model as it is now, None where there is none; only a worker calls it."""
        return text_model_of(self.settings)

    @property
    def sentences(self) -> Sentences:
        return self.snapshots.current.live.sentences

    @property
    def styles(self) -> Styles:
        return self.snapshots.current.live.styles

    @property
    def credentials(self) -> Credentials:
        return self.snapshots.current.live.credentials

    @property
    def base(self) -> Live:
        """The state without the console's changes."""
        return self.snapshots.base

    def start(self, *, patience: float = PATIENCE) -> None:
        """Connect to the database and begin keeping the snapshot.

        *patience* in seconds is how long a query may wait: at the doors less than WeChat does.
        A bucket that cannot be used is said in the log; what needs no files goes on.

        Raises:
            StoreError: the database does not answer.
        """
        settings = self.settings
        if settings.sandbox:
            failpoints.arm(os.environ.get(failpoints.VARIABLE, ""), settings.data_dir)
        threads = min(CONNECTIONS, max(settings.web_threads, settings.worker_threads) + 8)
        # A bucket is opened here, in each process: its library does not outlive a fork.
        at_once = settings.worker_threads if patience > PATIENCE else settings.web_threads // 4
        self.rooms = rooms_of(settings, patience=patience, at_once=max(1, at_once))
        self.pictures = Pictures(self.rooms.pictures)
        self.photos = Pictures(self.rooms.photos)
        self.files = Files(self.rooms.library)
        self.db = Database(settings.database_address, timeout=patience, threads=threads)
        self.buffer = Buffer(self.db, self.counts)
        self.traces = Traces.begin()
        self.account_id = accounts.ensure(self.db)
        self.snapshots.start(self.db, self.account_id)
        self.buffer.start()
        if settings.storage_url:
            self._look_at_storage()

    def _look_at_storage(self) -> None:
        try:
            self.rooms.pictures.ready()
        except OSError as error:
            log.error("STORAGE_URL: %s", error)  # noqa: TRY400 — the sentence says it all

    def stop(self) -> None:
        self.told.stop()
        self.snapshots.stop()
        self.buffer.stop()
        if self.traces:
            self.traces.stop()
        self.db.close()

    def answer(self, inbound: Inbound) -> Answer:
        """Answer one push. A refusal's sentence is its answer."""
        begun = time.perf_counter_ns()
        turn = Turn(
            inbound=inbound,
            key=message_key(accounts.DEFAULT, inbound),
            text=text_of(inbound),
            snapshot=self.snapshots.current,
            now=datetime.now(UTC),
        )
        reply = self._reply(turn)
        micros = (time.perf_counter_ns() - begun) // 1000
        heard = self._heard(turn, micros)
        self.buffer.add(heard)
        unknown = isinstance(inbound, UnknownMessage | UnknownEvent)
        kind, hit = OTHER if unknown else heard.kind, "yes" if heard.rule_id else "no"
        self.counts.add(MESSAGES, kind, heard.handler, hit)
        if self.traces:
            about = {"handler": heard.handler, "kind": kind, "message": short(turn.key)}
            self.traces.tell(turn.key, PUSH, heard.at, heard.at + micros // 1000, **about)
        log.info(
            "message=%s %s handler=%s rule=%s µs=%d",
            short(turn.key),
            heard.kind,
            turn.trace.handler or "-",
            turn.trace.rule or "-",
            micros,
        )
        return Answer(reply, turn.trace, micros, turn.held)

    def _reply(self, turn: Turn) -> Reply | None:
        for handle in self.chain:
            try:
                reply = handle(turn, self)
            except Refused as refusal:
                log.info("message=%s refused=%s", short(turn.key), refusal.reason)
                self.counts.add(REFUSALS, refusal.reason)
                reply = TextReply(self.sentences.refusal(refusal.reason, refusal.details))
            except StoreError as error:
                log.error("message=%s the database failed: %s", short(turn.key), error)  # noqa: TRY400 — the store's sentence is the whole story, a traceback would hold parameters
                self.counts.add(REFUSALS, Reason.DATABASE)
                reply = TextReply(self.sentences.refusal(Reason.DATABASE, {}))
            except StorageError as error:
                log.error("message=%s the bucket failed: %s", short(turn.key), error)  # noqa: TRY400 — the same
                self.counts.add(REFUSALS, Reason.DATABASE)
                reply = TextReply(self.sentences.refusal(Reason.DATABASE, {}))
            if reply is not None or turn.ended:
                turn.trace.handler = handle.__module__.rpartition(".")[2]
                turn.trace.text = turn.text
                return reply
        return None

    def _heard(self, turn: Turn, micros: int) -> Heard:
        match turn.inbound:
            case SubscribeEvent():
                subscribed: bool | None = True
            case UnsubscribeEvent():
                subscribed = False
            case _:
                subscribed = None
        return Heard(
            account_id=self.account_id,
            message_key=turn.key,
            openid=turn.openid,
            kind=kind_of(turn.inbound),
            content=turn.text,
            handler=turn.trace.handler,
            rule_id=turn.trace.rule_id,
            at=int(turn.now.timestamp() * 1000),
            day=self.today(),
            micros=micros,
            subscribed=subscribed,
            rest=_dumped(turn.rest) if turn.rest else "",
        )

    def _state(self) -> dict[str, float]:
        """How this process is, for `/metrics`."""
        waiting = {"snapshot": self.snapshots.fresh_at, "buffered": float(len(self.buffer))}
        return waiting | of_process()

    def count(self, name: str) -> None:
        """Count something that happened at the door, for `/readyz` and ``doctor``."""
        self.buffer.count(self.account_id, day=self.today(), name=name)

    def today(self) -> str:
        """The day of TIMEZONE, as in ``2026-11-23``."""
        return datetime.now(self.settings.zone).date().isoformat()

    def now_ms(self) -> int:
        return int(time.time() * 1000)

    def pseudonym(self, openid: str) -> str:
        """A stable stand-in for an openid that may leave the process."""
        key = self.settings.secret_key.encode()
        return hmac.new(key, openid.encode(), hashlib.sha256).hexdigest()

    def former(self, openid: str) -> str:
        """What stands in the rows that are kept of a follower who was forgotten."""
        return f"{FORGOTTEN}{self.pseudonym(openid)[:40]}"


@lru_cache(maxsize=1000)
def _dumped(rest: tuple[Reply, ...]) -> str:
    return documents.dump_replies(rest)


def text_of(inbound: Inbound) -> str:
    match inbound:
        case TextMessage(content=text) | VoiceMessage(recognition=text) | ClickEvent(key=text):
            return text
        case _:
            return ""


def kind_of(inbound: Inbound) -> str:
    match inbound:
        case Event(name=name):
            return name[:32]
        case Message():
            return type(inbound).__name__.removesuffix("Message").lower()


def short(key: str) -> str:
    """A message key's name in the log: the same for every step, and no openid in it."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def origin(job: ImageJob) -> str:
    """Return the key of the message a job came from: of a page, that of its sheet or deck."""
    return job.message_key.rpartition("#")[0] if job.group_id else job.message_key


def named(job: ImageJob) -> str:
    """A job in the log, with the message it came from."""
    return f"job={job.id} message={short(origin(job))}"

"""What a process keeps in memory so that a canned reply does no I/O; swapped whole on a change."""

import gc
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.errors import StoreError
from bot.keywords import documents
from bot.keywords.index import Index
from bot.live import Live
from bot.models import ImageReply, MusicReply, Rule, VideoReply, VoiceReply
from bot.settings import Settings
from bot.store import accounts, followers, media, rules
from bot.store import settings as stored
from bot.store.accounts import Capability
from bot.store.database import Database
from bot.vault import Vault

if TYPE_CHECKING:
    from bot.memory import Bells

log = logging.getLogger(__name__)
PAUSE = 0.4  # seconds between looks at the versions: live within a second of a save
BREATH = 0.05  # seconds at least between two looks, however often it rings
RETIRED = 10.0  # seconds after which an old index is taken apart
MEDIA_PAUSE = 30.0  # seconds; media ids end by the clock too


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of everything a reply may need, never changed once it is current.

    *files* are the (kind, name) of what the rules answer with; *media* maps ``file:`` names to
    media ids; *capabilities* is what use has taught; *blocked* maps an openid to when its block
    ends, in epoch ms; *live* is what the console changed.
    """

    index: Index
    live: Live
    files: frozenset[tuple[str, str]] = frozenset()
    media: Mapping[str, str] = field(default_factory=dict)
    capabilities: Mapping[str, Capability] = field(default_factory=dict)
    blocked: Mapping[str, int] = field(default_factory=dict)
    rules_version: int = -1
    media_version: int = -1
    settings_version: int = -1

    @property
    def can_push(self) -> bool:
        """Whether custom messages are allowed; unknown counts as yes."""
        push = self.capabilities.get("push")
        return push is None or push.allowed


def _files(rules: Iterable[Rule]) -> Iterator[tuple[str, str]]:
    for reply in (reply for rule in rules for reply in rule.replies):
        match reply:
            case ImageReply(media=name):
                kind = "image"
            case VoiceReply(media=name):
                kind = "voice"
            case VideoReply(media=name):
                kind = "video"
            case MusicReply(thumb=name):
                kind = "thumb"
            case _:
                continue
        if name.startswith("file:"):
            yield kind, name.removeprefix("file:")


class Snapshots:
    """Holds the current snapshot and renews it from its own thread.

    Before `start` it is *base*: the environment's settings and no rule.
    """

    def __init__(self, base: Live, vault: Vault) -> None:
        self.current = Snapshot(Index.build(()), base)
        self.base = base
        self._vault = vault
        self._app_id = base.settings.wechat_app_id
        self._media_until = 0.0
        self.fresh_at = 0.0  # when the database was last looked at, by the monotonic clock
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._look = threading.Event()
        self._saved = threading.Event()
        self._bells: Bells | None = None
        self._thread = threading.Thread(target=self._run, name="snapshot", daemon=True)

    @property
    def redis_lost(self) -> bool:
        """Whether there should be a Redis and it does not answer this process."""
        return self._bells is not None and self._bells.lost

    def start(self, db: Database, account_id: int) -> None:
        """Load everything, and keep it fresh. Raises as `refresh` does."""
        self._db = db
        self._account_id = account_id
        self.refresh()
        self._bells = bells_of(self.base.settings, heard=self._look.set)
        if self._bells:
            self._bells.start()
            db.on_move = self._ring
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._look.set()
        if self._bells:
            self._bells.stop()

    def refresh(self) -> None:
        """Load what has changed.

        Raises:
            StoreError: the database does not answer; the current snapshot stays.
        """
        with self._lock:
            self.current = self._fresh()
            self.fresh_at = time.monotonic()

    def _fresh(self) -> Snapshot:
        versions = accounts.versions(self._db, self._account_id)
        fresh = self.current
        if versions.settings != fresh.settings_version:
            fresh = self._changed(fresh)
        if versions.rules != fresh.rules_version:
            fresh = self._compiled(fresh)
        if versions.media != fresh.media_version or time.monotonic() > self._media_until:
            self._media_until = time.monotonic() + MEDIA_PAUSE
            known = media.known(self._db, self._account_id, self._app_id)
            fresh = replace(
                fresh,
                media={f"file:{name}": media_id for name, media_id in known.items()},
                capabilities=accounts.capabilities(self._db, self._account_id, self._app_id),
                media_version=versions.media,
            )
        return fresh

    def _changed(self, old: Snapshot) -> Snapshot:
        version, values = stored.read(self._db, self._account_id)
        live = self.base.changed(values, self._vault)
        blocked = followers.blocked(self._db, self._account_id)
        return replace(old, live=live, blocked=blocked, settings_version=version)

    def _compiled(self, old: Snapshot) -> Snapshot:
        # What is garbage now, the freeze below would keep for ever; the old rules are frozen
        # already, so that this is short.
        gc.collect()
        version, found = rules.read(self._db, self._account_id)
        compiled = [
            replace(documents.from_dict(document, where=f"rule {id_}"), id=id_, position=position)
            for id_, position, document in found
        ]
        fresh = replace(
            old,
            index=Index.build(compiled),
            files=frozenset(_files(compiled)),
            rules_version=version,
        )
        # A full collection over 100,000 rules would stall replies; they are no garbage anyway.
        gc.collect(1)
        gc.freeze()
        # By then no reply is using it; freed at once, a large index would stall replies too.
        retire = threading.Timer(RETIRED, old.index.dismantle)
        retire.daemon = True
        retire.start()
        return fresh

    def _ring(self) -> None:
        """Have our thread ring; whoever saves does not wait for Redis."""
        self._saved.set()
        self._look.set()

    def _run(self) -> None:
        while not self._stop.wait(BREATH):
            self._look.wait(PAUSE)
            self._look.clear()
            try:
                if self._saved.is_set() and self._bells:
                    self._saved.clear()
                    self._bells.ring()
                self.refresh()
            except StoreError as error:
                log.warning("the rules stay as they are: %s", error)
            except Exception:
                log.exception("the rules stay as they are")


def bells_of(settings: Settings, heard: Callable[[], None] = lambda: None) -> "Bells | None":
    """Return the bells of all processes that have these *settings*, None without a Redis."""
    if not settings.redis_url:
        return None
    from bot.memory import Bells  # noqa: PLC0415 — the embedded default does without Redis

    name = Vault(settings.secret_key).derive("bells").hex()[:32]
    return Bells(settings.redis_url, name=name, heard=heard)

"""Who lost or doubled what: the database and the sandbox's journal against what was said."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from bench.outside import ACCEPTED, perhaps_paid
from bot.models import JobState
from bot.store.database import Database
from bot.store.tables import image_job, media
from chaos.storm_judge import logged
from soak.acts import NUMBER
from soak.door import Heard

DRAWING = "/v1/images/generations"
UPLOADS = "/cgi-bin/media/upload"
SENDS = "/cgi-bin/message/custom/send"
OPEN = (JobState.QUEUED, JobState.GENERATING, JobState.GENERATED)


@dataclass
class Record:
    """The whole journal in short, read in pieces: the sandbox keeps its last 10,000 calls."""

    last: int = 0
    missed: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    billed: Counter[str] = field(default_factory=Counter)
    """Calls for each prompt's number that were paid for, or may have been."""
    files: dict[str, str] = field(default_factory=dict)
    """The hash of every uploaded file, by its media id."""
    sent: Counter[str] = field(default_factory=Counter)
    """How often WeChat said that it took a push of this media id."""

    def read(self, calls: Collection[Mapping[str, Any]]) -> None:
        """Take in what is new in *calls*, oldest first."""
        for call in calls:
            if call["id"] <= self.last:
                continue
            self.missed += call["id"] - self.last - 1
            self.last = call["id"]
            self._take(call)

    def _take(self, call: Mapping[str, Any]) -> None:
        path, status, answer = call["path"], call["status"], call["answer"]
        told = answer if isinstance(answer, dict) else {}
        good = status == 200 and bool(told) and not told.get("errcode")  # noqa: PLR2004 — HTTP
        self.calls[path] += 1
        self.failed[path] += not good
        if path == DRAWING and perhaps_paid(call):
            number = NUMBER.search(call["json"]["prompt"])
            self.billed[number[1] if number else ""] += 1
        elif path == UPLOADS and good:
            self.files[told["media_id"]] = call["files"][0]["sha256"]
        elif path == SENDS and good and call["json"]["msgtype"] == "image":
            self.sent[call["json"]["image"]["media_id"]] += 1


@dataclass(frozen=True, slots=True)
class Count:
    """One line of the verdict: how many there were, and how many there may be."""

    name: str
    found: int
    allowed: int = 0

    @property
    def good(self) -> bool:
        return self.found <= self.allowed


def canned(db: Database) -> dict[str, str]:
    """Return the media ids of the rules' files by name; empty for what is not uploaded yet."""
    with db.read() as tx:
        return dict(tx.execute(select(media.c.name, media.c.media_id)).all())


def unfinished(db: Database) -> int:
    """Return how many jobs are still on their way."""
    query = select(func.count()).select_from(image_job).where(image_job.c.state.in_(OPEN))
    with db.read() as tx:
        found: int = tx.execute(query).scalar_one()
        return found


def states(db: Database) -> dict[str, int]:
    query = select(image_job.c.state, func.count()).group_by(image_job.c.state)
    with db.read() as tx:
        return dict(tx.execute(query).all())


def counts(db: Database, heard: Heard, record: Record) -> Iterator[Count]:
    """Yield what was lost, doubled or wrong."""
    with db.read() as tx:
        told = dict(tx.execute(select(image_job.c.message_key, image_job.c.acknowledgement)).all())
    yield Count("没有回答的推送", heard.missing)
    yield Count("答错的推送", heard.wrong.total())
    yield Count("没记进消息记录的消息", len(heard.keys) - logged(db))
    accepted = {key for key, words in heard.prompts.items() if words.startswith(ACCEPTED)}
    yield Count("答应了却没有任务的画图请求", len(accepted - told.keys()))
    few = 1 + len(heard.prompts) // 100
    yield Count("明说没接下的画图请求", len(heard.prompts) - len(accepted), allowed=few)
    yield Count("没有人要的任务", len(told.keys() - accepted))
    different = sum(told.get(key) != heard.prompts[key] for key in accepted & told.keys())
    yield Count("和存下的不一样的答应", different)
    yield Count("没做完的任务", unfinished(db))
    yield Count("可能付过两次钱的图", sum(times > 1 for times in record.billed.values()))
    yield Count(
        "送出两次的图",
        sum(times > 1 for times in _deliveries(heard, record, {*canned(db).values()})),
    )
    yield Count("没读到的接口调用", record.missed)


def _deliveries(heard: Heard, record: Record, ours: Collection[str]) -> Iterator[int]:
    """Yield for each picture how often it reached its follower: pushed, or handed out for 取图."""
    reached: Counter[str] = Counter()
    for media_id, times in record.sent.items():
        if media_id not in ours:
            reached[record.files.get(media_id, media_id)] += times
    for media_id in heard.handed.values():
        reached[record.files.get(media_id, media_id)] += 1
    yield from reached.values()

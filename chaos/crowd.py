"""Followers who ask for pictures, each once, and the judgement of what they got."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select

from bench.children import BenchError
from bench.outside import ACCEPTED, Outside, perhaps_paid
from bench.waiting import until
from bot.models import ImageJob, JobState
from bot.store.database import Database
from bot.store.jobs import COLUMNS, record
from bot.store.tables import image_job
from chaos.plant import Plant

ENDS = {
    JobState.DELIVERED,
    JobState.WAITING,
    JobState.COLLECTED,
    JobState.FAILED,
    JobState.UNKNOWN,
    JobState.CANCELLED,
}
STATES: Final[dict[str, str]] = {
    JobState.QUEUED: "排队",
    JobState.GENERATING: "在画",
    JobState.GENERATED: "画好没送",
    JobState.DELIVERED: "送达",
    JobState.COLLECTED: "领走",
    JobState.WAITING: "待领",
    JobState.FAILED: "如实告知",
    JobState.UNKNOWN: "不明，已告知",
    JobState.CANCELLED: "取消",
    JobState.KEPT: "留着",
    "refused": "当场婉拒",
}
"""How an operator reads what became of a prompt."""
LINK = "/p/"
FAULT = "该公众号提供的服务出现故障"


@dataclass(frozen=True, slots=True)
class Asked:
    """One follower's prompt on its way: *push* is the sandbox's number of it."""

    openid: str
    prompt: str
    push: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a crowd's prompts.

    *ends* counts the jobs' states and ``refused`` (a sentence, nothing accepted); *seconds* is the
    longest from a question to the last that its row tells of.
    """

    asked: int
    ends: Counter[str]
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    paid_twice: tuple[str, ...]
    seconds: float


@dataclass
class Crowd:
    """People who follow the account for one experiment; *problems* are what else went wrong."""

    plant: Plant
    name: str
    people: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def outside(self) -> Outside:
        return self.plant.outside

    def gather(self, count: int) -> None:
        """Have *count* people follow the account, while all is well."""
        names = [f"{self.name[:12]}{number}" for number in range(1, count + 1)]
        self.people = [self.outside.follower(name) for name in names]

    def ask(self, *, wait: bool = True) -> None:
        """Have everybody ask for a picture of their own; *wait* for WeChat to be done."""
        for number, openid in enumerate(self.people, 1):
            prompt = f"{self.name}第{number}幅未来的城市"
            self.asked.append(Asked(openid, prompt, self.outside.say(openid, prompt)))
        if wait:
            self.answered()

    def answered(self) -> None:
        """Wait until WeChat has an answer to everything, or has given up."""
        for one in self.asked:
            self.outside.answered(one.push)

    def until(
        self, true: Callable[[Collection[ImageJob]], bool], *, seconds: float, what: str
    ) -> None:
        """Wait until something is true of all they have asked for; raises BenchError."""
        with self.plant.database() as db:
            until(lambda: true(self._jobs(db)), seconds=seconds, what=what, every=0.1)

    def jobs(self) -> list[ImageJob]:
        """Everything they have asked for, as the database has it."""
        with self.plant.database() as db:
            return self._jobs(db)

    def drawing(self) -> None:
        """Wait until each of their pictures was asked for at the image service."""
        self.until(lambda jobs: all(job.called_at for job in jobs), seconds=20, what="开始画")

    def settle(self, *, within: float) -> None:
        """Wait until all jobs have ended and that was told; who has not by then is judged so."""
        with suppress(BenchError):
            self.until(lambda jobs: all(map(_over, jobs)), seconds=within, what="都有结局")

    def collect(self) -> None:
        """Have those who got nothing ask for it, as the acknowledgement told everybody to."""
        waiting = [one for one, jobs in self._found().items() if any(map(_waits, jobs))]
        empty = [one for one in waiting if not self._pictures(one)]
        for push in [self.outside.say(one.openid, "取图") for one in empty]:
            self.outside.answered(push)

    def judged(self) -> Verdict:
        """Hold phones, journal and rows against each other."""
        calls = self.outside.calls("/v1/images/")
        found = self._found()
        took = [_seconds(job) for jobs in found.values() for job in jobs]
        ends = Counter(job.state.value for jobs in found.values() for job in jobs)
        ends["refused"] = sum(not jobs for jobs in found.values())
        lost, doubled = [], []
        for one, jobs in found.items():
            missing, repeated = self._seen(one, jobs)
            lost += [f"{one.prompt}：{why}" for why in missing]
            doubled += [f"{one.prompt}：{why}" for why in repeated]
        paid = [one.prompt for one in self.asked if _paid(calls, one.prompt) > 1]
        return Verdict(
            asked=len(self.asked),
            ends=+ends,
            lost=tuple(lost),
            doubled=tuple(doubled),
            paid_twice=tuple(paid),
            seconds=max(took, default=0.0),
        )

    def _jobs(self, db: Database) -> list[ImageJob]:
        theirs = image_job.c.openid.in_([one.openid for one in self.asked])
        with db.read() as tx:
            return [record(row) for row in tx.execute(select(*COLUMNS).where(theirs))]

    def _found(self) -> dict[Asked, list[ImageJob]]:
        jobs = self.jobs()
        return {one: [job for job in jobs if job.openid == one.openid] for one in self.asked}

    def _pictures(self, one: Asked) -> list[dict[str, Any]]:
        """The pictures on a follower's phone; a link stands in for one that WeChat refused."""
        said = [item for item in self.outside.chat(one.openid) if item["from"] == "bot"]
        return [item for item in said if item["kind"] == "image" or LINK in item.get("text", "")]

    def _seen(self, one: Asked, jobs: list[ImageJob]) -> tuple[list[str], list[str]]:
        """Return what is missing on a follower's phone, and what is there too often."""
        chat = [item for item in self.outside.chat(one.openid) if item["from"] != "follower"]
        pictures = self._pictures(one)
        said = [item for item in chat if item["kind"] == "text"]
        passive = [item for item in said if item.get("push") == one.push]
        lost, doubled = [], []
        if not passive:
            lost.append("没有回答")
        if any(FAULT in item.get("text", "") for item in chat):
            lost.append("微信显示了“该公众号提供的服务出现故障”")
        if len(passive) > 1 or len(jobs) > 1 or len(pictures) > 1:
            counts = f"{len(passive)} 个回答，{len(jobs)} 个任务，{len(pictures)} 张图"
            doubled.append(counts)
        answers = self.outside.answered(one.push)["attempts"]
        if len({_content(each["response_xml"]) for each in answers if each["response_xml"]}) > 1:
            doubled.append("同一条推送的回答不一样")
        if not jobs and any(item["text"].startswith(ACCEPTED) for item in passive):
            lost.append("答应了，却没有任务")
        lost += [why for job in jobs if (why := _missing(job, len(pictures), len(said)))]
        return lost, doubled


def _missing(job: ImageJob, pictures: int, said: int) -> str:
    if job.state in {JobState.DELIVERED, JobState.COLLECTED, JobState.WAITING}:
        return "" if pictures else f"{STATES[job.state]}，图却没有来"
    if _in_words(job):
        return "" if said > 1 else f"{STATES[job.state]}，却没有人告诉粉丝"
    return f"到最后还是“{STATES[job.state]}”"


def _over(job: ImageJob) -> bool:
    return job.state in ENDS and (job.told not in {"", "sending"} or not _in_words(job))


def _in_words(job: ImageJob) -> bool:
    return job.state in {JobState.FAILED, JobState.UNKNOWN}


def _waits(job: ImageJob) -> bool:
    return job.state is JobState.WAITING or (_in_words(job) and job.told == "waiting")


def _seconds(job: ImageJob) -> float:
    end = max(job.finished_at, job.send_at, job.generated_at)
    return max(end - job.created_at, 0) / 1000


def _paid(calls: Iterable[dict[str, Any]], prompt: str) -> int:
    """How many calls for a prompt may have been billed."""
    return sum(perhaps_paid(call) for call in calls if prompt in str(call.get("json")))


def _content(xml: str) -> str:
    """What an answer says: its time is that of each push."""
    before, _, rest = xml.partition("<CreateTime>")
    return before + rest.partition("</CreateTime>")[2]

"""Storms: three pushes of every message, racing over four web processes.

Once for each database, on servers of our own. Nothing but the doors runs: what was accepted stays
in the queue, where it is counted.
"""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from bench.children import child, environment, folder, free_bind
from bench.door import AES_KEY
from bench.table import table
from bot import seed
from bot.store.database import Database
from bot.wechat.crypto import Credentials
from chaos.storm_judge import DAILY, Verdict, judge, logged
from chaos.storm_pushes import Answers, Kind, Said, crowd, push
from tests import servers

PROCESSES = 4
MESSAGES = 10_000  # of the long form
FLUSHED = 20.0  # seconds within which the log has to be complete
NAMES: Final = {
    "三推风暴：SQLite": "sqlite",
    "三推风暴：PostgreSQL": "postgresql",
    "三推风暴：MariaDB": "mysql",
}
"""Databases by the name of their storm."""
MOST = 10  # harms of a kind that are printed one by one
HEAD = (
    "",
    "消息",
    "推送",
    "接住",
    "拒绝",
    "丢",
    "重",
    "答得不一",
    "库忙",
    "消息/秒",
    "p99 毫秒",
    "",
)
THINGS: Final = {
    "answer": "回答",
    "log": "消息记录",
    "follower": "粉丝",
    "hit": "关键词计数",
    "job": "任务",
    "push": "任务的推送数",
    "unit": "粉丝的额度",
    "day": "一天的预算",
    "month": "一月的预算",
    Kind.PARCEL: "没发完的回复",
    Kind.PHOTO: "照片",
}
"""How an operator reads what `storm_judge` counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """What came of it; *seconds* are those of all pushes, *p99* of one push in ms."""

    database: str
    messages: int
    seconds: float
    p99: float
    verdict: Verdict

    @property
    def rate(self) -> float:
        """Messages a second, three pushes each."""
        return self.messages / self.seconds

    @property
    def lost(self) -> int:
        return self.verdict.lost.total()

    @property
    def doubled(self) -> int:
        return self.verdict.doubled.total()

    @property
    def harmless(self) -> bool:
        """Whether nothing was lost, doubled or answered otherwise the second time."""
        return not (self.lost or self.doubled or self.verdict.unequal)


def storm(database: str, *, messages: int) -> Storm:
    """Run one storm on a fresh *database* (a value of `NAMES`).

    Raises:
        BenchError: the web processes did not start.
    """
    with folder() as place, _database(database, place) as address:
        bind = free_bind()
        own = _settings(bind, address, place)
        db = Database(address, timeout=30)
        seed.prepare(db)
        words = ("bot.cli", "web")
        with child(*words, env=environment(own), cwd=place, ready=f"http://{bind}/healthz"):
            said, answers, seconds = _blow(own, bind, messages=messages)
            _wait_for_log(db, messages)
        verdict = judge(db, said, answers)
        db.close()
    took = statistics.quantiles((one.took for one in answers), n=100)
    return Storm(
        database=database, messages=messages, seconds=seconds, p99=took[98] * 1000, verdict=verdict
    )


def _blow(
    own: dict[str, str], bind: str, *, messages: int
) -> tuple[list[Said], list[Answers], float]:
    credentials = Credentials.parse(own["WECHAT_APP_ID"], own["WECHAT_TOKEN"], AES_KEY)
    said = crowd(messages)
    begun = time.perf_counter()
    answers = asyncio.run(push(credentials, said, bind=bind))
    return said, answers, time.perf_counter() - begun


def _wait_for_log(db: Database, messages: int) -> None:
    """Wait until the buffers are written, or never will be."""
    until = time.monotonic() + FLUSHED
    while logged(db) < messages and time.monotonic() < until:
        time.sleep(0.1)


def _settings(bind: str, address: str, place: Path) -> dict[str, str]:
    return {
        "WECHAT_APP_ID": "wx0123456789abcdef",
        "WECHAT_APP_SECRET": "not-used",
        "WECHAT_TOKEN": "stormtoken",
        "WECHAT_AES_KEY": AES_KEY,
        "OPENAI_API_KEY": "not-used",
        "SECRET_KEY": "only-for-this-storm",
        "DATABASE_URL": address,
        "DATA_DIR": str(place),
        "BIND": bind,
        "WEB_PROCESSES": str(PROCESSES),
        "FOLLOWER_DAILY_IMAGES": str(DAILY),
        "BUDGET_DAILY": "1000000",
        "BUDGET_MONTHLY": "1000000",
    }


@contextmanager
def _database(name: str, place: Path) -> Iterator[str]:
    if name == "sqlite":
        yield f"sqlite:///{place}/huaxin.db"
        return
    start = {"postgresql": servers.postgresql, "mysql": servers.mariadb}[name]
    with start() as server:
        yield server.new_database("storm")


# ---- what is printed ----


def play(chosen: Sequence[str], *, messages: int) -> int:
    """Let the storms of these `NAMES` blow, print a table, and return how many did harm."""
    if not chosen:
        return 0
    found = [(name, storm(NAMES[name], messages=messages)) for name in chosen]
    click.echo("\n同一条消息同时推三次，打在四个 web 进程上")
    click.echo(table([HEAD, *(_row(name, one) for name, one in found)]))
    for name, one in found:
        for what, things in (("丢了", one.verdict.lost), ("重了", one.verdict.doubled)):
            for (kind, key), count in list(things.items())[:MOST]:
                click.echo(f"  ✗ {name}：{what} {THINGS[kind]} {key} × {count}")
    return sum(not one.harmless for _, one in found)


def _row(name: str, one: Storm) -> tuple[str, ...]:
    verdict = one.verdict
    counts = (one.messages, 3 * one.messages, verdict.accepted, verdict.refused)
    faults = (one.lost, one.doubled, verdict.unequal, verdict.busy)
    figures = (f"{one.rate:,.0f}", f"{one.p99:,.0f}", "✓" if one.harmless else "✗")
    return (name, *(f"{count:,}" for count in (*counts, *faults)), *figures)

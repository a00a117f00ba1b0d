"""What is asked often reads few rows, however many have piled up: on each database."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.store import (
    accounts,
    chains,
    claims,
    collecting,
    conversations,
    decisions,
    followers,
    forgetting,
    gallery,
    jobs,
    leases,
    measures,
    messages,
    money,
    outbox,
    overview,
    photos,
    progress,
    pushes,
    reports,
    retention,
)
from bot.store.database import Database
from bot.store.queues import Pace
from tests.store.filling import DAY_MS, Meter, fill
from tests.store.orders import LANE, order
from tests.store.test_databases import heard

ROWS = 10_000
QUEUED = 10
MOST = ROWS // 10  # rows; a day is a ninetieth of them, and may be looked at a few times
OPENID = "o17"
UNFINISHED = ("queued", "running", "unknown", "waiting")
DAY = "2026-11-28"
PACE = Pace(images_per_minute=600, at_once=2)


@dataclass(frozen=True, slots=True)
class Filled:
    db: Database
    account_id: int
    meter: Meter


@pytest.fixture(name="filled")
def _filled(address: str, db: Database) -> Iterator[Filled]:
    """One connection to a database in which ninety days have left their rows."""
    fill(db, accounts.ensure(db), rows=ROWS, queued=QUEUED)
    alone = Database(address, timeout=30, threads=1)
    meter = Meter(alone)
    yield Filled(alone, accounts.ensure(alone), meter)
    alone.close()


def test_what_is_asked_often_reads_few_rows(filled: Filled) -> None:
    def read_by(ask: Callable[[], Any]) -> int:
        before = filled.meter.now()
        ask()
        return filled.meter.since(before)

    asked = at_the_door(filled) | in_the_worker(filled) | console(filled)
    read = {name: read_by(ask) for name, ask in asked.items()}

    assert {name: rows for name, rows in read.items() if rows > MOST} == {}
    # A question that has to look at everything is noticed.
    assert read_by(lambda: gallery.models(filled.db, filled.account_id)) >= ROWS


Questions = dict[str, Callable[[], Any]]


def at_the_door(filled: Filled) -> Questions:
    db, account_id = filled.db, filled.account_id
    own: dict[str, Any] = {"openid": OPENID}

    def current() -> None:
        talk = conversations.read(db, account_id, OPENID)
        chains.current(db, account_id, OPENID, talk)

    return {
        "a new prompt": lambda: jobs.submit(db, account_id, order("new", openid=OPENID)),
        "its retry": lambda: jobs.repeated(db, "new"),
        "a message not seen before": lambda: jobs.repeated(db, "never"),
        "blocks of the day": lambda: decisions.blocks(db, account_id, **own, day=DAY),
        "取图": lambda: collecting.collect(db, account_id, **own, message_key="c"),
        "waiting": lambda: collecting.waiting(db, account_id, **own),
        "open": lambda: collecting.open_jobs(db, account_id, **own),
        "works": lambda: collecting.pictures(db, account_id, **own, most=5),
        "进度": lambda: progress.steps(db, account_id, **own, pace=lambda _job: PACE),
        "last": lambda: progress.last(db, account_id, **own),
        "额度": lambda: money.drawn(db, account_id, **own, day=DAY),
        "the current picture": current,
        "the last hour": lambda: chains.last_hour(db, account_id, OPENID),
        "photos": lambda: photos.together(db, account_id, OPENID, within_ms=600_000),
        "取消": lambda: jobs.cancel(db, account_id, **own, message_key="x", asked_at=2 * 10**9),
        "versions": lambda: accounts.versions(db, account_id),
        "blocked": lambda: followers.blocked(db, account_id),
        "new messages": lambda: messages.write(db, [heard(f"n{one}") for one in range(20)]),
        "known messages": lambda: messages.write(db, [heard(f"{one}") for one in range(1, 20)]),
    }


def in_the_worker(filled: Filled) -> Questions:
    db, account_id = filled.db, filled.account_id

    def claim(concurrent: int) -> None:
        claims.claim(db, concurrent=concurrent, lanes=[LANE], most=5)

    def room() -> None:
        one = jobs.get(db, ROWS // 2)
        with db.read() as tx:
            pushes.room(tx, one)

    return {
        "nothing to hand out": lambda: claim(0),
        "handing out": lambda: claim(2),
        "in hands": lambda: claims.in_hands(db, ["somebody"]),
        "taking back": lambda: claims.take_back(db),
        "parcels": lambda: outbox.claim(db, most=20),
        "room for choices": room,
        "workers": lambda: leases.count(db, leases.ALIVE),
        "who left": lambda: forgetting.left(db, account_id, for_ms=1, most=50),
        "files of nobody's": lambda: forgetting.leftovers(db, account_id, most=50),
        "retention": lambda: retention.purge(db, account_id, days=180),
        "quotas of nobody's": lambda: retention.purge_quotas(db, account_id, today=DAY),
        "old photos": lambda: photos.purge(db, account_id, older_ms=180 * DAY_MS),
        "metrics": lambda: measures.read(db, account_id, day=DAY, month="2026-11"),
        "depth": lambda: jobs.depth(db),
    }


def console(filled: Filled) -> Questions:
    db, account_id = filled.db, filled.account_id
    zone = ZoneInfo("Asia/Shanghai")
    today = datetime.now(UTC).astimezone(zone).date()
    span, (shown,) = reports.Span(today, 1, zone), overview.spans(zone, today, 1)
    since = int(time.time() * 1000) - DAY_MS
    one = gallery.Filter(openid=OPENID)
    return {
        "a follower's pictures": lambda: gallery.page(db, account_id, one, most=40),
        "a picture's edits": lambda: gallery.children(db, account_id, 100),
        "a sheet's pages": lambda: gallery.parts(db, account_id, 100),
        "a follower's talk": lambda: followers.conversation(db, account_id, OPENID, most=50),
        "the queue": lambda: [gallery.queue(db, account_id, one, most=50) for one in UNFINISHED],
        "pulse": lambda: gallery.pulse(db, leases.ALIVE),
        "overview's failures": lambda: overview.failures(db, account_id, shown),
        "last message": lambda: overview.last_message(db, account_id),
        "unmatched": lambda: overview.unmatched(db, account_id, since=since),
        "a day's messages": lambda: reports.heard(db, account_id, span),
    }

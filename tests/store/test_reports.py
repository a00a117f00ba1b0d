"""What the reports count, the same on the three databases, by the days of TIMEZONE."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from bot.errors import Reason
from bot.models import JobState
from bot.store import counters, jobs, messages, reports, rules
from bot.store.database import Database
from bot.store.reports import Heard, Model, Span, Times
from bot.store.tables import image_job
from tests.store.orders import COST, order
from tests.store.test_databases import heard

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
SPAN = Span(date(2026, 11, 23), 3, SHANGHAI)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def test_a_span_knows_its_days_and_their_bounds() -> None:
    assert SPAN.dates == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert SPAN.bounds == (
        datetime(2026, 11, 20, 16, tzinfo=UTC),
        datetime(2026, 11, 23, 16, tzinfo=UTC),
    )
    assert SPAN.offsets() == [(at("2026-11-24 00:00:00"), 8 * 3_600_000)]


def test_messages_are_counted_by_local_days_to_the_millisecond(
    db: Database, account_id: int
) -> None:
    last = at("2026-11-22 23:59:59") + 999
    moments = [at("2026-11-21 00:00:00") - 1, at("2026-11-21 00:00:00"), last, last + 1]
    messages.write(db, [heard(f"k{number}", at=moment) for number, moment in enumerate(moments)])
    messages.write(db, [heard("miss", at=last, rule_id=0)])

    assert reports.heard(db, account_id, SPAN) == {
        "2026-11-21": Heard(1, 1),
        "2026-11-22": Heard(2, 1),
        "2026-11-23": Heard(1, 1),
    }


def test_days_are_right_where_the_clock_is_turned_back(db: Database, account_id: int) -> None:
    span = Span(date(2026, 11, 2), 3, NEW_YORK)
    moments = {
        "a": at("2026-10-31 23:59:59", NEW_YORK),
        "b": at("2026-11-01 00:00:00", NEW_YORK),
        "c": at("2026-11-01 23:59:59", NEW_YORK),
        "d": at("2026-11-02 00:00:00", NEW_YORK),
    }
    messages.write(db, [heard(key, at=moment) for key, moment in moments.items()])

    assert len(span.offsets()) == 2
    found = reports.heard(db, account_id, span)
    assert {day: one.messages for day, one in found.items()} == {
        "2026-10-31": 1,
        "2026-11-01": 2,
        "2026-11-02": 1,
    }


def test_percentiles_are_exact(db: Database, account_id: int) -> None:
    moment = at("2026-11-22 12:00:00")
    messages.write(db, [heard(f"k{number}", at=moment, micros=number) for number in range(1, 101)])
    messages.write(db, [heard("one", at=at("2026-11-23 12:00:00"), micros=7)])

    assert reports.reply_times(db, account_id, SPAN) == {
        "2026-11-22": Times(50, 95),
        "2026-11-23": Times(7, 7),
    }


@pytest.fixture(name="drawn")
def _drawn(db: Database, account_id: int) -> None:
    """Four pictures: two drawn, one failed, one of unknown outcome; one of another time."""
    values: list[dict[str, Any]] = [
        {"state": JobState.DELIVERED, "model": "m1", "created_at": 1000, "generated_at": 5000},
        {"state": JobState.WAITING, "model": "m2", "created_at": 1000, "generated_at": 9000},
        {"state": JobState.FAILED, "reason": Reason.RATE_LIMIT, "cost": 0},
        {"state": JobState.UNKNOWN, "reason": Reason.OUTCOME_UNKNOWN},
        {"state": JobState.DELIVERED, "day": "2026-10-01", "model": "m1", "generated_at": 1},
    ]
    for number, one in enumerate(values):
        job = jobs.submit(db, account_id, order(f"j{number}"))
        with db.write() as tx:
            tx.execute(update(image_job).where(image_job.c.id == job.id).values(one))


@pytest.mark.usefixtures("drawn")
def test_pictures_costs_and_failures(db: Database, account_id: int) -> None:
    assert reports.pictures(db, account_id, SPAN) == {
        ("2026-11-23", "delivered"): 1,
        ("2026-11-23", "waiting"): 1,
        ("2026-11-23", "failed"): 1,
        ("2026-11-23", "unknown"): 1,
    }
    assert reports.costs(db, account_id, SPAN) == {"2026-11-23": 5 * COST}
    assert reports.models(db, account_id, SPAN) == [Model("m1", 1, COST), Model("m2", 1, COST)]
    assert reports.failures(db, account_id, SPAN) == [("outcome_unknown", 1), ("rate_limit", 1)]
    assert reports.picture_times(db, account_id, SPAN) == {"2026-11-23": Times(4000, 8000)}


def test_rules_and_the_door(db: Database, account_id: int) -> None:
    documents: list[dict[str, Any]] = [
        {"name": name, "keywords": [{"text": name}], "replies": [{"type": "text", "content": "x"}]}
        for name in ("电子书", "AI", "内推", "停用")
    ]
    documents[3]["enabled"] = False
    rules.replace(db, account_id, documents)
    ids = {document["name"]: id_ for id_, _, document in rules.read(db, account_id)[1]}
    for number, name in enumerate(("电子书", "AI", "AI")):
        day: dict[str, Any] = {"at": at("2026-11-22 12:00:00"), "day": "2026-11-22"}
        messages.write(db, [heard(f"k{number}", rule_id=ids[name], **day)])
    messages.write(db, [heard("old", rule_id=ids["内推"], day="2026-10-01")])
    counters.add(db, account_id, day="2026-11-22", counts={"forged": 3})

    assert reports.top_rules(db, account_id, SPAN, most=9) == [("AI", 2), ("电子书", 1)]
    assert reports.idle_rules(db, account_id, SPAN, most=9) == ["内推"]
    assert reports.refusals(db, account_id, SPAN) == {("2026-11-22", "forged"): 3}

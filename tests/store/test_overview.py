"""What the days came to, on every database."""

from datetime import date
from zoneinfo import ZoneInfo

from bot.models import JobState
from bot.store import accounts, counters, overview
from bot.store.database import Database
from bot.store.tables import budget, image_job, message, rule_hit

SHANGHAI = ZoneInfo("Asia/Shanghai")
SPANS = overview.spans(SHANGHAI, date(2026, 11, 23), 3)


def said(account_id: int, key: str, at: int, **more: object) -> dict[str, object]:
    row: dict[str, object] = {"account_id": account_id, "message_key": key, "openid": "o1"}
    row |= {"kind": "text", "content": "x", "handler": "keyword", "rule_id": 1, "created_at": at}
    return row | {"micros": 100} | more


def drawn(account_id: int, key: str, at: int, **more: object) -> dict[str, object]:
    row: dict[str, object] = {"account_id": account_id, "message_key": key, "openid": "o1"}
    row |= {"prompt": "x", "width": 1, "height": 1, "acknowledgement": "", "created_at": at}
    return row | {"day": "2026-11-23", "state": JobState.DELIVERED, "reason": ""} | more


def test_a_day_is_the_zones_and_holds_what_happened_in_it(db: Database) -> None:
    account_id = accounts.ensure(db)
    today = SPANS[-1]
    with db.write() as tx:
        tx.execute(
            message.insert(),
            [
                said(account_id, "m1", today.start - 1),
                said(account_id, "m2", today.start, micros=300),
                said(account_id, "m3", today.end - 1, handler="default", rule_id=0),
                said(account_id, "m4", today.end),
            ],
        )
        tx.execute(
            image_job.insert(),
            [
                drawn(account_id, "j1", today.start + 5, generated_at=today.start + 9_005),
                drawn(account_id, "j2", today.start + 6, generated_at=0)
                | {"state": JobState.FAILED, "reason": "bad_key"},
            ],
        )
        own = {"account_id": account_id, "day": "2026-11-23"}
        tx.execute(rule_hit.insert().values(**own, rule_id=1, hits=4))
        spent = {"account_id": account_id, "period": "2026-11-23", "amount": 500}
        tx.execute(budget.insert().values(spent))
    counters.add(db, account_id, day="2026-11-22", counts={"stale": 2})

    before, yesterday, now = overview.days(db, account_id, of=SPANS)
    assert before == overview.Day(day="2026-11-21")
    assert yesterday == overview.Day(
        day="2026-11-22", messages=1, median=100, p95=100, counts={"stale": 2}
    )
    assert now == overview.Day(
        day="2026-11-23",
        messages=2,
        hits=4,
        pictures=1,
        failures=1,
        cost=500,
        median=100,
        p95=300,
        wait=9_000,
    )
    assert overview.days(db, account_id, of=[today]) == [now]
    assert overview.failures(db, account_id, today) == {"bad_key": 1}
    assert overview.last_counted(db, account_id, "stale") == "2026-11-22"
    assert overview.last_message(db, account_id) == today.end
    assert overview.unmatched(db, account_id, since=today.start) == 1


def test_days_follow_the_zone_over_a_change_of_the_clocks() -> None:
    spring = overview.spans(ZoneInfo("Europe/Berlin"), date(2026, 3, 29), 2)

    assert [span.day for span in spring] == ["2026-03-28", "2026-03-29"]
    assert [span.end - span.start for span in spring] == [24 * 3600 * 1000, 23 * 3600 * 1000]
    assert spring[0].end == spring[1].start

"""What the store promises holds on SQLite, PostgreSQL and MariaDB alike."""

import time
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from bot.counts import Counts
from bot.errors import Reason, Refused
from bot.models import JobState
from bot.store import (
    accounts,
    claims,
    collecting,
    counters,
    jobs,
    leases,
    media,
    messages,
    money,
    outbox,
    rules,
)
from bot.store.buffer import Buffer
from bot.store.claims import Claim, LeaseLost
from bot.store.database import Database, now_ms
from bot.store.media import File
from bot.store.messages import Heard
from bot.store.tables import follower, lease, message, rule_hit
from tests.store.orders import COST, DAY, MONTH, XIAOHUA, claim_all, order, waiting

APP = "wx0123456789abcdef"


def heard(key: str, *, openid: str = XIAOHUA, **changes: Any) -> Heard:
    values: dict[str, Any] = {
        "account_id": 1,
        "message_key": key,
        "openid": openid,
        "kind": "text",
        "content": "电子书",
        "handler": "keyword",
        "rule_id": 7,
        "at": 1_795_436_007_000,
        "day": DAY,
        "micros": 250,
    }
    return Heard(**values | changes)


def test_the_clock_is_the_time(db: Database) -> None:
    with db.read() as tx:
        found = tx.execute(select(now_ms())).scalar_one()

    assert abs(found / 1000 - time.time()) < 2


def test_a_repeated_push_finds_its_job(db: Database, account_id: int) -> None:
    first = jobs.submit(db, account_id, order("k"))
    again = jobs.submit(db, account_id, order("k"))

    assert (again.id, again.pushes, again.acknowledgement) == (first.id, 2, "前面 0 人")
    assert again.prompt == "一只橘猫 🐈"
    assert money.used(db, account_id, openid=XIAOHUA, day=DAY) == 1
    assert money.spent(db, account_id, period=DAY) == COST
    assert money.spent(db, account_id, period=MONTH) == COST


def test_a_refused_order_leaves_nothing(db: Database, account_id: int) -> None:
    with pytest.raises(Refused) as quota:
        jobs.submit(db, account_id, order("k", daily_images=0))
    with pytest.raises(Refused) as budget:
        jobs.submit(db, account_id, order("k", limits={DAY: None, MONTH: COST - 1}))

    assert (quota.value.reason, budget.value.reason) == (Reason.QUOTA, Reason.BUDGET)
    assert jobs.depth(db) == {}
    assert money.used(db, account_id, openid=XIAOHUA, day=DAY) == 0
    assert money.spent(db, account_id, period=DAY) == 0


def test_a_job_goes_through_its_life(db: Database, account_id: int) -> None:
    jobs.submit(db, account_id, order("k"))
    (claim,) = claim_all(db)
    assert claim_all(db) == []
    job = claims.begin(db, claim, owner="one")
    assert job is not None
    assert claims.begin(db, claim, owner="two") is None
    assert claims.in_hands(db, ["one"]) == 1
    assert claims.in_hands(db, ["two"]) == 0  # its worker has left, and has no thread for others

    saved = claims.save(db, claim, state=JobState.GENERATING, called_at=now_ms())
    assert abs(saved.called_at / 1000 - time.time()) < 2
    with pytest.raises(LeaseLost):
        claims.save(db, Claim(claim.job_id, claim.fence - 1), state=JobState.FAILED)

    assert claims.take_back(db) == []
    claims.save(db, claim, lease_until=0)
    (taken,) = claims.take_back(db)
    assert taken == Claim(claim.job_id, claim.fence + 1)
    with pytest.raises(LeaseLost):
        claims.save(db, claim, state=JobState.FAILED)
    assert jobs.get(db, claim.job_id).state is JobState.GENERATING


def test_a_job_lost_before_its_call_is_queued_again(db: Database, account_id: int) -> None:
    jobs.submit(db, account_id, order("k"))
    (claim,) = claim_all(db)
    claims.save(db, claim, state=JobState.GENERATING, lease_until=0)

    assert claims.take_back(db) == []
    assert claim_all(db) == [Claim(claim.job_id, claim.fence + 2)]


def test_pictures_are_collected_oldest_first_and_once(db: Database, account_id: int) -> None:
    made = waiting(db, account_id, "one", "two")
    assert collecting.waiting(db, account_id, openid=XIAOHUA) == 2

    def collect(key: str) -> int | None:
        job = collecting.collect(db, account_id, openid=XIAOHUA, message_key=key)
        return job.id if job else None

    assert [collect(key) for key in ("a", "a", "b", "a", "c")] == [1, 1, 2, 1, None]
    assert jobs.get(db, made[0].id).state is JobState.COLLECTED
    shown = collecting.pictures(db, account_id, openid=XIAOHUA, most=1)
    assert [job.id for job in shown] == [2]


def test_a_cancelled_job_is_refunded_once(db: Database, account_id: int) -> None:
    jobs.submit(db, account_id, order("one"))
    jobs.submit(db, account_id, order("two"))
    told = [
        jobs.cancel(db, account_id, openid=XIAOHUA, message_key="c", asked_at=1_795_436_008)
        for _ in range(2)
    ]

    assert told == [(2, 0), (2, 0)]
    assert money.used(db, account_id, openid=XIAOHUA, day=DAY) == 0
    assert money.spent(db, account_id, period=DAY) == 0
    assert claim_all(db) == []


def test_a_lease_has_one_holder(db: Database) -> None:
    assert leases.take(db, "leader", owner="one", seconds=10)
    assert not leases.take(db, "leader", owner="two", seconds=10)
    assert leases.take(db, "leader", owner="one", seconds=10)
    assert leases.count(db, "lead") == 1
    leases.release(db, "leader", owner="two")
    assert not leases.take(db, "leader", owner="two", seconds=10)
    leases.release(db, "leader", owner="one")
    assert leases.take(db, "leader", owner="two", seconds=0)
    assert leases.take(db, "leader", owner="one", seconds=10)


def test_the_leases_of_the_killed_are_forgotten(db: Database) -> None:
    assert leases.take(db, "worker:alive", owner="alive", seconds=10)
    assert leases.take(db, "worker:killed", owner="killed", seconds=0)
    leases.prune(db)

    with db.read() as tx:
        assert list(tx.execute(select(lease.c.name)).scalars()) == ["worker:alive"]


def test_a_repeated_message_is_logged_counted_and_followed_up_once(
    db: Database, account_id: int
) -> None:
    assert account_id == 1
    one = heard("one", content="🐈‍⬛ 表情 𠮷", rest='[{"text": "后续"}]', subscribed=False)
    messages.write(db, [one, one])
    messages.write(db, [one, heard("two")])

    with db.read() as tx:
        logged = tx.execute(select(message.c.message_key, message.c.content)).all()
        hits = tx.execute(select(rule_hit.c.hits)).scalars().all()
        known = tx.execute(select(follower.c.openid, follower.c.subscribed)).all()
    assert sorted(logged) == [("one", "🐈‍⬛ 表情 𠮷"), ("two", "电子书")]
    assert list(hits) == [2]
    assert [tuple(row) for row in known] == [(XIAOHUA, False)]
    (parcel,) = outbox.claim(db, most=10)
    assert outbox.claim(db, most=10) == []
    taken = outbox.take(db, parcel)
    assert taken is not None
    assert (taken.openid, taken.replies) == (XIAOHUA, one.rest)
    assert outbox.take(db, parcel) is None
    outbox.finish(db, parcel)


def test_a_flush_leaves_what_is_heard_meanwhile_to_the_next(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    buffer = Buffer(db, Counts())
    written: list[int] = []

    def write(_db: Database, batch: Sequence[Heard]) -> None:
        written.append(len(batch))
        buffer.add(heard("meanwhile"))

    monkeypatch.setattr(messages, "write", write)
    buffer.add(heard("one"))
    buffer.flush()

    assert written == [1]


def test_openids_and_keys_are_compared_byte_for_byte(db: Database, account_id: int) -> None:
    openids = ["oAbc", "oabc", "oAbc ", "oÄbc", "oＡbc"]
    messages.write(db, [heard(f"k{openid}", openid=openid) for openid in openids])
    for openid in openids:
        jobs.submit(db, account_id, order(f"k{openid}", openid=openid, daily_images=1))

    with db.read() as tx:
        assert sorted(tx.execute(select(follower.c.openid)).scalars()) == sorted(openids)
        keys = tx.execute(select(message.c.message_key)).scalars()
        assert sorted(keys) == sorted(f"k{openid}" for openid in openids)
    assert jobs.depth(db) == {"queued": len(openids)}
    for openid in openids:
        assert money.used(db, account_id, openid=openid, day=DAY) == 1
        assert len(collecting.open_jobs(db, account_id, openid=openid)) == 1


def test_rules_are_read_as_they_were_written(db: Database, account_id: int) -> None:
    documents = [{"name": "电子书 📚", "text": "好" * 30_000}, {"name": "AI"}]
    before = accounts.versions(db, account_id).rules
    rules.replace(db, account_id, [{"name": "old"}])
    assert rules.replace(db, account_id, documents) == rules.count(db, account_id) == 2
    version, found = rules.read(db, account_id)

    assert version == before + 2
    assert [(position, document) for _id, position, document in found] == list(enumerate(documents))


def test_media_ids_are_known_until_they_end(db: Database, account_id: int) -> None:
    file = File("map.jpg", "image", "0" * 64)
    media.leave(db, account_id, APP, file, wait_ms=60_000, error="-1 busy")
    assert media.due(db, account_id, APP, [file]) == []
    media.keep(db, account_id, APP, file, media_id="m1", lifetime_ms=3 * 86_400_000)
    media.leave(db, account_id, APP, file, wait_ms=0, error="-1 busy")
    assert media.known(db, account_id, APP) == {"map.jpg": "m1"}
    media.keep(db, account_id, APP, file, media_id="m2", lifetime_ms=61_000)
    assert media.due(db, account_id, APP, [file]) == [file]
    assert accounts.versions(db, account_id).media == 2

    media.discard(db, account_id, "m1", after_ms=0)
    media.discard(db, account_id, "m1", after_ms=0)
    assert media.discarded(db, account_id) == ["m1"]
    media.forget(db, "m1")
    assert media.discarded(db, account_id) == []


def test_what_was_learnt_last_counts(db: Database, account_id: int) -> None:
    for allowed, code in ((True, 0), (False, 48001)):
        accounts.learn(db, account_id, APP, name="push", allowed=allowed, code=code)
    found = accounts.capabilities(db, account_id, APP)

    assert (found["push"].allowed, found["push"].code) == (False, 48001)
    assert accounts.ensure(db) == account_id


def test_counts_add_up(db: Database, account_id: int) -> None:
    for _ in range(2):
        counters.add(db, account_id, day=DAY, counts={"bad_signature": 2, "stale": 1})

    assert counters.read(db, account_id, day=DAY) == {"bad_signature": 4, "stale": 2}

"""Many processes at once: nothing is accepted, handed out or paid for twice, on any database."""

import random
from collections import Counter
from functools import partial
from typing import Any

from sqlalchemy import select

from bot.counts import Counts
from bot.errors import Reason, Refused
from bot.models import ImageJob, JobState
from bot.store import (
    accounts,
    claims,
    collecting,
    counters,
    jobs,
    leases,
    media,
    money,
    outbox,
    rules,
)
from bot.store.buffer import Buffer
from bot.store.claims import LeaseLost
from bot.store.database import Database, now_ms
from bot.store.media import File
from bot.store.messages import Heard
from bot.store.outbox import Packed
from bot.store.tables import message, rule_hit
from tests.store.orders import COST, DAY, MONTH, XIAOHUA, claim_all, order, together, waiting
from tests.store.test_databases import heard


def test_one_push_racing_itself_makes_one_job(db: Database, account_id: int) -> None:
    one = order("k", daily_images=1, limits={DAY: COST, MONTH: COST})
    found = together([partial(jobs.submit, db, account_id, one)] * 16)

    assert {job.id for job in found if isinstance(job, ImageJob)} == {1}
    assert sorted(getattr(job, "pushes", job) for job in found) == list(range(1, 17))
    assert money.used(db, account_id, openid=XIAOHUA, day=DAY) == 1
    assert money.spent(db, account_id, period=MONTH) == COST


def test_a_refused_push_racing_itself_is_refused(db: Database, account_id: int) -> None:
    jobs.submit(db, account_id, order("first", daily_images=1))
    found = together([partial(jobs.submit, db, account_id, order("k", daily_images=1))] * 3)

    assert [getattr(one, "reason", one) for one in found] == [Reason.QUOTA] * 3


def test_no_race_is_over_quota_by_one(db: Database, account_id: int) -> None:
    orders = [order(f"k{number}", daily_images=5) for number in range(50)]
    found = together(partial(jobs.submit, db, account_id, one) for one in orders)

    assert sum(isinstance(one, ImageJob) for one in found) == 5
    refused = [one.reason for one in found if isinstance(one, Refused)]
    assert refused == [Reason.QUOTA] * 45
    assert money.used(db, account_id, openid=XIAOHUA, day=DAY) == 5
    assert money.spent(db, account_id, period=DAY) == 5 * COST


def test_no_race_is_over_budget_by_one(db: Database, account_id: int) -> None:
    limits = {DAY: 7 * COST, MONTH: 100 * COST}
    orders = [order(f"k{number}", openid=f"o{number}", limits=limits) for number in range(50)]
    found = together(partial(jobs.submit, db, account_id, one) for one in orders)

    assert sum(isinstance(one, ImageJob) for one in found) == 7
    refused = [one.reason for one in found if isinstance(one, Refused)]
    assert refused == [Reason.BUDGET] * 43
    assert money.spent(db, account_id, period=DAY) == 7 * COST
    assert money.spent(db, account_id, period=MONTH) == 7 * COST
    used = [money.used(db, account_id, openid=one.openid, day=DAY) for one in orders]
    assert sum(used) == 7


def test_two_dispatchers_hand_out_each_job_once(db: Database, account_id: int) -> None:
    for number in range(40):
        jobs.submit(db, account_id, order(f"k{number}", daily_images=40))
    found = together([partial(claim_all, db)] * 2)
    handed = [claim.job_id for part in found for claim in part]
    assert sorted(handed) == list(range(1, 41))

    for claims_of_one in found:
        for claim in claims_of_one:
            claims.save(db, claim, state=JobState.GENERATING, called_at=now_ms(), lease_until=0)
    found = together([partial(claims.take_back, db)] * 2)
    taken = [claim.job_id for part in found for claim in part]
    assert sorted(taken) == list(range(1, 41))


def test_each_waiting_picture_is_handed_out_once(db: Database, account_id: int) -> None:
    waiting(db, account_id, *(f"k{number}" for number in range(6)))
    keys = [f"take{number}" for number in range(8)] * 2
    asked = [
        partial(collecting.collect, db, account_id, openid=XIAOHUA, message_key=key) for key in keys
    ]
    found = together(asked)

    given: dict[str, set[int | None]] = {key: set() for key in keys}
    for key, job in zip(keys, found, strict=True):
        given[key].add(job.id if job else None)
    assert all(len(ids) == 1 for ids in given.values())
    handed = [job_id for ids in given.values() for job_id in ids if job_id]
    assert sorted(handed) == list(range(1, 7))


def test_a_job_is_cancelled_or_drawn_never_both(db: Database, account_id: int) -> None:
    for round_ in range(10):
        jobs.submit(db, account_id, order(f"k{round_}", daily_images=99))
        (claim,) = claim_all(db)
        cancel = partial(
            jobs.cancel,
            db,
            account_id,
            openid=XIAOHUA,
            message_key=f"c{round_}",
            asked_at=1_795_436_008,
        )
        call = partial(
            claims.save, db, claim, state=JobState.GENERATING, called_at=now_ms(), lease_until=0
        )
        called, *told = together([call, cancel, cancel])

        if isinstance(called, LeaseLost):
            assert told == [(1, 0)] * 2
        else:
            assert told == [(0, 1)] * 2
            claims.save(db, claim, state=JobState.DELIVERED, lease_until=0)
    ended = [jobs.get(db, number).state for number in range(1, 11)]
    drawn = ended.count(JobState.DELIVERED)
    assert drawn + ended.count(JobState.CANCELLED) == 10
    assert money.used(db, account_id, openid=XIAOHUA, day=DAY) == drawn
    assert money.spent(db, account_id, period=DAY) == drawn * COST


def test_of_pictures_delivered_at_once_one_has_the_choices(db: Database, account_id: int) -> None:
    for round_ in range(6):
        openid = f"o{round_}"
        for number in range(3):
            jobs.submit(db, account_id, order(f"k{round_}-{number}", openid=openid))
        made = claim_all(db)
        for claim in made:
            claims.save(db, claim, state=JobState.GENERATED)
        ends = []
        for claim in made:
            text = Packed(account_id, f"p{claim.job_id}", openid, '["text"]')
            ends.append(partial(claims.delivered, db, claim, [], choices=[text]))
        assert [one.state for one in together(ends)] == [JobState.DELIVERED] * 3

        told = [jobs.get(db, claim.job_id).told for claim in made]
        assert sorted(told) == ["", "", "choices"]
    assert len(outbox.claim(db, most=10)) == 6


def test_a_lease_that_many_want_has_one_holder(db: Database) -> None:
    owners = [f"worker-{number}" for number in range(16)]
    took = together(partial(leases.take, db, "leader", owner=owner, seconds=30) for owner in owners)

    assert sorted(took, key=bool) == [False] * 15 + [True]


def test_batches_of_many_processes_are_counted_once(db: Database, account_id: int) -> None:
    """Repeated pushes end in the batches of several processes, in any order."""
    assert account_id == 1
    pushes = [
        heard(f"k{number}", openid=f"o{number % 7}", rule_id=number % 5 + 1, rest="[]")
        for number in range(60)
    ]
    batches = [random.Random(seed).sample(pushes, 40) for seed in range(6)]

    def flush(batch: list[Heard]) -> None:
        buffer = Buffer(db, Counts())
        for one in batch:
            buffer.add(one)
        for _ in range(20):
            buffer.flush()

    assert together(partial(flush, batch) for batch in batches) == [None] * 6
    seen = {one.message_key: one for batch in batches for one in batch}
    with db.read() as tx:
        logged = tx.execute(select(message.c.message_key)).scalars().all()
        hits = tx.execute(select(rule_hit.c.rule_id, rule_hit.c.hits)).all()
    assert sorted(logged) == sorted(seen)
    assert dict(hits) == Counter(one.rule_id for one in seen.values())
    assert len(outbox.claim(db, most=100)) == len(seen)


def test_workers_that_learn_the_same_do_not_collide(db: Database, account_id: int) -> None:
    file = File("map.jpg", "image", "0" * 64)
    tasks: list[Any] = [
        partial(accounts.learn, db, account_id, "wx", name="push", allowed=False, code=48001),
        partial(media.keep, db, account_id, "wx", file, media_id="m", lifetime_ms=86_400_000),
        partial(counters.add, db, account_id, day=DAY, counts={"stale": 1, "bad": 1}),
        partial(counters.add, db, account_id, day=DAY, counts={"bad": 1, "stale": 1}),
    ]
    assert together(tasks * 4) == [None] * 16
    assert together([partial(rules.replace, db, account_id, [{"name": "AI"}] * 3)] * 4) == [3] * 4

    assert rules.count(db, account_id) == 3
    assert accounts.versions(db, account_id).media == 8
    assert counters.read(db, account_id, day=DAY) == {"stale": 8, "bad": 8}

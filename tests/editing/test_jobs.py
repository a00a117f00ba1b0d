"""An operator's hand on a job: nothing is paid twice, and no late worker undoes it."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot.editing import jobs as editing
from bot.editing.desk import Desk
from bot.errors import NotThere, Reason, Refused, Stale
from bot.models import ImageJob, JobState
from bot.store import claims, collecting, history, jobs, money
from bot.store.claims import Claim, LeaseLost
from bot.store.database import Database, now_ms
from bot.store.history import Actor
from bot.store.money import Terms
from tests.store.orders import COST, DAY, MONTH, XIAOHUA, claim_all, order, together

TODAY, PRICE = "2026-11-27", 310_000
TERMS = Terms(
    day=TODAY, month=MONTH, daily_images=10, cost=PRICE, limits={TODAY: None, MONTH: None}
)


@pytest.fixture(name="desk")
def _desk(db: Database, account_id: int) -> Desk:
    return Desk(db, account_id, Actor(name="小李", via="console"))


def submit(desk: Desk, key: str = "k", **changes: Any) -> int:
    return jobs.submit(desk.db, desk.account_id, order(key, **changes)).id


def failed(desk: Desk, *, spent: int = 0, key: str = "k") -> tuple[int, Claim]:
    """A job that a worker has just ended, but not yet told the follower of."""
    job_id = submit(desk, key)
    (claim,) = claim_all(desk.db)
    claims.begin(desk.db, claim, owner="w")
    _end(desk, claim, JobState.FAILED, Reason.PROVIDER_DOWN, spent=spent)
    return job_id, claim


def unknown(desk: Desk) -> tuple[int, Claim]:
    job_id = submit(desk)
    (claim,) = claim_all(desk.db)
    claims.begin(desk.db, claim, owner="w")
    claims.save(desk.db, claim, called_at=now_ms())
    _end(desk, claim, JobState.UNKNOWN, Reason.OUTCOME_UNKNOWN, spent=COST)
    return job_id, claim


def _end(desk: Desk, claim: Claim, state: JobState, reason: Reason, *, spent: int) -> None:
    """End the job as `deliver.conclude` does."""
    with desk.db.write() as tx:
        before = jobs.find(tx, desk.account_id, claim.job_id)
        assert before is not None
        values = {"state": state, "reason": reason, "cost": spent, "finished_at": now_ms()}
        claims.save_in(tx, claim, **values)
        if state is JobState.FAILED:
            jobs.refund(tx, before, spent=spent)


def used(desk: Desk, day: str = DAY) -> int:
    return money.used(desk.db, desk.account_id, openid=XIAOHUA, day=day)


def spent(desk: Desk, period: str) -> int:
    return money.spent(desk.db, desk.account_id, period=period)


class TestCancelling:
    def test_money_and_quota_come_back_and_the_follower_is_told(self, desk: Desk) -> None:
        job_id = submit(desk)
        editing.cancel(desk, job_id)

        job = jobs.get(desk.db, job_id)
        assert (job.state, job.reason, job.cost, job.told) == ("cancelled", "cancelled", 0, "")
        assert (used(desk), spent(desk, DAY), spent(desk, MONTH)) == (0, 0, 0)
        assert [one.job_id for one in claim_all(desk.db)] == [job_id], "a worker tells it"

    def test_a_worker_that_had_it_in_hand_never_makes_its_call(self, desk: Desk) -> None:
        job_id = submit(desk)
        (claim,) = claim_all(desk.db)
        claims.begin(desk.db, claim, owner="w")
        claims.save(desk.db, claim, state=JobState.GENERATING)
        editing.cancel(desk, job_id)

        with pytest.raises(LeaseLost):
            claims.save(desk.db, claim, called_at=now_ms())

    def test_a_job_whose_call_was_made_stays(self, desk: Desk) -> None:
        job_id = submit(desk)
        (claim,) = claim_all(desk.db)
        claims.save(desk.db, claim, state=JobState.GENERATING, called_at=now_ms())
        with pytest.raises(Stale):
            editing.cancel(desk, job_id)

        assert (used(desk), spent(desk, DAY)) == (1, COST)

    def test_the_followers_own_cancelling_is_not_told_again(self, desk: Desk) -> None:
        submit(desk)
        jobs.cancel(
            desk.db, desk.account_id, openid=XIAOHUA, message_key="c", asked_at=1_795_436_008
        )

        assert claim_all(desk.db) == []

    def test_cancelled_by_the_call_or_called_never_both(self, desk: Desk) -> None:
        for number in range(6):
            job_id = submit(desk, f"k{number}", daily_images=99)
            # The cancelled ones before are handed out too: their followers are to be told.
            (claim,) = (one for one in claim_all(desk.db) if one.job_id == job_id)
            call = partial(
                claims.save, desk.db, claim, state=JobState.GENERATING, called_at=now_ms()
            )
            called, cancelled = together([call, partial(editing.cancel, desk, job_id)])

            assert isinstance(called, LeaseLost) != isinstance(cancelled, Stale)
            if isinstance(cancelled, Stale):
                claims.save(desk.db, claim, state=JobState.DELIVERED, lease_until=0)
        states = [jobs.get(desk.db, number).state for number in range(1, 7)]
        assert used(desk) == states.count(JobState.DELIVERED)
        assert spent(desk, DAY) == states.count(JobState.DELIVERED) * COST


class TestRetrying:
    def test_a_retry_is_a_new_reservation_at_todays_price(self, desk: Desk) -> None:
        job_id, _ = failed(desk)
        editing.retry(desk, job_id, TERMS)

        job = jobs.get(desk.db, job_id)
        assert (job.state, job.reason, job.attempts, job.called_at) == ("queued", "", 0, 0)
        assert (job.day, job.cost) == (TODAY, PRICE)
        assert (used(desk), used(desk, TODAY)) == (0, 1)
        assert (spent(desk, DAY), spent(desk, TODAY), spent(desk, MONTH)) == (0, PRICE, PRICE)
        (entry,) = history.of(desk.db, desk.account_id, editing.name_of(job_id))
        assert (entry.action, entry.before, entry.after) == (
            "job.retry",
            {"state": "failed", "cost": 0},
            {"state": "queued", "cost": PRICE},
        )
        assert "橘猫" not in str(entry), "the follower's words stay out of the history"

    def test_pressed_by_many_at_once_it_is_reserved_once(self, desk: Desk) -> None:
        job_id, _ = failed(desk)
        found = together([partial(editing.retry, desk, job_id, TERMS)] * 8)

        assert sorted(type(one) is Stale for one in found) == [False] + [True] * 7
        assert (used(desk, TODAY), spent(desk, TODAY)) == (1, PRICE)
        assert len(claim_all(desk.db)) == 1

    def test_the_worker_that_was_telling_the_failure_writes_no_more(self, desk: Desk) -> None:
        job_id, claim = failed(desk)
        retry = partial(editing.retry, desk, job_id, TERMS)
        tell = partial(claims.save, desk.db, claim, told="waiting", lease_until=0)
        told, retried = together([tell, retry])

        assert isinstance(retried, ImageJob)
        assert isinstance(told, ImageJob | LeaseLost)
        job = jobs.get(desk.db, job_id)
        assert (job.state, job.told) == (JobState.QUEUED, "")
        with pytest.raises(LeaseLost):
            claims.save(desk.db, claim, told="pushed")

    def test_what_was_paid_for_is_paid_again_only_when_said_so(self, desk: Desk) -> None:
        job_id, _ = failed(desk, spent=COST)
        with pytest.raises(Stale):
            editing.retry(desk, job_id, TERMS)
        assert spent(desk, MONTH) == COST
        editing.retry(desk, job_id, TERMS, pay_again=True)

        assert (spent(desk, DAY), spent(desk, TODAY), spent(desk, MONTH)) == (
            COST,
            PRICE,
            COST + PRICE,
        )

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"daily_images": 0}, Reason.QUOTA),
            ({"limits": {TODAY: PRICE - 1, MONTH: None}}, Reason.BUDGET),
        ],
    )
    def test_without_quota_or_budget_nothing_changes(
        self, desk: Desk, changes: dict[str, Any], reason: Reason
    ) -> None:
        job_id, _ = failed(desk)
        terms = replace(TERMS, **changes)
        with pytest.raises(Refused) as refused:
            editing.retry(desk, job_id, terms)

        assert refused.value.reason is reason
        assert jobs.get(desk.db, job_id).state is JobState.FAILED
        assert (used(desk, TODAY), spent(desk, MONTH)) == (0, 0)
        assert history.of(desk.db, desk.account_id, editing.name_of(job_id)) == []


class TestReleasing:
    @pytest.mark.parametrize(("paid", "kept"), [(False, 0), (True, COST)])
    def test_it_is_settled_and_the_follower_told(self, desk: Desk, paid: bool, kept: int) -> None:
        job_id, claim = unknown(desk)
        assert (used(desk), spent(desk, MONTH)) == (1, COST)
        editing.release(desk, job_id, paid=paid)

        job = jobs.get(desk.db, job_id)
        assert (job.state, job.reason, job.cost, job.told) == ("failed", "released", kept, "")
        assert (used(desk), spent(desk, DAY), spent(desk, MONTH)) == (0, kept, kept)
        with pytest.raises(LeaseLost):
            claims.save(desk.db, claim, told="waiting")
        assert [one.job_id for one in claim_all(desk.db)] == [job_id]

    @pytest.mark.parametrize(("paid", "kept"), [(False, 0), (True, COST)])
    def test_it_may_be_drawn_anew(self, desk: Desk, paid: bool, kept: int) -> None:
        job_id, _ = unknown(desk)
        editing.release(desk, job_id, paid=paid, again=TERMS)

        assert jobs.get(desk.db, job_id).state is JobState.QUEUED
        assert (used(desk), used(desk, TODAY)) == (0, 1)
        assert (spent(desk, DAY), spent(desk, TODAY)) == (kept, PRICE)
        assert spent(desk, MONTH) == kept + PRICE

    def test_of_two_verdicts_one_counts(self, desk: Desk) -> None:
        job_id, _ = unknown(desk)
        verdicts = [partial(editing.release, desk, job_id, paid=paid) for paid in (True, False)]
        found = together(verdicts * 3)

        assert sorted(type(one) is Stale for one in found) == [False] + [True] * 5
        assert used(desk) == 0
        assert spent(desk, MONTH) == jobs.get(desk.db, job_id).cost


class TestSendingAgain:
    def _delivered(self, desk: Desk, state: JobState = JobState.DELIVERED) -> int:
        job_id = submit(desk)
        (claim,) = claim_all(desk.db)
        values = {"picture": "2026-11-23/1-aa.jpg", "media_id": "m", "media_kind": "temporary"}
        claims.save(desk.db, claim, state=state, **values, send_at=now_ms(), lease_until=0)
        return job_id

    @pytest.mark.parametrize("state", [JobState.DELIVERED, JobState.WAITING, JobState.FAILED])
    def test_a_kept_picture_goes_out_anew_for_nothing(self, desk: Desk, state: JobState) -> None:
        job_id = self._delivered(desk, state)
        editing.send_again(desk, job_id)

        job = jobs.get(desk.db, job_id)
        assert (job.state, job.media_id, job.send_at) == (JobState.GENERATED, "", 0)
        assert (used(desk), spent(desk, MONTH)) == (1, COST)
        assert [one.job_id for one in claim_all(desk.db)] == [job_id]

    def test_it_is_collected_or_sent_again(self, desk: Desk) -> None:
        job_id = self._delivered(desk, JobState.WAITING)
        collect = partial(
            collecting.collect, desk.db, desk.account_id, openid=XIAOHUA, message_key="take"
        )
        together([collect, partial(editing.send_again, desk, job_id)])

        assert jobs.get(desk.db, job_id).state in {JobState.GENERATED, JobState.COLLECTED}

    def test_without_a_picture_there_is_nothing_to_send(self, desk: Desk) -> None:
        job_id, _ = failed(desk)
        with pytest.raises(Stale):
            editing.send_again(desk, job_id)


def test_what_is_not_there_is_not_moved(desk: Desk) -> None:
    with pytest.raises(NotThere):
        editing.cancel(desk, 7)

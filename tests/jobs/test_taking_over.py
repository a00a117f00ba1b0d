"""What a killed or frozen worker leaves behind is taken over; nothing is bought or sent twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.errors import StoreError
from bot.images.contract import Ask
from bot.images.providers.entry import Entry
from bot.images.providers.openai import OpenAI
from bot.jobs.run import _keep, run
from bot.models import ImageReply, JobState
from bot.store import claims, money
from bot.store.claims import Claim, Lane, LeaseLost
from bot.store.database import now_ms
from bot.store.tables import image_job
from tests.worlds import World

LANE = Lane(name="openai", images_per_minute=600, edits=16)

GENERATIONS = "/v1/images/generations"
ASK = Ask(prompt="一只橘猫", width=1024, height=1024, follower="0" * 64)
SEND = "/cgi-bin/message/custom/send"


def claimed(world: World) -> Claim:
    """Hand the follower's new job to a worker."""
    world.say("一只橘猫")
    (claim,) = claims.claim(world.bot.db, concurrent=2, lanes=[LANE], most=10)
    return claim


def lose(world: World) -> None:
    """Let every lease run out, as the database's clock would."""
    with world.bot.db.write() as tx:
        tx.execute(update(image_job).values(lease_until=0))


def test_a_job_lost_before_the_call_is_drawn_by_the_next_worker(world: World) -> None:
    claim = claimed(world)
    claims.save(world.bot.db, claim, state=JobState.GENERATING)
    lose(world)
    world.work()

    assert world.job().state is JobState.DELIVERED
    assert len(world.sandbox.calls(GENERATIONS)) == 1


def test_a_job_lost_in_the_call_is_unknown_and_the_follower_is_told(world: World) -> None:
    claim = claimed(world)
    claims.save(world.bot.db, claim, state=JobState.GENERATING, called_at=now_ms())
    lose(world)
    world.work()

    assert world.job().state is JobState.UNKNOWN
    assert world.job().cost > 0
    assert world.sandbox.calls(GENERATIONS) == []
    assert ["没有回话" in item["text"] for item in world.pushed()] == [True]


def test_a_picture_stored_but_not_recorded_is_gone_on_from(world: World) -> None:
    claim = claimed(world)
    job = claims.save(world.bot.db, claim, state=JobState.GENERATING, called_at=now_ms())
    generated = world.outside.provider.draw(ASK)
    world.bot.pictures.keep(f"{job.day}/{job.id}-0123abcd.raw", generated.data)
    lose(world)
    world.work()

    assert world.job().state is JobState.DELIVERED
    assert len(world.sandbox.calls(GENERATIONS)) == 1


def test_a_job_lost_in_the_send_waits_for_the_follower(world: World) -> None:
    claim = claimed(world)
    world.sandbox.script({"match": SEND, "times": 3, "errcode": -1})
    run(world.bot, world.outside, claim)
    assert world.job().state is JobState.GENERATED
    with world.bot.db.write() as tx:
        tx.execute(update(image_job).values(send_at=now_ms(), not_before=0, lease_until=0))
    sent = len(world.sandbox.calls(SEND))
    world.work()

    assert world.job().state is JobState.WAITING
    assert len(world.sandbox.calls(SEND)) == sent
    assert world.say("取图") == ImageReply(world.job().media_id)


def test_a_failure_whose_sentence_was_lost_is_told(world: World) -> None:
    claim = claimed(world)
    claims.save(world.bot.db, claim, state=JobState.FAILED, reason="internal")
    lose(world)
    world.work()

    assert ["出了点意外" in item["text"] for item in world.pushed()] == [True]
    assert world.job().told == "pushed"


def test_a_frozen_workers_late_result_is_refused(world: World) -> None:
    frozen = claimed(world)
    claims.save(world.bot.db, frozen, state=JobState.GENERATING)
    lose(world)
    world.work()
    after = world.job()

    with pytest.raises(LeaseLost):
        claims.save(world.bot.db, frozen, state=JobState.FAILED)
    claims.renew(world.bot.db, [frozen])

    assert world.job() == after


def test_a_repeated_message_of_the_broker_is_harmless(world: World) -> None:
    claim = claimed(world)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: run(world.bot, world.outside, claim), range(4)))
    run(world.bot, world.outside, claim)

    assert world.job().state is JobState.DELIVERED
    assert len(world.sandbox.calls(GENERATIONS)) == 1
    assert len(world.pushed()) == 1


def test_a_database_that_is_busy_after_the_call_does_not_cost_the_picture(world: World) -> None:
    """The raw picture is stored; the next worker goes on from it."""
    claim = claimed(world)
    job = claims.begin(world.bot.db, claim, owner="lost")
    assert job is not None
    claims.save(world.bot.db, claim, state=JobState.GENERATING, called_at=now_ms())
    generated = world.outside.provider.draw(ASK)
    with world.bot.db.write(), pytest.raises(StoreError):
        _keep(world.bot, world.outside, claim, world.job(), generated, spent=0)
    lose(world)
    world.work()

    assert world.job().state is JobState.DELIVERED
    assert len(world.sandbox.calls(GENERATIONS)) == 1


def test_a_clock_that_jumps_takes_no_job_from_a_living_worker(world: World) -> None:
    claim = claimed(world)
    claims.begin(world.bot.db, claim, owner="alive")
    claims.save(world.bot.db, claim, state=JobState.GENERATING, called_at=now_ms())
    with world.bot.db.write() as tx:
        tx.execute(update(image_job).values(lease_until=1))

    assert claims.take_back(world.bot.db, alive=[claim]) == []
    assert claims.save(world.bot.db, claim, detail="mine").state is JobState.GENERATING


def test_three_crashes_before_the_call_cost_nothing(world: World) -> None:
    world.say("一只橘猫")
    broken = replace(world.outside, providers=(Broken(),))
    for _ in range(3):
        with world.bot.db.write() as tx:
            tx.execute(update(image_job).values(not_before=0))
        (claim,) = claims.claim(world.bot.db, concurrent=2, lanes=[LANE], most=10)
        run(world.bot, broken, claim)

    job = world.job()
    assert (job.state, job.reason, job.cost) == (JobState.FAILED, "internal", 0)
    assert money.spent(world.bot.db, 1, period=job.day) == 0


class Broken(OpenAI):
    """A provider whose check crashes in a way nobody foresaw."""

    def __init__(self) -> None:
        super().__init__(
            Entry(
                name="openai", kind="openai", base_url="http://127.0.0.1:9", api_key="k", model="m"
            )
        )

    def moderate(self, text: str, *, images: tuple[bytes, ...] = ()) -> None:
        raise ZeroDivisionError(text, images)


def test_a_cancelled_job_is_not_drawn_by_the_worker_that_had_it(world: World) -> None:
    claim = claimed(world)
    world.say("取消")
    run(world.bot, world.outside, claim)

    assert world.job().state is JobState.CANCELLED
    assert world.sandbox.calls(GENERATIONS) == []


def test_fairness_is_a_matter_of_the_queue(world: World) -> None:
    """At most two at once for one follower; the limit per minute holds for all together."""
    others = [one["openid"] for one in world.sandbox.phone("GET", "state")["followers"]]
    world.tap("subscribe", openid=others[1])
    for number in range(4):
        world.say(f"第{number}幅山水画")
    world.say("一只白猫", openid=others[1])

    first = claims.claim(world.bot.db, concurrent=2, lanes=[LANE], most=10)
    assert [claim.job_id for claim in first] == [1, 2, 5]

    for claim in first:
        run(world.bot, world.outside, claim)
    limited = claims.claim(
        world.bot.db, concurrent=2, lanes=[replace(LANE, images_per_minute=4)], most=10
    )
    assert [claim.job_id for claim in limited] == [3]

"""Workers die at every step; the ledger then holds what the image API was really asked for."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from bot.images.contract import Ask
from bot.images.providers import costs
from bot.jobs.lanes import lanes
from bot.jobs.run import run
from bot.models import Generated, JobState
from bot.store import claims, jobs, money
from bot.store.tables import image_job
from tests.worlds import World

GENERATIONS = "/v1/images/generations"
STEPS = ("before the call", "after the call", "kept", "uploaded", "before the send", "sent")
JOBS = 2 * len(STEPS)


class Killed(BaseException):
    """The process is gone: nothing catches this, nothing is written after it."""


class Dying:
    """The outside as it was, but for the one step that nobody survives."""

    def __init__(self, whole: Any, name: str, *, after: bool) -> None:
        self._whole, self._name, self._after = whole, name, after

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._whole, name)
        if name != self._name:
            return found

        def dies(*given: Any, **named: Any) -> Any:
            if self._after:
                found(*given, **named)
            raise Killed

        return dies


def dying(world: World, step: str) -> Any:
    outside = world.outside
    wechat: Any
    match step:
        case "before the call" | "after the call":
            drawer = Dying(outside.provider, "draw", after=step == "after the call")
            return replace(outside, providers=(drawer,))
        case "kept" | "uploaded":
            wechat = Dying(outside.wechat, "upload_temporary", after=step == "uploaded")
        case _:
            wechat = Dying(outside.wechat, "send", after=step == "sent")
    return replace(outside, wechat=wechat)


def claimed(world: World) -> Iterator[claims.Claim]:
    yield from claims.claim(world.bot.db, concurrent=100, lanes=lanes(world.bot), most=100)


def test_the_ledger_is_the_journal_to_the_cent(make_world: Callable[..., World]) -> None:
    world = make_world(follower_daily_images=JOBS)
    for number in range(JOBS):
        world.say(f"一只橘猫，第 {number} 只")
    for number, claim in enumerate(claimed(world)):
        with pytest.raises(Killed):
            run(world.bot, dying(world, STEPS[number % len(STEPS)]), claim)
    with world.bot.db.write() as tx:
        tx.execute(update(image_job).values(lease_until=1))
    world.work()

    found = [jobs.get(world.bot.db, number + 1) for number in range(JOBS)]
    settled = [job for job in found if job.state is not JobState.UNKNOWN]
    lost = [job for job in found if job.state is JobState.UNKNOWN]
    assert len(lost) == 2 * 2  # in the call: before it or after it, nobody can tell
    # WeChat takes five pushes for the follower's last message; the others wait for 取图.
    assert {job.state for job in settled} <= {JobState.DELIVERED, JobState.WAITING}
    calls = world.sandbox.calls(GENERATIONS)
    assert len(calls) == JOBS - 2  # none twice; those killed before theirs, none

    day, month = found[0].day, found[0].month
    ledger = money.spent(world.bot.db, 1, period=day)
    asked = {job.id: _cost(world, call) for job, call in _matched(settled, calls)}
    assert asked == {job.id: job.cost for job in settled}
    assert ledger == sum(asked.values()) + sum(job.cost for job in lost)
    assert money.spent(world.bot.db, 1, period=month) == ledger
    assert money.used(world.bot.db, 1, openid=world.openid, day=day) == JOBS


def _matched(settled: list[Any], calls: list[dict[str, Any]]) -> Iterator[tuple[Any, Any]]:
    for job in settled:
        (call,) = (one for one in calls if one["json"]["prompt"] == job.prompt)
        yield job, call


def _cost(world: World, call: dict[str, Any]) -> int:
    """What a call of the journal costs by the usage it was answered with."""
    provider, usage, asked = world.outside.provider, call["answer"]["usage"], call["json"]
    width, height = map(int, asked["size"].split("x"))
    ask = Ask(prompt=asked["prompt"], width=width, height=height, follower="")
    generated = Generated(
        data=b"",
        provider=provider.name,
        model=asked["model"],
        input_tokens=usage["input_tokens"],
        output_tokens=usage["output_tokens"],
    )
    return costs.spent(world.bot.prices, provider, generated, ask)

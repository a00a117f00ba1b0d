"""Several providers: the next draws what the first surely refused; nothing is paid twice."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.jobs.checks import check_models
from bot.jobs.lanes import lanes
from bot.models import JobState
from bot.store import breakers, money
from bot.store.tables import image_job, provider_state
from tests.worlds import World

GENERATIONS = "/v1/images/generations"
FIRST, SECOND = "gpt-image-2.5-flare", "gpt-image-2.6-flare"
DOWN = {"status": 500, "json": {"error": {"message": "down", "type": "server_error"}}}
BROKE = {"status": 429, "json": {"error": {"message": "pay", "code": "insufficient_quota"}}}
BLOCKED = {"status": 400, "json": {"error": {"message": "no", "code": "moderation_blocked"}}}
SILENT = {"do": True, "reset": "before"}


@pytest.fixture(name="two")
def _two(make_world: Callable[..., World], tmp_path: Path) -> World:
    """A world with two services, told apart by their models."""
    file = tmp_path / "providers.toml"
    bare = make_world()
    address, key = bare.bot.settings.openai_base_url, bare.bot.settings.openai_api_key
    file.write_text(
        "".join(
            f'[[provider]]\nname = "{name}"\nkind = "openai"\nmodel = "{model}"\n'
            f'base_url = "{address}"\napi_key = "{key}"\nimages_per_minute = 600\n'
            for name, model in (("first", FIRST), ("second", SECOND))
        )
    )
    return make_world(image_providers=file)


def fail(world: World, how: dict[str, Any], *, times: int | None = 1) -> None:
    """Have the next calls fail, whoever is asked."""
    world.sandbox.script({"match": GENERATIONS, "times": times, **how})


def models(world: World) -> list[str]:
    return [call["json"]["model"] for call in world.sandbox.calls(GENERATIONS)]


def impatient(world: World) -> None:
    """Let every pause be over."""
    with world.bot.db.write() as tx:
        tx.execute(update(image_job).values(not_before=0))
    world.work()


@pytest.mark.parametrize("how", [DOWN, BROKE], ids=["down", "no-money"])
def test_what_the_first_surely_refused_the_second_draws(two: World, how: dict[str, Any]) -> None:
    fail(two, how)
    two.say("一只橘猫")
    two.work()

    job = two.job()
    assert (job.state, job.provider, job.tried) == (JobState.DELIVERED, "second", "first")
    assert models(two) == [FIRST, SECOND]
    assert money.spent(two.bot.db, 1, period=job.day) == job.cost > 0


def test_a_silence_is_paid_once_at_most_and_asked_of_nobody_else(two: World) -> None:
    fail(two, SILENT)
    two.say("一只橘猫")
    two.work()

    assert two.job().state is JobState.UNKNOWN
    assert models(two) == [FIRST]


def test_what_a_provider_blocks_no_other_is_asked_for(two: World) -> None:
    fail(two, BLOCKED)
    two.say("一只橘猫")
    two.work()

    assert (two.job().state, two.job().reason) == (JobState.FAILED, "moderation_input")
    assert models(two) == [FIRST]


def test_three_calls_are_all_there_are(two: World) -> None:
    fail(two, DOWN, times=None)
    two.say("一只橘猫")
    for _ in range(3):
        impatient(two)

    job = two.job()
    assert (job.state, job.reason, job.cost) == (JobState.FAILED, "provider_down", 0)
    assert models(two) == [FIRST, SECOND, FIRST]
    assert money.spent(two.bot.db, 1, period=job.day) == 0


def test_who_cannot_pay_is_asked_last_until_it_answers_again(two: World) -> None:
    fail(two, BROKE)
    two.say("一只橘猫")
    two.work()
    two.say("一只白猫")
    two.work()
    assert models(two) == [FIRST, SECOND, SECOND]

    with two.bot.db.write() as tx:
        tx.execute(update(provider_state).values(open_until=1))
    two.say("一只黑猫")
    two.work()
    assert models(two)[3:] == [FIRST]
    assert breakers.read(two.bot.db, 1)["first"].failures == 0


def test_who_kept_silent_three_times_is_asked_for_one_picture_a_minute(two: World) -> None:
    for _ in range(breakers.OPENS_AFTER):
        fail(two, SILENT)
        two.say("一只橘猫")
        two.work()

    assert [(lane.name, lane.images_per_minute) for lane in lanes(two.bot)] == [
        ("second", 600),
        ("first", 1),
    ]


def test_nobody_left_who_can_draw_it_says_so_and_costs_nothing(two: World) -> None:
    two.say("一只橘猫")
    with two.bot.db.write() as tx:
        tx.execute(update(image_job).values(edits=99))
    two.work()

    job = two.job()
    assert (job.state, job.reason, job.cost) == (JobState.FAILED, "not_offered", 0)
    assert models(two) == []
    assert money.used(two.bot.db, 1, openid=two.openid, day=job.day) == 0


def test_a_provider_taken_out_of_the_file_gives_its_jobs_to_the_others(two: World) -> None:
    two.say("一只橘猫")
    only = replace(two.outside, providers=two.outside.providers[1:])
    two.outside = only
    two.work()

    assert two.job().state is JobState.DELIVERED
    assert models(two) == [SECOND]


def test_every_models_end_is_asked_for(two: World) -> None:
    check_models(two.bot, two.outside.providers)
    check_models(two.bot, two.outside.providers)

    assert len(two.sandbox.calls("/v1/models")) == 2

"""What workers notice for the console, and that they follow its settings."""

import threading
import time
from collections.abc import Callable

import pytest

from bot.editing import settings as editing
from bot.editing.desk import Desk
from bot.editing.settings import Drawer
from bot.images.offered import CHECK, Offered
from bot.jobs import upkeep
from bot.jobs.checks import check_models
from bot.jobs.housekeeping import Housekeeping
from bot.jobs.worker import Worker
from bot.models import JobState
from bot.store import counters
from bot.store import settings as stored
from bot.store.history import Actor
from tests.worlds import World

Make = Callable[..., World]


def known(world: World) -> Offered | None:
    return Offered.read(
        stored.read(world.bot.db, world.bot.account_id)[1].get(CHECK + "openai", "")
    )


def test_the_model_is_asked_for_once_a_day_and_when_it_changes(make_world: Make) -> None:
    world = make_world(openai_image_model="gpt-image-1.5")
    check_models(world.bot, world.outside.providers)
    check_models(world.bot, world.outside.providers)
    found = known(world)

    assert found is not None
    assert (found.name, found.offered, str(found.end)) == ("gpt-image-1.5", True, "2026-12-01")
    assert len(world.sandbox.calls("/v1/models")) == 1


def test_a_service_that_says_nothing_is_not_believed(make_world: Make) -> None:
    world = make_world(openai_base_url="http://127.0.0.1:1/v1")
    check_models(world.bot, world.outside.providers)
    found = known(world)

    assert found is not None
    assert (found.offered, found.end) == (True, None)


def test_a_refused_secret_is_counted(make_world: Make) -> None:
    world = make_world(wechat_app_secret="wrong-secret")
    world.say("一只橘猫")
    world.work()
    world.bot.buffer.flush()

    counted = counters.read(world.bot.db, world.bot.account_id, day=world.bot.today())
    assert counted["wechat_token_failed"] > 0


def test_a_running_worker_draws_with_the_consoles_model(make_world: Make) -> None:
    world = make_world(sandbox=False)
    desk = Desk(world.bot.db, world.bot.account_id, Actor(name="小林", via="console"))
    worker = Worker(world.bot, world.outside)
    worker.start()
    try:
        editing.save(
            Drawer(desk, world.bot.base, world.bot.vault), {"OPENAI_IMAGE_MODEL": "gpt-image-1.5"}
        )
        world.bot.snapshots.refresh()
        world.say("一只橘猫")
        until = time.monotonic() + 20
        while world.job().state is not JobState.DELIVERED:
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        worker.stop(grace=5)

    (call,) = world.sandbox.calls("/v1/images/generations")
    assert call["json"]["model"] == "gpt-image-1.5"


def test_a_step_that_cannot_be_done_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "somebody else's file")

    monkeypatch.setattr(upkeep, "empty_trash", denied)
    Housekeeping(world.bot, threading.Event()).round(world.outside)

    assert known(world) is not None
    assert "one step of housekeeping failed" in caplog.text

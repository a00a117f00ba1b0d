"""Workers on one Redis are stopped, killed and frozen; others take over what they had."""

import itertools
import time
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from bot.editing import library, rules
from bot.editing.desk import Desk
from bot.jobs.dispatch import DISPATCHER
from bot.jobs.housekeeping import UPKEEP
from bot.store.history import Actor
from bot.store.tables import image_job, lease
from tests.editing.test_library import answering, picture
from tests.redises import Redis
from tests.workers import Process, Workers, eventually, working
from tests.worlds import World

pytestmark = pytest.mark.slow
THREADS = 2
GRACE = "still being drawn"
UPLOADS = "/cgi-bin/media/upload"
POSTERS = [f"poster{number}.jpg" for number in range(3)]
NUMBERS = itertools.count(1)
CANNED = {"mysql-map.jpg", *POSTERS}


@pytest.fixture(name="world")
def _world(make_world: Callable[..., World], redis_server: Redis) -> World:
    return make_world(
        redis_url=redis_server.address,
        worker_threads=THREADS,
        follower_daily_images=1000,
        follower_concurrent_images=100,
    )


def delay(world: World, seconds: float) -> None:
    world.sandbox.phone("POST", "account", {"image_delay": seconds})


def order(world: World, count: int) -> None:
    for _ in range(count):
        world.say(f"第{next(NUMBERS)}幅山水画")


def ended(workers: Workers) -> int:
    """How many pictures reached the follower or, past the five WeChat lets us push, wait."""
    return sum(workers.states().get(state, 0) for state in ("delivered", "waiting"))


def bought(world: World) -> Counter[str]:
    """How often each picture was asked for; a call shows once it is answered."""
    return Counter(call["json"]["prompt"] for call in world.sandbox.calls("/v1/images/generations"))


def being_drawn(world: World) -> int:
    """How many calls of the model are on the wire."""
    on_the_wire = (image_job.c.state == "generating", image_job.c.called_at > 0)
    with world.bot.db.read() as tx:
        return len(tx.execute(select(image_job.c.id).where(*on_the_wire)).all())


def lapse(world: World, lost: Process) -> None:
    """Let the time pass until the leases of a killed or frozen worker have run out."""
    with world.bot.db.write() as tx:
        theirs = image_job.c.owner.contains(lost.mark)
        tx.execute(
            update(image_job).where(theirs, image_job.c.lease_until > 0).values(lease_until=1)
        )
        tx.execute(update(lease).where(lease.c.owner.contains(lost.mark)).values(until=1))


def leader(workers: Workers, lease: str = DISPATCHER) -> Process:
    until = time.monotonic() + 10
    while (found := workers.holder(lease)) is None:
        assert time.monotonic() < until, f"nobody holds the lease {lease}"
        time.sleep(0.02)
    return found


def test_a_rolling_restart_loses_nothing_and_keeps_nobody_waiting(world: World) -> None:
    delay(world, 1.0)
    with working(world) as workers:
        workers.start(2)
        order(world, 2 * THREADS)
        eventually(lambda: being_drawn(world) > 0, seconds=10, what="the drawing")
        for replaced in (True, False):
            leaving = leader(workers)
            order(world, 3)
            leaving.popen.terminate()
            begun = time.monotonic()
            while leader(workers) is leaving:
                assert time.monotonic() < begun + 3, "the leadership was not handed over"
            if replaced:
                workers.start()
            assert leaving.popen.wait(30) == 0
        eventually(lambda: ended(workers) == 10, seconds=30, what="the end")

        delay(world, 30)
        order(world, 1)
        eventually(lambda: being_drawn(world) == 1, seconds=10, what="the drawing")
        (drawing,) = (one for one in workers.started if one.mark in busy(world))
        graces = workers.log.count(GRACE)
        drawing.popen.terminate()
        eventually(lambda: workers.log.count(GRACE) > graces, seconds=10, what="the grace")
        drawing.popen.terminate()
        assert drawing.popen.wait(5) == 1
        log, states = workers.log, workers.states()

    assert list(bought(world).values()) == [1] * 10  # the last one is not there yet
    assert len(world.pushed()) == states["delivered"]
    assert "not begun" not in log
    assert "Traceback" not in log


def busy(world: World) -> str:
    """Return who draws, by the names under which workers hold leases."""
    drawing = select(image_job.c.owner).where(image_job.c.state == "generating")
    with world.bot.db.read() as tx:
        return " ".join(tx.execute(drawing).scalars())


def test_what_a_frozen_and_a_killed_worker_had_is_taken_over_once(world: World) -> None:
    """Jobs on the wire, an upload on the wire, and the leadership."""
    desk = Desk(world.bot.db, world.bot.account_id, Actor(name="小李", via="console"))
    for name in POSTERS:
        library.add(desk, world.bot.files, name, picture("JPEG"))
        rules.create(desk, answering(name, keyword=f"看{name}"))
    world.sandbox.script({"match": UPLOADS, "delay": 1.0, "times": 6})
    delay(world, 5.0)
    with working(world) as workers:
        workers.start(2)
        order(world, 2 * THREADS)
        eventually(lambda: being_drawn(world) == 2 * THREADS, seconds=10, what="the drawing")
        eventually(lambda: bool(uploaded(world)), seconds=10, what="an upload")
        frozen = leader(workers, UPKEEP)
        frozen.freeze()
        lapse(world, frozen)
        (other,) = (one for one in workers.started if one is not frozen)
        eventually(
            lambda: workers.states() == {"unknown": THREADS, "delivered": THREADS},
            seconds=30,
            what="taking over",
        )
        eventually(lambda: set(uploaded(world)) == CANNED, seconds=30, what="the uploads")
        frozen.thaw()
        eventually(
            lambda: workers.log.count("taken over by another worker") == THREADS,
            seconds=20,
            what="refusing",
        )
        assert workers.states() == {"unknown": THREADS, "delivered": THREADS}
        assert sorted(uploaded(world).values())[:-1] == [1] * (len(CANNED) - 1)
        assert max(uploaded(world).values()) <= 2  # what was on the wire when its worker froze

        order(world, 2 * THREADS)
        eventually(lambda: being_drawn(world) == 2 * THREADS, seconds=10, what="the drawing")
        other.kill()
        lapse(world, other)
        eventually(
            lambda: workers.states() == {"unknown": 2 * THREADS, "delivered": 2 * THREADS},
            seconds=30,
            what="taking over",
        )

    assert set(bought(world).values()) == {1}


def uploaded(world: World) -> Counter[str]:
    """How often WeChat took each canned file."""
    taken = [call for call in world.sandbox.calls(UPLOADS) if "media_id" in call["answer"]]
    names = [call["files"][0]["filename"] for call in taken]
    return Counter(name for name in names if name in CANNED)


def test_a_worker_that_was_stopped_and_goes_on_hears_that_it_has_to_end(world: World) -> None:
    """As ``systemctl stop`` and a shell's ``kill %1`` do it."""
    with working(world) as workers:
        workers.start(3)
        for one in workers.started:
            one.freeze()
            one.popen.terminate()
            one.thaw()
        assert [one.popen.wait(20) for one in workers.started] == [0, 0, 0]

"""Handing out: what Redis loses, repeats or refuses is made up for; one keeps house at a time."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dramatiq
import pytest
from sqlalchemy import update

from bot.counts import HANDED_AGAIN
from bot.jobs import broker, dispatch
from bot.jobs.held import Held
from bot.jobs.housekeeping import PURGED, Housekeeping
from bot.jobs.lanes import lanes
from bot.jobs.worker import Worker
from bot.keywords import documents
from bot.models import JobState, TextReply
from bot.store import claims, leases, outbox
from bot.store.claims import HANDED_MS, Claim
from bot.store.outbox import Packed
from bot.store.tables import image_job, lease, media
from bot.store.tables import outbox as parcels
from tests.redises import Redis
from tests.workers import eventually
from tests.worlds import World

Make = Callable[..., World]


@contextmanager
def at_work(world: World) -> Iterator[Worker]:
    worker = Worker(world.bot, world.outside)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop(grace=10)


def hand_over(url: str, claim: Claim) -> None:
    """Put a message into Redis as a dispatcher does."""
    shared = broker.connect(url, threads=1)

    @dramatiq.actor(broker=shared)
    def draw(_job_id: int, _fence: int) -> None: ...

    draw.send(claim.job_id, claim.fence)


def delivered(world: World) -> bool:
    return world.job().state is JobState.DELIVERED


def test_a_message_that_redis_lost_is_made_up_for(make_world: Make, redis_server: Redis) -> None:
    """The second time the leader runs the job itself: Redis may be losing everything."""
    world = make_world(redis_url=redis_server.address)
    world.say("一只橘猫")
    (claim,) = claims.claim(world.bot.db, concurrent=9, lanes=lanes(world.bot), most=9)
    assert not claim.lost
    with world.bot.db.read() as tx:
        left = tx.execute(image_job.select()).one().lease_until - world.bot.now_ms()
    assert left <= HANDED_MS
    with world.bot.db.write() as tx:
        tx.execute(update(image_job).values(lease_until=1))

    with at_work(world) as worker:
        eventually(lambda: delivered(world), seconds=20, what="the picture")
        assert worker._within  # threads that need no Redis

    assert world.job().fence == claim.fence + 1
    assert len(world.sandbox.calls("/v1/images/generations")) == 1
    assert world.bot.counts.read().numbers[HANDED_AGAIN,] == 1


def test_what_was_given_back_is_not_lost(world: World) -> None:
    world.say("一只橘猫")
    (claim,) = claims.claim(world.bot.db, concurrent=9, lanes=lanes(world.bot), most=9)
    claims.give_back(world.bot.db, [claim])
    (again,) = claims.claim(world.bot.db, concurrent=9, lanes=lanes(world.bot), most=9)

    assert (again.fence, again.lost) == (claim.fence + 1, False)
    claims.give_back(world.bot.db, [claim])  # an older one's: nothing is let go
    assert claims.in_hands(world.bot.db, ()) == 1
    assert claims.begin(world.bot.db, again, owner="one")
    claims.give_back(world.bot.db, [again])  # begun meanwhile
    assert claims.in_hands(world.bot.db, ["one"]) == 1


def test_a_repeated_message_leaves_the_running_job_alone(
    make_world: Make, redis_server: Redis
) -> None:
    """The heartbeat goes on renewing its lease."""
    world = make_world(redis_url=redis_server.address)
    world.sandbox.phone("POST", "account", {"image_delay": 4.0})
    with at_work(world) as worker:
        world.say("一只橘猫")
        eventually(lambda: world.job().called_at > 0, seconds=5, what="the drawing")
        hand_over(redis_server.address, Claim(1, world.job().fence))
        eventually(
            lambda: not redis_server.ask("LLEN", "dramatiq:default"), seconds=5, what="the second"
        )
        time.sleep(0.2)
        assert worker.running == 1
        eventually(lambda: delivered(world), seconds=20, what="the picture")

    assert len(world.sandbox.calls("/v1/images/generations")) == 1


def test_a_frozen_redis_holds_up_no_round(make_world: Make, redis_server: Redis) -> None:
    """However many parcels there are, and each would wait half a second for its answer."""
    world = make_world(redis_url=redis_server.address)
    bot, rest = world.bot, documents.dump_replies([TextReply("后续")])
    packed = [Packed(bot.account_id, str(one), world.openid, rest) for one in range(20)]
    with bot.db.write() as tx:
        outbox.put(bot.db, tx, packed)
    worker = Worker(bot, world.outside)
    with redis_server.frozen():
        began = time.monotonic()
        worker._dispatcher.round()
        assert time.monotonic() - began < 4

    def unsent() -> bool:
        with bot.db.read() as tx:
            return any(one.state in {"pending", "sending"} for one in tx.execute(parcels.select()))

    eventually(lambda: not unsent(), seconds=10, what="sending")
    worker._own().stop(grace=5)


def test_who_renews_again_after_an_outage_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every lease has ended while the database was away, also those of the living."""
    monkeypatch.setattr(dispatch, "AWAY", 0.3)
    monkeypatch.setattr(dispatch, "RENEWED", 0.6)
    bot = world.bot
    for said in ("一只橘猫", "两只橘猫"):
        world.say(said)
    alive, dead = claims.claim(bot.db, concurrent=9, lanes=lanes(bot), most=9)
    dispatcher = Worker(bot, world.outside)._dispatcher
    dispatcher.round()
    for one in (alive, dead):
        assert claims.begin(bot.db, one, owner="another worker")
        claims.save(bot.db, one, state=JobState.GENERATING, lease_until=1)
    time.sleep(0.4)  # as long as the database is away
    dispatcher.round()
    claims.renew(bot.db, [alive])

    def taken_over() -> bool:
        dispatcher.round()
        return world.job(2).fence > dead.fence

    eventually(taken_over, seconds=5, what="taking over")
    assert world.job(1).fence == alive.fence
    dispatcher.release()


def test_a_lease_that_is_being_renewed_is_released(world: World) -> None:
    """The heartbeat renews while the thread that works under the lease ends."""
    held = Held(world.bot.db, "house", owner="one", seconds=1)
    assert held.take()
    time.sleep(0.4)  # a third has passed: it is renewed
    renewing, releasing = (threading.Thread(target=one) for one in (held.renew, held.release))
    with world.bot.db.write():
        renewing.start()
        time.sleep(0.1)
        releasing.start()
        time.sleep(0.1)
    renewing.join()
    releasing.join()

    assert not held
    assert leases.holders(world.bot.db, "house") == []


def test_a_stopping_worker_gives_back_what_it_is_still_handed(world: World) -> None:
    """Others have it at once; what is being drawn is drawn to its end."""
    world.sandbox.phone("POST", "account", {"image_delay": 4.0})
    worker = Worker(world.bot, world.outside)
    worker.start()
    world.say("一只橘猫")
    eventually(lambda: world.job().called_at > 0, seconds=5, what="the drawing")
    stopping = threading.Thread(target=worker.stop, kwargs={"grace": 20})
    stopping.start()
    eventually(lambda: not leases.count(world.bot.db, leases.ALIVE), seconds=5, what="signing off")
    world.say("两只橘猫")
    (late,) = claims.claim(world.bot.db, concurrent=9, lanes=lanes(world.bot), most=9)
    worker._own().draw(late)  # as a dispatcher does that was at it

    eventually(lambda: claims.in_hands(world.bot.db, ()) == 0, seconds=3, what="giving back")
    assert world.job(1).state is JobState.GENERATING
    stopping.join()
    assert delivered(world)
    assert world.job(2).state is JobState.QUEUED


def test_a_heartbeat_that_comes_late_signs_nobody_on(world: World) -> None:
    """Nobody is given work for threads that are about to end."""
    worker = Worker(world.bot, world.outside)
    beating = threading.Thread(target=worker._beat)
    with world.bot.db.write():
        beating.start()
        time.sleep(0.1)  # it waits for its turn to write
        worker._closing.set()
    beating.join()

    assert leases.count(world.bot.db, leases.ALIVE) == 0


def test_one_worker_keeps_house_and_purges_once_an_hour(world: World) -> None:
    assert leases.take(world.bot.db, "worker:killed", owner="killed", seconds=0)
    first = Housekeeping(world.bot, threading.Event())
    first.round(world.outside)
    with world.bot.db.read() as tx:
        assert "worker:killed" not in {one.name for one in tx.execute(lease.select())}
    (purger,) = leases.holders(world.bot.db, PURGED)
    uploads = len(world.sandbox.calls("/cgi-bin/media/upload"))
    assert uploads == 1

    first.round(world.outside)
    assert leases.holders(world.bot.db, PURGED) == [purger]
    first.release()
    assert leases.take(world.bot.db, "upkeep", owner="another", seconds=60)
    with world.bot.db.write() as tx:
        tx.execute(media.delete())
    first.round(world.outside)  # not its turn
    assert len(world.sandbox.calls("/cgi-bin/media/upload")) == uploads
    leases.release(world.bot.db, "upkeep", owner="another")
    Housekeeping(world.bot, threading.Event()).round(world.outside)
    assert leases.holders(world.bot.db, PURGED) == [purger]
    assert len(world.sandbox.calls("/cgi-bin/media/upload")) == uploads + 1

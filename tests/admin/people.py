"""Followers who have spoken, pictures that were drawn, and some that were not."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import insert, update

from bot.models import JobState
from bot.store.database import now_ms
from bot.store.tables import image_job, lease
from tests.worlds import World

HOSTILE = "画<img src=x onerror=alert(1)>"


def chatter(world: World) -> None:
    """Two pictures are drawn: one of harmless, one of hostile words."""
    for said in ("电子书", "一只橘猫", HOSTILE):
        world.say(said)
    work(world)
    world.bot.buffer.flush()


def work(world: World) -> None:
    """Work in a thread of its own: the browser's driver keeps an event loop running in this one."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(world.work).result()


def troubles(world: World) -> dict[str, int]:
    """One job in each state that an operator looks after; return their ids."""
    found: dict[str, int] = {}
    states: dict[str, dict[str, Any]] = {
        "queued": {"state": JobState.QUEUED},
        "generating": {
            "state": JobState.GENERATING,
            "called_at": now_ms(),
            "owner": "host:1:ab",
            "lease_until": now_ms() + 30_000,
        },
        "failed": {
            "state": JobState.FAILED,
            "reason": "provider_down",
            "detail": HOSTILE,
            "cost": 0,
            "told": "told",
        },
        "unknown": {"state": JobState.UNKNOWN, "reason": "outcome_unknown", "told": "told"},
        "waiting": {
            "state": JobState.WAITING,
            "picture": "2026-11-23/1-aa.jpg",
            "media_id": "m",
            "media_expires_at": now_ms() + 3_600_000,
        },
    }
    for number, (name, values) in enumerate(states.items(), 1):
        world.say(f"第{number}幅山水画{HOSTILE}")
        with world.bot.db.write() as tx:
            own = image_job.c.prompt.contains(f"第{number}幅")
            tx.execute(update(image_job).where(own).values(values))
            found[name] = tx.execute(image_job.select().where(own)).one().id
    with world.bot.db.write() as tx:
        alive = {"name": "worker:host:1:ab", "owner": "host:1:ab", "until": now_ms() + 20_000}
        tx.execute(insert(lease).values(alive))
    world.bot.buffer.flush()
    return found

"""What the store's tests submit, claim and run at the same time."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bot.models import ImageJob, ImageRequest, JobState
from bot.store import claims, jobs
from bot.store.claims import Claim, Lane
from bot.store.database import Database, now_ms
from bot.store.jobs import Order

XIAOHUA = "oXiaohua-00000000000000000001"
COST = 290_000
LANE = Lane(name="openai", images_per_minute=600, edits=16)
DAY, MONTH = "2026-11-23", "2026-11"


def order(key: str, *, openid: str = XIAOHUA, **changes: Any) -> Order:
    values: dict[str, Any] = {
        "message_key": key,
        "openid": openid,
        "request": ImageRequest(prompt="一只橘猫 🐈"),
        "cost": COST,
        "day": DAY,
        "month": MONTH,
        "daily_images": 10,
        "limits": {DAY: None, MONTH: None},
        "images_per_minute": 600,
        "asked_at": 1_795_436_007,
        "push_until": 0,
        "acknowledge": lambda queue: f"前面 {queue.ahead} 人",
    }
    return Order(**values | changes)


def claim_all(db: Database) -> list[Claim]:
    return claims.claim(db, concurrent=100, lanes=[LANE], most=100)


def waiting(db: Database, account_id: int, *keys: str) -> list[ImageJob]:
    """Have finished pictures wait for the follower, one for each message key."""
    for key in keys:
        jobs.submit(db, account_id, order(key))
    found = {
        "state": JobState.WAITING,
        "picture": "2026-11-23/1.jpg",
        "media_id": "media",
        "media_expires_at": now_ms() + 3_600_000,
        "lease_until": 0,
    }
    return [claims.save(db, claim, **found) for claim in claim_all(db)]


def together(tasks: Iterable[Callable[[], Any]]) -> list[Any]:
    """Run the tasks at the same moment, a thread each, and return what each gave or raised."""
    waiting = list(tasks)
    start = threading.Barrier(len(waiting))

    def run(task: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return task()
        except Exception as error:  # noqa: BLE001 — the test looks at it
            return error

    with ThreadPoolExecutor(len(waiting)) as threads:
        return list(threads.map(run, waiting))

"""What the product asks of its database for one message and for one job, each timed."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from statistics import median
from typing import Any

from bot.models import ImageJob, ImageRequest, JobState
from bot.store import (
    accounts,
    chains,
    claims,
    collecting,
    conversations,
    decisions,
    forgetting,
    jobs,
    leases,
    measures,
    messages,
    money,
    outbox,
    progress,
    retention,
)
from bot.store.claims import Claim, Lane
from bot.store.database import Database, now_ms
from bot.store.decisions import Decision, Stage, Verdict
from bot.store.jobs import Order
from bot.store.messages import Heard
from bot.store.queues import Pace

DAY, MONTH = "2026-11-23", "2026-11"
COST = 290_000
LANE = Lane(name="openai", images_per_minute=60_000, edits=16)
PACE = Pace(images_per_minute=60_000, at_once=2)
PROMPT = "帮我生成一个图片，是一座科幻风格的城市，黄昏，霓虹灯，远处有飞船"
ACKNOWLEDGEMENT = (
    "收到，正在画（前面 2 人，约 40 秒）。\n画好就发给你；没收到就点："
    '<a href="weixin://bizmsgmenu?msgmenucontent=%E5%8F%96%E5%9B%BE&msgmenuid=1">取图</a>'
)
Times = dict[str, float]


class Questions:
    """Asks everything of followers drawn by lot, and keeps how long each answer took."""

    def __init__(self, db: Database, account_id: int, *, followers: int, random: Random) -> None:
        self._db = db
        self._account_id = account_id
        self._followers = followers
        self._random = random
        self._number = random.randrange(10**12)
        self._taken: defaultdict[str, list[float]] = defaultdict(list)

    def ask(self) -> None:
        """Ask every question once, of another follower than before."""
        openid = openid_of(self._random.randrange(self._followers) + 1)
        self._number += 1
        key = f"default|{openid}|{self._number}"
        self._message(openid, key)
        self._job(openid, f"{key}|draw")
        self._upkeep()

    def forget(self) -> None:
        """Forget the times taken so far: the first ones are of connections, plans and caches."""
        self._taken.clear()

    def times(self) -> Times:
        """Return the medians in ms."""
        return {name: median(taken) for name, taken in self._taken.items()}

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self._taken[name].append((time.perf_counter() - begun) * 1000)

    def _message(self, openid: str, key: str) -> None:
        db, account_id = self._db, self._account_id
        own: dict[str, Any] = {"openid": openid}
        with self._timed("消息：记一条"):
            messages.write(db, [heard(account_id, openid, key)])
        with self._timed("消息：进度"):
            progress.steps(db, account_id, **own, pace=lambda _job: PACE)
            progress.last(db, account_id, **own)
        with self._timed("消息：取图"):
            collecting.collect(db, account_id, **own, message_key=key)
        with self._timed("消息：额度"):
            money.used(db, account_id, **own, day=DAY)
            money.drawn(db, account_id, **own, day=DAY)
        with self._timed("消息：版本（每秒每进程）"):
            accounts.versions(db, account_id)

    def _job(self, openid: str, key: str) -> None:
        db, account_id = self._db, self._account_id
        with self._timed("任务：接单前看的"):
            jobs.repeated(db, key)
            talk = conversations.read(db, account_id, openid)
            chains.current(db, account_id, openid, talk)
            decisions.blocks(db, account_id, openid=openid, day=DAY)
            collecting.waiting(db, account_id, openid=openid)
        with self._timed("任务：接单"):
            jobs.submit(db, account_id, order(openid, key))
        with self._timed("派活：收回（每秒五次）"):
            claims.take_back(db)
        with self._timed("派活：手里几张（每秒五次）"):
            claims.in_hands(db, ["somebody"])
        with self._timed("派活：领一张"):
            claim = claims.claim(db, concurrent=2, lanes=[LANE], most=1)[0]
        with self._timed("任务：画和送，每次写"):
            finish(db, account_id, claim)
        with self._timed("派活：没活时看一眼（每秒五次）"):
            claims.claim(db, concurrent=2, lanes=[LANE], most=1)
        with self._timed("派活：要推送的（每秒五次）"):
            outbox.claim(db, most=20)

    def _upkeep(self) -> None:
        db, account_id = self._db, self._account_id
        with self._timed("看护：指标（每 5 秒）"):
            measures.read(db, account_id, day=DAY, month=MONTH)
        with self._timed("看护：谁走了（每 5 秒）"):
            forgetting.left(db, account_id, for_ms=20_000, most=100)
        with self._timed("看护：清旧记录（每小时）"):
            retention.purge(db, account_id, days=400)
        with self._timed("看护：抢派活的租约"):
            leases.take(db, "capacity", owner="capacity", seconds=6)


def openid_of(number: int) -> str:
    return f"oScale-{number:021}"


def heard(account_id: int, openid: str, key: str) -> Heard:
    return Heard(
        account_id=account_id,
        message_key=key,
        openid=openid,
        kind="text",
        content="大厂内推",
        handler="keyword.exact",
        rule_id=1,
        at=int(time.time() * 1000),
        day=DAY,
        micros=400,
    )


def order(openid: str, key: str) -> Order:
    return Order(
        message_key=key,
        openid=openid,
        request=ImageRequest(prompt=PROMPT),
        cost=COST,
        day=DAY,
        month=MONTH,
        daily_images=10_000,
        limits={DAY: None, MONTH: None},
        images_per_minute=PACE.images_per_minute,
        asked_at=int(time.time()),
        push_until=0,
        acknowledge=lambda _queue: ACKNOWLEDGEMENT,
    )


def finish(db: Database, account_id: int, claim: Claim) -> ImageJob:
    """Write what a worker writes from taking a job into its hands until it is delivered."""
    job = claims.begin(db, claim, owner="capacity")
    assert job is not None
    claims.save(db, claim, state=JobState.GENERATING)
    with db.write() as tx:
        passed = Decision(
            openid=job.openid,
            message_key=job.message_key,
            stage=Stage.INPUT,
            verdict=Verdict.PASSED,
            reason="omni-moderation-latest",
            day=DAY,
            job_id=job.id,
        )
        decisions.record(db, tx, account_id, passed)
        claims.save_in(tx, claim, called_at=now_ms(), attempts=1)
    drawn = {"request_id": f"req_{job.id:032}", "model": "gpt-image-2.5-flare"}
    claims.save(
        db,
        claim,
        **drawn,
        state=JobState.GENERATED,
        generated_at=now_ms(),
        picture=f"{DAY}/{job.id}-0123456789abcdef.raw",
    )
    claims.save(db, claim, picture=f"{DAY}/{job.id}-0123456789abcdef.jpg")
    media_id = f"{job.id:064}"
    claims.save(db, claim, media_id=media_id, media_kind="temporary", media_expires_at=now_ms())
    claims.renew(db, [claim])
    claims.save(db, claim, send_at=now_ms())
    return claims.delivered(db, claim, [])


def one_of_each(db: Database, account_id: int) -> None:
    """Have the product itself make one follower, message, job, verdict and quota."""
    openid = openid_of(0)
    messages.write(db, [heard(account_id, openid, "default|model")])
    jobs.submit(db, account_id, order(openid, "default|model|draw"))
    (claim,) = claims.claim(db, concurrent=2, lanes=[LANE], most=1)
    finish(db, account_id, claim)

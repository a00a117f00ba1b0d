"""A worker killed between any two steps of a deck: nothing is lost, paid or sent twice."""

import base64
import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Connection, select, update

from bot.errors import Reason, Refused
from bot.jobs.lanes import lanes
from bot.jobs.run import run
from bot.jobs.upkeep import send_rest
from bot.models import ImageJob, ImageRequest, JobKind, JobState
from bot.store import claims, jobs, money, outbox
from bot.store.claims import Claim
from bot.store.database import Database
from bot.store.jobs import Part
from bot.store.tables import image_job
from bot.store.tables import outbox as parcels
from tests.conversations.groups import CHATS, GENERATIONS, spent, used
from tests.store.orders import COST, DAY, MONTH, XIAOHUA, claim_all, order, together
from tests.worlds import World

ASKED = "做一个1页的PPT：端午节"


class Killed(BaseException):
    """What a kill -9 is to the code it hits: nothing catches it."""


class Mortal:
    """A database whose process dies before its write number *steps*."""

    def __init__(self, db: Database, steps: int) -> None:
        self._db = db
        self._left = steps

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self._left -= 1
        if self._left < 0:
            raise Killed
        with self._db.write() as tx:
            yield tx

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)


def small_pictures() -> dict[str, Any]:
    """Spare the model the drawing: it is not what is looked at here."""
    made = io.BytesIO()
    Image.new("RGB", (640, 360), "#7a5c3e").save(made, "JPEG")
    answer = {"created": 1, "data": [{"b64_json": base64.b64encode(made.getvalue()).decode()}]}
    return {"match": GENERATIONS, "times": None, "json": answer}


def live_and_die(world: World, *, steps: int) -> bool:
    """Work until killed before write number *steps*; whether that ever came."""
    db = world.bot.db
    world.bot.db = Mortal(db, steps)  # type: ignore[assignment] # it is one in all that is used
    try:
        run_all(world)
    except Killed:
        return True
    finally:
        world.bot.db = db
    return False


def recover(world: World) -> None:
    """Let every lease run out, as the database's clock would, and another worker take over."""
    with world.bot.db.write() as tx:
        tx.execute(update(image_job).values(lease_until=0))
        tx.execute(update(parcels).values(not_before=0))
    run_all(world)


def run_all(world: World) -> None:
    """Do what a worker does for jobs, and what follows them."""
    db, ready = world.bot.db, partial(claims.claim, concurrent=2, lanes=lanes(world.bot), most=9)
    while found := claims.take_back(db) + ready(db):
        for claim in found:
            run(world.bot, world.outside, claim)
    for parcel in outbox.claim(db, most=100):
        send_rest(world.bot, world.outside, parcel)


def test_a_kill_between_any_two_steps_loses_nothing_and_pays_nothing_twice(
    make_world: Callable[..., World],
) -> None:
    world = make_world(openai_text_model="gpt-5-mini", follower_daily_images=1000)
    world.work()
    world.sandbox.script(small_pictures())
    steps, deck, killed = 2, 1, True
    while killed:
        world.say(ASKED)
        before = {path: len(world.sandbox.calls(path)) for path in (CHATS, GENERATIONS)}
        pushed = Counter(item["kind"] for item in world.pushed())
        killed = live_and_die(world, steps=steps)
        recover(world)

        whole, outline, page = (world.job(number) for number in range(deck, deck + 3))
        calls = {path: len(world.sandbox.calls(path)) - before[path] for path in before}
        made = Counter(item["kind"] for item in world.pushed()) - pushed
        assert (outline.state, page.state) == (JobState.KEPT, JobState.KEPT), steps
        assert calls == {CHATS: 1, GENERATIONS: 1}, steps
        # A send whose outcome nobody knows is not repeated: the follower collects it.
        assert whole.state in {JobState.DELIVERED, JobState.WAITING}, steps
        assert made["image"] <= 1, steps
        assert made == {"image": 1, "text": 1} or whole.state is JobState.WAITING, steps
        steps, deck = steps + 1, deck + 3

    assert steps > 15
    every = [world.job(number) for number in range(1, deck)]
    assert spent(world) == sum(one.cost for one in every)
    assert used(world) == sum(one.units for one in every)


PAGES = tuple(
    Part(request=ImageRequest(prompt=f"第{page}页"), page=page, cost=COST, units=1)
    for page in range(1, 6)
)


def deck_of(key: str, **changes: Any) -> Any:
    whole = ImageRequest(prompt="端午", kind=JobKind.DECK)
    return replace(order(key), request=whole, cost=0, units=0, parts=PAGES, **changes)


def test_no_race_of_decks_and_pictures_is_over_by_one(db: Database, account_id: int) -> None:
    limits = {DAY: 12 * COST, MONTH: None}
    orders = [deck_of(f"d{number}", daily_images=100, limits=limits) for number in range(4)]
    orders += [order(f"p{number}", daily_images=100, limits=limits) for number in range(6)]
    found = together(partial(jobs.submit, db, account_id, one) for one in orders)

    taken = sum(5 if one.kind is JobKind.DECK else 1 for one in found if isinstance(one, ImageJob))
    refused = {one.reason for one in found if isinstance(one, Refused)}
    with db.read() as tx:
        rows = len(tx.execute(select(image_job.c.id).where(image_job.c.units > 0)).all())
    # Which of them are first is anybody's guess; no refused one would have fitted in.
    assert taken == rows
    assert 8 <= taken <= 12
    assert refused <= {Reason.BUDGET, Reason.BUDGET_SHORT}
    assert money.spent(db, account_id, period=DAY) == taken * COST
    assert money.used(db, account_id, openid=XIAOHUA, day=DAY) == taken


def test_a_deck_is_taken_whole_or_not_at_all(db: Database, account_id: int) -> None:
    with pytest.raises(Refused) as refused:
        jobs.submit(db, account_id, deck_of("d", daily_images=4))
    assert refused.value.reason is Reason.QUOTA_SHORT
    assert refused.value.details == {"left": 4, "wanted": 5}
    with db.read() as tx:
        assert tx.execute(select(image_job.c.id)).all() == []
    assert money.spent(db, account_id, period=DAY) == 0


def test_pages_wait_for_their_outline_and_the_deck_for_its_pages(
    db: Database, account_id: int
) -> None:
    asked = ImageRequest(prompt="问", kind=JobKind.OUTLINE)
    outline = Part(request=asked, page=0, cost=7, units=0)
    jobs.submit(db, account_id, replace(deck_of("d"), parts=(outline, *PAGES[:2])))

    (first,) = claim_all(db)
    assert first.job_id == 2
    claims.save(db, first, state=JobState.UNKNOWN, lease_until=0)
    pages = claim_all(db)
    assert [one.job_id for one in pages] == [3, 4]
    claims.save(db, pages[0], state=JobState.KEPT, lease_until=0)
    assert claim_all(db) == []
    claims.save(db, pages[1], state=JobState.FAILED, lease_until=0)
    assert claim_all(db) == [Claim(1, 1)]


def test_the_estimate_counts_rounds_and_the_limit_per_minute(db: Database, account_id: int) -> None:
    told: list[int] = []

    def kept(queue: jobs.Queue) -> str:
        told.append(queue.seconds)
        return ""

    for number, (at_once, per_minute) in enumerate(((1, 600), (2, 600), (5, 600), (5, 2))):
        deck = deck_of(f"d{number}", daily_images=100, acknowledge=kept, at_once=at_once)
        jobs.submit(db, account_id, replace(deck, images_per_minute=per_minute))
        jobs.cancel(db, account_id, openid=XIAOHUA, message_key=f"c{number}", asked_at=2**40)

    # Nothing was drawn yet: half a minute a picture; five of them, and two a minute at most.
    assert told == [150, 90, 30, 120]

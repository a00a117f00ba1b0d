"""The place and the time a follower is told are those of the queue as it is, on each database."""

from typing import Any

from sqlalchemy import update

from bot.models import ImageRequest, JobKind, JobState
from bot.store import jobs, progress
from bot.store.database import Database, now_ms
from bot.store.jobs import Part
from bot.store.progress import Phase, Step
from bot.store.queues import Pace
from bot.store.tables import image_job
from tests.store.orders import XIAOHUA, order

OUTLINE = ImageRequest(prompt="端午节", kind=JobKind.OUTLINE)
PAGE = ImageRequest(prompt="端午节")
TOOK_MS = (8_000, 50_000, 9_000, 7_000, 12_000)


def test_place_and_time_are_those_of_the_queue(db: Database, account_id: int) -> None:
    told: list[str] = []

    def ask(openid: str = XIAOHUA, *, per_minute: int = 6, **changes: Any) -> int:
        own: dict[str, Any] = {"images_per_minute": per_minute, "at_once": 2, "daily_images": 50}
        own["acknowledge"] = lambda queue: f"{queue.ahead} 人 {queue.seconds} 秒"
        job = jobs.submit(db, account_id, order(f"k{len(told)}", openid=openid, **own | changes))
        told.append(job.acknowledgement)
        return job.id

    def set_(*ids: int, **values: Any) -> None:
        with db.write() as tx:
            tx.execute(update(image_job).where(image_job.c.id.in_(ids)).values(values))

    def steps(openid: str) -> list[Step]:
        def pace(_job: object) -> Pace:
            return Pace(images_per_minute=6, at_once=2)

        return progress.steps(db, account_id, openid=openid, pace=pace)[0]

    drawn = [ask(), ask(), ask()]  # two at once, the third after them
    ask("A", request=ImageRequest(prompt="换成夜晚", kind=JobKind.EDIT, sources=("job:1",)))
    pages = [Part(request=PAGE, page=page, cost=0, units=1) for page in range(1, 6)]
    parts = (Part(request=OUTLINE, page=0, cost=0, units=0), *pages)
    deck = ask("B", request=ImageRequest(prompt="端午节", kind=JobKind.DECK), parts=parts)
    drawn.append(ask("C"))  # the deck holds nobody up
    drawn.append(ask("D", per_minute=1))  # where the provider is slow, everybody's turns count
    assert told == [
        *("0 人 30 秒", "0 人 30 秒", "0 人 60 秒", "1 人 40 秒", "2 人 105 秒"),
        *("3 人 30 秒", "4 人 630 秒"),
    ]
    (step,) = steps("B")
    assert (step.phase, step.page, step.pages, step.seconds) == (Phase.OUTLINE, 1, 5, 105)

    # Five were drawn, in nine seconds as a rule.
    for number, took in zip(drawn, TOOK_MS, strict=True):
        set_(number, state=JobState.DELIVERED, dispatched_at=1_000, generated_at=1_000 + took)
    e = ask("E")
    set_(deck + 1, state=JobState.KEPT)
    running = {"state": JobState.GENERATING, "dispatched_at": now_ms()}
    set_(deck + 2, deck + 3, **running, called_at=now_ms())
    ask("F", per_minute=2)  # this minute's two are taken
    assert told[-2:] == ["2 人 9 秒", "3 人 189 秒"]

    (waiting,) = steps("E")
    assert (waiting.job.id, waiting.phase, waiting.place, waiting.seconds) == (
        *(e, Phase.QUEUED, 3, 9),
    )
    (drawing,) = steps("B")
    assert (drawing.phase, drawing.page, drawing.pages, drawing.seconds) == (Phase.DECK, 1, 5, 27)
    set_(*range(deck + 2, deck + 7), state=JobState.KEPT)
    assert steps("B")[0].phase is Phase.SENDING
    assert steps(XIAOHUA) == []

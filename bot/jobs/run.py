"""One image job, step by step; each step stores what it made, so any worker can go on from there.

queued → (photos → moderate → generate) → raw picture → labelled picture → media → delivered or
waiting. A picture of a sheet or a deck is kept once it is labelled; words go without a label.
"""

import logging
import os
import socket
import time
import uuid

from bot.engine import Bot, named
from bot.errors import ProviderError, Reason, StorageError, StoreError
from bot.failpoints import Point, hit
from bot.images.providers import costs
from bot.jobs import (
    asking,
    deliver,
    finishing,
    lanes,
    measures,
    presence,
    safety,
    sources,
    together,
    writing,
)
from bot.jobs.outside import Outside
from bot.models import Generated, ImageJob, JobKind, JobState
from bot.store import claims, jobs, money
from bot.store.claims import Claim, LeaseLost
from bot.store.database import now_ms
from bot.store.jobs import DRAWN, TOGETHER

log = logging.getLogger(__name__)
OWNER = f"{socket.gethostname()[:24]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
TRIES = 3  # calls in all, the provider having surely refused the ones before
CRASHES = 3
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)  # seconds between tries to store a paid picture
AWAY_MS = 10_000  # until a job asks again for what lies in a bucket that is away
# Refusals that say something of the provider, not of the request: another one may well draw it.
ELSEWHERE = {
    Reason.PROVIDER_DOWN,
    Reason.RATE_LIMIT,
    Reason.NO_MONEY,
    Reason.BAD_KEY,
    Reason.BAD_REQUEST,
}
AT_WORK = {JobState.QUEUED, JobState.GENERATING, JobState.GENERATED}
IN_WORDS = {JobState.FAILED, JobState.UNKNOWN, JobState.CANCELLED}  # a sentence is left to tell


def run(bot: Bot, outside: Outside, claim: Claim) -> None:
    """Take the claimed job as far as it will go; does nothing if the claim no longer holds."""
    job = claims.begin(bot.db, claim, owner=OWNER)
    if job is None:
        return
    hit(Point.JOB_BEGUN)
    try:
        _go_on(bot, outside, claim, job)
    except LeaseLost:
        log.warning("%s taken over by another worker; nothing more is written", named(job))
    except StoreError as error:
        # The lease runs out, and the next worker goes on from what is stored by then.
        log.warning("%s is left to the next worker: %s", named(job), error)
        raise
    except StorageError as error:
        log.warning("%s waits: %s", named(job), error)
        _crashed(bot, outside, claim, error)
    except Exception as error:
        log.exception("%s failed", named(job))
        _crashed(bot, outside, claim, error)


def _go_on(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> None:
    if job.state in IN_WORDS:
        deliver.tell(bot, outside, claim, job)
        return
    made = (
        together.assemble(bot, outside, claim, job)
        if job.kind in TOGETHER
        else _made(bot, outside, claim, job)
    )
    if made:
        deliver.deliver(bot, outside, claim, made)


def _made(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> ImageJob | None:
    """Return the job with what goes to the follower; None where nothing does (any more)."""
    if not job.picture and not job.words:
        called = _take_over if job.called_at else _generate if job.kind in DRAWN else _write
        drawn = called(bot, outside, claim, job)
        if drawn is None:
            return None
        job = drawn
    if not job.picture.endswith(".raw"):
        return job
    try:
        return _finished(bot, outside, claim, job)
    except ProviderError as error:
        deliver.conclude(bot, outside, claim, job, error.reason, detail=str(error), spent=job.cost)
        return None


def _finished(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> ImageJob | None:
    """Make of what a model gave what is handed on."""
    match job.kind:
        case JobKind.OUTLINE:
            writing.keep_outline(bot, claim, job)
            measures.over(bot, job, JobState.KEPT, bot.now_ms())
            return None
        case JobKind.DESCRIBE:
            return writing.keep_description(bot, outside, claim, job)
        case _:
            safety.check_picture(bot, outside, job, bot.pictures.read(job.picture))
            finished = finishing.finish(bot, claim, job)
            hit(Point.PICTURE_LABELLED)
            if finished.state is not JobState.KEPT:
                return finished
            measures.over(bot, finished, finished.state, finished.finished_at)
            return None


def _write(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> ImageJob | None:
    try:
        claims.save(bot.db, claim, state=JobState.GENERATING)
        call = writing.prepared(bot, outside, job)
        bot.rooms.pictures.ready()  # nothing is bought that could not be stored
        since = time.monotonic()
        job = safety.passed(bot, outside, claim, job)
        presence.show(bot, outside, job)
        claims.hold(since)
        with measures.called(bot, "text"):
            written, spent = call()
    except ProviderError as error:
        if job.called_at:
            safety.refused(bot, job, error)
        _refused(bot, outside, claim, job, error)
        return None
    return _keep(bot, outside, claim, job, written, spent=spent)


def _generate(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> ImageJob | None:
    provider = outside.named(job.provider)
    if provider is None:
        _taken_out(bot, outside, claim, job)
        return None
    try:
        claims.save(bot.db, claim, state=JobState.GENERATING)
        shown = sources.gather(bot, outside, job)
        width, height = asking.size_of(job, shown)
        job = claims.save(bot.db, claim, width=width, height=height)
        ask = asking.ask_of(bot, job, shown)
        safety.check_words(bot, outside, job, job.prompt, images=ask.images)
        bot.rooms.pictures.ready()  # nothing is bought that could not be stored
        since = time.monotonic()
        job = safety.passed(bot, outside, claim, job)
        hit(Point.CALL_RECORDED)
        presence.show(bot, outside, job)
        claims.hold(since)
        with measures.called(bot, provider.name):
            generated = provider.draw(ask)
            hit(Point.CALL_ANSWERED)
    except ProviderError as error:
        if job.called_at:
            safety.refused(bot, job, error)
        _refused(bot, outside, claim, job, error)
        return None
    kept = _keep(
        bot, outside, claim, job, generated, spent=costs.spent(bot.prices, provider, generated, ask)
    )
    lanes.note(bot, provider.name)
    return kept


def _take_over(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> ImageJob | None:
    """A worker was lost after the call: go on from its picture, never buy another."""
    name = bot.pictures.find(f"{job.day}/{job.id}-")
    if name is None:
        deliver.conclude(bot, outside, claim, job, Reason.OUTCOME_UNKNOWN, detail="worker lost")
        return None
    return claims.save(bot.db, claim, state=JobState.GENERATED, picture=name, generated_at=now_ms())


def _refused(bot: Bot, outside: Outside, claim: Claim, job: ImageJob, error: ProviderError) -> None:
    log.warning("%s %s: %s (%s)", named(job), job.provider, error, error.reason)
    if not error.billed and job.attempts + 1 < TRIES:
        tried = f"{job.tried},{job.provider}".strip(",")
        other = job.kind in DRAWN and lanes.left(bot, job, tried=tried)
        if error.reason in ELSEWHERE and other:
            lanes.note(bot, job.provider, error.reason)
            _again(bot, claim, job, seconds=0, tried=tried)
            return
        if error.retry_after is not None:
            lanes.note(bot, job.provider, error.reason)
            _again(bot, claim, job, seconds=error.retry_after)
            return
    spent = job.cost if error.billed else 0
    deliver.conclude(bot, outside, claim, job, error.reason, detail=str(error), spent=spent)
    lanes.note(bot, job.provider, error.reason)


def _taken_out(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> None:
    """Nobody can draw the job, or the one who was chosen was taken out of the settings."""
    tried = f"{job.tried},{job.provider}".strip(",")
    if job.provider and job.attempts + 1 < TRIES and lanes.left(bot, job, tried=tried):
        _again(bot, claim, job, seconds=0, tried=tried)
        return
    detail = f"no provider can draw this (chosen: {job.provider or 'none'})"
    deliver.conclude(bot, outside, claim, job, Reason.NOT_OFFERED, detail=detail)


def _keep(
    bot: Bot, outside: Outside, claim: Claim, job: ImageJob, generated: Generated, *, spent: int
) -> ImageJob | None:
    # A random part keeps a frozen worker's late write from another worker's file.
    name = f"{job.day}/{job.id}-{uuid.uuid4().hex[:8]}.raw"
    try:
        _store(bot, name, generated.data)
    except OSError as error:
        detail = f"the picture could not be stored: {error.strerror}"
        deliver.conclude(bot, outside, claim, job, Reason.INTERNAL, detail=detail, spent=job.cost)
        return None
    hit(Point.PICTURE_STORED)
    with bot.db.write() as tx:
        kept = claims.save_in(
            tx,
            claim,
            state=JobState.GENERATED,
            picture=name,
            generated_at=now_ms(),
            cost=spent,
            provider=generated.provider,
            model=generated.model,
            request_id=generated.request_id[:128],
            input_tokens=generated.input_tokens,
            output_tokens=generated.output_tokens,
        )
        periods = (job.day, job.month)
        money.settle(tx, job.account_id, periods=periods, difference=spent - job.cost)
    measures.step(bot, kept, "called", kept.called_at, kept.generated_at)
    hit(Point.PICTURE_RECORDED)
    log.info("%s generated %d bytes", named(job), len(generated.data))
    return kept


def _store(bot: Bot, name: str, data: bytes) -> None:
    """Store what was paid for; while there is no room for it, try again, as long as `PAUSES`."""
    for pause in PAUSES:
        try:
            bot.pictures.keep(name, data)
        except OSError as error:
            log.warning("%s is not stored yet: %s", name, error.strerror)
            time.sleep(pause)
        else:
            return
    bot.pictures.keep(name, data)


def _crashed(bot: Bot, outside: Outside, claim: Claim, error: Exception) -> None:
    """End or postpone a job whose step raised what no step should."""
    job = jobs.get(bot.db, claim.job_id)
    detail = type(error).__name__
    try:
        paid = job.called_at or job.kind in TOGETHER
        if isinstance(error, StorageError) and paid and job.state not in IN_WORDS:
            # What was paid for lies in the bucket: wait for it, however long it is away.
            pause = now_ms() + AWAY_MS
            # Who is looked for after a lost call is taken back when a lease ends.
            lease = pause if job.state is JobState.GENERATING else 0
            claims.save(bot.db, claim, not_before=pause, lease_until=lease)
        elif job.state in IN_WORDS:
            claims.save(bot.db, claim, told="waiting", lease_until=0)
        elif job.state not in AT_WORK:
            return  # its end is stored
        elif job.called_at and not _made_already(job):
            _take_over(bot, outside, claim, job)
        elif job.attempts + 1 < CRASHES:
            _again(bot, claim, job, seconds=10)
        else:
            spent = job.cost if _made_already(job) else 0
            deliver.conclude(bot, outside, claim, job, Reason.INTERNAL, detail=detail, spent=spent)
    except LeaseLost:
        log.warning("%s taken over by another worker", named(job))


def _made_already(job: ImageJob) -> bool:
    """Whether its call has brought something; words that were written have no picture."""
    return bool(job.picture or job.words)


def _again(bot: Bot, claim: Claim, job: ImageJob, *, seconds: float, tried: str = "") -> None:
    """Hand the job back to the queue, to be taken from where it is after a pause.

    It is not given to those who have *tried* again.
    """
    made = _made_already(job)
    claims.save(
        bot.db,
        claim,
        state=JobState.GENERATED if made else JobState.QUEUED,
        called_at=job.called_at if made else 0,
        attempts=job.attempts + 1,
        tried=tried,
        not_before=now_ms() + int(seconds * 1000),
        lease_until=0,
    )

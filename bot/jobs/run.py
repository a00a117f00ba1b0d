"""One image job, step by step; each step stores what it made, so any worker can go on from there.

queued → (moderate → generate) → raw picture → labelled picture → media → delivered or waiting.
A picture of a sheet or a deck is kept once it is labelled; words go the same way without a label.
"""

import logging
import os
import socket
import uuid
from typing import Any

from bot import recipes
from bot.engine import Bot, short
from bot.errors import ProviderError, Reason, StoreError, Unlabelled
from bot.images import label
from bot.images.contract import Ask
from bot.images.picture import finish
from bot.images.providers import costs
from bot.jobs import deliver, together, wording
from bot.jobs.outside import Outside
from bot.models import Generated, ImageJob, JobKind, JobState
from bot.store import claims, jobs, money
from bot.store.claims import Claim, LeaseLost
from bot.store.database import now_ms
from bot.store.jobs import TOGETHER

log = logging.getLogger(__name__)
OWNER = f"{socket.gethostname()[:24]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
TRIES = 3  # calls in all, the provider having surely refused the ones before
CRASHES = 3
IN_WORDS = {JobState.FAILED, JobState.UNKNOWN, JobState.CANCELLED}  # a sentence is left to tell


def run(bot: Bot, outside: Outside, claim: Claim) -> None:
    """Take the claimed job as far as it will go; does nothing if the claim no longer holds."""
    job = claims.begin(bot.db, claim, owner=OWNER)
    if job is None:
        return
    try:
        _go_on(bot, outside, claim, job)
    except LeaseLost:
        log.warning("job=%d taken over by another worker; nothing more is written", job.id)
    except StoreError:
        # The lease runs out, and the next worker goes on from what is stored by then.
        raise
    except Exception as error:
        log.exception("job=%d message=%s failed", job.id, short(job.message_key))
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
    """Return the job with what goes to the follower, None where there is nothing (any more)."""
    if not job.picture and not job.words:
        drawn = _generate(bot, outside, claim, job)
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
    """Make of what the model gave what is handed on."""
    match job.kind:
        case JobKind.OUTLINE:
            wording.keep_outline(bot, claim, job)
            return None
        case JobKind.DESCRIBE:
            return wording.keep_description(bot, outside, claim, job)
        case _:
            labelled = _label(bot, claim, job)
            return None if labelled.state is JobState.KEPT else labelled


def _generate(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> ImageJob | None:
    if job.called_at:
        return _take_over(bot, outside, claim, job)
    try:
        claims.save(bot.db, claim, state=JobState.GENERATING)
        outside.provider.moderate(job.prompt)
        call = _prepared(bot, outside, job)
        job = claims.save(bot.db, claim, called_at=now_ms())
        generated, spent = call()
    except ProviderError as error:
        _refused(bot, outside, claim, job, error)
        return None
    return _keep(bot, outside, claim, job, generated, spent=spent)


def _prepared(bot: Bot, outside: Outside, job: ImageJob) -> wording.Call:
    """Return the one call that may cost something; everything it needs is there by now."""
    if job.kind in wording.WRITTEN:
        return wording.prepared(bot, outside, job, ())
    ask = _asked(bot, job)
    provider = outside.provider

    def call() -> tuple[Generated, int]:
        generated = provider.draw(ask)
        return generated, costs.spent(bot.prices, provider, generated, ask)

    return call


def _asked(bot: Bot, job: ImageJob) -> Ask:
    request = recipes.of(job)
    return Ask(
        prompt=request.prompt,
        width=request.width,
        height=request.height,
        follower=bot.pseudonym(job.openid),
        quality=request.quality,
        transparent=request.transparent,
    )


def _take_over(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> ImageJob | None:
    """A worker was lost after the call: go on from its picture, never buy another."""
    name = bot.pictures.find(f"{job.day}/{job.id}-")
    if name is None:
        deliver.conclude(bot, outside, claim, job, Reason.OUTCOME_UNKNOWN, detail="worker lost")
        return None
    return claims.save(bot.db, claim, state=JobState.GENERATED, picture=name, generated_at=now_ms())


def _refused(bot: Bot, outside: Outside, claim: Claim, job: ImageJob, error: ProviderError) -> None:
    log.warning("job=%d provider: %s (%s)", job.id, error, error.reason)
    if not error.billed and error.retry_after is not None and job.attempts + 1 < TRIES:
        _again(bot, claim, job, seconds=error.retry_after)
        return
    spent = job.cost if error.billed else 0
    deliver.conclude(bot, outside, claim, job, error.reason, detail=str(error), spent=spent)


def _keep(
    bot: Bot, outside: Outside, claim: Claim, job: ImageJob, generated: Generated, *, spent: int
) -> ImageJob | None:
    # A random part keeps a frozen worker's late write from another worker's file.
    name = f"{job.day}/{job.id}-{uuid.uuid4().hex[:8]}.raw"
    try:
        bot.pictures.keep(name, generated.data)
    except OSError as error:
        detail = f"the picture could not be stored: {error.strerror}"
        deliver.conclude(bot, outside, claim, job, Reason.INTERNAL, detail=detail, spent=job.cost)
        return None
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
    log.info("job=%d generated %d bytes", job.id, len(generated.data))
    return kept


def _label(bot: Bot, claim: Claim, job: ImageJob) -> ImageJob:
    settings = bot.settings
    finished = finish(
        bot.pictures.read(job.picture),
        produce_id=job.picture.partition("/")[2].partition(".")[0],
        producer=settings.aigc_producer or settings.wechat_app_id,
    )
    try:
        label.verify(finished.data)
    except Unlabelled as error:
        log.error("job=%d is not kept: %s", job.id, error)  # noqa: TRY400 — the sentence says it all
        raise ProviderError(Reason.INTERNAL, str(error), billed=True) from error
    name = job.picture.removesuffix(".raw") + ".jpg"
    bot.pictures.keep(name, finished.data)
    values: dict[str, Any] = {"picture": name}
    if job.group_id:
        values |= {"state": JobState.KEPT, "finished_at": now_ms(), "lease_until": 0}
    labelled = claims.save(bot.db, claim, **values)
    bot.pictures.drop(job.picture)
    return labelled


def _crashed(bot: Bot, outside: Outside, claim: Claim, error: Exception) -> None:
    """End or postpone a job whose step raised what no step should."""
    job = jobs.get(bot.db, claim.job_id)
    detail = type(error).__name__
    try:
        if job.state in IN_WORDS:
            claims.save(bot.db, claim, told="waiting", lease_until=0)
        elif job.called_at and not job.picture:
            _take_over(bot, outside, claim, job)
        elif job.attempts + 1 < CRASHES:
            _again(bot, claim, job, seconds=10)
        else:
            spent = job.cost if job.picture else 0
            deliver.conclude(bot, outside, claim, job, Reason.INTERNAL, detail=detail, spent=spent)
    except LeaseLost:
        log.warning("job=%d taken over by another worker", claim.job_id)


def _again(bot: Bot, claim: Claim, job: ImageJob, *, seconds: float) -> None:
    """Hand the job back to the queue, to be taken from where it is after a pause."""
    claims.save(
        bot.db,
        claim,
        state=JobState.GENERATED if job.picture else JobState.QUEUED,
        called_at=job.called_at if job.picture else 0,
        attempts=job.attempts + 1,
        not_before=now_ms() + int(seconds * 1000),
        lease_until=0,
    )

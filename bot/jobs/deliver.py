"""From a labelled picture to the follower: upload, push where allowed, wait for them otherwise."""

import logging
from time import monotonic

from bot.counts import FAILED_JOBS
from bot.engine import Bot, named
from bot.errors import Reason, WeChatError
from bot.failpoints import Point, hit
from bot.jobs import measures
from bot.jobs.checks import noticed
from bot.jobs.collect import choices_of, clear_link_of, details_of, picture_of, rest_of
from bot.jobs.outside import Outside
from bot.keywords import documents
from bot.models import ImageJob, JobState, Reply, TextReply
from bot.store import accounts, claims, jobs, media
from bot.store.claims import Claim
from bot.store.database import now_ms
from bot.store.outbox import Packed
from bot.wechat.errcodes import Kind, kind

log = logging.getLogger(__name__)
DAY_MS = 24 * 3600 * 1000
MEDIA_MS = 3 * DAY_MS - 3600 * 1000  # temporary media live three days (api_uploadtempmedia)
PAUSES_MS = (2_000, 10_000, 30_000, 120_000, 300_000)
ROADS = ("temporary", "permanent")
MENDABLE = {Kind.BUSY, Kind.MINUTE, Kind.TRANSPORT, Kind.TOKEN, Kind.OPERATOR}


# ---- the picture ----


def deliver(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> None:
    """Upload and deliver; every end is delivered, waiting, or a pause before another try."""
    if not job.media_kind or (job.media_kind in ROADS and not job.media_id):
        uploaded = _upload(bot, outside, claim, job)
        if uploaded is None:
            return
        job = uploaded
    if job.send_at or not may_push(bot, job):
        # An earlier send whose outcome nobody knows is not repeated; the follower can still ask.
        _wait(bot, claim, job)
        return
    if job.transparent and not job.told:
        job = _say_where(bot, outside, claim, job)
    parcels, choices = (_packed(job, some(bot, job)) for some in (rest_of, choices_of))
    since = monotonic()
    claims.save(bot.db, claim, send_at=now_ms())
    hit(Point.SEND_RECORDED)
    claims.hold(since)
    try:
        outside.wechat.send(job.openid, picture_of(bot, job), ai=True)
    except WeChatError as error:
        _not_sent(bot, claim, job, error)
        return
    hit(Point.SEND_ANSWERED)
    done = claims.delivered(bot.db, claim, parcels, choices=choices)
    hit(Point.SEND_MARKED)
    measures.delivery(bot, "pushed")
    if not job.finished_at:  # else it is only sent once more
        measures.step(bot, done, "generated", done.generated_at, done.finished_at)
        measures.step(bot, done, "delivered", done.created_at, done.finished_at)
        measures.over(bot, done, done.state, done.finished_at)
    learn(bot, "push", allowed=True)
    log.info("%s delivered", named(job))


def _packed(job: ImageJob, rest: tuple[Reply, ...]) -> list[Packed]:
    """Return what is pushed after the picture; the claim tells one delivery from another."""
    if not rest:
        return []
    key = f"{job.message_key[:230]}#{job.fence}"
    return [Packed(job.account_id, key, job.openid, documents.dump_replies(rest))]


def _say_where(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> ImageJob:
    """Push, before the picture on white, the link to the one that one can see through.

    Once: a push whose outcome nobody knows is not repeated.
    """
    url = clear_link_of(bot, job)  # before it is noted: the bucket may be away
    sentence = bot.sentences.say("picture.clear" if url else "picture.opaque", url=url)
    since = monotonic()
    claims.save(bot.db, claim, told="sending")
    claims.hold(since)
    told = "pushed"
    try:
        outside.wechat.send(job.openid, TextReply(sentence))
    except WeChatError as error:
        log.info("%s the link waits: %s", named(job), error)
        told = "" if kind(error.code) in MENDABLE and not error.sent else "waiting"
    return claims.save(bot.db, claim, told=told)


def _upload(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> ImageJob | None:
    """Return the job with its media, or None when it was postponed or ended."""
    data = bot.pictures.read(job.picture)
    refused: WeChatError | None = None
    for road in ROADS:
        if not allowed(bot, road):
            continue
        try:
            media_id = _send_file(outside, road, f"{job.id}.jpg", data)
            hit(Point.MEDIA_UPLOADED)
        except WeChatError as error:
            noticed(bot, error)
            measures.delivery(bot, "not_uploaded", error)
            refused = error
            if kind(error.code) is Kind.NOT_ALLOWED:
                learn(bot, road, allowed=False, code=error.code)
                continue
            if kind(error.code) is not Kind.BAD_MEDIA:
                _postpone(bot, claim, job, error)
                return None
            break
        if road == "permanent":
            media.discard(bot.db, job.account_id, media_id, after_ms=MEDIA_MS)
        values = {"media_id": media_id, "media_kind": road}
        job = claims.save(bot.db, claim, **values, media_expires_at=now_ms() + MEDIA_MS)
        learn(bot, road, allowed=True)
        return job
    return _without_media(bot, outside, claim, job, refused)


def _without_media(
    bot: Bot, outside: Outside, claim: Claim, job: ImageJob, refused: WeChatError | None
) -> ImageJob | None:
    """WeChat takes the picture on no road: a link stands in for it, where there can be one."""
    if bot.settings.public_url:
        return claims.save(bot.db, claim, media_kind="link")
    if job.group_id:
        # A page of a deck that was asked for by itself: the deck has it.
        claims.save(bot.db, claim, state=JobState.KEPT, lease_until=0)
        return None
    conclude(
        bot,
        outside,
        claim,
        job,
        Reason.MEDIA_REFUSED,
        detail=str(refused or "no upload is allowed and PUBLIC_URL is not set"),
        spent=job.cost,
    )
    return None


def _send_file(outside: Outside, road: str, name: str, data: bytes) -> str:
    if road == "permanent":
        return outside.wechat.upload_permanent("image", name, data, "image/jpeg")
    return outside.wechat.upload_temporary("image", name, data, "image/jpeg")


def _postpone(bot: Bot, claim: Claim, job: ImageJob, error: WeChatError) -> None:
    """Try again later; after the last pause the picture waits for the follower to ask."""
    log.warning("%s WeChat: %s", named(job), error)
    if job.uploads >= len(PAUSES_MS):
        _wait(bot, claim, job)
        return
    pause = PAUSES_MS[job.uploads]
    claims.save(
        bot.db,
        claim,
        uploads=job.uploads + 1,
        send_at=0,
        not_before=now_ms() + pause,
        lease_until=0,
    )


def _not_sent(bot: Bot, claim: Claim, job: ImageJob, error: WeChatError) -> None:
    noticed(bot, error)
    measures.delivery(bot, "unknown" if error.sent else "refused", error)
    why = kind(error.code)
    if why is Kind.NOT_ALLOWED:
        learn(bot, "push", allowed=False, code=error.code)
    if error.sent:
        log.warning("%s the send's outcome is unknown: %s", named(job), error)
        _wait(bot, claim, job)
    elif why is Kind.MEDIA_EXPIRED and job.media_id:
        claims.save(bot.db, claim, media_id="", media_kind="", media_expires_at=0)
        _postpone(bot, claim, job, error)
    elif why in MENDABLE:
        _postpone(bot, claim, job, error)
    else:
        log.info("%s not pushed: %s", named(job), error)
        _wait(bot, claim, job)


def _wait(bot: Bot, claim: Claim, job: ImageJob) -> None:
    claims.save(bot.db, claim, state=JobState.WAITING, lease_until=0)
    measures.delivery(bot, "waiting")
    measures.over(bot, job, JobState.WAITING, bot.now_ms())
    log.info("%s waits for the follower", named(job))


# ---- what the account may do, learnt from use ----


def may_push(bot: Bot, job: ImageJob) -> bool:
    """Whether the job's picture may be pushed, as far as one knows."""
    window_open = not job.push_until or bot.now_ms() < job.push_until
    return window_open and allowed(bot, "push")


def allowed(bot: Bot, name: str) -> bool:
    """Allowed, unknown, or refused so long ago that it is tried again."""
    known = bot.snapshots.current.capabilities.get(name)
    return known is None or known.allowed or bot.now_ms() - known.checked_at > DAY_MS


def learn(bot: Bot, name: str, *, allowed: bool, code: int = 0) -> None:
    """Keep what a call has shown of the account: may it push, and which uploads."""
    known = bot.snapshots.current.capabilities.get(name)
    if known and known.allowed and allowed:
        return
    accounts.learn(
        bot.db,
        bot.account_id,
        bot.settings.wechat_app_id,
        name=name,
        allowed=allowed,
        code=code,
    )
    bot.snapshots.refresh()


# ---- a failure's sentence ----


def conclude(
    bot: Bot,
    outside: Outside,
    claim: Claim,
    job: ImageJob,
    reason: Reason,
    *,
    detail: str,
    spent: int = 0,
) -> None:
    """End the job without a picture and tell the follower.

    An unknown outcome keeps money and quota reserved; any other gives the quota back and settles
    the budget at *spent*.
    """
    state = JobState.UNKNOWN if reason is Reason.OUTCOME_UNKNOWN else JobState.FAILED
    with bot.db.write() as tx:
        ended = claims.save_in(
            tx,
            claim,
            state=state,
            reason=reason,
            detail=detail[:500],
            finished_at=now_ms(),
            cost=job.cost if state is JobState.UNKNOWN else spent,
            told="",  # what an earlier delivery said is not this
        )
        if state is JobState.FAILED:
            jobs.refund(tx, job, spent=spent)
    bot.counts.add(FAILED_JOBS, state, reason)
    measures.over(bot, ended, reason, ended.finished_at)
    log.error("%s %s: %s", named(job), reason, detail)
    if job.group_id:
        # The sheet or deck it is for says what became of it.
        claims.save(bot.db, claim, told="told", lease_until=0)
        return
    tell(bot, outside, claim, ended)


def tell(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> None:
    """Push the failure's sentence where allowed; otherwise it waits for the follower to ask."""
    told = "waiting"
    if job.told != "sending" and may_push(bot, job):
        since = monotonic()
        claims.save(bot.db, claim, told="sending")
        hit(Point.TELL_RECORDED)
        claims.hold(since)
        sentence = bot.sentences.refusal(Reason(job.reason), details_of(bot, job))
        try:
            outside.wechat.send(job.openid, TextReply(sentence))
            hit(Point.TELL_ANSWERED)
            told = "pushed"
        except WeChatError as error:
            log.info("%s the sentence waits: %s", named(job), error)
            if kind(error.code) is Kind.NOT_ALLOWED:
                learn(bot, "push", allowed=False, code=error.code)
    claims.save(bot.db, claim, told=told, lease_until=0)

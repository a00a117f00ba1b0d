"""May this be drawn, and handed on? What providers say of it; every verdict is stored."""

from bot.counts import MODERATION as VERDICTS
from bot.engine import Bot, origin
from bot.errors import ProviderError, Reason
from bot.jobs import measures
from bot.jobs.outside import Outside
from bot.models import ImageJob
from bot.store import decisions
from bot.store.claims import Claim, save_in
from bot.store.database import now_ms
from bot.store.decisions import Decision, Stage, Verdict

MODERATION = frozenset({Reason.MODERATION_INPUT, Reason.MODERATION_OUTPUT})


def check_words(
    bot: Bot, outside: Outside, job: ImageJob, words: str, *, images: tuple[bytes, ...] = ()
) -> None:
    """Have the words, and what they are about, judged before the call.

    Raises:
        ProviderError: they are flagged; the verdict is stored.
    """
    try:
        _judge(outside, words, images)
    except ProviderError as error:
        _blocked(bot, job, Stage.INPUT, error)
        raise


def passed(bot: Bot, outside: Outside, claim: Claim, job: ImageJob) -> ImageJob:
    """Note that the words have passed, and the intent to call, in one transaction."""
    with bot.db.write() as tx:
        saved = save_in(tx, claim, called_at=now_ms())
        if outside.moderator:
            reason = f"{outside.moderator.name} 检查过描述"
            made = _decision(bot, job, Stage.INPUT, Verdict.PASSED, reason)
            decisions.record(bot.db, tx, bot.account_id, made)
    measures.step(bot, saved, "queued", saved.created_at, saved.called_at)
    return saved


def refused(bot: Bot, job: ImageJob, error: ProviderError) -> None:
    """Store the verdict of a provider that refused in the call itself."""
    if error.reason in MODERATION:
        _blocked(bot, job, Stage.DRAW, error)


def check_picture(bot: Bot, outside: Outside, job: ImageJob, picture: bytes) -> None:
    """Have a finished picture judged once more, where the operator wants that.

    Raises:
        ProviderError: it is flagged (MODERATION_OUTPUT, paid for); the verdict is stored.
    """
    if bot.settings.second_check == "off" or outside.moderator is None:
        return
    try:
        _judge(outside, job.prompt, (picture,))
    except ProviderError as error:
        _blocked(bot, job, Stage.OUTPUT, error)
        raise ProviderError(Reason.MODERATION_OUTPUT, str(error), billed=True) from None
    reason = f"{outside.moderator.name} 检查过图片"
    made = _decision(bot, job, Stage.OUTPUT, Verdict.PASSED, reason)
    with bot.db.write() as tx:
        decisions.record(bot.db, tx, bot.account_id, made)


def check_written(bot: Bot, outside: Outside, job: ImageJob, words: str) -> None:
    """Have what a text model wrote for a follower judged before they are told.

    Raises:
        ProviderError: it is flagged, or holds one of the operators' words (MODERATION_OUTPUT, paid
            for); the verdict is stored.
    """
    if error := _flaw(bot, outside, words):
        _blocked(bot, job, Stage.OUTPUT, error)
        raise ProviderError(Reason.MODERATION_OUTPUT, str(error), billed=True)


def _flaw(bot: Bot, outside: Outside, words: str) -> ProviderError | None:
    if found := bot.snapshots.current.live.blocked.find(words):
        return ProviderError(Reason.MODERATION_OUTPUT, f"屏蔽词：{found}", billed=True)
    try:
        _judge(outside, words)
    except ProviderError as flagged:
        return flagged
    return None


def _judge(outside: Outside, words: str, images: tuple[bytes, ...] = ()) -> None:
    """Raise ProviderError if they are flagged; without anybody who judges, the drawer does."""
    if outside.moderator:
        outside.moderator.moderate(words, images=images)


def _blocked(bot: Bot, job: ImageJob, stage: Stage, error: ProviderError) -> None:
    made = _decision(bot, job, stage, Verdict.BLOCKED, str(error))
    with bot.db.write() as tx:
        decisions.record(bot.db, tx, bot.account_id, made)


def _decision(bot: Bot, job: ImageJob, stage: Stage, verdict: Verdict, reason: str) -> Decision:
    bot.counts.add(VERDICTS, stage, verdict)
    return Decision(
        openid=job.openid,
        # However many pictures were asked for, one message is blocked once.
        message_key=origin(job),
        stage=stage,
        verdict=verdict,
        reason=reason,
        day=bot.today(),
        job_id=job.id,
    )

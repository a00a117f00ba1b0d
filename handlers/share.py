"""同款: a maker gives a code to a recipe, and others draw by it, at their own cost."""

import logging
import re
from dataclasses import replace
from typing import Final

from bot import recipes
from bot.engine import Bot, Turn
from bot.errors import StoreError
from bot.models import ImageRequest, JobKind, Reply, TextReply
from bot.store import conversations, jobs, shares
from handlers import together
from handlers.accepting import accept, again
from handlers.commands import number_in, picture_of

log = logging.getLogger(__name__)

_CODE: Final = rf"([{shares.ALPHABET}]{{{shares.LENGTH}}})"
_GIVE: Final = re.compile(r"(?:分享|同款码)(?:\s*第?\s*[0-9]{1,12}\s*[号號])?")
_REVOKE: Final = re.compile(rf"取消分享\s*{_CODE}")
# Whole sentences are passed on and sent back: the code may stand anywhere in one.
_USE: Final = re.compile(rf"同款[码碼]?[\s:：“”\"]*{_CODE}(?![0-9A-Z])")


def answer(turn: Turn, bot: Bot) -> Reply | None:
    said = turn.text.strip().upper()
    if _GIVE.fullmatch(said):
        return TextReply(_give(turn, bot))
    if found := _REVOKE.fullmatch(said):
        return TextReply(_revoke(turn, bot, found[1]))
    found = _USE.search(said)
    # A word is no code: every code has a digit.
    return _use(turn, bot, found[1]) if found and not found[1].isalpha() else None


def _give(turn: Turn, bot: Bot) -> str:
    job = picture_of(turn, bot, number_in(turn.text))
    if job is None:
        return bot.sentences.say("picture.none")
    if job.kind not in {JobKind.DRAW, JobKind.EDIT}:
        return bot.sentences.say("share.not", number=job.id)
    code = shares.give(bot.db, bot.account_id, openid=turn.openid, job_id=job.id)
    return bot.sentences.say("share.code", code=code, number=job.id)


def _revoke(turn: Turn, bot: Bot, code: str) -> str:
    job_id = shares.revoke(bot.db, bot.account_id, openid=turn.openid, code=code)
    if job_id is None:
        return bot.sentences.say("share.unknown", code=code)
    return bot.sentences.say("share.revoked", code=code, number=job_id)


def _use(turn: Turn, bot: Bot, code: str) -> Reply | None:
    if known := again(turn, bot):
        return known
    shared = shares.find(bot.db, bot.account_id, code)
    if shared is None:
        return TextReply(bot.sentences.say("share.unknown", code=code))
    blocked_until = turn.snapshot.blocked.get(shared.openid, 0)
    if shared.ended or blocked_until > turn.now.timestamp() * 1000:
        return TextReply(bot.sentences.say("share.ended", code=code))
    wanted = recipes.of(jobs.get(bot.db, shared.job_id))
    request = _own(turn, bot, wanted)
    if request is None:
        return TextReply(_wish(turn, bot, code, photos=len(wanted.sources)))
    return accept(turn, bot, request, accepted=lambda: _count(bot, code))


def _count(bot: Bot, code: str) -> None:
    """Count a use; the picture is accepted by now, whatever becomes of the count."""
    try:
        shares.count(bot.db, bot.account_id, code)
    except StoreError as error:
        log.warning("a use of a shared recipe is not counted: %s", error)


def _own(turn: Turn, bot: Bot, wanted: ImageRequest) -> ImageRequest | None:
    """Return the recipe on this follower's own photos, None while they have not sent enough.

    The maker's photo or picture is never another's.
    """
    if not wanted.sources:
        return wanted
    sent = together.row(bot, turn.openid)[-len(wanted.sources) :]
    if len(sent) < len(wanted.sources):
        return None
    return replace(wanted, sources=tuple(f"photo:{one.id}" for one in sent))


def _wish(turn: Turn, bot: Bot, code: str, *, photos: int) -> str:
    """Keep the code until the photos come, which are then taken as if it were said again."""
    words = f"同款 {code}"
    conversations.wish(bot.db, bot.account_id, turn.openid, words, message_key=turn.key)
    return bot.sentences.say("share.photo", code=code, count=photos)

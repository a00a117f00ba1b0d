"""无标识原图: only under an agreement that was read, and where the operator offers it at all."""

import re
from hashlib import sha256
from typing import Final

from bot.engine import Bot, Turn
from bot.jobs import copies
from bot.models import ImageJob, Reply, TextReply
from bot.store import agreements
from handlers.commands import number_in, picture_of

READ_MS: Final = 24 * 3600 * 1000  # how long what was shown counts as read
_NUMBER: Final = r"(?:\s*第?\s*[0-9]{1,12}\s*[号號](?:图|图片)?)?"
_ASK: Final = re.compile(rf"(?:我?要|给我)?(?:无标识原图|无标识|去标识|去水印){_NUMBER}")
_AGREE: Final = re.compile(rf"同意无标识{_NUMBER}")


def answer(turn: Turn, bot: Bot) -> Reply | None:
    said = turn.text.strip()
    agrees = _AGREE.fullmatch(said) is not None
    if not agrees and not _ASK.fullmatch(said):
        return None
    if bot.settings.unlabelled_copies != "on" or not bot.settings.public_url:
        return TextReply(bot.sentences.say("unlabelled.off"))
    return TextReply(_agreed(turn, bot) if agrees else _asked(turn, bot))


def _asked(turn: Turn, bot: Bot) -> str:
    job = picture_of(turn, bot, number_in(turn.text))
    if job is None:
        return bot.sentences.say("picture.none")
    if not copies.offered(bot, job):
        return bot.sentences.say("unlabelled.gone", number=job.id)
    return _show(turn, bot, job)


def _show(turn: Turn, bot: Bot, job: ImageJob) -> str:
    """Show the words, and note that they were shown: nobody agrees to what they have not seen."""
    words = bot.sentences.say("unlabelled.terms")
    agreements.show(
        bot.db,
        bot.account_id,
        openid=turn.openid,
        message_key=turn.key,
        text_hash=_hash(words),
        job_id=job.id,
    )
    return f"{words}\n{bot.sentences.say('unlabelled.ask', number=job.id)}"


def _agreed(turn: Turn, bot: Bot) -> str:
    made = agreements.handed_out(bot.db, turn.key)  # by an earlier push of this message
    if made is None:
        shown = agreements.last_shown(
            bot.db, bot.account_id, turn.openid, within_ms=READ_MS, but=turn.key
        )
        number = number_in(turn.text) or (shown.job_id if shown else 0)
        job = picture_of(turn, bot, number)
        if job is None:
            return bot.sentences.say("picture.none")
        if not copies.offered(bot, job):
            return bot.sentences.say("unlabelled.gone", number=job.id)
        words = _hash(bot.sentences.say("unlabelled.terms"))
        if shown is None or shown.text_hash != words:
            return _show(turn, bot, job)
        made = agreements.agree(
            bot.db,
            bot.account_id,
            openid=turn.openid,
            message_key=turn.key,
            text_hash=words,
            job_id=job.id,
        )
    return bot.sentences.say("unlabelled.copy", number=made.job_id, url=copies.link(bot, made))


def _hash(words: str) -> str:
    return sha256(words.encode()).hexdigest()

"""May this be drawn? What is asked before anything is charged; every refusal of words is stored."""

from bot.counts import MODERATION
from bot.engine import Bot, Turn, short
from bot.errors import Reason, Refused
from bot.models import ImageRequest
from bot.store import decisions
from bot.store.decisions import Decision, Stage, Verdict

MOST_BLOCKS = 3  # in a day; after them the follower draws no more until the next


def admit(turn: Turn, bot: Bot, request: ImageRequest) -> None:
    """Let the request pass, or refuse it before anything is charged.

    Raises:
        Refused: drawing is switched off, the follower was blocked too often today, or the words
            hold one of the operators' list.
    """
    if bot.settings.drawing == "off":
        raise Refused(Reason.PAUSED)
    today = bot.today()
    blocks = decisions.blocks(bot.db, bot.account_id, openid=turn.openid, day=today, but=turn.key)
    if blocks >= MOST_BLOCKS:
        raise Refused(Reason.TOO_MANY_BLOCKS, limit=MOST_BLOCKS)
    words = "\n".join((request.prompt, request.title, *request.pages))
    if found := turn.snapshot.live.blocked.find(words):
        bot.count("blocked_word")
        bot.counts.add(MODERATION, Stage.WORDS, Verdict.BLOCKED)
        made = Decision(
            openid=turn.openid,
            day=today,
            message_key=turn.key,
            stage=Stage.WORDS,
            verdict=Verdict.BLOCKED,
            reason=f"屏蔽词：{found}",
        )
        with bot.db.write() as tx:
            decisions.record(bot.db, tx, bot.account_id, made)
        raise Refused(Reason.MODERATION_INPUT, number=short(turn.key))

"""投诉: taken in one message, confirmed with a number; an operator sees it at once."""

import re
from typing import Final

from bot.engine import Bot, Turn
from bot.models import Reply, TextReply
from bot.store import collecting, complaints
from handlers.commands import number_in

MOST_A_DAY: Final = 20
# 投诉信 and 举报箱 are subjects of pictures.
_COMPLAINT: Final = re.compile(
    r"(?:我要|我想)?(?:投诉|举报)(?!箱|电话|热线|信(?!息))[\s：:，,。.!！、]*(.*)", re.DOTALL
)


def answer(turn: Turn, bot: Bot) -> Reply | None:
    found = _COMPLAINT.fullmatch(turn.text.strip())
    if found is None:
        return None
    words = found[1].strip()
    return TextReply(_take(turn, bot, words) if words else _how(turn, bot))


def _how(turn: Turn, bot: Bot) -> str:
    newest = collecting.pictures(bot.db, bot.account_id, openid=turn.openid, most=1)
    picture = f"{newest[0].id}号 " if newest else ""
    return bot.sentences.say("complaint.how", picture=picture)


def _take(turn: Turn, bot: Bot, words: str) -> str:
    number = complaints.take(
        bot.db,
        bot.account_id,
        openid=turn.openid,
        message_key=turn.key,
        job_id=number_in(words),
        content=words,
        most_a_day=MOST_A_DAY,
    )
    if number is None:
        return bot.sentences.say("complaint.many", limit=MOST_A_DAY)
    return bot.sentences.say("complaint.taken", number=number)

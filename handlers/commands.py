"""The words a follower can say to the bot itself."""

import re
from typing import Final

from bot.engine import Bot, Turn
from bot.keywords.normalise import normalise
from bot.models import ImageJob
from bot.store import collecting

_NUMBER: Final = re.compile(r"([0-9]{1,12})\s*[号號]", re.ASCII)


def says(turn: Turn, *words: str) -> bool:
    """Whether the message is one of *words* and nothing else."""
    return bool(turn.text) and normalise(turn.text) in words


def number_in(text: str) -> int:
    """Return the number of the picture that a text names (128号), 0 where it names none."""
    found = _NUMBER.search(text)
    return int(found[1]) if found else 0


def picture_of(turn: Turn, bot: Bot, number: int) -> ImageJob | None:
    """Return the follower's own picture of that number, for 0 the newest."""
    return collecting.picture(bot.db, bot.account_id, openid=turn.openid, number=number)

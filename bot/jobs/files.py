"""What a stored deck is called when it is saved."""

import re

from bot import recipes
from bot.engine import Bot
from bot.errors import StoreError
from bot.store import jobs

_UNSAVED = re.compile(r"[\\/:*?\"<>|\s]+")
LONGEST = 40  # characters


def title(bot: Bot, name: str) -> str:
    """Return the topic of the deck that the file *name* holds, as systems let a file be called."""
    number = int(name.rpartition("/")[2].partition("-")[0])
    try:
        with bot.db.read() as tx:
            found = jobs.find(tx, bot.account_id, number)
    except StoreError:
        found = None  # the file is there: better without its name than not at all
    topic = recipes.of(found).title if found else ""
    return _UNSAVED.sub("_", topic)[:LONGEST].strip("._") or f"PPT-{number}"

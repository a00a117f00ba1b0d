"""Everything the bot says: what happened, and what the follower can do. An operator may change it.

``{name}`` is filled in, ``[[取图]]`` is a word to tap; `bot.sentences` has the whole form.
"""

from typing import Final

from bot.sentences import Sentences
from handlers.sentences import commands, groups, law, photos, pictures, refusals, waiting

SENTENCES: Final = Sentences(
    (
        *commands.SAID,
        *photos.SAID,
        *pictures.SAID,
        *groups.SAID,
        *law.SAID,
        *waiting.SAID,
        *refusals.SAID,
    )
)

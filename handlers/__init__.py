"""What the bot says: one file per behaviour, tried in the order of CHAIN, first reply wins."""

from bot.engine import Handler
from handlers import (
    blocked,
    cancel,
    collect,
    deck,
    default,
    drafts,
    edit,
    follow,
    help_,
    image,
    keyword,
    last,
    quota,
    works,
)

CHAIN: tuple[Handler, ...] = (
    blocked.answer,
    edit.answer,
    follow.greet,
    keyword.exact,
    collect.answer,
    last.answer,
    cancel.answer,
    quota.answer,
    works.answer,
    drafts.choose,
    deck.fetch,
    help_.answer,
    keyword.loose,
    help_.small_talk,
    keyword.near_miss,
    drafts.draw,
    deck.make,
    image.draw,
    default.answer,
)

"""What the bot says: one file per behaviour, tried in the order of CHAIN, first reply wins."""

from bot.engine import Handler
from handlers import (
    back,
    blocked,
    cancel,
    choices,
    collect,
    default,
    edit,
    follow,
    help_,
    image,
    keyword,
    last,
    photo,
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
    back.answer,
    cancel.answer,
    quota.answer,
    works.answer,
    choices.answer,
    help_.answer,
    keyword.loose,
    help_.small_talk,
    keyword.near_miss,
    photo.receive,
    image.draw,
    default.answer,
)

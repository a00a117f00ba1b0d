"""What the bot says: one file per behaviour, tried in the order of CHAIN, first reply wins."""

from bot.engine import Handler
from handlers import (
    blocked,
    cancel,
    collect,
    complaint,
    default,
    edit,
    follow,
    help_,
    image,
    keyword,
    last,
    quota,
    share,
    terms,
    unlabelled,
    works,
)

CHAIN: tuple[Handler, ...] = (
    follow.leave,
    blocked.answer,
    edit.answer,
    follow.greet,
    keyword.exact,
    collect.answer,
    last.answer,
    cancel.answer,
    quota.answer,
    works.answer,
    terms.answer,
    complaint.answer,
    unlabelled.answer,
    share.answer,
    help_.answer,
    keyword.loose,
    help_.small_talk,
    keyword.near_miss,
    image.draw,
    default.answer,
)

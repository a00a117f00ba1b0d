"""未命中: what followers said that no rule answered."""

from typing import Final

from flask import Response

from bot.admin.api import answers, door, reading
from bot.admin.api.operations import Operation, Query
from bot.admin.api.schemas import BOOL, COUNT, STRING, TIME, paged, whole
from bot.admin.parts import bot
from bot.editing import unmatched as editing
from bot.store import unmatched

TITLE = "未命中"

DAY_MS: Final = 86_400_000
KINDS: Final = tuple(unmatched.HANDLERS)
DAYS: Final = ("7", "30")
IGNORE = whole({"key": STRING | {"minLength": 1, "maxLength": unmatched.LONGEST}, "ignored": BOOL})
GROUP = whole({"key": STRING, "text": STRING, "count": COUNT, "followers": COUNT, "last_at": TIME})


def unmatched_list() -> Response:
    page, size = reading.paging()
    days = int(reading.word("days", DAYS) or DAYS[0])
    found = editing.groups(
        bot().db,
        bot().account_id,
        kind=reading.word("kind", KINDS) or KINDS[0],
        since=bot().now_ms() - days * DAY_MS,
        text=reading.text("text"),
        ignored=reading.flag("ignored"),
    )
    shown = [
        {
            "key": one.key,
            "text": one.text,
            "count": one.count,
            "followers": len(one.followers),
            "last_at": answers.moment(one.last_at),
        }
        for one in found[(page - 1) * size : page * size]
    ]
    return answers.page(shown, total=len(found), number=page, size=size)


def unmatched_ignore() -> Response:
    given = reading.table(IGNORE)
    if not 1 <= len(given["key"]) <= unmatched.LONGEST:
        raise reading.invalid("key 是列表里的 key")
    editing.ignore(door.desk(), given["key"], on=given["ignored"])
    return answers.say(given)


OPERATIONS = (
    Operation(
        name="unmatched_list",
        method="GET",
        path="/unmatched",
        said="没有规则回答的话，次数多的在前",
        run=unmatched_list,
        scope="rules:read",
        query=(
            Query(name="text", said="话里的字"),
            Query(name="kind", said="后来怎么样", schema=STRING | {"enum": list(KINDS)}),
            Query(name="days", said="最近几天", schema=STRING | {"enum": list(DAYS)}),
            Query(name="ignored", said="true 只要忽略了的", schema=BOOL),
            *reading.PAGED,
        ),
        answer=paged(GROUP),
        faults=("invalid",),
    ),
    Operation(
        name="unmatched_ignore",
        method="POST",
        path="/unmatched/ignore",
        said="不再列出一句话，或者重新列出",
        run=unmatched_ignore,
        scope="rules:write",
        body=IGNORE,
        example={"key": "在吗", "ignored": True},
        answer=IGNORE,
        faults=("invalid",),
    ),
)

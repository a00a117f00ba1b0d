"""粉丝: addressed by what stands for an openid, which is never told whole."""

from functools import partial
from typing import Any

from flask import Response

from bot.admin import openids
from bot.admin.api import answers, door, reading
from bot.admin.api.operations import Operation, Query, Schema
from bot.admin.api.schemas import (
    BOOL,
    COUNT,
    MAYBE_TEXT,
    NUMBER,
    STRING,
    TIME,
    paged,
    record,
    ref,
    whole,
)
from bot.admin.followers import find
from bot.admin.parts import bot
from bot.editing import followers as editing
from bot.jobs import hands
from bot.store import followers
from bot.store.followers import FOR_EVER, Filter, Follower, Numbers, Said
from bot.store.members import Role

TITLE = "粉丝"

STATES = ("subscribed", "left", "blocked", "drawing")
FOLLOWER: dict[str, Schema] = {
    "id": STRING,
    "openid": STRING,
    "remark": STRING,
    "subscribed": BOOL,
    "first_seen_at": TIME,
    "last_seen_at": TIME,
    "blocked": BOOL,
    "blocked_until": TIME,
    "blocked_reason": STRING,
    "messages": COUNT,
    "pictures": COUNT,
    "used_today": NUMBER,
    "left_today": COUNT,
}
SAID: dict[str, Schema] = {
    "at": TIME,
    "kind": STRING,
    "content": STRING,
    "handler": STRING,
    "rule_id": COUNT,
    "rule": MAYBE_TEXT,
    "job_id": {"type": ["integer", "null"]},
    "state": MAYBE_TEXT,
}
REMARK = record({"remark": STRING | {"maxLength": editing.LONGEST_REMARK}}, ["remark"])
GRANT = record(
    {"more": {"type": "integer", "minimum": 1, "maximum": editing.MOST_GRANTED}}, ["more"]
)
BLOCK = record(
    {
        "until": {"type": ["string", "null"], "format": "date-time"},
        "reason": STRING | {"maxLength": editing.LONGEST_REASON},
    },
    ["until"],
)


def follower_list() -> Response:
    page, size = reading.paging()
    wanted = Filter(text=reading.text("text"), state=reading.word("state", STATES))
    found, total = followers.page(
        bot().db, bot().account_id, wanted, most=size, skip=(page - 1) * size
    )
    return answers.page(_shown(found), total=total, number=page, size=size)


def follower_get(veiled: str) -> Response:
    return _say(openids.unveil(veiled))


def follower_remark(veiled: str) -> Response:
    openid = openids.unveil(veiled)
    editing.remark(door.desk(), openid, reading.table(REMARK)["remark"])
    return _say(openid)


def follower_grant(veiled: str) -> Response:
    openid = openids.unveil(veiled)
    editing.grant(door.desk(), openid, day=bot().today(), more=reading.table(GRANT)["more"])
    return _say(openid)


def follower_block(veiled: str) -> Response:
    openid, given = openids.unveil(veiled), reading.table(BLOCK)
    until = reading.moment(given["until"])
    wanted = FOR_EVER if until is None else max(until, 1)
    editing.block(door.desk(), openid, until=wanted, reason=given.get("reason", ""))
    return _say(openid)


def follower_unblock(veiled: str) -> Response:
    openid = openids.unveil(veiled)
    editing.unblock(door.desk(), openid)
    return _say(openid)


def follower_said(veiled: str) -> Response:
    openid = openids.unveil(veiled)
    find(openid)
    page, size = reading.paging()
    found, total = followers.conversation(
        bot().db, bot().account_id, openid, most=size, skip=(page - 1) * size
    )
    return answers.page([_said(one) for one in found], total=total, number=page, size=size)


def follower_forget(veiled: str) -> Response:
    hands.forget(bot(), door.desk(), openids.unveil(veiled))
    return answers.nothing()


def _say(openid: str) -> Response:
    return answers.say(_shown([find(openid)])[0])


def _shown(found: list[Follower]) -> list[dict[str, Any]]:
    these = [one.openid for one in found]
    numbers = followers.numbers(bot().db, bot().account_id, these, day=bot().today())
    return [_follower(one, numbers[one.openid]) for one in found]


def _follower(one: Follower, numbers: Numbers) -> dict[str, Any]:
    limit = bot().settings.follower_daily_images
    for_ever = one.blocked_until >= FOR_EVER
    return {
        "id": openids.veil(one.openid),
        "openid": editing.mask(one.openid),
        "remark": one.remark,
        "subscribed": one.subscribed,
        "first_seen_at": answers.moment(one.first_seen_at),
        "last_seen_at": answers.moment(one.last_seen_at),
        "blocked": one.blocked_until > bot().now_ms(),
        "blocked_until": None if for_ever else answers.moment(one.blocked_until),
        "blocked_reason": one.blocked_reason,
        "messages": numbers.messages,
        "pictures": numbers.pictures,
        "used_today": numbers.used,
        "left_today": max(0, limit - numbers.used),
    }


def _said(one: Said) -> dict[str, Any]:
    plain = ("kind", "content", "handler", "rule_id", "rule", "job_id", "state")
    return {name: getattr(one, name) for name in plain} | {"at": answers.moment(one.created_at)}


_ONE = "/followers/<veiled>"
_read = partial(Operation, scope="followers:read", method="GET")
_write = partial(
    Operation,
    scope="followers:write",
    method="POST",
    answer=ref("Follower"),
    faults=("not_found", "invalid"),
)

OPERATIONS = (
    _read(
        name="follower_list",
        path="/followers",
        said="粉丝，最近说过话的在前；id 是代号，openid 只有前 6 位",
        run=follower_list,
        query=(
            Query(name="text", said="备注里的字、openid 或它的前 6 位"),
            Query(name="state", said="哪些粉丝", schema=STRING | {"enum": list(STATES)}),
            *reading.PAGED,
        ),
        answer=paged(ref("Follower")),
        faults=("invalid",),
    ),
    _read(
        name="follower_get",
        path=_ONE,
        said="一位粉丝；blocked 而没有 blocked_until 是永久",
        run=follower_get,
        answer=ref("Follower"),
        faults=("not_found",),
    ),
    _read(
        name="follower_said",
        path=f"{_ONE}/messages",
        said="和这位粉丝的对话，新的在前",
        run=follower_said,
        query=reading.PAGED,
        answer=paged(whole(SAID)),
        faults=("not_found", "invalid"),
    ),
    _write(
        name="follower_remark",
        method="PUT",
        path=f"{_ONE}/remark",
        said="改备注",
        run=follower_remark,
        body=REMARK,
        example={"remark": "老王"},
    ),
    _write(
        name="follower_grant",
        path=f"{_ONE}/grant",
        said="今天再给几张图",
        run=follower_grant,
        body=GRANT,
        example={"more": 5},
    ),
    _write(
        name="follower_block",
        path=f"{_ONE}/block",
        said="屏蔽到 until，null 是永久",
        run=follower_block,
        body=BLOCK,
        example={"until": None, "reason": "刷屏"},
    ),
    _write(
        name="follower_unblock",
        path=f"{_ONE}/unblock",
        said="取消屏蔽",
        run=follower_unblock,
        faults=("not_found",),
    ),
    _write(
        name="follower_forget",
        method="DELETE",
        path=_ONE,
        said="删除这位粉丝的全部数据，不能恢复",
        run=follower_forget,
        role=Role.OWNER,
        status=204,
        answer=None,
    ),
)
SCHEMAS = {"Follower": whole(FOLLOWER)}

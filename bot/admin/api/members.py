"""成员与安全: who may enter and as what, for owners alone."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Response

from bot.admin import followers, openids
from bot.admin.api import answers, door, reading
from bot.admin.api.operations import Operation, Query, Schema
from bot.admin.api.schemas import (
    BOOL,
    COUNT,
    ID,
    MAYBE_TEXT,
    STRING,
    TIME,
    listed,
    paged,
    ref,
    whole,
)
from bot.admin.parts import bot
from bot.editing import members as editing
from bot.editing.desk import Desk
from bot.editing.followers import mask
from bot.errors import NotThere
from bot.store import logins, members
from bot.store.logins import Outcome
from bot.store.members import Member, Role

TITLE = "成员与安全"

ROLE: Schema = STRING | {"enum": list(Role)}
MEMBER = whole(
    {
        "id": ID,
        "name": STRING,
        "role": ROLE,
        "disabled": BOOL,
        "totp": BOOL,
        "one_time_password": BOOL,
        "sessions": COUNT,
        "last_login_at": TIME,
        "openid": STRING,
    }
)
INVITE = whole({"name": STRING, "role": ROLE})
SET_ROLE = whole({"role": ROLE})
SET_FOLLOWER = whole({"follower": MAYBE_TEXT})
LOGIN = whole(
    {
        "at": TIME,
        "name": STRING,
        "address": STRING,
        "agent": STRING,
        "outcome": STRING | {"enum": list(Outcome)},
    }
)


def member_list() -> Response:
    return answers.say({"items": _shown(members.every(bot().db, bot().account_id))})


def member_invite() -> Response:
    given = reading.table(INVITE)
    made, password = editing.invite(
        door.desk(), name=given["name"], role=Role(given["role"]), now_ms=bot().now_ms()
    )
    return answers.say({"member": _one(made), "password": password}, status=201)


def member_role(member_id: int) -> Response:
    role = Role(reading.table(SET_ROLE)["role"])
    return _act(member_id, lambda desk: editing.set_role(desk, member_id, role))


def member_disable(member_id: int) -> Response:
    return _act(member_id, lambda desk: editing.disable(desk, member_id))


def member_enable(member_id: int) -> Response:
    return _act(member_id, lambda desk: editing.enable(desk, member_id))


def member_reset(member_id: int) -> Response:
    _find(member_id)
    password = editing.reset_once(door.desk(), member_id, now_ms=bot().now_ms())
    return answers.say({"member": _one(member_id), "password": password})


def member_drop_totp(member_id: int) -> Response:
    return _act(member_id, lambda desk: editing.drop_totp(desk, member_id))


def member_follower(member_id: int) -> Response:
    veiled = reading.table(SET_FOLLOWER)["follower"]
    openid = openids.unveil(veiled) if veiled else ""
    if openid:
        followers.find(openid)
    return _act(member_id, lambda desk: editing.set_openid(desk, member_id, openid))


def member_end_sessions(member_id: int) -> Response:
    return _act(member_id, lambda desk: editing.end_sessions(desk, member_id))


def login_list() -> Response:
    page, size = reading.paging()
    wanted = logins.Filter(
        name=reading.text("name"),
        address=reading.text("address"),
        outcome=reading.word("outcome", tuple(Outcome)),
    )
    found, total = logins.page(
        bot().db, bot().account_id, wanted, most=size, skip=(page - 1) * size
    )
    plain = ("name", "address", "agent", "outcome")
    shown = [
        {name: getattr(one, name) for name in plain} | {"at": answers.moment(one.at)}
        for one in found
    ]
    return answers.page(shown, total=total, number=page, size=size)


def _act(member_id: int, act: Callable[[Desk], None]) -> Response:
    act(door.desk())
    return answers.say(_one(member_id))


def _find(member_id: int) -> Member:
    found = members.get(bot().db, member_id)
    if found is None or found.account_id != bot().account_id:
        raise NotThere(members.GONE)
    return found


def _one(member_id: int) -> dict[str, Any]:
    return _shown([_find(member_id)])[0]


def _shown(found: list[Member]) -> list[dict[str, Any]]:
    seen = logins.last_entered(bot().db, bot().account_id)
    return [_member(one, seen.get(one.name, 0)) for one in found]


def _member(one: Member, last_login_at: int) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "role": one.role,
        "disabled": one.disabled,
        "totp": bool(one.totp_secret),
        "one_time_password": editing.is_once(one),
        "sessions": len(members.sessions(bot().db, one.id)),
        "last_login_at": answers.moment(last_login_at),
        "openid": mask(one.openid) if one.openid else "",
    }


_ONE = "/members/<int:member_id>"
_ONCE = whole({"member": ref("Member"), "password": STRING})
_read = partial(Operation, scope="members:read", method="GET")
_write = partial(
    Operation,
    scope="members:write",
    method="POST",
    answer=ref("Member"),
    faults=("not_found", "invalid"),
)

OPERATIONS = (
    _read(
        name="member_list",
        path="/members",
        said="成员，openid 只有前 6 位",
        run=member_list,
        answer=whole({"items": listed(ref("Member"))}),
    ),
    _write(
        name="member_invite",
        path="/members",
        said="添加成员；password 是一次性密码，只给这一次",
        run=member_invite,
        body=INVITE,
        example={"name": "xiaoli", "role": "editor"},
        status=201,
        answer=_ONCE,
        faults=("invalid",),
    ),
    _write(
        name="member_role",
        method="PUT",
        path=f"{_ONE}/role",
        said="改角色，对方要重新登录",
        run=member_role,
        body=SET_ROLE,
        example={"role": "operator"},
    ),
    _write(
        name="member_disable",
        path=f"{_ONE}/disable",
        said="停用：会话结束，令牌作废",
        run=member_disable,
    ),
    _write(
        name="member_enable",
        path=f"{_ONE}/enable",
        said="重新启用",
        run=member_enable,
        faults=("not_found",),
    ),
    _write(
        name="member_reset",
        path=f"{_ONE}/reset",
        said="重置密码：移除动态码，会话结束，令牌作废；password 只给这一次",
        run=member_reset,
        answer=_ONCE,
        faults=("not_found",),
    ),
    _write(
        name="member_drop_totp",
        method="DELETE",
        path=f"{_ONE}/totp",
        said="移除动态码",
        run=member_drop_totp,
        faults=("not_found",),
    ),
    _write(
        name="member_follower",
        method="PUT",
        path=f"{_ONE}/follower",
        said="在聊天里是哪位粉丝（代号），null 是不绑定",
        run=member_follower,
        body=SET_FOLLOWER,
        example={"follower": None},
    ),
    _write(
        name="member_end_sessions",
        method="DELETE",
        path=f"{_ONE}/sessions",
        said="结束所有会话",
        run=member_end_sessions,
        faults=("not_found",),
    ),
    _read(
        name="login_list",
        path="/members/logins",
        said="登录记录，新的在前",
        run=login_list,
        query=(
            Query(name="name", said="登录名"),
            Query(name="address", said="地址"),
            Query(name="outcome", said="结果", schema=STRING | {"enum": list(Outcome)}),
            *reading.PAGED,
        ),
        answer=paged(LOGIN),
        faults=("invalid",),
    ),
)
SCHEMAS = {"Member": MEMBER}

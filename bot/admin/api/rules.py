"""关键词回复: rules as documents, each with the revision that a change has to name."""

from typing import Any

from flask import Response, url_for

from bot.admin.api import answers, door, reading
from bot.admin.api.history import UNDO, undo
from bot.admin.api.operations import Operation, Query
from bot.admin.api.schemas import ID, STRING, TIME, listed, paged, record, ref, whole
from bot.admin.parts import bot
from bot.editing import rules as editing
from bot.errors import NotThere
from bot.models import Trigger
from bot.store import rules
from bot.store.members import Role
from bot.store.rules import Filter, Stored

TITLE = "关键词回复"

STATES = ("enabled", "disabled", "scheduled", "unhit")
MOST_IDS = 1000

RULE = whole(
    {
        "id": ID,
        "position": {"type": "integer"},
        "revision": ID,
        "updated_at": TIME,
        "rule": ref("RuleDocument"),
    }
)
MOVE = record({"before": {"type": ["integer", "null"], "minimum": 1}}, ["before"])
SWITCH = whole({"ids": listed(ID, MOST_IDS), "enabled": {"type": "boolean"}})
TAG = whole({"ids": listed(ID, MOST_IDS), "tag": STRING, "on": {"type": "boolean"}})
IDS = whole({"ids": listed(ID, MOST_IDS)})


def rule_list() -> Response:
    page, size = reading.paging()
    wanted = Filter(
        text=reading.text("text"),
        tag=reading.text("tag"),
        state=reading.word("state", STATES),
        trigger=reading.word("trigger", tuple(Trigger)),
    )
    found, total = rules.page(bot().db, bot().account_id, wanted, most=size, skip=(page - 1) * size)
    return answers.page([_shown(one) for one in found], total=total, number=page, size=size)


def rule_get(rule_id: int) -> Response:
    return _say(_rule(rule_id))


def rule_create() -> Response:
    made = _rule(editing.create(door.desk(), reading.body()))
    address = url_for("api.rule_get", rule_id=made.id)
    return _say(made, status=201, headers={"Location": address})


def rule_save(rule_id: int) -> Response:
    revision = reading.revision()
    return _say(editing.save(door.desk(), rule_id, reading.body(), revision=revision))


def rule_delete(rule_id: int) -> Response:
    if not editing.delete(door.desk(), [rule_id]):
        raise NotThere(editing.GONE)
    return answers.nothing()


def rule_move(rule_id: int) -> Response:
    editing.move(door.desk(), rule_id, before=reading.table(MOVE)["before"])
    return _say(_rule(rule_id))


def rule_switch() -> Response:
    given = reading.table(SWITCH)
    changed = editing.switch(door.desk(), given["ids"], enabled=given["enabled"])
    return answers.say({"changed": changed})


def rule_undo() -> Response:
    return undo(reading.table(UNDO)["batch"])


def rule_tag() -> Response:
    given = reading.table(TAG)
    changed = editing.tag(door.desk(), given["ids"], given["tag"], on=given["on"])
    return answers.say({"changed": changed})


def rule_delete_many() -> Response:
    return answers.say({"changed": editing.delete(door.desk(), reading.table(IDS)["ids"])})


def _rule(rule_id: int) -> Stored:
    found = rules.get(bot().db, bot().account_id, rule_id)
    if found is None:
        raise NotThere(editing.GONE)
    return found


def _say(one: Stored, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    own = {"ETag": f'"{one.revision}"'}
    return answers.say(_shown(one), status=status, headers=own | (headers or {}))


def _shown(one: Stored) -> dict[str, Any]:
    return {
        "id": one.id,
        "position": one.position,
        "revision": one.revision,
        "updated_at": answers.moment(one.updated_at),
        "rule": one.document,
    }


_EXAMPLE = {"name": "优惠", "keywords": ["优惠券"], "replies": ["满一百减二十"]}
_CHANGED = whole({"changed": {"type": "integer"}})

OPERATIONS = (
    Operation(
        name="rule_list",
        method="GET",
        path="/rules",
        said="规则的列表，按运营的顺序",
        run=rule_list,
        scope="rules:read",
        query=(
            Query(name="text", said="名称、关键词、标签或回复里的字，空格分开的都要有"),
            Query(name="tag", said="标签"),
            Query(name="state", said="状态", schema=STRING | {"enum": list(STATES)}),
            Query(name="trigger", said="何时回复", schema=STRING | {"enum": list(Trigger)}),
            *reading.PAGED,
        ),
        answer=paged(ref("Rule")),
        faults=("invalid",),
    ),
    Operation(
        name="rule_create",
        method="POST",
        path="/rules",
        said="新建一条规则，排在最后",
        run=rule_create,
        scope="rules:write",
        body=ref("RuleDocument"),
        example=_EXAMPLE,
        status=201,
        answer=ref("Rule"),
        faults=("invalid",),
    ),
    Operation(
        name="rule_get",
        method="GET",
        path="/rules/<int:rule_id>",
        said="一条规则，ETag 是它的 revision",
        run=rule_get,
        scope="rules:read",
        answer=ref("Rule"),
        faults=("not_found",),
    ),
    Operation(
        name="rule_save",
        method="PUT",
        path="/rules/<int:rule_id>",
        said="整条替换；别人先存过就是 412，theirs 是现在的内容",
        run=rule_save,
        scope="rules:write",
        body=ref("RuleDocument"),
        example=_EXAMPLE,
        answer=ref("Rule"),
        faults=("not_found", "stale", "invalid", "if_match_required"),
        revised=True,
    ),
    Operation(
        name="rule_delete",
        method="DELETE",
        path="/rules/<int:rule_id>",
        said="删除一条规则，操作记录里可以恢复",
        run=rule_delete,
        scope="rules:write",
        status=204,
        faults=("not_found",),
    ),
    Operation(
        name="rule_move",
        method="POST",
        path="/rules/<int:rule_id>/move",
        said="移到另一条规则的前面，before 为 null 时移到最后",
        run=rule_move,
        scope="rules:write",
        body=MOVE,
        example={"before": None},
        answer=ref("Rule"),
        faults=("not_found", "invalid"),
    ),
    Operation(
        name="rule_switch",
        method="POST",
        path="/rules/switch",
        said="启用或停用几条规则",
        run=rule_switch,
        scope="rules:write",
        body=SWITCH,
        example={"ids": [1], "enabled": False},
        answer=_CHANGED,
        faults=("invalid",),
    ),
    Operation(
        name="rule_tag",
        method="POST",
        path="/rules/tag",
        said="给几条规则加上或去掉一个标签",
        run=rule_tag,
        scope="rules:write",
        body=TAG,
        example={"ids": [1], "tag": "活动", "on": True},
        answer=_CHANGED,
        faults=("invalid",),
    ),
    Operation(
        name="rule_delete_many",
        method="POST",
        path="/rules/delete",
        said="删除几条规则，一起恢复",
        run=rule_delete_many,
        scope="rules:write",
        body=IDS,
        example={"ids": [1]},
        answer=_CHANGED,
        faults=("invalid",),
    ),
    Operation(
        name="rule_undo",
        method="POST",
        path="/rules/undo",
        said="撤销一批修改，batch 在操作记录里",
        run=rule_undo,
        scope="rules:write",
        role=Role.OPERATOR,
        body=UNDO,
        example={"batch": "0123456789abcdef"},
        answer=_CHANGED,
        faults=("not_found", "invalid"),
    ),
)
SCHEMAS = {"Rule": RULE}

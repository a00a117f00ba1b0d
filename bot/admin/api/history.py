"""操作记录: who changed what, and bringing a rule back."""

from typing import Any

from flask import Response

from bot.admin.api import answers, door, reading
from bot.admin.api.operations import Operation, Query, Schema
from bot.admin.api.schemas import ID, STRING, TIME, paged, ref, whole
from bot.admin.parts import bot
from bot.editing import rules as editing
from bot.errors import NotThere
from bot.store import history
from bot.store.history import Entry, Filter

_BRIEF: dict[str, Schema] = {
    "id": ID,
    "at": TIME,
    **dict.fromkeys(("actor", "via", "action", "object", "title", "note", "batch"), STRING),
}
SCHEMAS = {
    "Change": whole(_BRIEF),
    "ChangeInFull": whole(_BRIEF | {"before": {}, "after": {}}),
}


def history_list() -> Response:
    page, size = reading.paging()
    asked = {name: reading.text(name) for name in ("text", "actor", "subject", "object")}
    found, total = history.page(
        bot().db, bot().account_id, Filter(**asked), most=size, skip=(page - 1) * size
    )
    return answers.page([_brief(one) for one in found], total=total, number=page, size=size)


def history_get(entry_id: int) -> Response:
    found = _entry(entry_id)
    return answers.say(_brief(found) | {"before": found.before, "after": found.after})


def history_restore(entry_id: int) -> Response:
    return answers.say({"rule_id": editing.restore(door.desk(), _entry(entry_id))})


def _entry(entry_id: int) -> Entry:
    found = history.get(bot().db, bot().account_id, entry_id)
    if found is None:
        raise NotThere("没有这条记录")
    return found


def _brief(one: Entry) -> dict[str, Any]:
    texts = {name: getattr(one, name) for name in _BRIEF}
    return texts | {"at": answers.moment(one.at)}


OPERATIONS = (
    Operation(
        name="history_list",
        method="GET",
        path="/history",
        said="操作记录，新的在前",
        run=history_list,
        scope="history:read",
        query=(
            Query(name="text", said="对象或备注里的字"),
            Query(name="actor", said="操作人"),
            Query(name="subject", said="内容，如 rule"),
            Query(name="object", said="对象，如 rule:12"),
            *reading.PAGED,
        ),
        answer=paged(ref("Change")),
        faults=("invalid",),
    ),
    Operation(
        name="history_get",
        method="GET",
        path="/history/<int:entry_id>",
        said="一条记录，连同改之前和改之后",
        run=history_get,
        scope="history:read",
        answer=ref("ChangeInFull"),
        faults=("not_found",),
    ),
    Operation(
        name="history_restore",
        method="POST",
        path="/history/<int:entry_id>/restore",
        said="把规则恢复到这条记录的样子",
        run=history_restore,
        scope="rules:write",
        answer=whole({"rule_id": ID}),
        faults=("not_found",),
    ),
)

"""操作记录: who changed what, and taking it back: rules, files, menu and settings alike."""

from typing import Any

from flask import Response

from bot.admin import openids
from bot.admin.api import answers, door, reading, settings
from bot.admin.api.operations import Operation, Query, Schema
from bot.admin.api.schemas import BOOL, COUNT, ID, STRING, TIME, paged, ref, whole
from bot.admin.parts import bot
from bot.editing import changes
from bot.editing import settings as editing
from bot.editing.settings import OBJECT, can_restore
from bot.editing.tokens import SCOPES
from bot.errors import NotThere
from bot.store import history
from bot.store.history import Entry, Filter
from bot.store.members import Role

TITLE = "操作记录"

_BRIEF: dict[str, Schema] = {
    "id": ID,
    "at": TIME,
    **dict.fromkeys(("actor", "via", "action", "object", "title", "note", "batch"), STRING),
}
# What an action's subject needs to be taken back.
WRITES = {
    "rule": "rules:write",
    "rules": "rules:write",
    "library": "media:write",
    "menu": "menu:write",
}
UNDO = whole({"batch": STRING | {"minLength": 1}})
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
    full = {name: openids.hidden(getattr(found, name)) for name in ("before", "after")}
    return answers.say(_brief(found) | full)


def history_restore(entry_id: int) -> Response:
    found = _entry(entry_id)
    if can_restore(found):
        name = found.object.removeprefix(OBJECT)
        door.need("settings:write", editing.least(name))
        editing.restore(settings.drawer(), found)
    else:
        _need(found)
        changes.restore(door.desk(), bot().files, found)
    return answers.say({"object": openids.hidden(found.object)})


def history_undo() -> Response:
    return undo(reading.table(UNDO)["batch"])


def history_verify() -> Response:
    """Walk the whole chain, as `huaxin history verify` does."""
    count, broken = history.verify(bot().db, bot().account_id)
    return answers.say({"whole": not broken, "entries": count, "broken_at": broken})


def undo(batch: str) -> Response:
    """Take a batch back with the rights of all it concerned."""
    for entry in history.batch(bot().db, bot().account_id, batch) if batch else []:
        _need(entry)
    return answers.say({"changed": changes.undo(door.desk(), batch)})


def _need(entry: Entry) -> None:
    """Refuse a token that may not change what the entry is of."""
    scope = WRITES.get(entry.action.partition(".")[0])
    if scope is None:
        raise NotThere("这条记录里没有可以恢复的内容")
    door.need(scope, SCOPES[scope])


def _entry(entry_id: int) -> Entry:
    found = history.get(bot().db, bot().account_id, entry_id)
    if found is None:
        raise NotThere("没有这条记录")
    return found


def _brief(one: Entry) -> dict[str, Any]:
    texts = {name: openids.hidden(getattr(one, name)) for name in _BRIEF}
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
        said="恢复到这条记录的样子；还要有改它的权限",
        run=history_restore,
        scope="history:read",
        answer=whole({"object": STRING}),
        faults=("not_found", "invalid"),
    ),
    Operation(
        name="history_undo",
        method="POST",
        path="/history/undo",
        said="撤销一批修改；还要有改它们的权限",
        run=history_undo,
        scope="history:read",
        role=Role.OPERATOR,
        body=UNDO,
        example={"batch": "0123456789abcdef"},
        answer=whole({"changed": COUNT}),
        faults=("not_found", "invalid"),
    ),
    Operation(
        name="history_verify",
        method="GET",
        path="/history/verify",
        said="核对整条记录链有没有被改过",
        run=history_verify,
        scope="history:read",
        role=Role.OPERATOR,
        answer=whole({"whole": BOOL, "entries": COUNT, "broken_at": COUNT}),
    ),
)

"""投诉: what followers complained of, and marking it as handled."""

from typing import Final

from flask import Response

from bot.admin import openids
from bot.admin.api import answers, door, reading
from bot.admin.api.operations import Operation, Query
from bot.admin.api.schemas import ID, NUMBER, STRING, TIME, paged, whole
from bot.admin.parts import bot
from bot.editing import complaints as editing
from bot.editing.followers import mask
from bot.store import complaints
from bot.store.members import Role

TITLE = "投诉"

STATES: Final = ("open", "handled")
TEXTS: Final = dict.fromkeys(("follower", "openid", "content", "handled_by", "note"), STRING)
TIMES: Final = dict.fromkeys(("created_at", "handled_at"), TIME)
COMPLAINT = whole({"id": ID, "job": NUMBER, **TEXTS, **TIMES})
HANDLE = whole({"note": STRING | {"minLength": 1, "maxLength": editing.LONGEST_NOTE}})


def complaint_list() -> Response:
    page, size = reading.paging()
    found, total = complaints.page(
        bot().db,
        bot().account_id,
        state=reading.word("state", STATES),
        most=size,
        skip=(page - 1) * size,
    )
    shown = [
        {
            "id": one.id,
            "job": one.job_id,
            "follower": openids.veil(one.openid),
            "openid": mask(one.openid),
            "content": openids.hidden(one.content),
            "handled_by": one.handled_by,
            "note": one.note,
            "created_at": answers.moment(one.created_at),
            "handled_at": answers.moment(one.handled_at),
        }
        for one in found
    ]
    return answers.page(shown, total=total, number=page, size=size)


def complaint_handle(number: int) -> Response:
    note = reading.table(HANDLE)["note"]
    editing.handle(door.desk(), number, note=note)
    return answers.say({"note": note})


OPERATIONS = (
    Operation(
        name="complaint_list",
        method="GET",
        path="/complaints",
        said="投诉，没有处理的在前；job 是说的哪张图，0 是没有说",
        run=complaint_list,
        scope="followers:read",
        role=Role.OPERATOR,
        query=(
            Query(name="state", said="哪些投诉", schema=STRING | {"enum": list(STATES)}),
            *reading.PAGED,
        ),
        answer=paged(COMPLAINT),
        faults=("invalid",),
    ),
    Operation(
        name="complaint_handle",
        method="POST",
        path="/complaints/<int:number>/handle",
        said="标为已处理，写上结果",
        run=complaint_handle,
        scope="followers:write",
        body=HANDLE,
        example={"note": "已删除这张图"},
        answer=HANDLE,
        faults=("invalid", "not_found"),
    ),
)

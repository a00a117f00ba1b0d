"""素材库: the files replies may use, uploaded as they are."""

from functools import partial
from typing import Any

from flask import Response, url_for

from bot.admin.api import answers, door, reading
from bot.admin.api.operations import Operation, Query, Schema
from bot.admin.api.schemas import BOOL, COUNT, ID, STRING, TIME, listed, paged, record, ref, whole
from bot.admin.parts import bot
from bot.editing import library as editing
from bot.editing import shelf, uploads
from bot.editing.shelf import Standing
from bot.errors import NotThere
from bot.store import library, media
from bot.store.library import Item, Use
from bot.store.media import State

TITLE = "素材库"

KINDS = tuple(uploads.LIMITS)
NAME = record({"name": STRING | {"minLength": 1, "maxLength": uploads.MAX_NAME}}, ["name"])
FILE: dict[str, Schema] = {
    "name": STRING,
    "kind": STRING | {"enum": list(KINDS)},
    "sha256": STRING,
    "size": COUNT,
    "width": COUNT,
    "height": COUNT,
    "created_at": TIME,
    "created_by": STRING,
    "built_in": BOOL,
    "used_by": listed(whole({"rule_id": ID, "rule": STRING, "kind": STRING})),
    "standing": STRING | {"enum": list(Standing)},
    "error": STRING,
    "expires_at": TIME,
}


def library_list() -> Response:
    page, size = reading.paging()
    text, kind = reading.text("text").casefold(), reading.word("kind", KINDS)
    found = [
        one
        for one in library.items(bot().db, bot().account_id)
        if text in one.name.casefold() and kind in {"", one.kind}
    ]
    shown = _shown(found[(page - 1) * size : page * size])
    return answers.page(shown, total=len(found), number=page, size=size)


def library_get(name: str) -> Response:
    return answers.say(_one(name))


def library_file(name: str) -> Response:
    """Give a picture as it was drawn anew; what else was uploaded is served to nobody."""
    item = _find(name)
    if item.kind not in {"image", "thumb"}:
        raise NotThere("这不是图片")
    try:
        data = library.read(bot().files, item)
    except FileNotFoundError:
        raise NotThere(editing.GONE) from None
    extension = uploads.extension_of(data)
    return Response(data, mimetype=f"image/{'jpeg' if extension == 'jpg' else extension}")


def library_add() -> Response:
    name, thumb = reading.name(), reading.flag("thumb")
    item, still = editing.add(door.desk(), bot().files, name, reading.file(), thumb=thumb)
    address = url_for("api.library_get", name=item.name)
    made = _one(item.name) | {"lost_movement": still}
    return answers.say(made, status=201, headers={"Location": address})


def library_replace(name: str) -> Response:
    editing.replace_content(door.desk(), bot().files, name, reading.file())
    return answers.say(_one(name))


def library_rename(name: str) -> Response:
    made = editing.rename(door.desk(), name, reading.table(NAME)["name"])
    return answers.say(_one(made.name))


def library_delete(name: str) -> Response:
    editing.delete(door.desk(), name)
    return answers.nothing()


def library_upload(name: str) -> Response:
    editing.upload_again(door.desk(), name)
    return answers.say(_one(name))


def _find(name: str) -> Item:
    found = library.find(bot().db, bot().account_id, name)
    if found is None:
        raise NotThere(editing.GONE)
    return found


def _one(name: str) -> dict[str, Any]:
    return _shown([_find(name)])[0]


def _shown(found: list[Item]) -> list[dict[str, Any]]:
    used = library.uses(bot().db, bot().account_id)
    states = media.states(bot().db, bot().account_id, bot().settings.wechat_app_id)
    return [_file(one, used.get(one.name, []), states.get(one.name)) for one in found]


def _file(item: Item, uses: list[Use], state: State | None) -> dict[str, Any]:
    plain = ("name", "kind", "sha256", "size", "width", "height", "created_by", "built_in")
    return {name: getattr(item, name) for name in plain} | {
        "created_at": answers.moment(item.created_at),
        "used_by": [{"rule_id": one.rule_id, "rule": one.rule, "kind": one.kind} for one in uses],
        "standing": shelf.standing(item, uses, state),
        "error": state.error if state else "",
        "expires_at": answers.moment(state.expires_at if state else 0),
    }


_read = partial(Operation, scope="media:read", method="GET", faults=("not_found",))
_write = partial(Operation, scope="media:write", faults=("not_found", "invalid"))
_NAMED = "/library/<name>"

OPERATIONS = (
    Operation(
        name="library_list",
        method="GET",
        path="/library",
        said="素材的列表，新的在前",
        run=library_list,
        scope="media:read",
        query=(
            Query(name="text", said="名字里的字"),
            Query(name="kind", said="种类", schema=STRING | {"enum": list(KINDS)}),
            *reading.PAGED,
        ),
        answer=paged(ref("File")),
        faults=("invalid",),
    ),
    Operation(
        name="library_add",
        method="POST",
        path="/library",
        said="上传一个文件，请求的内容就是文件本身",
        run=library_add,
        scope="media:write",
        query=(
            Query(name="name", said="文件名，重名时自动加 -2"),
            Query(name="thumb", said="true 表示用作音乐封面", schema=BOOL),
        ),
        takes_file=True,
        status=201,
        answer=whole(FILE | {"lost_movement": BOOL}),
        faults=("invalid",),
    ),
    _read(
        name="library_get",
        path=_NAMED,
        said="一个素材：哪些规则在用，微信那边有没有",
        run=library_get,
        answer=ref("File"),
    ),
    _read(
        name="library_file",
        path=f"{_NAMED}/file",
        said="图片素材的内容",
        run=library_file,
        gives="image/*",
    ),
    _write(
        name="library_replace",
        method="PUT",
        path=f"{_NAMED}/file",
        said="换成另一个文件，用它的回复都跟着换",
        run=library_replace,
        takes_file=True,
        answer=ref("File"),
    ),
    _write(
        name="library_rename",
        method="POST",
        path=f"{_NAMED}/rename",
        said="改名，用到它的规则一起改",
        run=library_rename,
        body=NAME,
        example={"name": "价目表.jpg"},
        answer=ref("File"),
    ),
    _write(
        name="library_delete",
        method="DELETE",
        path=_NAMED,
        said="删除一个素材，30 天内可以恢复",
        run=library_delete,
        status=204,
    ),
    _write(
        name="library_upload",
        method="POST",
        path=f"{_NAMED}/upload",
        said="重新上传到微信",
        run=library_upload,
        answer=ref("File"),
    ),
)
SCHEMAS = {"File": whole(FILE)}

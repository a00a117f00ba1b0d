"""自定义菜单: the draft, with the revision a change has to name, and what followers see."""

from functools import partial
from typing import Any

from flask import Response

from bot.admin.api import answers, door, reading
from bot.admin.api.operations import Operation, Schema
from bot.admin.api.schemas import BOOL, COUNT, ID, STRING, TIME, listed, ref, whole
from bot.admin.menu import difference
from bot.admin.parts import bot
from bot.admin.wechat import wechat
from bot.editing import menu as editing
from bot.errors import Stale
from bot.store import menus
from bot.store.members import Role
from bot.store.menus import Draft
from bot.wechat import menus as rules

TITLE = "自定义菜单"

MENU: Schema = {
    "type": "object",
    "properties": {"button": listed({"type": "object"}, rules.MOST_TOPS)},
    "required": ["button"],
}
NONE: Schema = {"oneOf": [ref("Menu"), {"type": "null"}]}
DRAFT = whole(
    {"document": ref("Menu"), "revision": COUNT, "saved_by": STRING, "problems": listed(STRING)}
)


def menu_get() -> Response:
    return _say(_draft())


def menu_save() -> Response:
    revision, given = reading.revision(), reading.body()
    _check(given)
    try:
        return _say(editing.save(door.desk(), given, revision=revision))
    except Stale as stale:
        raise _stale(stale) from None


def menu_review() -> Response:
    draft = _draft()
    past = menus.published(bot().db, bot().account_id, most=1)
    now = past[0].document if past else None
    return answers.say(
        {
            "published": now,
            "draft": draft.document,
            "same": now == draft.document,
            "difference": difference(now, draft.document),
            "problems": _problems(draft),
        }
    )


def menu_publish() -> Response:
    try:
        return _say(editing.publish(door.desk(), wechat(), revision=reading.revision()))
    except Stale as stale:
        raise _stale(stale) from None


def menu_versions() -> Response:
    shown = [
        {
            "id": one.id,
            "at": answers.moment(one.at),
            "actor": one.actor,
            "note": one.note,
            "document": one.document,
        }
        for one in menus.published(bot().db, bot().account_id)
    ]
    return answers.say({"items": shown})


def menu_roll_back(entry_id: int) -> Response:
    editing.roll_back(door.desk(), wechat(), entry_id)
    return _say(_draft())


def menu_live() -> Response:
    document, changed = editing.live(wechat())
    return answers.say({"document": document, "changed": changed})


def menu_adopt() -> Response:
    changed = editing.adopt(door.desk(), wechat())
    return answers.say({"document": _draft().document, "changed": changed})


def menu_take_down() -> Response:
    editing.take_down(door.desk(), wechat())
    return answers.nothing()


def _draft() -> Draft:
    return editing.draft(bot().db, bot().account_id)


def _problems(draft: Draft) -> list[str]:
    return [said % filled for said, filled in rules.problems(draft.document)]


def _say(draft: Draft) -> Response:
    shown = {
        "document": draft.document,
        "revision": draft.revision,
        "saved_by": draft.saved_by,
        "problems": _problems(draft),
    }
    return answers.say(shown, headers={"ETag": f'"{draft.revision}"'})


def _check(given: Any) -> None:
    """Refuse what would lose buttons: a draft takes no more than fit."""
    tops = given.get("button") if isinstance(given, dict) else None
    if not isinstance(tops, list) or not all(isinstance(one, dict) for one in tops):
        raise reading.invalid('菜单应该是 {"button": […]}，每个按钮是一个对象')
    subs = [one.get("sub_button", []) for one in tops]
    if not all(isinstance(one, list) for one in subs):
        raise reading.invalid("sub_button 应该是一个列表")
    if len(tops) > rules.MOST_TOPS or any(len(one) > rules.MOST_SUBS for one in subs):
        raise reading.invalid("最多 3 个按钮，每个最多 5 个子按钮")


def _stale(stale: Stale) -> Stale:
    """The same with the document alone, as a program reads it."""
    theirs = stale.theirs.document if isinstance(stale.theirs, Draft) else stale.theirs
    return Stale(theirs, revision=stale.revision)


_read = partial(Operation, scope="menu:read", method="GET")
_write = partial(Operation, scope="menu:write", method="POST")
_EXAMPLE = {"button": [{"name": "帮助", "type": "click", "key": "帮助"}]}
_LIVE = whole({"document": NONE, "changed": listed(STRING)})
_AT_WECHAT = ("wechat", "wechat_unknown")

OPERATIONS = (
    _read(
        name="menu_get",
        path="/menu/draft",
        said="菜单的草稿，ETag 是它的 revision",
        run=menu_get,
        answer=ref("MenuDraft"),
    ),
    _write(
        name="menu_save",
        method="PUT",
        path="/menu/draft",
        said="替换草稿，不必写完；别人先存过就是 412",
        run=menu_save,
        body=ref("Menu"),
        example=_EXAMPLE,
        answer=ref("MenuDraft"),
        faults=("invalid", "stale", "if_match_required"),
        revised=True,
    ),
    _read(
        name="menu_review",
        path="/menu/review",
        said="发布前看一看：草稿和上次发布的差别，还缺什么",
        run=menu_review,
        answer=whole(
            {
                "published": NONE,
                "draft": ref("Menu"),
                "same": BOOL,
                "difference": listed(STRING),
                "problems": listed(STRING),
            }
        ),
    ),
    _write(
        name="menu_publish",
        path="/menu/publish",
        said="发布看过的那一版草稿",
        run=menu_publish,
        role=Role.OPERATOR,
        answer=ref("MenuDraft"),
        faults=("invalid", "stale", "if_match_required", *_AT_WECHAT),
        revised=True,
    ),
    _read(
        name="menu_versions",
        path="/menu/versions",
        said="发布过的菜单，新的在前；document 为 null 是删除",
        run=menu_versions,
        answer=whole(
            {
                "items": listed(
                    whole({"id": ID, "at": TIME, "actor": STRING, "note": STRING, "document": NONE})
                )
            }
        ),
    ),
    _write(
        name="menu_roll_back",
        path="/menu/versions/<int:entry_id>/publish",
        said="恢复并发布以前的菜单",
        run=menu_roll_back,
        role=Role.OPERATOR,
        answer=ref("MenuDraft"),
        faults=("not_found", "invalid", *_AT_WECHAT),
    ),
    _read(
        name="menu_live",
        path="/menu/live",
        said="向微信查粉丝现在看到的菜单",
        run=menu_live,
        role=Role.EDITOR,
        answer=_LIVE,
        faults=_AT_WECHAT,
    ),
    _write(
        name="menu_adopt",
        path="/menu/adopt",
        said="把线上的菜单取到草稿里；changed 是改成了关键词的按钮",
        run=menu_adopt,
        answer=_LIVE,
        faults=("not_found", *_AT_WECHAT),
    ),
    _write(
        name="menu_take_down",
        method="DELETE",
        path="/menu/live",
        said="删除线上的菜单，草稿还在",
        run=menu_take_down,
        role=Role.OPERATOR,
        status=204,
        faults=_AT_WECHAT,
    ),
)
SCHEMAS = {"Menu": MENU, "MenuDraft": DRAFT}

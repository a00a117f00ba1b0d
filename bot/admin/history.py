"""操作记录: who changed what and when, each with its difference, restorable."""

import json
from difflib import unified_diff
from typing import Any

from flask import Blueprint, Response, request, url_for

from bot.admin import openids, rule_words, settings
from bot.admin.fields import FORMS
from bot.admin.parts import bot, desk, go, show
from bot.admin.translate import _
from bot.editing import changes, deeds
from bot.editing.settings import OBJECT, can_restore
from bot.errors import NotThere
from bot.store import history, members
from bot.store.history import Entry, Filter

bp = Blueprint("history", __name__, url_prefix="/history")
SIZE = 50
LABELS = {OBJECT + field.name: field.label for form in FORMS for field in form.fields}
# Where a change came from, if not from a page of the console.
VIA = {"api": "接口", "cli": "命令行", "chat": "聊天"}
# Objects of which there is one, called the same by everybody.
ONLY = {"menu.publish": "自定义菜单", "menu.save": "自定义菜单草稿"}


@bp.get("/")
def index() -> str:
    page = max(1, request.args.get("page", 1, type=int))
    asked = {name: request.args.get(name, "") for name in ("text", "actor", "subject", "object")}
    entries, total = history.page(
        bot().db, bot().account_id, Filter(**asked), most=SIZE, skip=(page - 1) * SIZE
    )
    return show(
        "history/index.html",
        "history/list.html",
        entries=[openids.entry(one) for one in entries],
        total=total,
        page=page,
        size=SIZE,
        asked=asked,
        subjects=[(subject, _(words)) for subject, words in deeds.SUBJECTS.items()],
        verb=verb,
        title=title,
        via={name: _(words) for name, words in VIA.items()},
        people=[(one.name, one.name) for one in members.every(bot().db, bot().account_id)],
    )


@bp.get("/<int:entry_id>")
def entry(entry_id: int) -> str:
    found = openids.entry(_entry(entry_id))
    return show(
        "history/entry.html",
        entry=found,
        parts=_parts(found),
        lines=difference(found.before, found.after),
        verb=verb,
        title=title,
        target=_target(found),
    )


@bp.post("/<int:entry_id>/restore")
def restore(entry_id: int) -> Response:
    found = _entry(entry_id)
    if found.object.startswith(OBJECT):
        return settings.restore(found)
    changes.restore(desk(), bot().files, found)
    return go(url_for("history.index"), _("已恢复，一秒内生效。"))


@bp.post("/undo/<batch>")
def undo(batch: str) -> Response:
    count = changes.undo(desk(), batch)
    return go(url_for("history.index"), _("已撤销 %(count)s 处修改。", count=count))


def verb(action: str) -> str:
    """What was done, in the reader's language."""
    return _(deeds.verb(action))


def title(entry: Entry) -> str:
    """What the object is called, in the reader's language where the name is ours."""
    if entry.action in ONLY:
        return _(ONLY[entry.action])
    return _(LABELS[entry.object]) if entry.object in LABELS else entry.title or entry.object


def _target(entry: Entry) -> Entry | None:
    """The version the page offers to bring back: this one, or the one before where this is live."""
    if not (entry.action.startswith(changes.RESTORABLE) or can_restore(entry)):
        return None
    newest, *older = history.of(bot().db, bot().account_id, entry.object, most=2)
    if newest.id != entry.id or entry.after is None:
        return entry
    return older[0] if older and older[0].after is not None else None


def _parts(entry: Entry) -> list[Any]:
    """What a rule's change changed, in the words of its form; nothing for other subjects."""
    if not entry.action.startswith("rule."):
        return []
    try:
        return rule_words.versions((entry.before, entry.after), bot().settings.zone)
    except (ValueError, KeyError, TypeError, AttributeError):
        return []  # written by an older release: its lines say it all


def _entry(entry_id: int) -> Entry:
    found = history.get(bot().db, bot().account_id, entry_id)
    if found is None:
        raise NotThere(_("没有这条记录"))
    return found


def difference(before: Any, after: Any) -> list[str]:
    """Return the lines of a unified difference of two documents, without its head."""
    old, new = (_lines(document) for document in (before, after))
    return list(unified_diff(old, new, lineterm="", n=1000))[3:]


def _lines(document: Any) -> list[str]:
    if document is None:
        return []
    return json.dumps(document, ensure_ascii=False, indent=2).splitlines()

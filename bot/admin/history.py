"""操作记录: who changed what and when, each with its difference, restorable."""

import json
from difflib import unified_diff
from typing import Any

from flask import Blueprint, Response, request, url_for

from bot.admin import openids, settings
from bot.admin.parts import bot, desk, go, show
from bot.admin.translate import _
from bot.editing import changes, deeds
from bot.editing.settings import OBJECT, can_restore
from bot.errors import NotThere
from bot.store import history, members
from bot.store.history import Entry, Filter

bp = Blueprint("history", __name__, url_prefix="/history")
SIZE = 50


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
        people=[(one.name, one.name) for one in members.every(bot().db, bot().account_id)],
    )


@bp.get("/<int:entry_id>")
def entry(entry_id: int) -> str:
    found = openids.entry(_entry(entry_id))
    restorable = found.action.startswith(changes.RESTORABLE) or can_restore(found)
    lines = difference(found.before, found.after)
    return show("history/entry.html", entry=found, lines=lines, verb=verb, restorable=restorable)


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

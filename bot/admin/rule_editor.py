"""The editor of one rule: open, preview while typing, save, and what a stale page gets."""

import json
import logging
import threading
from dataclasses import replace
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from bot.admin import rule_form, rule_words
from bot.admin.access import may
from bot.admin.outcome import KINDS
from bot.admin.parts import bot, desk, go
from bot.admin.rule_form import Draft
from bot.admin.rule_preview import Preview
from bot.admin.rule_preview import preview as preview_of
from bot.admin.rule_words import Problem
from bot.admin.translate import _
from bot.editing import rules
from bot.engine import Bot
from bot.errors import ConfigError, NotThere, Stale, StoreError
from bot.keywords import documents
from bot.store import library
from bot.store import rules as stored
from bot.store.rules import Stored

log = logging.getLogger(__name__)
EMPTY: rule_form.Document = {"name": "", "keywords": [""], "replies": [""]}
PATIENCE = 1.0  # seconds a page waits for the rules to be compiled
LIMITS = {"bytes": 2000, "keyword": 60, "regex": 200, "name": 60, "replies": 10, "articles": 8}


def new() -> str:
    """An empty editor, or one begun from a keyword, a trigger or a copy."""
    document = dict(EMPTY)
    args = request.args
    if source := args.get("copy", 0, type=int):
        found = _stored(source)
        document = found.document | {"name": _("%(name)s 的副本", name=found.document["name"])}
        document["name"] = document["name"][: LIMITS["name"]]
    if args.get("trigger") in {"subscribe", "default"}:
        document = {"name": "", "trigger": args["trigger"], "replies": [""]}
    if keyword := args.get("keyword", "").strip():
        document |= {"name": keyword[: LIMITS["name"]], "keywords": [keyword]}
    return _page(Draft.read(rule_form.fields(document, bot().settings.zone)), None)


def edit(rule_id: int) -> str:
    found = _stored(rule_id)
    form = rule_form.fields(found.document, bot().settings.zone)
    form["revision"], form["base"] = str(found.revision), json.dumps(found.document)
    return _page(Draft.read(form), found)


def create() -> Response:
    draft = _posted()
    try:
        rules.create(desk(), draft.document(bot().settings.zone), note=draft.note)
    except ConfigError as error:
        return _refused(draft, None, error)
    return _saved(draft)


def save(rule_id: int) -> Response:
    draft = _posted()
    document = draft.document(bot().settings.zone)
    try:
        rules.save(desk(), rule_id, document, revision=draft.revision, note=draft.note)
    except ConfigError as error:
        return _refused(draft, _stored(rule_id), error)
    except Stale:
        return _stale(draft, _stored(rule_id))
    return _saved(draft)


def preview() -> str:
    """The right-hand side for what is typed so far."""
    draft, rule_id = _posted(), request.args.get("rule", 0, type=int)
    found = stored.get(bot().db, bot().account_id, rule_id) if rule_id else None
    return render_template("rules/preview.html", shown=_preview(draft, found), **_words())


def renew() -> None:
    """Let this process answer with the change at once; the others follow within a second.

    Very many rules take longer to compile; nobody waits for them with the page.
    """
    thread = threading.Thread(target=_renew, args=(bot(),), name="renew", daemon=True)
    thread.start()
    thread.join(PATIENCE)


def _renew(changed: Bot) -> None:
    try:
        changed.snapshots.refresh()
    except StoreError as error:
        log.warning("the change is saved, and live a little later: %s", error)


def _posted() -> Draft:
    """The form as it was posted; files may be given by their bare names."""
    files = library.items(bot().db, bot().account_id)
    return Draft.read(request.form).with_files({one.name for one in files})


def _saved(draft: Draft) -> Response:
    renew()
    return go(url_for("rules.index", trigger=draft.trigger), _("已保存，一秒内生效。"))


def _refused(draft: Draft, found: Stored | None, error: ConfigError) -> Response:
    """Show the form as it was typed, with what is wrong with it."""
    problems = rule_words.problems(str(error).splitlines())
    return make_response(_page(draft, found, problems=problems), 422)


def _stale(draft: Draft, theirs: Stored) -> Response:
    """Show what was, what is and what is wanted; saving the page again overwrites."""
    zone = bot().settings.zone
    made = rules.check(draft.document(zone))
    mine = documents.to_dict(made)
    versions = rule_words.versions((_base(draft), theirs.document, mine), zone)
    form = request.form.copy()
    form["revision"], form["base"] = str(theirs.revision), json.dumps(theirs.document)
    return make_response(_page(Draft.read(form), theirs, versions=versions), 409)


def _base(draft: Draft) -> Any:
    """Return the version the page was opened with, None if its field was tampered with."""
    try:
        base = json.loads(draft.base)
        rule_form.fields(base, bot().settings.zone)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return base


def _page(
    draft: Draft,
    found: Stored | None,
    *,
    problems: list[Problem] | None = None,
    versions: list[Any] | None = None,
) -> str:
    shown = _preview(draft, found)
    if found is None and not problems:
        shown = replace(shown, problems=[])  # nobody is told off before they have begun
    return render_template(
        "rules/editor.html",
        draft=draft,
        found=found,
        problems=problems or [],
        versions=versions,
        shown=shown,
        can_save=may("rules.save"),
        can_push=bot().snapshots.current.can_push,
        files=library.items(bot().db, bot().account_id),
        tags=stored.tags(bot().db, bot().account_id),
        blank={kind: rule_form.blank(kind) for kind in rule_form.FIELDS},
        **_words(),
    )


def _preview(draft: Draft, found: Stored | None) -> Preview:
    files = library.items(bot().db, bot().account_id)
    return preview_of(
        draft,
        rule_id=found.id if found else 0,
        position=found.position if found else None,
        names=[one.name for one in files],
        said=request.form.get("said", ""),
    )


def _words() -> dict[str, Any]:
    return {
        "modes": rule_words.MODES,
        "types": rule_words.TYPES,
        "labels": rule_words.LABELS,
        "triggers": rule_words.TRIGGERS,
        "outcomes": rule_words.OUTCOMES,
        "kinds": KINDS,
        "fields": rule_form.FIELDS,
        "article_fields": rule_form.ARTICLE,
        "long": rule_form.LONG,
        "limits": LIMITS,
    }


def _stored(rule_id: int) -> Stored:
    found = stored.get(bot().db, bot().account_id, rule_id)
    if found is None:
        raise NotThere(rules.GONE)
    return found

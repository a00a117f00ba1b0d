"""自定义菜单: a draft as the phone shows it, its difference to what is live, publish, roll back."""

import json
from difflib import unified_diff
from typing import Any

from flask import Blueprint, Response, make_response, request, url_for

from bot.admin.parts import bot, desk, go, show
from bot.admin.translate import _, sentences
from bot.admin.wechat import wechat
from bot.editing import menu as editing
from bot.errors import ConfigError, Stale, WeChatError
from bot.store import menus
from bot.store import rules as stored
from bot.store.menus import Draft
from bot.store.rules import Filter
from bot.wechat import menus as rules
from bot.wechat.errcodes import hint
from bot.wechat.menus import Document

bp = Blueprint("menu", __name__, url_prefix="/menu")
LONGEST = 100_000  # characters of a draft as it is posted
MOST_KEYS = 200  # rules whose keywords are offered while one types


@bp.get("/")
def index() -> str:
    return _editor(editing.draft(bot().db, bot().account_id))


@bp.post("/")
def save() -> Response:
    """Keep the draft; a stale tab is shown what the other did, and may save over it then."""
    given = rules.shaped(_json(request.form.get("document", "")))
    revision = request.form.get("revision", 0, type=int)
    try:
        made = editing.save(desk(), given, revision=revision)
    except Stale as stale:
        theirs = stale.theirs
        assert isinstance(theirs, Draft)
        mine = Draft(document=given, revision=theirs.revision, saved_by=theirs.saved_by)
        lines = difference(theirs.document, given)
        return make_response(_editor(mine, stale=theirs, lines=lines), 409)
    left = rules.problems(made.document)
    said = _("草稿已保存。") if not left else _("草稿已保存，还不能发布：见页面上的提示。")
    return go(url_for("menu.index"), said)


@bp.get("/review")
def review() -> str:
    return _review()


@bp.post("/publish")
def publish() -> Response:
    revision = request.form.get("revision", 0, type=int)
    try:
        editing.publish(desk(), wechat(), revision=revision)
    except Stale:
        return make_response(_review(wrong=[_("草稿刚刚又改过。看过下面的差别再发布。")]), 409)
    except (ConfigError, WeChatError) as error:
        return make_response(_review(wrong=_said(error)), 422)
    return go(url_for("menu.review"), _("菜单已发布，粉丝最迟 5 分钟后看到。"))


@bp.post("/versions/<int:entry_id>")
def roll_back(entry_id: int) -> Response:
    try:
        editing.roll_back(desk(), wechat(), entry_id)
    except (ConfigError, WeChatError) as error:
        return make_response(_review(wrong=_said(error)), 422)
    return go(url_for("menu.review"), _("已恢复并发布，粉丝最迟 5 分钟后看到。"))


@bp.post("/delete")
def take_down() -> Response:
    try:
        editing.take_down(desk(), wechat())
    except WeChatError as error:
        return make_response(_review(wrong=_said(error)), 422)
    return go(url_for("menu.review"), _("线上的菜单已删除，草稿还在。"))


@bp.get("/live")
def live() -> str:
    """What WeChat shows now, read at this moment, beside the draft."""
    draft = editing.draft(bot().db, bot().account_id)
    try:
        found, changed = editing.live(wechat())
    except WeChatError as error:
        return show("menu/live.html", wrong=_said(error), found=None, lines=[], changed=[])
    lines = difference(found, draft.document) if found else []
    same = found == draft.document
    return show("menu/live.html", found=found, lines=lines, changed=changed, same=same, wrong=[])


@bp.post("/adopt")
def adopt() -> Response:
    try:
        changed = editing.adopt(desk(), wechat())
    except WeChatError as error:
        return make_response(
            show("menu/live.html", wrong=_said(error), found=None, lines=[], changed=[]), 422
        )
    said = _("线上菜单已取到草稿里。")
    if changed:
        said += _("这些按钮改成了关键词，请核对：%(names)s", names=_("、").join(changed))
    return go(url_for("menu.index"), said)


def difference(before: Document | None, after: Document | None) -> list[str]:
    """Return two menus as one list of lines, each with ``+``, ``-`` or a space before it."""
    words = {kind: _(said) for kind, said in editing.TYPE_WORDS.items()}
    old, new = (rules.outline(one, words) if one else [] for one in (before, after))
    return list(unified_diff(old, new, lineterm="", n=1000))[3:] or [f" {line}" for line in new]


def _editor(draft: Draft, **values: Any) -> str:
    return show(
        "menu/index.html",
        draft=draft,
        left=[_(said, **filled) for said, filled in rules.problems(draft.document)],
        types=[(kind, _(said)) for kind, said in editing.TYPE_WORDS.items()],
        members=rules.TYPES,
        keys=_keys(),
        **values,
    )


def _review(wrong: list[str] | None = None) -> str:
    draft = editing.draft(bot().db, bot().account_id)
    past = menus.published(bot().db, bot().account_id)
    now = past[0].document if past else None
    return show(
        "menu/review.html",
        draft=draft,
        lines=difference(now, draft.document),
        same=now == draft.document,
        left=[_(said, **filled) for said, filled in rules.problems(draft.document)],
        past=past,
        wrong=wrong or [],
    )


def _keys() -> list[str]:
    """Return what a tap may say: commands of the first menu, keywords of the first rules."""
    wanted = Filter(state="enabled", trigger="keyword")
    found, _total = stored.page(bot().db, bot().account_id, wanted, most=MOST_KEYS)
    words = [word for one in found for word in one.document["keywords"] if isinstance(word, str)]
    tops = editing.first().document["button"]
    leaves = [leaf for top in tops for leaf in top.get("sub_button", [top])]
    return list(dict.fromkeys([leaf["key"] for leaf in leaves if "key" in leaf] + words))


def _said(error: ConfigError | WeChatError) -> list[str]:
    if isinstance(error, ConfigError):
        return sentences(error)
    if error.sent:
        return [_("没有收到微信的应答，不知道成了没有。到「线上菜单」看一眼再决定。")]
    return [_("微信没有接受：%(hint)s（%(code)s）", hint=_(hint(error.code)), code=str(error))]


def _json(text: str) -> Any:
    if len(text) > LONGEST:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None

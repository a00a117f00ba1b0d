"""设置: values with their source, the bot's texts, blocked words; a change is live at once."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for

from bot.admin import access, attempts, signin, trying
from bot.admin.fields import ACCOUNT, BUDGET, FORMS, IMAGES, LAW, QUOTA, SOURCES, Form, rows, system
from bot.admin.parts import bot, desk, go, is_partial, say, show
from bot.admin.saying import segments
from bot.admin.translate import _
from bot.editing import settings as editing
from bot.editing.settings import Drawer, Wrong
from bot.errors import ConfigError, NotThere
from bot.live import SECRETS, TEXT, WORDS, Live
from bot.store import settings as stored
from bot.store.history import Entry

bp = Blueprint("settings", __name__, url_prefix="/settings")
TABS = (
    ("wechat", "公众号"),
    ("images", "图片服务"),
    ("quota", "配额与预算"),
    ("law", "标识与合规"),
    ("texts", "机器人说的话"),
    ("words", "屏蔽词"),
    ("system", "系统"),
)
GROUPS = {"wechat": (ACCOUNT,), "images": (IMAGES,), "quota": (QUOTA, BUDGET), "law": (LAW,)}
PASSWORD = "password"  # noqa: S105 — the name of its field
SAVED = "已保存，一秒内生效。"


@bp.get("/")
def index() -> Response:
    return go(url_for("settings.group", slug="wechat"))


@bp.get("/<slug>")
def group(slug: str) -> str:
    if slug not in dict(TABS):
        raise NotThere(_("没有这一组设置"))
    return _page(slug)


def _page(slug: str, **values: Any) -> str:
    now = drawer().now()
    if slug in GROUPS:
        values = {"typed": {}, "problems": {}} | values
        forms = [
            (form, rows(form, now, bot().base, **{k: values[k] for k in ("typed", "problems")}))
            for form in GROUPS[slug]
        ]
        return _render(
            "settings/forms.html",
            slug,
            forms=forms,
            problems=values["problems"],
            webhook=trying.webhook(),
            public_url=now.settings.public_url,
            list=now.settings.image_providers,
            currency=now.settings.currency,
        )
    if slug == "texts":
        return _render("settings/texts.html", slug, texts=_texts(now, **values))
    if slug == "words":
        kept = {"words": _own().get(WORDS, ""), "problem": ""}
        return _render("settings/words.html", slug, **(kept | values))
    return _render("settings/system.html", slug, rows=system(now.settings))


def _render(template: str, slug: str, **values: Any) -> str:
    return show(template, tabs=TABS, slug=slug, sources=SOURCES, **values)


def drawer() -> Drawer:
    return Drawer(desk(), bot().base, bot().vault)


def _own() -> dict[str, str]:
    """What the console keeps, as it is in the database."""
    return stored.read(bot().db, bot().account_id)[1]


# ---- values ----


@bp.post("/wechat", endpoint="save_account")
def save_account() -> Response:
    return _save("wechat", ACCOUNT)


@bp.post("/images", endpoint="save_images")
def save_images() -> Response:
    return _save("images", IMAGES)


@bp.post("/quota", endpoint="save_quota")
def save_quota() -> Response:
    return _save("quota", QUOTA)


@bp.post("/budget", endpoint="save_budget")
def save_budget() -> Response:
    return _save("quota", BUDGET)


@bp.post("/law", endpoint="save_law")
def save_law() -> Response:
    return _save("law", LAW)


def _save(slug: str, form: Form) -> Response:
    here = url_for("settings.group", slug=slug)
    names = [field.name for field in form.fields]
    typed = {name: request.form[name] for name in names if name in request.form}
    if form.careful and (said := _unconfirmed(typed)):
        return make_response(_page(slug, typed=typed, problems={PASSWORD: said}), 422)
    back = request.form.get("reset", "")
    try:
        changed = editing.save(drawer(), {back: None} if back in names else typed)
    except Wrong as wrong:
        return make_response(_page(slug, typed=typed, problems=wrong.problems), 422)
    return go(here, _(SAVED) if changed else _("没有改动。"))


def _unconfirmed(typed: Mapping[str, str]) -> str:
    """Confirm with the password beside the values; return what is wrong, "" if nothing is."""
    if access.confirmed():
        return ""
    given = request.form.get(PASSWORD, "")
    if given:
        verdict = signin.check_password(given)
        if verdict.right:
            access.confirm()
            return ""
        said = attempts.said(verdict)
    else:
        said = _("还没有保存：请输入你的登录密码，再点保存。")
    lost = any(typed.get(name) for name in SECRETS)
    return said + (_("填的密钥也要再填一次。") if lost else "")


# ---- texts ----


def _texts(now: Live, wrong: dict[str, Any] | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return every text by its group, in the place of one that was not kept *wrong*."""
    own, grouped = _own(), dict[str, list[dict[str, Any]]]()
    for name, text in now.sentences.texts.items():
        written = own.get(TEXT + name, text.default)
        one = wrong if wrong and wrong["text"] is text else _text(name, written)
        grouped.setdefault(text.group, []).append(one)
    return grouped


def _text(name: str, written: str, *, problem: str = "", shut: bool = True) -> dict[str, Any]:
    text = bot().base.sentences.texts[name]
    try:
        said = bot().base.sentences.check(name, written)
    except ConfigError as error:
        said, problem = "", problem or str(error)
    return {
        "text": text,
        "written": written,
        "said": segments(said),
        "problem": problem,
        "own": written != text.default,
        "shut": shut,
    }


def _known(name: str) -> str:
    if name not in bot().base.sentences.texts:
        raise NotThere(_("机器人没有这句话"))
    return name


@bp.post("/texts/<name>", endpoint="save_text")
def save_text(name: str) -> Response:
    written = None if "reset" in request.form else request.form.get("written", "")
    try:
        editing.save(drawer(), {TEXT + _known(name): written})
    except Wrong as wrong:
        problem = wrong.problems[TEXT + name]
        one = _text(name, written or "", problem=problem, shut=False)
        if not is_partial():
            return make_response(_page("texts", wrong=one), 422)
        return make_response(render_template("settings/text.html", one=one), 422)
    if not is_partial():
        return go(url_for("settings.group", slug="texts"), _(SAVED))
    kept = _own().get(TEXT + name, bot().base.sentences.texts[name].default)
    return say(render_template("settings/text.html", one=_text(name, kept)), _(SAVED))


@bp.post("/texts/<name>/preview", endpoint="preview_text")
def preview_text(name: str) -> str:
    one = _text(_known(name), request.form.get("written", "").replace("\r\n", "\n"))
    return render_template("settings/preview.html", one=one)


# ---- words ----


@bp.post("/words", endpoint="save_words")
def save_words() -> Response:
    words = request.form.get("words", "")
    try:
        editing.save(drawer(), {WORDS: words})
    except Wrong as wrong:
        return make_response(_page("words", words=words, problem=wrong.problems[WORDS]), 422)
    return go(url_for("settings.group", slug="words"), _(SAVED))


# ---- trying ----


@bp.post("/try/wechat", endpoint="try_wechat")
def try_wechat() -> str:
    return render_template("settings/tried.html", findings=[trying.wechat()])


@bp.post("/try/images", endpoint="try_images")
def try_images() -> str:
    return render_template("settings/tried.html", findings=trying.images())


# ---- from the history ----


def restore(entry: Entry) -> Response:
    """Bring a value to what it was after *entry*, with the same leave as changing it."""
    form = next((one for one in FORMS for field in one.fields if _is(entry, field.name)), None)
    if form and form.careful and not access.confirmed():
        return access.ask_password(url_for("history.entry", entry_id=entry.id))
    endpoint = form.endpoint if form else "settings.save_text"
    if not access.may(endpoint):
        abort(403)
    try:
        editing.restore(drawer(), entry)
    except Wrong as wrong:
        raise NotThere("；".join(wrong.problems.values())) from None
    return go(url_for("history.index"), _("已恢复，一秒内生效。"))


def _is(entry: Entry, name: str) -> bool:
    return entry.object == editing.OBJECT + name

"""素材库: the files replies may use: upload, where used, what WeChat has, replace, rename."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from bot.admin import permissions
from bot.admin.history import verb
from bot.admin.parts import bot, desk, go, show
from bot.admin.translate import _, sentences
from bot.editing import library as editing
from bot.editing import shelf, uploads
from bot.editing.shelf import Standing
from bot.errors import ConfigError, NotThere
from bot.store import history, library, media
from bot.store.library import Item, Use
from bot.store.media import State
from bot.wechat.errcodes import hint

bp = Blueprint("library", __name__, url_prefix="/library")
SIZE = 48
KINDS = {"image": "图片", "voice": "语音", "video": "视频", "thumb": "音乐封面"}
STANDINGS = {
    Standing.MISUSED: ("用错了类型", "bad"),
    Standing.REFUSED: ("微信没有收下", "bad"),
    Standing.PERMANENT: ("已上传（永久）", "good"),
    Standing.UPLOADED: ("已上传", "good"),
    Standing.UNUSED: ("还没有规则用它", ""),
    Standing.REPLACED: ("新的等待上传，旧的还在用", "warn"),
    Standing.WAITING: ("等待上传", "warn"),
}
HINTS = {
    Standing.UNUSED: "有规则用到它时才上传到微信。",
    Standing.REPLACED: "几秒内会上传；之前先发规则里的替代文字。",
    Standing.WAITING: "几秒内会上传；之前先发规则里的替代文字。",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one uploaded file: its item, or why it was refused."""

    filename: str
    item: Item | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """An item with where it is used and what WeChat has of it; *tone* is the chip's."""

    item: Item
    uses: list[Use]
    state: str
    tone: str
    hint: str = ""
    until: int = 0

    @property
    def picture(self) -> bool:
        return self.item.kind in {"image", "thumb"}


@bp.get("/")
def index() -> str:
    return _page()


@bp.post("/")
def upload() -> Response:
    """Take one file or several; the script sends each by itself and wants the verdict alone."""
    thumb = request.form.get("use") == "thumb"
    given = [one for one in request.files.getlist("files") if one.filename]
    verdicts = [_take(one, thumb=thumb) for one in given]
    verdicts = verdicts or [Verdict("", note=_("没有选择文件"))]
    status = 200 if all(one.item for one in verdicts) else 422
    if "X-Verdict" in request.headers:
        return make_response(render_template("library/verdicts.html", verdicts=verdicts), status)
    return make_response(_page(verdicts=verdicts), status)


@bp.get("/picture/<name>")
def picture(name: str) -> Response:
    """A picture as we drew it ourselves; anything else an operator uploaded is never served."""
    item = library.find(bot().db, bot().account_id, name)
    if item is None or item.kind not in {"image", "thumb"}:
        abort(404)
    whole = "whole" in request.args or item.built_in
    try:
        data = library.read(bot().files, item) if whole else bot().files.small(item.sha256)
    except FileNotFoundError:
        abort(404)
    extension = uploads.extension_of(data)
    if uploads.kind_of(data) != "image":
        abort(404)
    response = Response(data, mimetype={"jpg": "image/jpeg"}.get(extension, f"image/{extension}"))
    response.headers.set(
        "Content-Disposition", "inline", filename=f"{item.sha256[:12]}.{extension}"
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    named = request.args.get("v") == item.sha256[:12]
    response.headers["Cache-Control"] = (
        "private, max-age=31536000" if named else "private, no-cache"
    )
    return response


@bp.get("/item/<name>")
def item(name: str) -> str:
    return _item(name)


@bp.post("/item/<name>/replace")
def replace(name: str) -> Response:
    given = request.files.get("file")
    try:
        editing.replace_content(desk(), bot().files, name, given.read() if given else b"")
    except ConfigError as error:
        return make_response(_item(name, replacing=sentences(error)), 422)
    return go(_address(name), _("已替换。新内容传到微信后，用它的回复就都换成新的。"))


@bp.post("/item/<name>/rename")
def rename(name: str) -> Response:
    wanted = request.form.get("name", "")
    try:
        made = editing.rename(desk(), name, wanted)
    except ConfigError as error:
        return make_response(_item(name, renaming=sentences(error), wanted=wanted), 422)
    return go(_address(made.name), _("已改名，用到它的规则也一起改了。"))


@bp.post("/item/<name>/delete")
def delete(name: str) -> Response:
    try:
        editing.delete(desk(), name)
    except ConfigError as error:
        return make_response(_item(name, deleting=sentences(error)), 422)
    return go(url_for("library.index"), _("已删除，30 天内可以在操作记录里恢复。"))


@bp.post("/item/<name>/again")
def again(name: str) -> Response:
    editing.upload_again(desk(), name)
    return go(_address(name), _("几秒内会重新上传到微信。"))


def _address(name: str) -> str:
    return url_for("library.item", name=name)


def _take(given: FileStorage, *, thumb: bool) -> Verdict:
    filename = given.filename or ""
    try:
        item, still = editing.add(desk(), bot().files, filename, given.read(), thumb=thumb)
    except ConfigError as error:
        return Verdict(filename, note=" ".join(sentences(error)))
    notes = [_("动图只保留了第一帧。")] if still else []
    if item.name != uploads.clean(filename):
        notes.append(_("存为「%(name)s」。", name=item.name))
    return Verdict(filename, item, " ".join(notes))


def _page(*, verdicts: list[Verdict] | None = None) -> str:
    asked = {name: request.args.get(name, "") for name in ("text", "kind")}
    page = max(1, request.args.get("page", 1, type=int))
    found = [
        one
        for one in library.items(bot().db, bot().account_id)
        if asked["text"].casefold() in one.name.casefold() and asked["kind"] in {"", one.kind}
    ]
    return show(
        "library/index.html",
        "library/list.html",
        shown=_shown(found[(page - 1) * SIZE : page * SIZE]),
        total=len(found),
        page=page,
        size=SIZE,
        asked=asked,
        kinds=[(kind, _(words)) for kind, words in KINDS.items()],
        kind_words=KINDS,
        limits=uploads.LIMITS,
        verdicts=verdicts or [],
    )


def _item(name: str, **values: Any) -> str:
    found = library.find(bot().db, bot().account_id, name)
    if found is None:
        raise NotThere(_("这个素材已经不在了"))
    kept = history.of(bot().db, bot().account_id, f"library:{name}", most=20)
    return show(
        "library/item.html",
        one=_shown([found])[0],
        kind_words=KINDS,
        entries=kept,
        verb=verb,
        ends=uploads.ENDS[found.kind],
        can_edit_rules="rules.edit" in permissions.TABLE,
        **values,
    )


def _shown(found: list[Item]) -> list[Shown]:
    """Add to each item where it is used and what WeChat has of it."""
    used = library.uses(bot().db, bot().account_id)
    states = media.states(bot().db, bot().account_id, bot().settings.wechat_app_id)
    return [_judged(one, used.get(one.name, []), states.get(one.name)) for one in found]


def _judged(item: Item, uses: list[Use], state: State | None) -> Shown:
    stands = shelf.standing(item, uses, state)
    said, until = _(HINTS.get(stands, "")), 0
    if wrong := shelf.misuse(item, uses):
        said = _("规则「%(rule)s」把它当作%(kind)s", rule=wrong.rule, kind=_(KINDS[wrong.kind]))
    elif state and stands is Standing.REFUSED:
        said = _refusal(state.error)
    elif state and stands is Standing.UPLOADED:
        until = state.expires_at
    words, tone = STANDINGS[stands]
    return Shown(item, uses, _(words), tone, said, until)


def _refusal(error: str) -> str:
    """Say why WeChat did not take a file, and what to do; *error* begins with WeChat's code."""
    code = error.partition(" ")[0].removeprefix("-")
    if not code.isdigit():
        return _(error)
    number = int(error.partition(" ")[0])
    return _("%(hint)s（%(error)s）", hint=_(hint(number)), error=error)

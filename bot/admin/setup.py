"""首次设置: the one-time code makes the owner; then the phone, then WeChat's handshake live."""

from dataclasses import astuple, dataclass
from typing import Self

from flask import Blueprint, Response, g, make_response, render_template, request, url_for

from bot import passwords
from bot.admin import access, attempts
from bot.admin.parts import address, bot, go, show
from bot.admin.signin import complaint
from bot.admin.translate import _
from bot.editing import members as editing
from bot.editing.desk import Desk
from bot.errors import ConfigError
from bot.store import counters, entrance
from bot.store.history import Actor
from bot.store.logins import Outcome
from bot.store.members import Stage

bp = Blueprint("setup", __name__, url_prefix="/setup")
NOBODY = "?setup"  # what the login log calls who tries the set-up code


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How often each thing arrived at WeChat's door; since the page was opened, or ever."""

    verified: int = 0
    forged: int = 0
    stale: int = 0
    malformed: int = 0

    @classmethod
    def ever(cls) -> Self:
        found = counters.totals(bot().db, bot().account_id)
        return cls(*(found.get(name, 0) for name in cls.__slots__))

    @classmethod
    def read(cls, text: str) -> Self:
        """What `written` wrote; anything else counts from the beginning."""
        parts = text.split(".")
        if len(parts) != len(cls.__slots__) or not all(one.isdecimal() for one in parts):
            return cls()
        return cls(*(int(one) for one in parts))

    @property
    def written(self) -> str:
        return ".".join(str(one) for one in astuple(self))

    def since(self, before: Self) -> Self:
        pairs = zip(astuple(self), astuple(before), strict=True)
        return type(self)(*(max(0, now - then) for now, then in pairs))


@bp.get("/")
def index() -> Response:
    if not entrance.is_open(bot().db, bot().account_id):
        return go(url_for("setup.phone" if g.member else "signin.login"))
    return make_response(render_template("setup/index.html", said="", typed={}))


@bp.post("/", endpoint="found")
def found() -> Response:
    if not entrance.is_open(bot().db, bot().account_id):
        return go(url_for("signin.login"))
    typed = {name: request.form.get(name, "").strip() for name in ("code", "name")}
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        return _refused(_("两次输入的密码不一样。"), typed)
    made: list[int] = []

    def check() -> Outcome:
        desk = Desk(bot().db, bot().account_id, Actor(name="", via="console", address=address()))
        founder = editing.found(desk, **typed, password=password)
        made.extend([] if founder is None else [founder])
        return Outcome.PASSWORD if made else Outcome.BAD_SETUP

    try:
        # Before an attempt is counted: a short password is no wrong code.
        editing.check_name(typed["name"])
        passwords.check(password, name=typed["name"])
    except ConfigError as error:
        return _refused(complaint(error), typed)
    verdict = attempts.run(NOBODY, check)
    if not made:
        return attempts.again("setup/index.html", verdict, typed=typed)
    access.begin(made[0], Stage.ENROL)
    return go(url_for("signin.enrol", then=url_for("setup.phone")))


@bp.get("/phone")
def phone() -> str:
    return show("setup/phone.html")


@bp.get("/wechat")
def wechat() -> str:
    return show("setup/wechat.html", **_arrivals(Arrivals.ever()), **_account())


@bp.get("/arrivals")
def arrivals() -> str:
    """What arrived since the page was opened; the page asks every second."""
    return show("setup/arrivals.html", **_arrivals(Arrivals.read(request.args.get("since", ""))))


def _arrivals(before: Arrivals) -> dict[str, object]:
    return {"arrived": Arrivals.ever().since(before), "since": before.written}


def _account() -> dict[str, object]:
    settings = bot().settings
    return {
        "url": f"{settings.public_url or request.host_url.rstrip('/')}/wechat",
        "public": settings.public_url.startswith(("http://", "https://")) and not settings.sandbox,
        "encrypted": bool(settings.wechat_aes_key),
        "app_id": settings.wechat_app_id,
        "on_sandbox": settings.sandbox,
    }


def _refused(said: str, typed: dict[str, str]) -> Response:
    return attempts.refused("setup/index.html", said, typed=typed)

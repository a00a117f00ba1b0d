"""概览: today against the last week, what is to be done, and the first steps."""

from flask import Blueprint, Response, render_template, url_for

from bot.admin import attention, beginning, figures
from bot.admin.parts import go, phone
from bot.admin.translate import _

bp = Blueprint("overview", __name__, url_prefix="")


@bp.get("/")
def index() -> str:
    return render_template(
        "overview/index.html",
        figures=figures.read(),
        troubles=attention.read(),
        steps=beginning.steps(phone()),
    )


@bp.get("/live")
def live() -> str:
    return render_template("overview/live.html", figures=figures.read(), troubles=attention.read())


@bp.post("/hide")
def hide() -> Response:
    beginning.hide()
    return go(url_for("overview.index"), _("清单收起来了。"))

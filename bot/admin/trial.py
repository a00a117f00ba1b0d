"""试一试: many lines at once through the decision the webhook makes, without its effects."""

from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, request

from bot.admin.outcome import KINDS, outcome_of
from bot.admin.parts import show
from bot.admin.rule_words import MODES, OUTCOMES

bp = Blueprint("trial", __name__, url_prefix="/try")
MOST: Final = 200  # lines
LONGEST: Final = 600  # characters of a line: WeChat sends no longer message


@bp.get("/")
def index() -> str:
    return _page(request.args.get("lines", ""))


@bp.post("/")
def run() -> str:
    return _page(request.form.get("lines", ""))


def _page(lines: str) -> str:
    said = [line.strip()[:LONGEST] for line in lines.splitlines() if line.strip()]
    now = datetime.now(UTC)
    return show(
        "trial/index.html",
        "trial/table.html",
        lines=lines,
        outcomes_of=[outcome_of(line, now=now) for line in said[:MOST]],
        left_off=max(0, len(said) - MOST),
        kinds=KINDS,
        modes=MODES,
        outcomes=OUTCOMES,
    )

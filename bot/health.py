"""Whether the process lives and whether everything it needs does."""

import logging
from typing import Any

from flask import Blueprint, Response, jsonify

from bot.engine import Bot
from bot.errors import StoreError
from bot.store import counters, jobs, leases

log = logging.getLogger(__name__)


def blueprint(bot: Bot) -> Blueprint:
    bp = Blueprint("health", __name__)

    @bp.get("/healthz")
    def healthz() -> Response:
        return Response("ok", mimetype="text/plain")

    @bp.get("/readyz")
    def readyz() -> tuple[Response, int]:
        report = ready(bot)
        return jsonify(report), 200 if report["ready"] else 503

    return bp


def ready(bot: Bot) -> dict[str, Any]:
    """Each dependency by name, and what was refused at the door today.

    Without the storage it is ready all the same: keywords, and all that needs no file, go on.
    """
    rules = bot.snapshots.current.rules_version >= 0
    report: dict[str, Any] = {"rules": "ok" if rules else "not loaded"}
    try:
        workers = leases.count(bot.db, leases.ALIVE)
        report["queue"] = jobs.depth(bot.db)
        counted = counters.read(bot.db, bot.account_id, day=bot.today())
        report["refused_today"] = {name: n for name, n in counted.items() if name != "verified"}
    except StoreError as error:
        log.warning("readyz: %s", error)
        return report | {"ready": False, "database": "unreachable", "worker": "unknown"}
    report["database"] = "ok"
    report["storage"] = _storage(bot)
    report["worker"] = "ok" if workers else "none is running: pictures wait"
    return report | {"ready": rules and workers > 0}


def _storage(bot: Bot) -> str:
    """Whether files can be reached; what is wrong in words."""
    try:
        bot.rooms.pictures.has("probe")
    except OSError as error:
        log.warning("readyz: %s", error)
        return str(error)
    return "ok"

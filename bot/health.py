"""Whether the process lives and whether everything it needs does."""

from typing import Any

from flask import Blueprint, Response, jsonify

from bot.engine import Bot
from bot.errors import StoreError
from bot.store import jobs, leases
from bot.store.leases import ALIVE
from bot.webhook import Webhook


def blueprint(bot: Bot, webhook: Webhook) -> Blueprint:
    bp = Blueprint("health", __name__)

    @bp.get("/healthz")
    def healthz() -> Response:
        return Response("ok", mimetype="text/plain")

    @bp.get("/readyz")
    def readyz() -> tuple[Response, int]:
        report = ready(bot) | {"refused": dict(webhook.counts)}
        return jsonify(report), 200 if report["ready"] else 503

    return bp


def ready(bot: Bot) -> dict[str, Any]:
    """Each dependency by name; canned replies need only the rules."""
    rules = bot.snapshots.current.rules_version >= 0
    report: dict[str, Any] = {"ready": rules, "rules": "ok" if rules else "not loaded"}
    try:
        workers = leases.count(bot.db, ALIVE)
        report["queue"] = jobs.depth(bot.db)
    except StoreError as error:
        return report | {"ready": False, "database": str(error), "worker": "unknown"}
    report["database"] = "ok"
    report["worker"] = "ok" if workers else "none is running: pictures wait"
    report["ready"] = rules and workers > 0
    return report

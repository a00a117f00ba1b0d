"""Whether the process lives, whether all it needs does, and what it has counted."""

import logging
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from bot.engine import Bot
from bot.errors import ConfigError, StoreError
from bot.metrics import Scrape, may_scrape
from bot.settings import Settings
from bot.store import breakers, counters, jobs, leases, schema
from bot.store.folder import left_on_disk
from bot.store.pictures import LEAST_FREE

log = logging.getLogger(__name__)


def blueprint(bot: Bot) -> Blueprint:
    bp = Blueprint("health", __name__)
    scrape = Scrape(bot)

    @bp.get("/healthz")
    def healthz() -> Response:
        return Response("ok", mimetype="text/plain")

    @bp.get("/readyz")
    def readyz() -> tuple[Response, int]:
        report = ready(bot)
        return jsonify(report), 200 if report["ready"] else 503

    @bp.get("/metrics")
    def metrics() -> Response:
        if not may_scrape(bot.settings, request.environ):
            abort(404)
        text, content_type = scrape.text(request.headers.get("Accept", ""))
        return Response(text, content_type=content_type)

    return bp


def ready(bot: Bot) -> dict[str, Any]:
    """Each dependency by name, and what was refused at the door today.

    Not ready is who has no rules, no database or no worker. What is said of the rest tells an
    operator where to look: without it, storage too, messages are answered all the same.
    """
    rules = bot.snapshots.current.rules_version >= 0
    report: dict[str, Any] = {"rules": "ok" if rules else "not loaded", **_beside(bot.settings)}
    try:
        workers = leases.count(bot.db, leases.ALIVE)
        report["queue"] = jobs.depth(bot.db)
        counted = counters.read(bot.db, bot.account_id, day=bot.today())
        report["refused_today"] = {name: n for name, n in counted.items() if name != "verified"}
        report["providers"] = _providers(bot)
        report["schema"] = _schema(bot)
    except StoreError as error:
        log.warning("readyz: %s", error)
        return report | {"ready": False, "database": "unreachable", "worker": "unknown"}
    report["database"] = "ok"
    report["storage"] = _storage(bot)
    report["worker"] = "ok" if workers else "none is running: pictures wait"
    stale = counted.get("stale", 0)
    report["clock"] = f"{stale} pushes were refused today: is it right?" if stale else "ok"
    return report | {"ready": rules and workers > 0}


def _beside(settings: Settings) -> dict[str, str]:
    """What does not lie in the database."""
    free = left_on_disk(settings.data_dir)
    found = {"disk": "ok" if free >= LEAST_FREE else f"{free >> 20} MB are left for pictures"}
    if settings.redis_url:
        from bot.jobs import broker  # noqa: PLC0415 — only then is the task engine loaded here

        found["redis"] = broker.state(settings.redis_url)
    return found


def _providers(bot: Bot) -> dict[str, str]:
    known = breakers.read(bot.db, bot.account_id)
    return {
        one.name: f"left alone: {breaker.error}"
        if (breaker := known.get(one.name)) and breaker.open
        else "ok"
        for one in bot.providers
    }


def _schema(bot: Bot) -> str:
    try:
        schema.check(bot.db)
    except ConfigError:
        return "another version: huaxin db upgrade"
    return "ok"


def _storage(bot: Bot) -> str:
    """Whether files can be reached; what is wrong in words."""
    try:
        bot.rooms.pictures.ready()
    except OSError as error:
        log.warning("readyz: %s", error)
        return str(error)
    return "ok"

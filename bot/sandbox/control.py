"""The test's levers: /_script sets faults, /_journal shows every call received."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from bot.errors import BadRequest
from bot.sandbox.script import Fault
from bot.sandbox.world import world

bp = Blueprint("control", __name__)


@bp.get("/_script")
def script() -> Response:
    return jsonify(world().script.left())


@bp.post("/_script")
def add_faults() -> Response:
    given: Any = request.get_json(silent=True)
    if not isinstance(given, list):
        raise BadRequest("需要一个规则列表")
    world().script.add([Fault.parse(each) for each in given])
    return script()


@bp.delete("/_script")
def clear_script() -> Response:
    world().script.clear()
    return script()


@bp.get("/_journal")
def journal() -> Response:
    return jsonify(calls=world().journal.calls())


@bp.delete("/_journal")
def clear_journal() -> Response:
    world().journal.clear()
    return journal()

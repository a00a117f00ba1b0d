"""The API's description: for programs as OpenAPI, for people as a table with examples."""

import json

from flask import Blueprint, Response, g, request

from bot.admin.api import door, openapi
from bot.admin.api.limits import REQUESTS
from bot.admin.api.operations import Operation
from bot.admin.api.problems import KINDS
from bot.admin.api.table import ADDRESS, RESOURCES
from bot.admin.parts import show
from bot.store.members import Stage

bp = Blueprint("apidocs", __name__, url_prefix="/api")


@bp.get("/")
def index() -> str:
    address = f"{request.url_root.rstrip('/')}{ADDRESS}"
    return show(
        "apidocs/index.html",
        groups=[
            (
                one.TITLE,
                [(each, openapi.path_of(each), curl(each, address)) for each in one.OPERATIONS],
            )
            for one in RESOURCES
        ],
        address=address,
        kinds=KINDS,
        most=REQUESTS,
    )


@bp.get("/openapi.json")
def description() -> Response:
    """For who is signed in, and for any living token."""
    if g.session is None or g.session.stage is not Stage.FULL:
        door.bearer()
    text = json.dumps(openapi.describe(), ensure_ascii=False, indent=1)
    return Response(text, mimetype="application/json")


def curl(operation: Operation, address: str) -> str:
    """Return a command that calls the operation; the token is in ``$TOKEN``."""
    path = openapi.address_of(operation)
    words = [] if operation.method == "GET" else [f"-X {operation.method}"]
    words.append('-H "Authorization: Bearer $TOKEN"')
    if operation.revised:
        words.append("-H 'If-Match: \"1\"'")
    if operation.body is not None:
        example = json.dumps(operation.example, ensure_ascii=False)
        words += ["-H 'Content-Type: application/json'", f"-d '{example}'"]
    if operation.takes_file:
        words.append("--data-binary @FILE")
    return " \\\n  ".join([f"curl {address}{path}", *words])

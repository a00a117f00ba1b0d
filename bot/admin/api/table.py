"""Every operation of the API: the routes, the rights and the description come from here."""

from collections.abc import Callable
from types import ModuleType
from typing import Final

from flask import Blueprint, Flask, Response, request

from bot.admin.api import (
    account,
    complaints,
    door,
    followers,
    history,
    imports,
    jobs,
    library,
    members,
    menu,
    reports,
    rules,
    schemas,
    settings,
    trial,
    unmatched,
)
from bot.admin.api.operations import Operation, Schema

ADDRESS: Final = "/admin/api/v1"

# One line a resource: a module with TITLE, OPERATIONS and, where it has its own, SCHEMAS.
RESOURCES: tuple[ModuleType, ...] = (
    account,
    rules,
    trial,
    imports,
    unmatched,
    library,
    menu,
    jobs,
    followers,
    complaints,
    settings,
    members,
    reports,
    history,
)

OPERATIONS: Final[tuple[Operation, ...]] = tuple(
    operation for resource in RESOURCES for operation in resource.OPERATIONS
)
SCHEMAS: Final[dict[str, Schema]] = schemas.SHARED | {
    name: schema
    for resource in RESOURCES
    for name, schema in getattr(resource, "SCHEMAS", {}).items()
}
TABLE: Final = {f"api.{operation.name}": operation for operation in OPERATIONS}

bp = Blueprint("api", __name__, url_prefix=ADDRESS)
for _one in OPERATIONS:
    bp.add_url_rule(
        _one.path,
        _one.name,
        _one.run,
        methods=[_one.method],
        provide_automatic_options=False,
    )


@bp.before_request
def enter() -> None:
    door.enter(TABLE[request.endpoint or ""])


@bp.after_request
def seal(response: Response) -> Response:
    return door.seal(response)


def install(app: Flask, *, harden: Callable[[Response], Response]) -> None:
    """Put the API beside the console's pages: its guard is its own, its headers are theirs."""
    door.install(app)
    app.register_blueprint(bp)
    app.after_request_funcs.setdefault(bp.name, []).append(harden)

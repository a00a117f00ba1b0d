"""Every operation of the API: the routes, the rights and the description come from here."""

from types import ModuleType
from typing import Final

from flask import Blueprint, Response, request

from bot.admin.api import account, door, history, rules, schemas
from bot.admin.api.operations import Operation, Schema

PREFIX: Final = "/api/v1"

# One line a resource: a module with OPERATIONS and, where it has its own, SCHEMAS.
RESOURCES: tuple[ModuleType, ...] = (account, rules, history)

OPERATIONS: Final[tuple[Operation, ...]] = tuple(
    operation for resource in RESOURCES for operation in resource.OPERATIONS
)
SCHEMAS: Final[dict[str, Schema]] = schemas.SHARED | {
    name: schema
    for resource in RESOURCES
    for name, schema in getattr(resource, "SCHEMAS", {}).items()
}
TABLE: Final = {f"api.{operation.name}": operation for operation in OPERATIONS}

bp = Blueprint("api", __name__, url_prefix=PREFIX)
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

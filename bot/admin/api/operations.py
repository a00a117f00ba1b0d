"""What an operation of the API is: one record says its address, its rights and its description."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Response

from bot.editing.tokens import SCOPES
from bot.store.members import Role

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A parameter of the query; all are optional."""

    name: str
    said: str
    schema: Schema = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """*name* is the endpoint's and OpenAPI's; *path* is Flask's, below ``/admin/api/v1``.

    *scope* "" needs a token only. *role* is the least role where it is more than the scope's.
    *body* and *answer* are schemas, *example* is a body for the readable page; one that takes a
    file, or *gives* one, has none. *faults* are the codes of `problems` beside those every
    operation may answer with. *revised* ones ask for If-Match.
    """

    name: str
    method: str
    path: str
    said: str
    run: Callable[..., Response]
    scope: str = ""
    role: Role | None = None
    query: tuple[Query, ...] = ()
    body: Schema | None = None
    example: Any = None
    status: int = 200
    answer: Schema | None = None
    takes_file: bool = False
    gives: str = "application/json"
    faults: tuple[str, ...] = ()
    revised: bool = False

    @property
    def least(self) -> Role:
        """The least role a token's maker needs now, whatever they were when they made it."""
        return self.role or SCOPES.get(self.scope, Role.VIEWER)

"""The JSON API as a program calls it."""

import json
from dataclasses import dataclass
from typing import Any

from werkzeug.test import Client, TestResponse

from bot.editing import tokens
from bot.editing.desk import Desk
from bot.store import members
from bot.store.history import Actor
from bot.store.members import Role
from tests.worlds import World


@dataclass
class Api:
    """One token's view of the API; *client* has no cookie."""

    world: World
    token: str
    client: Client
    member_id: int

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Call ``/admin/api/v1`` + *path*; header names are written with _ for -."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            given.setdefault("Content-Type", "application/json")
        if self.token:
            given.setdefault("Authorization", f"Bearer {self.token}")
        return self.client.open(f"/admin/api/v1{path}", method=method, data=data, headers=given)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Return the JSON of an answer that must be good."""
        response = self.call(method, path, body, **headers)
        assert response.status_code < 300, response.get_data(as_text=True)
        return response.json


def api(world: World, *scopes: str, role: Role = Role.OWNER, name: str = "") -> Api:
    """A token with *scopes*, by default all that the role may give, of a new member."""
    name, db = name or f"{role}-{members.count(world.bot.db, world.bot.account_id)}", world.bot.db
    with db.write() as tx:
        made = members.insert(tx, world.bot.account_id, name=name, password_hash="", role=role)
    member = members.get(db, made)
    assert member
    desk = Desk(db, world.bot.account_id, Actor(name=name, via="console"))
    token = tokens.create(
        desk,
        member,
        name="脚本",
        scopes=scopes or tokens.open_to(role),
        days=1,
        now=world.bot.now_ms(),
    )
    return Api(world, token, Client(world.client.application), made)

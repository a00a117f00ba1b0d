"""The console before a test: a bot, members of every role already signed in, and browsers."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pytest
from playwright.sync_api import Page
from werkzeug.serving import BaseWSGIServer
from werkzeug.test import Client, TestResponse

from bot.admin.access import hash_of
from bot.engine import Bot
from bot.store import members
from bot.store.members import Role, Stage
from tests.browser import Tabs
from tests.worlds import World

if TYPE_CHECKING:
    from flask import Flask


@dataclass
class Console:
    """The console as one signed-in member sees it, without a browser."""

    world: World
    role: Role
    session_id: str
    csrf: str
    client: Client

    @property
    def bot(self) -> Bot:
        return self.world.bot

    @property
    def app(self) -> "Flask":
        return cast("Flask", self.client.application)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(f"/admin{path}", **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        """Post with the session's CSRF token, as every form and htmx call does."""
        headers = {"X-CSRFToken": self.csrf, **options.pop("headers", {})}
        return self.client.post(f"/admin{path}", headers=headers, **options)

    def page(self, path: str) -> str:
        """Return the text of a page that must be there."""
        response = self.get(path)
        assert response.status_code == 200, (path, response.status)
        return response.get_data(as_text=True)


@pytest.fixture(name="sign_in")
def _sign_in(world: World) -> Callable[..., Console]:
    """Make a member of a role and sign them in, past password and code."""

    def sign_in(role: Role = Role.OWNER, *, name: str = "") -> Console:
        db, name = world.bot.db, name or f"{role}-{secrets.token_hex(3)}"
        with db.write() as tx:
            member_id = members.insert(
                tx, world.bot.account_id, name=name, password_hash="", role=role
            )
        session_id, csrf = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        members.open_session(
            db, member_id, id_hash=hash_of(session_id), csrf=csrf, stage=Stage.FULL
        )
        client = Client(world.client.application)
        client.set_cookie("huaxin", session_id)
        return Console(world, role, session_id, csrf, client)

    return sign_in


@pytest.fixture(name="console")
def _console(sign_in: Callable[..., Console]) -> Console:
    """The owner's console."""
    return sign_in()


@pytest.fixture(name="open_page")
def _open_page(console: Console, door: BaseWSGIServer, tabs: Tabs) -> Callable[..., Page]:
    """Open pages as a signed-in member, by default the owner."""

    def open_page(
        path: str = "/", *, language: str = "zh", who: Console = console, **look: Any
    ) -> Page:
        address = f"http://127.0.0.1:{door.server_port}"
        page = tabs.open(
            language=language,
            base_url=address,
            reduced_motion="reduce",  # colours between the two of a transition are nobody's
            **look,
        )
        cookies = {"huaxin": who.session_id, "huaxin_language": language}
        page.context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
        )
        page.goto(f"/admin{path}")
        return page

    return open_page

"""Somebody at the console's door, with a client of their own and a phone that shows codes."""

import html
import re
from dataclasses import dataclass, field
from typing import Any

import pyotp
from werkzeug.test import Client, TestResponse

from bot.editing import members as editing
from bot.editing.desk import Desk
from bot.engine import Bot
from bot.store import members
from bot.store.history import Actor
from bot.store.members import Role
from tests.worlds import World

PASSWORD = "a kettle on the roof"


@dataclass
class Clock:
    """The bot's clock, which the tests move: every code is good for once."""

    now: int = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now

    def next_code(self) -> None:
        self.now += 30_000


@dataclass
class Visitor:
    world: World
    address: str = "198.51.100.7"
    base_url: str = "http://localhost"
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = Client(self.world.client.application)

    @property
    def bot(self) -> Bot:
        return self.world.bot

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(f"/admin{path}", **self._from(options))

    def post(self, path: str, data: dict[str, str], *, form: str = "", **options: Any) -> Any:
        """Send the form of the page *form* (by default at *path*) with its token."""
        shown = self.get(form or path).get_data(as_text=True)
        data = {"csrf": value(shown, "csrf"), **data}
        return self.client.post(f"/admin{path}", data=data, **self._from(options))

    def sign_in(self, name: str, password: str = PASSWORD, **data: str) -> TestResponse:
        response: TestResponse = self.post("/login", {"name": name, "password": password, **data})
        return response

    def code(self, name: str) -> str:
        """What the member's phone shows now."""
        found = members.named(self.bot.db, self.bot.account_id, name)
        assert found is not None
        secret = self.bot.vault.open(found.totp_secret)
        return pyotp.TOTP(secret).at(self.bot.now_ms() // 1000)

    def enter(self, name: str) -> TestResponse:
        """Sign in with password and code."""
        assert self.sign_in(name).headers["Location"].startswith("/admin/code")
        response: TestResponse = self.post("/code", {"code": self.code(name)})
        assert response.status_code == 303, response.get_data(as_text=True)
        return response

    def _from(self, options: dict[str, Any]) -> dict[str, Any]:
        return {
            "environ_base": {"REMOTE_ADDR": self.address},
            "base_url": self.base_url,
            **options,
        }


def value(shown: str, name: str) -> str:
    """What a hidden field of a page holds."""
    found = re.search(f'name="{name}" value="([^"]*)"', shown)
    return html.unescape(found[1]) if found else ""


def desk(bot: Bot) -> Desk:
    return Desk(bot.db, bot.account_id, Actor(name="test", via="cli"))


def member(bot: Bot, name: str, role: Role = Role.OWNER, *, totp: bool = True) -> int:
    """Make a member with `PASSWORD` and, if wanted, a phone."""
    made = editing.create(desk(bot), name=name, role=role, password=PASSWORD)
    if totp:
        sealed = bot.vault.seal(pyotp.random_base32())
        editing.set_totp(desk(bot), made, sealed=sealed, step=0, codes=[])
    return made

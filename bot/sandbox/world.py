"""The sandbox's parts, put together once per process."""

import time
from collections.abc import Callable

from flask import current_app

from bot.sandbox.account import Account
from bot.sandbox.bubbles import Bubbles
from bot.sandbox.chat import Chat
from bot.sandbox.config import Config
from bot.sandbox.database import Database
from bot.sandbox.followers import Followers
from bot.sandbox.journal import Journal
from bot.sandbox.media import Library
from bot.sandbox.push import MsgIds, Pushes
from bot.sandbox.pusher import Pusher
from bot.sandbox.script import Script
from bot.sandbox.tokens import Tokens
from bot.sandbox.troubles import Troubles
from bot.sandbox.usage import Usage


class World:
    """Everything outside the bot; *clock* gives epoch seconds."""

    def __init__(self, config: Config, *, clock: Callable[[], float] = time.time) -> None:
        config.folder.mkdir(parents=True, exist_ok=True)
        self.config = config
        self.clock = clock
        self.db = Database(config.folder / "sandbox.sqlite3")
        self.account = Account(self.db, config=config)
        self.followers = Followers(self.db, clock=clock)
        self.chat = Chat(self.db, clock=clock)
        self.library = Library(self.db, clock=clock)
        self.tokens = Tokens(self.db, clock=clock)
        self.usage = Usage(self.db, clock=clock)
        self.troubles = Troubles()
        self.script = Script()
        self.journal = Journal()
        self.msg_ids = MsgIds()
        self.pushes = Pushes(self.db)
        self.bubbles = Bubbles(self.library, webhook_url=config.webhook_url)
        self.pusher = Pusher(
            config,
            clock=clock,
            pushes=self.pushes,
            account=self.account,
            followers=self.followers,
            troubles=self.troubles,
            chat=self.chat,
            bubbles=self.bubbles,
        )

    def close(self) -> None:
        """Wait for the pushes under way and close the database."""
        self.pusher.join()
        self.db.close()


def world() -> World:
    """Return the world of the app that serves the current request."""
    found: World = current_app.extensions["world"]
    return found

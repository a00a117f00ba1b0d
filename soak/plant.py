"""The product in real processes: `huaxin run --sandbox` on SQLite, or on servers of our own."""

import time
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.children import child, environment, folder, free_bind
from bench.outside import Outside
from bot.sandbox.database import Database
from bot.sandbox.followers import Followers
from bot.wechat.crypto import Credentials
from tests import redises, servers

SERVERS = "servers"
DAY = 24 * 3600
FOLLOWERS = 300
ALLOWED = 10**6  # pushes to a follower whose window is open


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """The running product. *root* is the process id of `huaxin run`."""

    root: int
    bind: str
    outside: Outside
    credentials: Credentials
    openids: tuple[str, ...]
    database: str
    data: Path

    def scrape(self) -> None:
        """Read the metrics, as Prometheus does all the time."""
        urllib.request.urlopen(f"http://{self.bind}/metrics", timeout=10).close()


@contextmanager
def running(on: str) -> Iterator[Plant]:
    """Run the product until the block ends; *on* is ``sqlite`` or ``servers``."""
    with ExitStack() as stack:
        place = stack.enter_context(folder())
        data = place / "data"
        bind, phone = free_bind(), free_bind()
        own = {
            "DATA_DIR": str(data),
            "BIND": bind,
            "SANDBOX_BIND": phone,
            "IMAGES_PER_MINUTE": "6000",
            "FOLLOWER_DAILY_IMAGES": "100000",
            "LOG_FORMAT": "json",
        }
        if on == SERVERS:
            own["DATABASE_URL"] = stack.enter_context(servers.postgresql()).new_database("soak")
            own["REDIS_URL"] = stack.enter_context(redises.running()).address
        openids = _followers(data)
        words = ("bot.cli", "run", "--sandbox")
        ready = f"http://{bind}/readyz"
        root = stack.enter_context(child(*words, env=environment(own), cwd=place, ready=ready))
        yield Plant(
            root=root,
            bind=bind,
            outside=Outside(f"http://{phone}"),
            credentials=_credentials(data),
            openids=openids,
            database=own.get("DATABASE_URL", f"sqlite:///{data}/huaxin.db"),
            data=data,
        )


def _followers(data: Path) -> tuple[str, ...]:
    """Make followers whom WeChat lets us write to for a day, as often as it takes.

    They write to the bot without the sandbox, which therefore never sees their windows open.
    """
    (data / "sandbox").mkdir(parents=True)
    db = Database(data / "sandbox" / "sandbox.sqlite3")
    followers = Followers(db, clock=lambda: time.time() + DAY)
    made = [followers.create(f"第 {number} 位", following=True) for number in range(FOLLOWERS)]
    for one in made:
        followers.acted(one.openid, "message")
    db.run("update reply_window set remaining = ?", ALLOWED)
    db.close()
    return tuple(one.openid for one in made)


def _credentials(data: Path) -> Credentials:
    own = tomllib.loads((data / "sandbox.toml").read_text(encoding="utf-8"))
    return Credentials.parse(own["WECHAT_APP_ID"], own["WECHAT_TOKEN"], own["WECHAT_AES_KEY"])

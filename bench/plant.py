"""An installation on private ports: PostgreSQL, Redis, workers, and the stub as the outside."""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.children import BenchError, child, environment, folder, free_bind, load
from bench.door import AES_KEY
from bench.load import Plan
from bench.outside import ACCEPTED
from bot import seed
from bot.jobs.dispatch import DISPATCHER
from bot.store import leases
from bot.store.database import Database
from tests import redises
from tests.servers import Server

PROMPT = "一幅未来的城市"
RATE = 25  # prompts a second while the queue is filled
FILLS = 5  # times the missing are asked for
_HELD_BY = "bench"
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Plant:
    """An installation whose queue is filled before anything is drawn: `go` gives the sign."""

    place: Path
    env: Mapping[str, str]
    stub: str
    db: Database

    def web(self) -> AbstractContextManager[int]:
        return self._running("web", bind=self.env["BIND"])

    def worker(self, **own: str) -> AbstractContextManager[int]:
        """Run a worker, whose process id comes with the block."""
        bind = free_bind()
        return self._running("worker", bind=bind, METRICS_BIND=bind, **own)

    def fill(self, pictures: int) -> None:
        """Have so many followers ask the web process for a picture each.

        For one who was refused, as a machine that is too busy does, another one asks.
        """
        for _ in range(FILLS):
            pictures = load(self._asking(pictures)).wrong
            if not pictures:
                return
        raise BenchError(f"{pictures} 条提示词没有被接下")

    def _asking(self, pictures: int) -> Plan:
        return Plan(
            bind=self.env["BIND"],
            app_id=self.env["WECHAT_APP_ID"],
            token=self.env["WECHAT_TOKEN"],
            aes_key=self.env["WECHAT_AES_KEY"],
            keyword="",
            expected="",
            prompt=PROMPT,
            accepted=ACCEPTED,
            every=1,
            rate=RATE,
            seconds=pictures / RATE,
            warm_up=0,
        )

    def go(self) -> None:
        """Let the workers begin: until now the bench itself was their dispatcher."""
        leases.release(self.db, DISPATCHER, owner=_HELD_BY)

    def counts(self) -> dict[str, Any]:
        """Return what the stub was asked, as `Stub.counts` says it."""
        return self._ask("_counts")

    def delay(self, seconds: float) -> None:
        """Let every picture take so long from now on."""
        self._ask("_delay", json.dumps(seconds).encode())

    def wait(self, until: Callable[[dict[str, Any]], bool], *, seconds: float) -> dict[str, Any]:
        """Return the stub's counts as soon as *until* is true of them."""
        end = time.monotonic() + seconds
        while not until(found := self.counts()):
            if time.monotonic() > end:
                raise BenchError(f"{seconds:.0f} 秒后，外面只被问到 {found}")
            time.sleep(0.05)
        return found

    def _running(self, name: str, *, bind: str, **own: str) -> AbstractContextManager[int]:
        env = {**self.env, **own}
        return child("bot.cli", name, env=env, cwd=self.place, ready=f"http://{bind}/")

    def _ask(self, path: str, body: bytes | None = None) -> dict[str, Any]:
        address = f"http://{self.stub}/{path}"
        with urllib.request.urlopen(address, body, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


def finished(pictures: int) -> Callable[[dict[str, Any]], bool]:
    """Whether all *pictures* were pushed, and after each what can be said next."""

    def over(found: dict[str, Any]) -> bool:
        asked = found["asked"]
        return all(asked.get(name, [0])[0] >= pictures for name in ("images", "texts"))

    return over


def once_each(found: dict[str, Any], pictures: int) -> bool:
    """Whether every job was one generation, one upload and one send, and nothing was strange."""
    asked = found["asked"]
    once = all(
        asked.get(name) == [pictures, pictures] for name in ("generations", "uploads", "images")
    )
    return once and "strange" not in asked


@contextmanager
def plant(server: Server, *, threads: int) -> Iterator[Plant]:
    """Build an installation on *server*, with so many *threads* to a worker."""
    with folder() as place, redises.running() as redis:
        stub = free_bind()
        database = server.filled(f"bench_{time.monotonic_ns()}")
        env = environment(
            {
                "WECHAT_APP_ID": "wx0123456789abcdef",
                "WECHAT_APP_SECRET": "not-used",
                "WECHAT_TOKEN": "benchtoken",
                "WECHAT_AES_KEY": AES_KEY,
                "WECHAT_API_BASE": f"http://{stub}",
                "OPENAI_API_KEY": "not-used",
                "OPENAI_BASE_URL": f"http://{stub}/v1",
                "SECRET_KEY": "only-for-this-bench",
                "DATABASE_URL": database,
                "REDIS_URL": redis.address,
                "DATA_DIR": str(place / "data"),
                "BIND": free_bind(),
                "WEB_PROCESSES": "1",
                "WORKER_THREADS": str(threads),
                "IMAGES_PER_MINUTE": "100000",
            }
        )
        (place / "data").mkdir()
        with closing(Database(database, timeout=10)) as db:
            seed.prepare(db)
            leases.take(db, DISPATCHER, owner=_HELD_BY, seconds=_HOUR)
            with child("bench.stub", stub, env=env, cwd=place, ready=f"http://{stub}/_counts"):
                yield Plant(place, env, stub, db)

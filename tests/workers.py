"""Real worker processes beside a world, to be killed, frozen and told to stop."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path

from sqlalchemy import func, select

from bench.children import environment
from bot.settings import Settings
from bot.store import leases
from bot.store.tables import image_job
from tests.worlds import World


def eventually(true: Callable[[], bool], *, seconds: float, what: str = "it") -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"{what} did not happen in {seconds:.0f} s"
        time.sleep(0.02)


@dataclass
class Process:
    """One ``huaxin worker``."""

    popen: subprocess.Popen[bytes]

    @property
    def mark(self) -> str:
        """What is in the name under which it holds leases."""
        return f":{self.popen.pid}:"

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait()

    def stop(self) -> int:
        """Ask it to go, and return its exit code."""
        self.popen.terminate()
        return self.popen.wait(60)

    def freeze(self) -> None:
        self.popen.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.popen.send_signal(signal.SIGCONT)


@dataclass
class Workers:
    """The workers of one world; *own* are settings of theirs alone."""

    world: World
    folder: Path
    own: dict[str, str] = field(default_factory=dict)
    started: list[Process] = field(default_factory=list)

    @property
    def log(self) -> str:
        return (self.folder / "worker.log").read_text(encoding="utf-8")

    def start(self, count: int = 1) -> list[Process]:
        """Start workers and wait until they may be given work."""
        new = [Process(self._born()) for _ in range(count)]
        self.started += new
        for one in new:
            eventually(lambda one=one: self.alive(one), seconds=30, what="a worker's start")  # type: ignore[misc]
        return new

    def alive(self, one: Process) -> bool:
        return any(one.mark in owner for owner in self._holders(leases.ALIVE))

    def holder(self, lease: str) -> Process | None:
        """Return who holds a lease."""
        owners = self._holders(lease)
        return next((one for one in self.started if any(one.mark in o for o in owners)), None)

    def drawn_by(self) -> dict[str, int]:
        """How many jobs each worker was the last to have in its hands, by its name."""
        with self.world.bot.db.read() as tx:
            counted = select(image_job.c.owner, func.count()).group_by(image_job.c.owner)
            return dict(tx.execute(counted).all())

    def states(self) -> dict[str, int]:
        """How many jobs there are in each state."""
        with self.world.bot.db.read() as tx:
            counted = select(image_job.c.state, func.count()).group_by(image_job.c.state)
            return dict(tx.execute(counted).all())

    def _holders(self, lease: str) -> list[str]:
        return leases.holders(self.world.bot.db, lease)

    def _born(self) -> subprocess.Popen[bytes]:
        with (self.folder / "worker.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "worker"],
                cwd=self.folder,
                env=environment(_written(self.world.bot.base.settings) | self.own),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def _written(settings: Settings) -> dict[str, str]:
    """Return the settings that are not the default, as an environment has them."""
    plain = [one for one in fields(Settings) if one.name not in {"sandbox", "sources"}]
    values = {one.name.upper(): (getattr(settings, one.name), one.default) for one in plain}
    return {name: str(value) for name, (value, default) in values.items() if value != default}


@contextmanager
def working(world: World, **own: str) -> Iterator[Workers]:
    """Have real workers, at first none; they end with the block."""
    workers = Workers(world, world.bot.base.settings.data_dir, own)
    try:
        yield workers
    except BaseException:
        print(workers.states(), workers.log[-20_000:])  # noqa: T201 — pytest shows it with the fault
        raise
    finally:
        for one in workers.started:
            one.thaw()
            one.kill()

"""One installation of real processes in a folder of its own, that can be broken at will."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self

from bench.children import BenchError, answers, environment, folder, free_bind
from bench.outside import Outside
from bench.waiting import until
from bot.failpoints import VARIABLE, struck
from bot.settings import Settings
from bot.store import accounts, breakers, leases
from bot.store.database import Database
from chaos import front

START = 120.0  # seconds until a process must be there
STOP = 60.0


@dataclass
class Process:
    """One ``huaxin …``, with a session of its own."""

    name: str
    popen: subprocess.Popen[bytes]

    @property
    def alive(self) -> bool:
        return self.popen.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and its children."""
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.popen.wait(STOP)

    def stop(self) -> None:
        """Ask it to go, as a deploy does; raises subprocess.TimeoutExpired when it does not."""
        with suppress(ProcessLookupError):
            self.popen.send_signal(signal.SIGTERM)
        self.popen.wait(STOP)


@dataclass
class Plant:
    """The processes of one installation; *own* are settings beyond the usual ones.

    *webs* are the names of its web processes; where there are several, nginx stands before them.
    """

    folder: Path
    own: Mapping[str, str] = field(default_factory=dict)
    webs: tuple[str, ...] = ("web",)
    processes: dict[str, Process] = field(default_factory=dict)
    servers: dict[str, Any] = field(default_factory=dict)  # those it uses, by name
    served_since: float = 0.0  # by the monotonic clock: when web was last started

    @classmethod
    @contextmanager
    def built(cls, *, webs: tuple[str, ...] = ("web",), **own: str) -> Iterator[Self]:
        """Build one, start its sandbox, and clear everything away afterwards."""
        with folder() as place, ExitStack() as stack:
            plant = cls(place, own, webs)
            if len(webs) > 1:
                stack.enter_context(
                    front.serving(place / "nginx", plant.bind, [*plant.binds.values()])
                )
            try:
                plant.start("sandbox")
                plant.outside.draw_for(0.3)
                plant.huaxin("db", "upgrade")
                yield plant
            finally:
                for process in plant.processes.values():
                    process.kill()

    def __post_init__(self) -> None:
        self.bind, self.phone = free_bind(), free_bind()
        several = len(self.webs) > 1
        self.binds = {name: free_bind() if several else self.bind for name in self.webs}
        self.outside = Outside(f"http://{self.phone}")
        self.env = environment(
            {
                "DATA_DIR": str(self.folder / "data"),
                "BIND": self.bind,
                "SANDBOX_BIND": self.phone,
                "IMAGES_PER_MINUTE": "6000",
                "FOLLOWER_DAILY_IMAGES": "1000",
                "CHOICES": "off",  # a push more after some pictures would only blur the count
                "WEB_PROCESSES": "2",
                "WEB_THREADS": "16",
                "WORKER_THREADS": "16",
                **self.own,
            }
        )

    @property
    def settings(self) -> Settings:
        return Settings.load(self.env, dotenv=self.folder / "none")

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The installation's database, as one more process sees it."""
        db = Database(self.settings.database_address, timeout=10)
        try:
            yield db
        finally:
            db.close()

    def start(self, *names: str, fail: str = "", before: Sequence[str] = (), **own: str) -> None:
        """Start processes (``web``, ``worker``; ``worker-2`` is one more) and wait for them.

        *fail* is a failpoint and what happens there, *own* are settings of these alone, *before*
        the words of a command that runs them.
        """
        for name in names:
            env = {**self.env, "BIND": self.binds.get(name, self.bind), **own}
            env |= {VARIABLE: fail} if fail else {}
            self.processes[name] = self._born(name, env, before)
        for name in names:
            self._wait_for(self.processes[name])
        if "web" in names:
            self.served_since = time.monotonic()

    def _born(self, name: str, env: Mapping[str, str], before: Sequence[str]) -> Process:
        with (self.folder / f"{name}.log").open("ab") as log:
            popen = subprocess.Popen(  # noqa: S603 — our own module
                [*before, sys.executable, "-m", "bot.cli", name.partition("-")[0]],
                cwd=self.folder,
                env=dict(env),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return Process(name, popen)

    def _wait_for(self, process: Process) -> None:
        bind = {**self.binds, "sandbox": self.phone}.get(process.name, "")
        there = (
            partial(answers, f"http://{bind}/healthz") if bind else partial(self._works, process)
        )
        until(lambda: not process.alive or there(), seconds=START, what=f"{process.name} 起来了")
        if not process.alive:
            raise BenchError(f"{process.name}: {self.log(process.name)[-2000:]}")

    def _works(self, worker: Process) -> bool:
        """Whether a worker has said that it takes jobs; its owner's name holds its process id."""
        with self.database() as db:
            owners = leases.holders(db, leases.ALIVE)
        return any(f":{worker.popen.pid}:" in owner for owner in owners)

    def stop(self, *names: str) -> None:
        for name in names:
            self.processes[name].stop()
            # Not before: one that does not stop has to be cleared away at the end.
            del self.processes[name]

    def kill(self, *names: str) -> None:
        for name in names:
            self.processes[name].kill()
            del self.processes[name]

    def struck(self, point: str, *, seconds: float = 30.0) -> None:
        """Wait until a failpoint has struck. Raises BenchError if nobody came by."""
        file = struck(self.folder / "data", point)
        until(file.exists, seconds=seconds, what=f"有进程走到 {point}")
        # What has struck once may strike again in the next experiment.
        file.unlink()

    def ready(self) -> dict[str, Any]:
        """What ``/readyz`` says."""
        try:
            with urllib.request.urlopen(f"http://{self.bind}/readyz", timeout=10) as answer:
                found: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                found = json.load(error)
        return found

    def mend(self) -> None:
        """Take the scripted faults away, and what was learnt of the image service by them."""
        self.outside.mend()
        with self.database() as db:
            breakers.worked(db, accounts.ensure(db), "openai")

    def log(self, name: str) -> str:
        """What a process has logged so far."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def huaxin(self, *words: str) -> None:
        """Run another command of ours to its end."""
        done = subprocess.run(  # noqa: S603 — our own module
            [sys.executable, "-m", "bot.cli", *words],
            cwd=self.folder,
            env=dict(self.env),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchError(f"{' '.join(words)}: {done.stdout}{done.stderr}")

"""The processes: gunicorn for the doors, the worker, and `huaxin run`, which minds them all."""

import importlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from gunicorn.app.base import BaseApplication

from bot import metrics
from bot.board import Board
from bot.errors import ConfigError, StoreError
from bot.settings import Settings
from bot.values import Network

log = logging.getLogger(__name__)
PARENT = "HUAXIN_PARENT"
MEMORY = "/dev/shm"  # noqa: S108 — a folder in memory is what is meant
GRACE = 120.0  # seconds a worker may spend on the pictures it is drawing
PATIENCE = 20.0  # seconds a process must have lived to be restarted at once
PAUSE = 5.0  # seconds before one that died sooner is


class _Server(BaseApplication):
    def __init__(self, load: Callable[[], Any], options: Mapping[str, Any]) -> None:
        self._load = load
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._load()


def serve(
    load: Callable[[], Any],
    *,
    options: Mapping[str, Any],
    hooks: Mapping[str, Callable[..., None]] | None = None,
) -> None:
    """Serve the app that *load* makes in each process until SIGTERM; *hooks* are gunicorn's."""
    die_with_parent()
    _Server(load, {**options, **(hooks or {})}).run()


def gunicorn(
    *, bind: str, processes: int, threads: int, proxies: Sequence[Network] = ()
) -> dict[str, Any]:
    """Return gunicorn's settings, each with its reason; the operator's are in `Settings`.

    Only what comes from *proxies* may say that its client spoke HTTPS.
    """
    return {
        "bind": bind,
        "workers": processes,
        "worker_class": "gthread",
        "threads": threads,
        # Connections beyond the threads wait here instead of being refused.
        "worker_connections": 1000,
        "backlog": 2048,
        # WeChat's requests are done in 5.5 s at the most; a longer silence is a hang.
        "timeout": 30,
        # A held request has 4.5 s to go; systemd and containers wait longer than this.
        "graceful_timeout": 7,
        # Longer than nginx keeps its side (60 s), or it would send a push into a closing one.
        "keepalive": 75,
        "limit_request_line": 4094,
        "limit_request_fields": 50,
        "loglevel": "warning",
        "control_socket_disable": True,
        # The heartbeat is a file: in memory no slow or read-only disk makes it look like a hang.
        "worker_tmp_dir": MEMORY if Path(MEMORY).is_dir() else None,
        "forwarded_allow_ips": ",".join(map(str, proxies)),
    }


def web(settings: Settings) -> None:
    """Serve the bot's doors."""
    # A reload starts the new processes before the old ones have gone.
    places = _Places(Board(2 * settings.web_processes + 1))
    made: list[Any] = []

    def load() -> Any:
        wsgi = importlib.import_module("wsgi")
        try:
            wsgi.bot.start()
        except StoreError as error:
            log.warning("a web process waits for the database: %s", error)
            time.sleep(1)
            # gunicorn tries again. Had it been told that the app cannot be loaded, it would end
            # the others, which go on answering keywords.
            sys.exit(1)
        wsgi.bot.told.share(places.board, places.own)
        made.append(wsgi.bot)
        return wsgi.app

    def stop(_server: Any, _worker: Any) -> None:
        for bot in made:
            bot.stop()

    serve(
        load,
        options=gunicorn(
            bind=settings.bind,
            processes=settings.web_processes,
            threads=settings.web_threads,
            proxies=settings.trusted_proxies,
        ),
        hooks={
            "pre_fork": places.give,
            "post_fork": places.take,
            "child_exit": places.take_back,
            "worker_exit": stop,
        },
    )


@dataclass
class _Places:
    """Who has which place on the board: gunicorn's master gives them, a process knows its own."""

    board: Board
    own: int = -1
    given: dict[Any, int] = field(default_factory=dict)

    def give(self, _master: Any, worker: Any) -> None:
        self.given[worker] = self.board.give()

    def take(self, _master: Any, worker: Any) -> None:
        self.own = self.given[worker]

    def take_back(self, _master: Any, worker: Any) -> None:
        self.board.take_back(self.given.pop(worker, -1))


def worker(stopping: "Stopping") -> None:
    """Run image jobs until *stopping* was asked for; a second signal leaves at once."""
    die_with_parent()
    from bot.jobs.outside import Outside  # noqa: PLC0415 — only a worker needs the image model
    from bot.jobs.worker import Worker  # noqa: PLC0415 — the same

    bot = importlib.import_module("wsgi").bot
    bot.start(patience=10)
    running = Worker(bot, Outside.of(bot.settings, bot.counts))
    running.start()
    if bind := bot.settings.metrics_bind:
        try:
            metrics.serve(bot, bind)
        except OSError as error:
            log.error("METRICS_BIND %s: %s; nobody is told the metrics", bind, error.strerror)  # noqa: TRY400 — the reason says it all
    while not stopping.wait(1.0):
        pass
    on_second_stop()
    if running.running:
        log.warning("%d pictures are still being drawn", running.running)
    running.stop(grace=GRACE)
    bot.stop()
    logging.shutdown()
    # Threads that are still drawing after their grace must not keep the process.
    os._exit(0)


def has_parent() -> bool:
    """Whether a `huaxin run` started this process, and says what there is to say."""
    return PARENT in os.environ


def die_with_parent() -> None:
    """End this process when the `huaxin run` that started it is gone, even by SIGKILL."""
    parent = int(os.environ.get(PARENT, "0"))
    if not parent:
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def sandbox(settings: Settings) -> None:
    """Serve the simulated outside: WeChat, the phone, the image API."""
    from bot.sandbox.app import create_app  # noqa: PLC0415 — the bot's processes never load it
    from bot.sandbox.config import Config  # noqa: PLC0415 — the same

    config = Config(
        app_id=settings.wechat_app_id,
        app_secret=settings.wechat_app_secret,
        token=settings.wechat_token,
        aes_key=settings.wechat_aes_key,
        api_key=settings.openai_api_key,
        webhook_url=f"http://{settings.bind}/wechat",
        folder=settings.data_dir / "sandbox",
        framed_by=tuple(f"http://{host}" for host in (settings.bind, _localhost(settings.bind))),
    )
    # One process: what the sandbox knows is in its memory.
    options = gunicorn(bind=settings.sandbox_bind, processes=1, threads=64)
    serve(lambda: create_app(config), options=options)


def _localhost(bind: str) -> str:
    return f"localhost:{bind.rpartition(':')[2]}"


def ensure_free(bind: str) -> None:
    """Raise `ConfigError` if another program listens there."""
    host, _, port = bind.rpartition(":")
    try:
        with socket.create_server((host.strip("[]"), int(port)), reuse_port=False):
            pass
    except OSError as error:
        raise ConfigError(
            f"{bind} 不能用（{error.strerror}）："
            "停掉占用它的程序，或换一个地址（BIND、SANDBOX_BIND）"
        ) from error


class Stopping:
    """The wish to stop, which SIGINT or SIGTERM brings.

    No Event: its ``set`` in a handler would wait for ever for the lock that its ``wait``, which
    the signal has interrupted, holds just then. A SimpleQueue may be filled from anywhere. Nor is
    there waiting without end: a signal that comes to a process that was stopped (SIGSTOP, Ctrl-Z)
    may be taken by another thread, and the main one, which alone acts on it, sleeps on.
    """

    def __init__(self) -> None:
        self._asked: SimpleQueue[None] = SimpleQueue()

    def listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._asked.put(None))

    def wait(self, seconds: float) -> bool:
        """Wait, *seconds* at the most, until stopping was asked for, and return whether it was."""
        with suppress(Empty):
            self._asked.put(self._asked.get(timeout=seconds))
        return not self._asked.empty()


def on_second_stop(kill: Callable[[], None] = lambda: None) -> None:
    """Leave at once at the next SIGINT or SIGTERM."""

    def leave(*_: object) -> None:
        kill()
        os._exit(1)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)


def call(*words: str) -> None:
    """Run another command of ours to its end; whether it worked is for the log to say."""
    command = [sys.executable, "-m", "bot.cli", *words]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 — our own words


class Family:
    """The child processes of `huaxin run`: started, restarted, stopped together."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.ready = False
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._born: dict[str, float] = {}
        self.stopping = Stopping()

    def start(self) -> None:
        for name in self.names:
            self._spawn(name)

    def mind(self) -> str | None:
        """Restart what dies; return the name of one that never came up, None when asked to stop."""
        while not self.stopping.wait(0.3):
            for name, child in list(self._children.items()):
                if child.poll() is None:
                    continue
                if not self.ready:
                    return name
                log.error("%s ended with %s and is started again", name, child.returncode)
                short_lived = time.monotonic() - self._born[name] < PATIENCE
                if short_lived and self.stopping.wait(PAUSE):
                    break
                self._spawn(name)
        return None

    def alive(self, name: str) -> bool:
        return self._children[name].poll() is None

    def stop(self) -> None:
        """Stop the doors first, then the worker, then the outside world it still talks to."""
        for name in ("web", "worker", "sandbox"):
            child = self._children.get(name)
            if child is None:
                continue
            child.terminate()
            try:
                child.wait(timeout=GRACE + 10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def kill(self) -> None:
        for child in self._children.values():
            child.kill()

    def _spawn(self, name: str) -> None:
        self._born[name] = time.monotonic()
        # A session of its own: Ctrl-C reaches `huaxin run` alone, which ends things in order.
        # A heap for every few threads keeps the room its pictures needed: 300 at once leave 180 MB
        # behind, with two heaps for all 86 (`make bench`).
        shared = {"MALLOC_ARENA_MAX": "2"}
        self._children[name] = subprocess.Popen(  # noqa: S603 — our own module, fixed arguments
            [sys.executable, "-m", "bot.cli", name],
            start_new_session=True,
            env={**shared, **os.environ, PARENT: str(os.getpid())},
        )

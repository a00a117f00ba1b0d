"""The processes a bench starts: on private loopback ports, in a folder that goes with them."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, fields
from json import dumps, loads
from pathlib import Path

from bench.load import PATIENCE, Figures, Plan
from bot.processes import PARENT
from bot.settings import ROOT, Settings

START = 120.0  # seconds until a process must answer
STOP = 90.0  # seconds until it is killed; a worker may finish its pictures
# Below those of outgoing connections; each process begins elsewhere and gives none twice.
_ports = iter(range(10_000 + os.getpid() * 2_003 % 20_000, 32_000))


class BenchError(Exception):
    """Something did not run, or did not say what it should."""


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="huaxin-bench-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def free_port() -> int:
    """Return a port that nobody listens on, and nobody is given who asks for any port."""
    for port in _ports:
        with suppress(OSError), closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise BenchError("没有空的端口")


def free_bind() -> str:
    return f"127.0.0.1:{free_port()}"


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with *own* for all of the product's settings."""
    settings = {field.name.upper() for field in fields(Settings)}
    inherited = {name: value for name, value in os.environ.items() if name not in settings}
    return {**inherited, **own, PARENT: str(os.getpid()), "PYTHONPATH": str(ROOT)}


@contextmanager
def child(
    *words: str, env: Mapping[str, str], cwd: Path, ready: str, number: int = signal.SIGTERM
) -> Iterator[int]:
    """Run ``python -m words…`` until the block ends; it begins when *ready* answers anything.

    Yield its process id. *number* is the signal that ends it. It has a session of its own, so
    that Ctrl-C reaches the bench alone.
    """
    log = cwd / f"{words[0]}.log"
    with log.open("ab") as written:
        process = subprocess.Popen(  # noqa: S603 — our own modules
            [sys.executable, "-m", *words],
            cwd=cwd,
            env=dict(env),
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
    try:
        _wait_until(ready, process, log=log)
        yield process.pid
    finally:
        _end(process, number, log=log)


def _wait_until(ready: str, process: subprocess.Popen[bytes], *, log: Path) -> None:
    until = time.monotonic() + START
    while process.poll() is None and time.monotonic() < until:
        if answers(ready):
            return
        time.sleep(0.05)
    raise BenchError(f"{log.name}：{log.read_text()[-2000:]}")


def answers(address: str) -> bool:
    """Whether anything is there, and does not say that it is not ready."""
    try:
        urllib.request.urlopen(address, timeout=2).close()  # noqa: S310 — loopback
    except urllib.error.HTTPError as error:
        with error:
            # 503 is /readyz saying that it is not.
            return error.code != 503  # noqa: PLR2004 — an HTTP status
    except OSError:
        return False
    return True


def _end(process: subprocess.Popen[bytes], number: int, *, log: Path) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(number)
    try:
        process.wait(timeout=STOP)
    except subprocess.TimeoutExpired:
        raise BenchError(
            f"{STOP:.0f} 秒后还没停下，{log.name}：{log.read_text()[-2000:]}"
        ) from None
    finally:
        process.kill()
        process.wait()


def load(plan: Plan) -> Figures:
    """Carry out *plan* in a process of its own."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bench.load"],
            input=dumps(asdict(plan)),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=plan.warm_up + plan.seconds + 2 * PATIENCE,
            start_new_session=True,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise BenchError(error.stderr[-2000:]) from error
    except subprocess.TimeoutExpired as error:
        raise BenchError(str(error)) from error
    return Figures(**loads(done.stdout))

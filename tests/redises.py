"""A real Redis of our own, on a socket file, and what can become of one."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis


@dataclass
class Redis:
    """A Redis that keeps nothing. Each fault leaves *address* as it is."""

    folder: Path
    _process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"unix://{self.folder}/socket"

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        binary = shutil.which("redis-server")
        assert binary, "没有 redis-server：先运行 tools/test-packages"
        command = [binary, "--port", "0", "--unixsocket", "socket", "--save", ""]
        command += ["--rdbcompression", "no"]  # so that dumps can be searched
        self._process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while not self._answers():
            assert self._process.poll() is None, "redis-server 自己退出了"
            assert time.monotonic() < until, "redis-server 不应答"
            time.sleep(0.01)

    def kill(self) -> None:
        """End it as a crash would: connections are reset, then refused."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Kill it and start it again, empty."""
        self.kill()
        self.start()

    def forget(self) -> None:
        """Lose every key, as eviction may; connections stay."""
        self.ask("FLUSHALL")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Connections are taken, nothing is answered until the block ends."""
        process = self._process
        assert process
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)  # nothing, if it was killed meanwhile

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Refuse every write (READONLY) as a replica does; what is there can be read."""
        self.ask("REPLICAOF", "127.0.0.1", "9")
        try:
            yield
        finally:
            self.ask("REPLICAOF", "NO", "ONE")

    @contextmanager
    def full(self, *, most: str = "1") -> Iterator[None]:
        """Refuse every write that needs room (OOM) above *most*, as in ``2mb``."""
        yield from self._limited(most, "noeviction")

    @contextmanager
    def evicting(self, *, most: str = "2mb") -> Iterator[None]:
        """Lose keys silently above *most*; an empty Redis has about 1 MB."""
        yield from self._limited(most, "allkeys-lru")

    def pause(self, seconds: float) -> None:
        """Answer nobody for so long, then everybody (slow)."""
        self.ask("CLIENT", "PAUSE", int(seconds * 1000), "ALL")

    def ask(self, *words: Any) -> Any:
        """Return what Redis answers to one command."""
        with redis.Redis.from_url(self.address, socket_timeout=5) as client:
            return client.execute_command(*words)

    def contents(self) -> dict[bytes, bytes]:
        """Return every key with its value as Redis dumps it."""
        return {key: self.ask("DUMP", key) or b"" for key in self.ask("KEYS", "*")}

    def _limited(self, most: str, policy: str) -> Iterator[None]:
        self.ask("CONFIG", "SET", "maxmemory", most, "maxmemory-policy", policy)
        try:
            yield
        finally:
            self.ask("CONFIG", "SET", "maxmemory", "0", "maxmemory-policy", "noeviction")

    def _answers(self) -> bool:
        try:
            return bool(self.ask("PING"))
        except redis.RedisError:
            return False


@contextmanager
def running() -> Iterator[Redis]:
    """Run a Redis of our own; everything of it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="huaxin-redis-") as folder:
        server = Redis(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()

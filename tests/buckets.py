"""A real S3-compatible server (SeaweedFS) on private ports, and a gate before it for faults."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.children import free_port
from tests.servers import LISTEN

KEY, SECRET = "AKIDHUAXIN", "bucket-secret-canary"
READER = "AKIDREADER"
BUCKET = "huaxin-test"
PARTS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc")
MORE = ("filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc")
MOST = 65536


@dataclass
class Gate:
    """Passes every byte on to the server, or does what *fault* says instead.

    ``down``: no connection. ``frozen``: taken, never answered. An HTTP answer: that, whatever was
    asked. ``half``: what the server says, without its end; ``drip``: byte by byte. *after* lets so
    many requests through.
    """

    port: int
    fault: str = ""
    after: int = 0
    asked: list[str] = field(default_factory=list)
    _door: socket.socket | None = None
    _open: set[socket.socket] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.own = free_port()
        self.open()

    @property
    def endpoint(self) -> str:
        return f"http://{LISTEN}:{self.own}"

    def open(self) -> None:
        """Let everything pass again."""
        self.fault, self.after = "", 0
        if self._door is None:
            self._door = socket.create_server((LISTEN, self.own), backlog=64)
            threading.Thread(target=self._serve, args=(self._door,), daemon=True).start()

    def shut(self) -> None:
        """Refuse every connection, and end those there are."""
        door, self._door = self._door, None
        if door:
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)
            door.close()
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _serve(self, door: socket.socket) -> None:
        while True:
            try:
                one, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(one,), daemon=True).start()

    def _pass_on(self, near: socket.socket) -> None:
        far: socket.socket | None = None
        self._open.add(near)
        try:
            while asked := near.recv(MOST):
                if self._wrong(asked):
                    self._say(near)
                    return
                if far is None:
                    far = socket.create_connection((LISTEN, self.port))
                    self._open.add(far)
                    threading.Thread(target=self._back, args=(far, near), daemon=True).start()
                far.sendall(asked)
        except OSError:
            pass
        finally:
            self._end(near, far)

    def _wrong(self, asked: bytes) -> bool:
        first = asked.split(b"\r\n", 1)[0]
        if first.endswith(b" HTTP/1.1"):
            self.asked.append(first.decode().removesuffix(" HTTP/1.1"))
            self.after -= 1
        return bool(self.fault) and self.fault not in {"half", "drip"} and self.after < 0

    def _say(self, near: socket.socket) -> None:
        if self.fault.startswith("HTTP/"):
            near.sendall(self.fault.encode())
            return
        while self.fault and near.recv(MOST):
            pass

    def _back(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while said := far.recv(MOST):
                while self.fault == "drip" and said:
                    near.sendall(said[:1])
                    said = said[1:]
                    time.sleep(0.05)
                if self.fault == "half" and self.after < 0:
                    near.sendall(said[: len(said) // 2])
                    break
                near.sendall(said)
        self._end(near, far)

    def _end(self, *ends: socket.socket | None) -> None:
        for one in filter(None, ends):
            self._open.discard(one)
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@dataclass
class S3:
    """The server, and the addresses of rooms in it that nobody else uses."""

    port: int
    filer: int

    def settings(self, prefix: str, *, gate: Gate | None = None, **changes: Any) -> dict[str, Any]:
        """Return the settings that put files under *prefix* of the bucket."""
        port = gate.own if gate else self.port
        return {
            "storage_url": f"s3://{BUCKET}/{prefix}?endpoint=http://{LISTEN}:{port}"
            "&region=us-east-1",
            "aws_access_key_id": KEY,
            "aws_secret_access_key": SECRET,
            **changes,
        }

    @contextmanager
    def gate(self) -> Iterator[Gate]:
        made = Gate(self.port)
        try:
            yield made
        finally:
            made.shut()


@contextmanager
def seaweedfs() -> Iterator[S3]:
    """Run a SeaweedFS of our own; everything of it is gone afterwards."""
    weed = Path(sys.executable).with_name("weed")
    assert weed.exists(), "SeaweedFS is missing: it comes with the development dependencies"
    folder = Path(tempfile.mkdtemp(prefix="huaxin-s3-"))
    ports = {name: free_port() for name in (*PARTS, *MORE)}
    command = [str(weed), "-logtostderr=true", "server", f"-dir={folder}", f"-ip={LISTEN}"]
    command += [f"-ip.bind={LISTEN}", "-filer", "-s3", f"-s3.config={_identities(folder)}"]
    command += [f"-{name}={port}" for name, port in ports.items()]
    command += [f"-filer.localSocket={folder}/filer.sock", "-master.electionTimeout=1s"]
    command += ["-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-volume.max=20"]
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.autoCreateBucket=false"]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    made = S3(ports["s3.port"], ports["filer.port"])
    try:
        _until_ready(made, server, folder / "log")
        yield made
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
        shutil.rmtree(folder)
        for port in ports.values():
            for left in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # noqa: S108 — where it puts them
                left.unlink(missing_ok=True)


def _identities(folder: Path) -> Path:
    may = {KEY: ["Read", "Write", "List"], READER: ["Read", "List"]}
    file = folder / "s3.json"
    listed = [
        {"name": key, "credentials": [{"accessKey": key, "secretKey": SECRET}], "actions": actions}
        for key, actions in may.items()
    ]
    file.write_text(json.dumps({"identities": listed}))
    return file


def _until_ready(made: S3, server: subprocess.Popen[bytes], log: Path) -> None:
    """Make the bucket, a folder of SeaweedFS's own file system, and wait for what serves it."""
    until, bucket = time.monotonic() + 60, f"http://{LISTEN}:{made.filer}/buckets/{BUCKET}/"
    asked = urllib.request.Request(bucket, method="POST")
    for look in (
        lambda: urllib.request.urlopen(asked, timeout=2).close(),
        lambda: socket.create_connection((LISTEN, made.port), timeout=2).close(),
    ):
        while not _did(look):
            assert server.poll() is None, log.read_text(errors="replace")[-2000:]
            assert time.monotonic() < until, "SeaweedFS does not answer"
            time.sleep(0.05)


def _did(look: Callable[[], None]) -> bool:
    try:
        look()
    except OSError:
        return False
    return True

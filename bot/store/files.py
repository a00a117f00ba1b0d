"""The library's files, by the SHA-256 of their content; written whole or not at all."""

import os
import re
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
SMALL = ".small"  # beside a picture: its thumbnail


class Files:
    """A folder of files that are named by what they hold; equal ones are kept once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, data: bytes, *, small: bytes = b"") -> str:
        """Store *data*, and its thumbnail, so that they survive a crash; return the name.

        Raises:
            OSError: the disk is full or not writable; nothing is left half written.
        """
        name = sha256(data).hexdigest()
        for path, content in ((self._path(name), data), (self._path(name, SMALL), small)):
            if path.is_file():
                os.utime(path)  # so that `untouched` does not name what is just being put to use
            elif content:
                write_whole(path, content)
        return name

    def read(self, name: str) -> bytes:
        return self._path(name).read_bytes()

    def small(self, name: str) -> bytes:
        """Return a picture's thumbnail, the picture itself where it has none."""
        path = self._path(name, SMALL)
        return path.read_bytes() if path.is_file() else self.read(name)

    def touch(self, name: str) -> bool:
        """Mark a file as in use just now; False if it is not there."""
        path = self._path(name)
        if not path.is_file():
            return False
        os.utime(path)
        return True

    def untouched(self, *, seconds: float) -> Iterator[str]:
        """Name the files that nobody has stored or touched for so long."""
        before = time.time() - seconds
        for path in self.folder.glob("??/*"):
            if HASH.fullmatch(path.name) and path.stat().st_mtime < before:
                yield path.name

    def drop(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)
        self._path(name, SMALL).unlink(missing_ok=True)

    def _path(self, name: str, suffix: str = "") -> Path:
        if not HASH.fullmatch(name):
            raise ValueError(f"not a file's name: {name!r}")
        return self.folder / name[:2] / f"{name}{suffix}"


def write_whole(target: Path, data: bytes) -> None:
    """Write *data* so that it survives a crash once this returns, or leave nothing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}.{time.monotonic_ns()}.part")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
        _sync(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Make the folder's new entry survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

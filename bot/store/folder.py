"""Files in a folder of this machine; written whole or not at all."""

import errno
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from bot.errors import StorageError
from bot.store.stored import Stored

ROOM = 64 << 20  # bytes; the largest picture a service may send, and what is made of it
_PARTIAL = re.compile(r"\.[0-9]+\.[0-9]+\.part")


class Folder:
    """See `bot.store.storage.Storage`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, name: str, data: bytes) -> None:
        _write_whole(self.root / name, data)

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def has(self, name: str) -> bool:
        return (self.root / name).is_file()

    def listed(self, prefix: str) -> list[Stored]:
        folder, _, start = prefix.rpartition("/")
        pattern = f"{start}*" if prefix else "**/*"
        found = []
        for path in sorted((self.root / folder).glob(pattern)):
            with suppress(FileNotFoundError):  # deleted meanwhile
                seen = path.stat()
                if path.is_file() and not _PARTIAL.search(path.name):
                    name = path.relative_to(self.root).as_posix()
                    found.append(Stored(name, seen.st_size, seen.st_mtime))
        return found

    def folders(self) -> Iterator[str]:
        return (path.name for path in self.root.glob("*") if path.is_dir())

    def drop(self, names: Iterable[str]) -> None:
        for name in names:
            path = self.root / name
            path.unlink(missing_ok=True)
            if path.parent != self.root:
                with suppress(OSError):  # others are in it, or it is gone
                    path.parent.rmdir()

    def ready(self) -> None:
        free = left_on_disk(self.root)
        if free < ROOM:
            raise StorageError(f"{self.root} 所在的磁盘只剩 {free >> 20} MB：请先腾出空间")

    def check(self) -> None:
        """Look only: what the terminal's user writes, the bot's may not be able to."""
        there = next(one for one in (self.root, *self.root.absolute().parents) if one.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))


def left_on_disk(folder: Path) -> int:
    """Return how many bytes fit on the disk of *folder*, also before that is made."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    return shutil.disk_usage(there).free


def _write_whole(target: Path, data: bytes) -> None:
    """Write *data* so that it survives a crash once this returns, or leave nothing."""
    partial = target.with_name(f"{target.name}.{os.getpid()}.{time.monotonic_ns()}.part")
    try:
        with _opened(partial) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
        _sync(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def _opened(path: Path) -> BinaryIO:
    """Open a new file; `Folder.drop` may take its empty folder away just before."""
    for _ in range(9):
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            return path.open("wb")
    return path.open("wb")


def _sync(folder: Path) -> None:
    """Make the folder's new entry survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

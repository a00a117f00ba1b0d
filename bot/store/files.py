"""The library's files, by the SHA-256 of their content; written whole or not at all."""

import re
import time
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from bot.store.storage import Storage

HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
SMALL: Final = ".small"  # beside a picture: its thumbnail


class Files:
    """Files that are named by what they hold; equal ones are kept once."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def keep(self, data: bytes, *, small: bytes = b"") -> str:
        """Store *data*, and its thumbnail, so that they survive a crash; return the name.

        What is there already is written anew, so that `untouched` does not name what is just
        being put to use.

        Raises:
            OSError: the disk is full or not writable, or the bucket does not take it; nothing is
                left half written.
        """
        name = sha256(data).hexdigest()
        if small:
            self._storage.keep(_path(name, SMALL), small)
        self._storage.keep(_path(name), data)
        return name

    def read(self, name: str) -> bytes:
        return self._storage.read(_path(name))

    def small(self, name: str) -> bytes:
        """Return a picture's thumbnail, the picture itself where it has none."""
        try:
            return self._storage.read(_path(name, SMALL))
        except FileNotFoundError:
            return self.read(name)

    def has(self, name: str) -> bool:
        return self._storage.has(_path(name))

    def untouched(self, *, seconds: float) -> Iterator[str]:
        """Name the files that nobody has stored for so long."""
        before = time.time() - seconds
        for one in self._storage.listed(""):
            name = one.name.rpartition("/")[2]
            if HASH.fullmatch(name) and one.modified < before:
                yield name

    def drop(self, name: str) -> None:
        self._storage.drop([_path(name), _path(name, SMALL)])


def _path(name: str, suffix: str = "") -> str:
    if not HASH.fullmatch(name):
        raise ValueError(f"not a file's name: {name!r}")
    return f"{name[:2]}/{name}{suffix}"

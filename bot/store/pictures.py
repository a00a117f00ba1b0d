"""Picture files and decks, by name; written whole or not at all."""

import re
from typing import Final

from bot.store.storage import Storage

NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9a-f-]{1,64}\.(raw|jpg|png|pptx|pdf)", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
RAW, FLAT, CLEAR = ".raw", ".jpg", ".png"
PPTX, PDF = ".pptx", ".pdf"
LEAST_FREE = 500 << 20  # bytes; with less on the disk an operator is told
ENDINGS: Final = (RAW, FLAT, CLEAR, PPTX, PDF)
"""As the provider gave it, labelled, and labelled with a ground one can see through; a deck."""


class Pictures:
    """Pictures in a storage. A name is ``<day>/<id>`` with one of `ENDINGS`."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._purged: set[tuple[str, tuple[str, ...]]] = set()

    def keep(self, name: str, data: bytes) -> None:
        """Store *data* so that it survives a crash once this returns.

        Raises:
            OSError: the disk is full or not writable, or the bucket does not take it; nothing is
                left half written.
        """
        self._storage.keep(_checked(name), data)

    def read(self, name: str) -> bytes:
        return self._storage.read(_checked(name))

    def has(self, name: str) -> bool:
        return self._storage.has(_checked(name))

    def find(self, prefix: str) -> str | None:
        """Return the name of a stored picture that begins with *prefix*, an unlabelled one."""
        found = (one.name for one in self._storage.listed(prefix))
        return next((name for name in found if name.endswith(RAW)), None)

    def sweep(self, prefix: str) -> None:
        """Delete every file whose name begins with *prefix*, a day and the start of a name."""
        self._storage.drop([one.name for one in self._storage.listed(prefix)])

    def drop(self, name: str) -> None:
        """Delete a picture in all its forms."""
        self._storage.drop([_checked(beside(name, ending)) for ending in ENDINGS])

    def purge(self, *, before: str, endings: tuple[str, ...] = ENDINGS) -> int:
        """Delete what was stored before that day (``2026-11-23``); return how many files."""
        dropped = 0
        for day in sorted(self._storage.folders()):
            # To list what is kept of every day for ever, each hour, is dear in a bucket.
            if not DAY.fullmatch(day) or day >= before or (day, endings) in self._purged:
                continue
            names = [one.name for one in self._storage.listed(f"{day}/")]
            old = [name for name in names if name.endswith(endings)]
            self._storage.drop(old)
            dropped += len(old)
            self._purged.add((day, endings))
        return dropped


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(f"not a picture's name: {name!r}")
    return name


def beside(name: str, ending: str) -> str:
    """Return the name of the same picture in another form."""
    return name.rpartition(".")[0] + ending

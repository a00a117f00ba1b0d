"""Picture files and decks, by name, in a folder; written whole or not at all."""

import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from bot.store.files import write_whole

NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9a-f-]{1,64}\.(raw|jpg|png|pptx|pdf)", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
RAW, FLAT, CLEAR = ".raw", ".jpg", ".png"
PPTX, PDF = ".pptx", ".pdf"
LEAST_FREE = 500_000_000  # bytes; with less on the disk an operator is told
ENDINGS: Final = (RAW, FLAT, CLEAR, PPTX, PDF)
"""As the provider gave it, labelled, and labelled with a ground one can see through; a deck."""


def room(folder: Path) -> int:
    """Return how many bytes fit on the disk of *folder*, also before that is made."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    return shutil.disk_usage(there).free


class Pictures:
    """A folder of pictures. A name is ``<day>/<id>`` with one of `ENDINGS`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, name: str, data: bytes) -> None:
        """Store *data* so that it survives a crash once this returns.

        Raises:
            OSError: the disk is full or not writable; nothing is left half written.
        """
        write_whole(self._path(name), data)

    def read(self, name: str) -> bytes:
        return self._path(name).read_bytes()

    def has(self, name: str) -> bool:
        return self._path(name).is_file()

    def find(self, prefix: str) -> str | None:
        """Return the name of a stored picture that begins with *prefix*, an unlabelled one."""
        day, _, start = prefix.partition("/")
        found = sorted((self.folder / day).glob(f"{start}*{RAW}"))
        return f"{day}/{found[0].name}" if found else None

    def sweep(self, prefix: str) -> None:
        """Delete every file whose name begins with *prefix*, a day and the start of a name."""
        day, _, start = prefix.partition("/")
        for path in (self.folder / day).glob(f"{start}*"):
            path.unlink(missing_ok=True)

    def drop(self, name: str) -> None:
        """Delete a picture in all its forms."""
        for ending in ENDINGS:
            self._path(beside(name, ending)).unlink(missing_ok=True)

    def purge(self, *, before: str, endings: tuple[str, ...] = ENDINGS) -> int:
        """Delete what was stored before that day (``2026-11-23``); return how many files."""
        dropped = 0
        for day in self.folder.glob("????-??-??"):
            if not DAY.fullmatch(day.name) or day.name >= before:
                continue
            for file in day.iterdir():
                if file.suffix in endings:
                    file.unlink(missing_ok=True)
                    dropped += 1
            with suppress(OSError):  # pictures of other endings stay, and with them the folder
                day.rmdir()
        return dropped

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise ValueError(f"not a picture's name: {name!r}")
        return self.folder / name


def beside(name: str, ending: str) -> str:
    """Return the name of the same picture in another form."""
    return name.rpartition(".")[0] + ending

"""Picture files and decks, by name, in a folder; written whole or not at all."""

import re
from pathlib import Path

from bot.store.files import write_whole

NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9a-f-]{1,64}\.(raw|jpg|pptx|pdf)", re.ASCII)
DECK = (".pptx", ".pdf")  # beside a deck's contact sheet


class Pictures:
    """A folder of pictures. A name is ``<day>/<id>.<ending>``."""

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

    def find(self, prefix: str) -> str | None:
        """Return the name of a stored picture that begins with *prefix*, an unlabelled one."""
        day, _, start = prefix.partition("/")
        found = sorted((self.folder / day).glob(f"{start}*.raw"))
        return f"{day}/{found[0].name}" if found else None

    def drop(self, name: str) -> None:
        """Delete the file, and the deck it is the contact sheet of."""
        path = self._path(name)
        path.unlink(missing_ok=True)
        for ending in DECK if path.suffix == ".jpg" else ():
            path.with_suffix(ending).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise ValueError(f"not a picture's name: {name!r}")
        return self.folder / name

"""Where files lie: a folder of this machine, or a bucket that every machine reaches."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from bot.settings import Settings
from bot.store.folder import Folder
from bot.store.stored import Stored


class Storage(Protocol):
    """Files by name: ``part`` or ``folder/part``. Every call is bounded in time.

    Each raises OSError where the disk is full or does not answer; a bucket's is a `StorageError`.
    """

    def keep(self, name: str, data: bytes) -> None:
        """Store *data* whole or not at all, so that it survives a crash once this returns."""

    def read(self, name: str) -> bytes:
        """Return what was stored. Raises FileNotFoundError."""

    def has(self, name: str) -> bool:
        """Whether it is there; the one question a follower may wait for."""

    def listed(self, prefix: str) -> list[Stored]:
        """Return the files whose names begin with *prefix*, sorted by name."""

    def folders(self) -> Iterator[str]:
        """Name the folders there are."""

    def drop(self, names: Iterable[str]) -> None:
        """Delete files; one that is not there does not matter."""

    def ready(self) -> None:
        """Look, quickly, whether a picture could be stored now.

        Raises:
            StorageError: it could not; its sentence says why.
        """

    def check(self) -> None:
        """Look whether it can be used, a bucket by storing, reading and deleting something.

        Raises:
            OSError: its sentence says what is wrong.
        """


@dataclass(frozen=True, slots=True)
class Rooms:
    """What is stored, each under its own name."""

    pictures: Storage
    photos: Storage
    library: Storage
    imports: Storage


ROOMS = ("pictures", "photos", "library", "imports")


def rooms_of(settings: Settings, *, patience: float = 10, at_once: int = 8) -> Rooms:
    """Return what STORAGE_URL says; nothing is asked of a bucket yet.

    *patience* in seconds is how long `has` may take, *at_once* how many calls of this process may
    be under way to a bucket: one that hangs must not take every thread of a door.
    """
    if not settings.storage_url:
        return Rooms(*(Folder(settings.data_dir / name) for name in ROOMS))
    from bot.store.bucket import Bucket, Line  # noqa: PLC0415 — a folder needs no such library

    line = Line(settings, patience=patience, at_once=at_once)
    return Rooms(*(Bucket(line, name) for name in ROOMS))

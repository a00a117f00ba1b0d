"""What the web processes of one machine have counted, in memory they share: no file, no disk.

The master makes the board before it forks. Each process writes its counts into its own place once
a second, whoever is scraped reads all of them, and a process that is started in the place of one
that died goes on from its counts.
"""

import logging
import mmap
import os
import struct
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from bot.counts import Counted, Counts

log = logging.getLogger(__name__)
PAUSE = 1.0  # seconds between two writings
ROOM = 128 * 1024  # bytes of one writing; a thousand series take half of that
PLACE = struct.Struct("<BB")  # is its process alive? which of its two halves counts?
HALF = struct.Struct("<II")  # length and CRC-32 of what follows


class Board:
    """A place for each process, in two halves: a writing that breaks off leaves the one before."""

    def __init__(self, places: int) -> None:
        self._size = PLACE.size + 2 * (HALF.size + ROOM)
        self._memory = mmap.mmap(-1, places * self._size)
        self._free = list(range(places))

    def give(self) -> int:
        """Return a place for a process about to be forked, -1 if all are taken."""
        return self._free.pop(0) if self._free else -1

    def take_back(self, place: int) -> None:
        """Free the place of a process that has ended; what it counted stays."""
        if place >= 0:
            self._memory[place * self._size] = 0
            self._free.insert(0, place)

    def write(self, place: int, counted: Counted) -> None:
        data = counted.dump()
        if len(data) > ROOM:
            raise ValueError(f"{len(data)} bytes are more than a place holds")
        start = place * self._size
        half = 1 - self._memory[start + 1]
        at = start + PLACE.size + half * (HALF.size + ROOM)
        HALF.pack_into(self._memory, at, len(data), zlib.crc32(data))
        self._memory[at + HALF.size : at + HALF.size + len(data)] = data
        PLACE.pack_into(self._memory, start, 1, half)

    def read(self, place: int) -> Counted:
        """Return what the process of *place* has told; only one that lives has a state."""
        start = place * self._size
        for _ in range(3):  # it may be writing
            alive, half = PLACE.unpack_from(self._memory, start)
            at = start + PLACE.size + half * (HALF.size + ROOM)
            length, checksum = HALF.unpack_from(self._memory, at)
            data = self._memory[at + HALF.size : at + HALF.size + length]
            if length and zlib.crc32(data) == checksum:
                found = Counted.load(data)
                return found if alive else Counted(found.numbers, found.times)
        return Counted()

    def every(self) -> Iterator[Counted]:
        places = len(self._memory) // self._size
        return (self.read(place) for place in range(places))


class Told:
    """What this process tells of itself, and what all that share a board with it have told."""

    def __init__(self, counts: Counts, state: Callable[[], Mapping[str, float]]) -> None:
        self._counts = counts
        self._state = state
        self._board: Board | None = None
        self._place = -1
        self._writing = threading.Lock()
        self._stop = threading.Event()

    def share(self, board: Board, place: int) -> None:
        """Begin to write into *place* of *board*, once a second; -1 is none, and only reads."""
        self._board, self._place = board, place
        if place >= 0:
            self._counts.resume(board.read(place))
        self._write()
        threading.Thread(target=self._run, name="board", daemon=True).start()

    def stop(self) -> None:
        self._stop.set()
        self._write()

    def every(self) -> list[Counted]:
        """Return what each process has told, this one's as it is now."""
        if self._board is None:
            return [self._own()]
        self._write()
        return list(self._board.every())

    def _own(self) -> Counted:
        return self._counts.read(self._state())

    def _write(self) -> None:
        if self._board and self._place >= 0:
            with self._writing:
                self._board.write(self._place, self._own())

    def _run(self) -> None:
        while not self._stop.wait(PAUSE):
            try:
                self._write()
            except Exception:
                log.exception("the other processes are not told how this one is")


def of_process() -> dict[str, float]:
    """How this process is: its memory in bytes, open files and threads, as Linux tells them."""
    found = {"threads": float(threading.active_count())}
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        found["memory"] = float(pages * os.sysconf("SC_PAGE_SIZE"))
        found["files"] = float(sum(1 for _ in Path("/proc/self/fd").iterdir()))
    return found

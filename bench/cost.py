"""What processes cost, as the kernel counts it."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
# Of proc(5), after the name: utime, stime, and cutime, cstime of the children that have ended.
_OWN, _ENDED = slice(11, 13), slice(13, 15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One process now: *cpu* in seconds since it began, *resident* and *peak* in bytes."""

    cpu: float
    resident: int
    peak: int
    threads: int
    descriptors: int


def of(pid: int) -> Cost:
    """Raises OSError or KeyError for a process that is just going."""
    status = told(pid, "status")
    return Cost(
        cpu=cpu(pid),
        resident=status["VmRSS"] * 1024,
        peak=status["VmHWM"] * 1024,
        threads=status["Threads"],
        descriptors=len(list(Path(f"/proc/{pid}/fd").iterdir())),
    )


def told(pid: int, file: str) -> dict[str, int]:
    """Return the numbers by name in a file of lines like ``Threads: 8``; memory is in kB."""
    lines = Path(f"/proc/{pid}/{file}").read_text(errors="replace").splitlines()
    pairs = ((name, value.split()) for name, _, value in (line.partition(":") for line in lines))
    return {name: int(words[0]) for name, words in pairs if words and words[0].isdigit()}


def begin_peak(pid: int) -> None:
    """Have the peak of the process begun anew (proc(5))."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")


def cpu(pid: int) -> float:
    """Return the seconds of CPU of a process, and of its children that have ended."""
    return _seconds(pid, _OWN) + _seconds(pid, _ENDED)


def cpu_below(pid: int) -> float:
    """Return the seconds of CPU of all that a process has started, ended or not."""
    seconds = _seconds(pid, _ENDED)
    for one in _children(pid):
        with suppress(OSError):  # ended meanwhile: its parent tells of it the next time
            seconds += _seconds(one, _OWN) + cpu_below(one)
    return seconds


def _seconds(pid: int, fields: slice) -> float:
    return sum(map(int, _stat(pid)[fields])) / _TICKS


def _children(pid: int) -> Iterator[int]:
    return (one for one, parent in parents() if parent == pid)


def parents() -> Iterator[tuple[int, int]]:
    """Yield every process there is, and its parent."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):  # ended meanwhile
                yield int(entry.name), int(_stat(int(entry.name))[1])


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat after the name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()

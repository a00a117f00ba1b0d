"""What processes cost, as the kernel counts it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_ALIVE_AND_GONE = slice(11, 15)  # utime, stime, cutime, cstime of proc(5), after the name


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One process now: *cpu* in seconds since it began, *resident* and *peak* in bytes."""

    cpu: float
    resident: int
    peak: int
    threads: int
    descriptors: int


def of(pid: int) -> Cost:
    place = Path(f"/proc/{pid}")
    pairs = (line.partition(":")[::2] for line in (place / "status").read_text().splitlines())
    status = {name: value.split() for name, value in pairs}
    return Cost(
        cpu=cpu(pid),
        resident=int(status["VmRSS"][0]) * 1024,
        peak=int(status["VmHWM"][0]) * 1024,
        threads=int(status["Threads"][0]),
        descriptors=len(list((place / "fd").iterdir())),
    )


def begin_peak(pid: int) -> None:
    """Have the peak of the process begun anew (proc(5))."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")


def cpu(pid: int) -> float:
    """Return the seconds of CPU of a process, and of its children that have ended."""
    return sum(map(int, _stat(pid)[_ALIVE_AND_GONE])) / _TICKS


def cpu_below(pid: int) -> float:
    """Return the seconds of CPU of all that a process has started, itself left out."""
    return sum(cpu(one) + cpu_below(one) for one in _children(pid))


def _children(pid: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and int(_stat(int(entry.name))[1]) == pid:
                yield int(entry.name)
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended meanwhile


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat after the name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()

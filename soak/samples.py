"""What each process of the product holds: memory, descriptors, threads, read from /proc (Linux)."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
SANDBOX = "模拟环境"
WEB, WORKER = "网页", "画图"
_NAMES = {"run": "总进程", "web": WEB, "worker": WORKER, "sandbox": SANDBOX}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One process at one moment.

    *rss* and *pss* in megabytes, *pss* has its share only of what several processes share; *cpu* in
    seconds since its start.
    """

    rss: float
    pss: float
    descriptors: int
    threads: int
    cpu: float


def take(root: int) -> dict[str, Sample]:
    """Return a sample of *root* and of the product's processes below it, by name and process id.

    A process that goes while it is looked at is left out.
    """
    found = {}
    for pid, name in _family(root):
        with suppress(OSError, KeyError):
            found[f"{name} {pid}"] = _sample(PROC / str(pid))
    return found


def _family(root: int) -> Iterator[tuple[int, str]]:
    parents = dict(_parents())
    for pid in sorted(parents):
        above = pid
        while above not in (root, 0):
            above = parents.get(above, 0)
        if above == root and (name := _name(pid)):
            master = name in (WEB, SANDBOX) and parents[pid] == root
            yield pid, f"{name}主进程" if master else name


def _parents() -> Iterator[tuple[int, int]]:
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                yield int(entry.name), int(_after_name(entry / "stat")[1])


def _after_name(stat: Path) -> list[str]:
    """Return the fields behind the program's name, which may hold anything."""
    return stat.read_text(errors="replace").rpartition(")")[2].split()


def _name(pid: int) -> str:
    """Return what the process is; empty for a command that `huaxin run` calls and awaits."""
    try:
        words = (PROC / str(pid) / "cmdline").read_text(errors="replace").split("\0")
        return _NAMES.get(words[words.index("bot.cli") + 1], "")
    except (OSError, ValueError):
        return ""


def _sample(place: Path) -> Sample:
    status = _fields(place / "status")
    return Sample(
        rss=_megabytes(status["VmRSS"]),
        pss=_megabytes(_fields(place / "smaps_rollup")["Pss"]),
        descriptors=sum(1 for _ in (place / "fd").iterdir()),
        threads=int(status["Threads"]),
        cpu=sum(map(int, _after_name(place / "stat")[11:13])) / TICKS,
    )


def _fields(file: Path) -> dict[str, str]:
    lines = file.read_text(errors="replace").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _megabytes(kilobytes: str) -> float:
    return int(kilobytes.split(maxsplit=1)[0]) / 1024

"""What each process of the product holds: memory, descriptors, threads, read from /proc (Linux)."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench import cost

SANDBOX = "模拟环境"
WEB, WORKER = "网页", "画图"
_NAMES = {"run": "总进程", "web": WEB, "worker": WORKER, "sandbox": SANDBOX}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One process at one moment.

    *rss* and *pss* in megabytes, *pss* has its share only of what several processes share; *cpu* in
    seconds since its start, with its children that have ended.
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
            found[f"{name} {pid}"] = _sample(pid)
    return found


def _family(root: int) -> Iterator[tuple[int, str]]:
    parents = dict(cost.parents())
    for pid in sorted(parents):
        above = pid
        while above not in (root, 0):
            above = parents.get(above, 0)
        if above == root and (name := _name(pid)):
            master = name in (WEB, SANDBOX) and parents[pid] == root
            yield pid, f"{name}主进程" if master else name


def _name(pid: int) -> str:
    """Return what the process is; empty for a command that `huaxin run` calls and awaits."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
        return _NAMES.get(words[words.index("bot.cli") + 1], "")
    except (OSError, ValueError):
        return ""


def _sample(pid: int) -> Sample:
    found = cost.of(pid)
    return Sample(
        rss=found.resident / 2**20,
        pss=cost.told(pid, "smaps_rollup")["Pss"] / 1024,
        descriptors=found.descriptors,
        threads=found.threads,
        cpu=found.cpu,
    )

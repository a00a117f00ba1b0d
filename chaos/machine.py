"""The machine under the processes: they freeze, its clock is wrong, its disk is full."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench.children import BenchError
from bench.waiting import until
from bot.failpoints import Point
from bot.jobs.run import PAUSES
from chaos.crowd import Crowd
from chaos.databases import SERVERS, on_a_server
from chaos.experiments import DONE, FAILED, LATER, UNKNOWN, Fault, Scene
from chaos.plant import Plant
from tests import disks
from tests.disks import Disk

FROZEN = {
    # Another worker takes over; what the frozen one does once it wakes is refused.
    Point.JOB_BEGUN: DONE,
    Point.CALL_RECORDED: UNKNOWN,
    Point.CALL_ANSWERED: UNKNOWN,
    Point.PICTURE_STORED: DONE,
    Point.SEND_RECORDED: LATER,
}
LATE = "taken over by another worker"
TEN_MINUTES = 600
# libfaketime 0.9.10 takes Python's sleep, until a monotonic moment, for an invalid one.
SLEEP = "import select, time\ntime.sleep = lambda time: select.select([], [], [], time) and None\n"
SMALL, LARGE = "4m", "96m"  # of a disk: too little for a picture, and enough for a few


def scenes() -> Iterator[Scene]:
    frozen = [
        Fault(f"worker 冻在 {point}", partial(freeze, point), ends)
        for point, ends in FROZEN.items()
    ]
    # On SQLite a process that freezes while it writes keeps the file's lock until it wakes.
    for name, some in zip(SERVERS, (frozen[::2], frozen[1::2]), strict=True):
        yield Scene(f"冻住超过租约：{name}", some, partial(on_a_server, name))
    yield Scene("时钟", [*clocks()])
    yield Scene("图片盘满", [*full_disks()])


# ---- frozen ----


def freeze(point: Point, plant: Plant, crowd: Crowd) -> None:
    """Freeze the worker at *point* until another one has ended its job, then let it go on."""
    plant.stop("worker")
    plant.start("worker", fail=f"{point}:freeze")
    crowd.ask()
    plant.struck(point)
    plant.start("worker-2")
    crowd.settle(within=60)
    crowd.collect()  # before the frozen one wakes: what it still sends would be seen twice
    known = plant.log("worker").count(LATE)
    plant.processes["worker"].signal(signal.SIGCONT)
    until(lambda: plant.log("worker").count(LATE) > known, seconds=30, what="醒来的放手")
    plant.stop("worker-2")


# ---- the clock ----


def clocks() -> Iterator[Fault]:
    for seconds, name in ((TEN_MINUTES, "快"), (-TEN_MINUTES, "慢")):
        # For as long as the clock is wrong nobody is answered; that is said, not hidden.
        wrong, leap = partial(wrong_clock, seconds), partial(jump, seconds)
        yield Fault(f"钟{name} 10 分钟", wrong, DONE, people=2, down=True)
        # How long it took is told by the clock that leapt.
        yield Fault(f"画着时钟跳{name} 10 分钟", leap, DONE, within=TEN_MINUTES + 60, down=True)


def wrong_clock(seconds: int, plant: Plant, crowd: Crowd) -> None:
    """Push to a bot whose clock is wrong: refused, counted and named; then it is mended."""
    clock = _clock(plant)
    clock.write_text(f"{seconds:+d}")
    push = plant.outside.say(crowd.people.pop(), "电子书")
    tries = plant.outside.answered(push)["attempts"]
    if {one["status"] for one in tries} != {403}:
        crowd.problems.append(f"推送得到的状态码：{[one['status'] for one in tries]}")
    until(
        lambda: plant.ready()["refused_today"].get("stale", 0) >= len(tries),
        seconds=10,
        what="被拒的推送计了数",
    )
    if "is it right?" not in str(plant.ready()["clock"]):
        crowd.problems.append(f"/readyz 说时钟：{plant.ready()['clock']}")
    clock.write_text("+0")
    crowd.ask()


def jump(seconds: int, plant: Plant, crowd: Crowd) -> None:
    """Let the clock jump, and back again, while a picture is drawn and while it is delivered."""
    clock = _clock(plant)
    plant.outside.draw_for(4)
    crowd.ask()
    crowd.drawing()
    clock.write_text(f"{seconds:+d}")
    crowd.settle(within=60)  # by our own clock
    clock.write_text("+0")
    plant.outside.draw_for(0.3)


def _clock(plant: Plant) -> Path:
    """Have web and worker go by a clock that the returned file moves, in seconds."""
    file = plant.folder / "clock"
    if file.exists():
        return file
    libraries = [*Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")]
    if not libraries:
        raise BenchError("没有 libfaketime：先运行 tools/test-packages")
    file.write_text("+0")
    (plant.folder / "sitecustomize.py").write_text(SLEEP)
    plant.stop("web", "worker")
    plant.start(
        "web",
        "worker",
        PYTHONPATH=f"{plant.folder}:{plant.env['PYTHONPATH']}",
        LD_PRELOAD=str(libraries[0]),
        FAKETIME_TIMESTAMP_FILE=str(file),
        FAKETIME_NO_CACHE="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    )
    return file


# ---- the disk ----


def full_disks() -> Iterator[Fault]:
    yield Fault("画之前盘就满了", full_before, FAILED)
    yield Fault("画好时盘满了，又空了", full_after, DONE, within=90)
    yield Fault("画好时盘满了，一直满", full_for_ever, FAILED, within=sum(PAUSES) + 60)


def full_before(plant: Plant, crowd: Crowd) -> None:
    """Nothing is bought that could not be stored."""
    with _on_a_disk_of(plant, SMALL):
        crowd.ask()
        crowd.settle(within=60)
    if plant.outside.calls("/v1/images/"):
        crowd.problems.append("存不下，却买了图")


def full_after(plant: Plant, crowd: Crowd) -> None:
    """What was paid for is kept until there is room for it."""
    with _on_a_disk_of(plant, LARGE) as disk:
        with _full_while_drawing(disk, plant, crowd):
            until(lambda: "is not stored yet" in plant.log("worker"), seconds=30, what="盘满了")
        crowd.settle(within=60)


def full_for_ever(plant: Plant, crowd: Crowd) -> None:
    """After two minutes the follower is told the truth."""
    with _on_a_disk_of(plant, LARGE) as disk, _full_while_drawing(disk, plant, crowd):
        crowd.settle(within=sum(PAUSES) + 60)


@contextmanager
def _full_while_drawing(disk: Disk, plant: Plant, crowd: Crowd) -> Iterator[None]:
    plant.outside.draw_for(4)
    crowd.ask()
    crowd.drawing()
    with disk.full():
        plant.outside.draw_for(0.3)
        yield


@contextmanager
def _on_a_disk_of(plant: Plant, size: str) -> Iterator[Disk]:
    """Have the worker work with a small disk for its pictures alone."""
    folder = plant.folder / "data" / "pictures"
    folder.mkdir(exist_ok=True)
    with disks.mounted(folder, size) as disk:
        plant.stop("worker")
        plant.start("worker", before=disk.inside)
        try:
            yield disk
        finally:
            plant.kill("worker")
            plant.start("worker")

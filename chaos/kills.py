"""kill -9 at every step of a message and of a job, and of everything at once."""

from collections.abc import Collection, Iterator
from functools import partial

from bot.failpoints import Point
from bot.models import ImageJob
from chaos.crowd import Crowd
from chaos.experiments import DONE, FAILED, LATER, UNKNOWN, Fault, Scene
from chaos.plant import Plant

WORKERS = 3  # installations whose workers are killed at the same time
AT_THE_DOOR = (
    Point.PUSH_VERIFIED,
    Point.PUSH_PARSED,
    Point.JOB_SUBMITTING,
    Point.JOB_SUBMITTED,
    Point.PUSH_ANSWERED,
)
AT_WORK = {
    Point.JOB_LEASED: DONE,
    Point.JOB_BEGUN: DONE,
    # The intent is recorded: whether the call was made, nobody can tell any more.
    Point.CALL_RECORDED: UNKNOWN,
    Point.CALL_ANSWERED: UNKNOWN,
    Point.PICTURE_STORED: DONE,
    Point.PICTURE_RECORDED: DONE,
    Point.PICTURE_LABELLED: DONE,
    Point.MEDIA_UPLOADED: DONE,
    # Whether the follower has it, nobody can tell: it is not sent again, they may ask for it.
    Point.SEND_RECORDED: LATER,
    Point.SEND_ANSWERED: frozenset({"waiting"}),
    Point.SEND_MARKED: DONE,
}
TELLING = (Point.TELL_RECORDED, Point.TELL_ANSWERED)


def scenes() -> Iterator[Scene]:
    """Several, for a job waits for half a minute until its dead worker's lease runs out."""
    yield Scene("kill -9：web 与整机", [*at_the_door(), power_cut()])
    at_work = [*killed_workers()]
    yield from (
        Scene(f"kill -9：worker（{part + 1}）", at_work[part::WORKERS]) for part in range(WORKERS)
    )


def at_the_door() -> Iterator[Fault]:
    for point in AT_THE_DOOR:
        yield Fault(f"web 死在 {point}", partial(kill_web, point), DONE)


def killed_workers() -> Iterator[Fault]:
    for point, ends in AT_WORK.items():
        yield Fault(f"worker 死在 {point}", partial(kill_worker, point), ends)
    for point in TELLING:
        yield Fault(f"worker 死在 {point}", partial(kill_teller, point), FAILED)
    yield Fault("worker 死在请求途中", kill_on_the_wire, UNKNOWN)


def power_cut() -> Fault:
    return Fault("整机断电", kill_all, DONE | UNKNOWN | LATER, people=9, down=True)


def kill_web(point: Point, plant: Plant, crowd: Crowd) -> None:
    """Kill one of the web processes at *point*; gunicorn starts another one."""
    plant.stop("web")
    plant.start("web", fail=f"{point}:kill")
    crowd.ask()
    plant.struck(point)


def kill_worker(point: Point, plant: Plant, crowd: Crowd) -> None:
    """Kill the worker at *point*."""
    plant.stop("worker")
    plant.start("worker", fail=f"{point}:kill")
    crowd.ask()
    plant.struck(point)
    plant.kill("worker")  # it is dead: this takes note of it
    plant.start("worker")


def kill_teller(point: Point, plant: Plant, crowd: Crowd) -> None:
    """Kill the worker while it tells a follower that nothing came of a request."""
    plant.outside.script({"match": "/v1/images/", "status": 400, "json": REFUSAL})
    kill_worker(point, plant, crowd)
    plant.outside.mend()


def kill_on_the_wire(plant: Plant, crowd: Crowd) -> None:
    """Kill the worker while the model draws."""
    plant.outside.draw_for(8)
    crowd.ask()
    crowd.drawing()
    plant.kill("worker")
    plant.outside.draw_for(0.3)
    plant.start("worker")


def kill_all(plant: Plant, crowd: Crowd) -> None:
    """Kill web and worker, as a power cut would, with jobs queued, on the wire and drawn."""
    plant.stop("worker")
    plant.outside.draw_for(2)
    crowd.ask()
    plant.start("worker", WORKER_THREADS="3")
    crowd.until(_at_all_stages, seconds=30, what="有的在排队，有的在画，有的画好了")
    plant.kill("web", "worker")
    plant.outside.draw_for(0.3)
    plant.start("web", "worker")


def _at_all_stages(jobs: Collection[ImageJob]) -> bool:
    return {"queued", "generating"} <= {job.state for job in jobs} and any(
        job.picture for job in jobs
    )


REFUSAL = {
    "error": {
        "message": "Your request was rejected by the safety system.",
        "type": "image_generation_user_error",
        "code": "moderation_blocked",
        "param": None,
    }
}

"""Many machines on one: two web processes behind nginx, two workers, one Redis, one database."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from chaos import databases
from chaos.crowd import Crowd
from chaos.experiments import DONE, UNKNOWN, Fault, Scene
from chaos.plant import Plant
from tests import redises
from tests.redises import Redis

WEBS = ("web", "web-2")
WORKERS = ("worker", "worker-2")
LONG = 8.0  # seconds a fault of a server lasts: longer than every patience of ours


def scenes() -> Iterator[Scene]:
    yield Scene("多机：滚动重启", [*deploys()], _built, (*WEBS, *WORKERS))
    yield Scene("多机：Redis", [*redis_faults()], _built, (*WEBS, *WORKERS))
    for name in databases.SERVERS:
        built = partial(_built, name)
        yield Scene(f"多机：{name}", [*sql_faults()], built, (*WEBS, *WORKERS))


@contextmanager
def _built(database: str = "PostgreSQL") -> Iterator[Plant]:
    with databases.SERVERS[database]() as sql, redises.running() as redis:
        address = sql.new_database("huaxin")
        own = {"DATABASE_URL": address, "REDIS_URL": redis.address}
        with Plant.built(webs=WEBS, **own) as plant:
            plant.servers |= {"sql": sql, "redis": redis}
            yield plant


# ---- deploys ----


def deploys() -> Iterator[Fault]:
    yield Fault("逐个重启全部进程", rolling_restart, DONE, people=12, within=30)
    yield Fault("一台 web 断电", kill_one_web, DONE, people=4)
    yield Fault("一台 worker 断电", kill_one_worker, DONE | UNKNOWN, people=8)


def rolling_restart(plant: Plant, crowd: Crowd) -> None:
    """Stop and start every process in turn, as a deploy does, with pictures on the way."""
    plant.outside.draw_for(3)
    crowd.ask(wait=False)
    for name in (*WEBS, *WORKERS):
        plant.stop(name)
        plant.start(name)
    plant.outside.draw_for(0.3)
    crowd.answered()


def kill_one_web(plant: Plant, crowd: Crowd) -> None:
    plant.kill("web")
    crowd.ask()
    plant.start("web")


def kill_one_worker(plant: Plant, crowd: Crowd) -> None:
    """Kill a worker that draws; the other one takes its jobs over."""
    plant.outside.draw_for(4)
    crowd.ask()
    crowd.drawing()
    plant.kill("worker")
    plant.outside.draw_for(0.3)
    crowd.settle(within=75)
    plant.start("worker")


# ---- Redis ----


def redis_faults() -> Iterator[Fault]:
    faults: dict[str, Callable[[Redis], AbstractContextManager[None]]] = {
        "Redis 没了": _gone,
        "Redis 冻住": Redis.frozen,
        "Redis 只读": Redis.read_only,
        "Redis 满了": Redis.full,
        "Redis 挤掉旧键": partial(Redis.evicting, most="1mb"),
        "Redis 很慢": _slow,
    }
    for name, fault in faults.items():
        yield Fault(name, partial(without_redis, fault), DONE, people=4, within=20)
    yield Fault("Redis 重启成空的", emptied, DONE, people=6, within=40)


def without_redis(
    fault: Callable[[Redis], AbstractContextManager[None]], plant: Plant, crowd: Crowd
) -> None:
    """Ask while Redis is not itself; pictures are drawn all the same."""
    with fault(plant.servers["redis"]):
        crowd.ask()
        crowd.settle(within=20)


def emptied(plant: Plant, crowd: Crowd) -> None:
    """Redis forgets everything while jobs are on their way through it."""
    plant.outside.draw_for(2)
    crowd.ask()
    plant.servers["redis"].restart()
    plant.outside.draw_for(0.3)


@contextmanager
def _gone(redis: Redis) -> Iterator[None]:
    redis.kill()
    try:
        yield
    finally:
        redis.start()


@contextmanager
def _slow(redis: Redis) -> Iterator[None]:
    redis.pause(LONG)
    yield


# ---- SQL ----


def sql_faults() -> Iterator[Fault]:
    yield from databases.faults({"数据库断电又起来": _crash, "数据库冻住": _frozen})


@contextmanager
def _crash(plant: Plant) -> Iterator[None]:
    server = plant.servers["sql"]
    server.kill()
    try:
        yield
    finally:
        server.start()


def _frozen(plant: Plant) -> AbstractContextManager[None]:
    frozen: AbstractContextManager[None] = plant.servers["sql"].frozen()
    return frozen

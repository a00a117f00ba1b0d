"""What befalls the database while followers talk: locked, read-only, full, no connection left.

That it is killed or frozen is played on many machines. Whoever asks meanwhile is refused with a
sentence in time, nothing half accepted; what was accepted before goes on by itself afterwards.
"""

import resource
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import OperationalError

from bench.outside import ACCEPTED
from bench.waiting import pause
from bot.errors import Reason
from chaos.crowd import Crowd
from chaos.experiments import Fault, Scene
from chaos.plant import Plant
from handlers.sentences import SENTENCES
from tests import servers
from tests.servers import Server

ENDS = frozenset({"delivered", "refused"})
LASTS = 8.0  # seconds: longer than every patience at the doors
LATEST = 3_000  # ms to a refusal: the patience is 1.5 s, a server's half a second more
USER: Final = "huaxin"  # no administrator: they write whatever is read-only
REFUSED = (SENTENCES.refusal(Reason.DATABASE, {}),)
DISK = "512m"  # of a server's own
NO_ROOM = ("No space left on device", "is full")  # in the servers' logs
ROUNDS = 20  # until the bot's processes have not got a connection back in between
SERVERS: Final[Mapping[str, Callable[..., AbstractContextManager[Server]]]] = {
    "PostgreSQL": servers.postgresql,
    "MariaDB": servers.mariadb,
}
Break = Callable[[Plant], AbstractContextManager[None]]
Breaks = Mapping[str, Break]


def scenes() -> Iterator[Scene]:
    yield Scene("数据库：SQLite", [*faults(SQLITE)])
    for name, breaks in (("PostgreSQL", POSTGRESQL), ("MariaDB", MARIADB)):
        every = [*faults(breaks), Fault("盘满了", no_room, ENDS, people=12)]
        yield Scene(f"数据库：{name}", every, partial(on_a_server, name))


def faults(breaks: Breaks) -> Iterator[Fault]:
    for name, broken in breaks.items():
        yield Fault(name, partial(while_drawing, broken), ENDS, people=4)


def while_drawing(
    broken: Break, plant: Plant, crowd: Crowd, *, sentences: Sequence[str] = REFUSED
) -> None:
    """Break the database while two of the crowd wait for pictures; the others ask then.

    They are answered with one of *sentences*.
    """
    later = Crowd(plant, f"{crowd.name}时", people=crowd.people[2:])
    crowd.people = crowd.people[:2]
    plant.outside.draw_for(2)
    crowd.ask()
    crowd.drawing()
    with broken(plant):
        begun = time.monotonic()
        later.ask()
        crowd.problems += _answered_otherwise(later, sentences)
        pause(max(0.0, LASTS - (time.monotonic() - begun)))
    plant.outside.draw_for(0.3)
    crowd.asked += later.asked
    _work_goes_on(plant, crowd)


def _answered_otherwise(crowd: Crowd, sentences: Sequence[str]) -> Iterator[str]:
    """Yield which prompts were not answered with one of *sentences*, once and in time."""
    for one in crowd.asked:
        first, *again = crowd.outside.answered(one.push)["attempts"]
        said = any(sentence in first["response_xml"] for sentence in sentences)
        if again or not said or first["ms"] > LATEST:
            yield f"{one.prompt}：{first['ms']} 毫秒后 {first['outcome']}，又推了 {len(again)} 次"


def _work_goes_on(plant: Plant, crowd: Crowd) -> None:
    """Have a new prompt accepted and drawn, with no process started anew."""
    more = Crowd(plant, f"{crowd.name}后")
    more.gather(1)
    more.ask()
    more.until(
        lambda jobs: [one.state for one in jobs] == ["delivered"], seconds=60, what="过后画的送到"
    )
    crowd.asked += more.asked


# ---- SQLite ----


@contextmanager
def locked(plant: Plant) -> Iterator[None]:
    """Another process writes, and writes."""
    path = plant.folder / "data" / "huaxin.db"
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield  # closing takes it back


@contextmanager
def unwritable(plant: Plant) -> Iterator[None]:
    """No process can write a byte to any file, the log and the pictures included."""
    pids = [pid for one in ("web", "worker") for pid in _family(plant.processes[one].popen.pid)]
    limits = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids}
    for pid, (_soft, hard) in limits.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        for pid, limit in limits.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)


def _family(pid: int) -> Iterator[int]:
    """Yield a process and its children."""
    yield pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    yield from map(int, children.split())


# ---- servers ----


@contextmanager
def on_a_server(name: str) -> Iterator[Plant]:
    """Build an installation on a database server of its own, one of `SERVERS`."""
    with SERVERS[name](disk=DISK) as server:
        address = server.new_database("huaxin")
        if address.startswith("mysql"):
            _run(server, f"CREATE USER {USER}", f"GRANT ALL ON huaxin.* TO {USER}")
            address = address.replace("//root@", f"//{USER}@")
            _run(server, "SET GLOBAL max_connections = 40")
        with Plant.built(DATABASE_URL=address) as plant:
            plant.servers["sql"] = server
            yield plant


def no_room(plant: Plant, crowd: Crowd) -> None:
    """What still fits on a page is accepted, what does not is refused."""
    server: Server = plant.servers["sql"]
    before = len(server.log.read_bytes())
    while_drawing(_full, plant, crowd, sentences=(*REFUSED, ACCEPTED))
    said = server.log.read_bytes()[before:].decode(errors="replace")
    if not any(words in said for words in NO_ROOM):
        crowd.problems.append("盘满了，数据库却没有碰上")


@contextmanager
def _full(plant: Plant) -> Iterator[None]:
    server: Server = plant.servers["sql"]
    assert server.home.disk
    try:
        with server.home.disk.full():
            yield
    finally:
        if not server.alive:  # it may have given up; once there is room, somebody starts it
            server.start()


@contextmanager
def changed(meanwhile: Sequence[str], afterwards: Sequence[str], plant: Plant) -> Iterator[None]:
    """Have the server's administrator do something, and undo it."""
    _run(plant.servers["sql"], *meanwhile)
    try:
        yield
    finally:
        _run(plant.servers["sql"], *afterwards)


@contextmanager
def table_locked(statement: str, plant: Plant) -> Iterator[None]:
    """Somebody changes the jobs' table by hand, and takes their time."""
    engine = create_engine(plant.settings.database_address, poolclass=NullPool)
    with engine.connect() as other:
        other.exec_driver_sql(statement)
        yield


@contextmanager
def no_connection_left(ending: str, plant: Plant) -> Iterator[None]:
    """Others have taken every connection there is, and the bot's own were ended.

    *ending* asks for what ends them, a statement each.
    """
    server: Server = plant.servers["sql"]
    with ExitStack() as taken, _administrator(server) as last:
        for _ in range(ROUNDS):
            for statement in last.exec_driver_sql(ending).scalars().all():
                with suppress(OperationalError):  # it has gone by itself
                    last.exec_driver_sql(statement)
            with suppress(OperationalError):
                while True:
                    taken.enter_context(_administrator(server))
        yield


def _administrator(server: Server) -> Connection:
    engine = create_engine(server.address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    return engine.connect()


def _run(server: Server, *statements: str) -> None:
    with _administrator(server) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


SQLITE: Final[Breaks] = {"别的进程占着写锁": locked, "一个字节也写不进": unwritable}
POSTGRESQL: Final[Breaks] = {
    "只读": partial(
        changed,
        (
            "ALTER SYSTEM SET default_transaction_read_only = on",
            "SELECT pg_reload_conf()",
        ),
        (
            "SET default_transaction_read_only = off",
            "ALTER SYSTEM RESET default_transaction_read_only",
            "SELECT pg_reload_conf()",
        ),
    ),
    "表被锁住": partial(table_locked, "LOCK TABLE image_job IN ACCESS EXCLUSIVE MODE"),
    "连接用完": partial(
        no_connection_left,
        "SELECT 'SELECT pg_terminate_backend(' || pid || ')' FROM pg_stat_activity"
        " WHERE datname = 'huaxin'",
    ),
}
MARIADB: Final[Breaks] = {
    "只读": partial(changed, ("SET GLOBAL read_only = 1",), ("SET GLOBAL read_only = 0",)),
    "表被锁住": partial(table_locked, "LOCK TABLES image_job WRITE"),
    "连接用完": partial(
        no_connection_left,
        "SELECT concat('KILL ', id) FROM information_schema.processlist"  # noqa: S608 — our own name
        f" WHERE user = '{USER}'",
    ),
}

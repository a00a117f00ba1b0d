"""Real database servers on private ports, as the tests start, freeze and stop them."""

import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url
from sqlalchemy.exc import OperationalError

from bench.children import free_port
from bot.store import schema
from bot.store.database import Database
from tests import disks
from tests.disks import Disk

LISTEN = "127.0.0.1"
MODEL = "huaxin_model"  # the database that others are copies of


@dataclass
class Server:
    """A database server of our own. *address* is that of a database which is always there."""

    address: str
    command: Sequence[str | Path]
    home: "Home"
    _process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.home.folder / "log"

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        command = [*self.home.inside, *self.command]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self.home.folder, stdout=log, stderr=log)
        until = time.monotonic() + 30
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text(errors="replace")[-2000:]
            assert time.monotonic() < until, "数据库服务器不应答"
            time.sleep(0.05)

    def kill(self) -> None:
        """End the server as a crash of its machine would; what it had committed stays."""
        if self._process:
            _signal(self._pids(), signal.SIGKILL)
            self._process.wait()
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Keep every process of the server from running; its sockets stay open."""
        pids = self._pids()
        _signal(pids, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(pids, signal.SIGCONT)

    def new_database(self, name: str) -> str:
        """Make an empty database and return its address."""
        self._run(f"CREATE DATABASE {name}")
        return self._address_of(name)

    def filled(self, name: str) -> str:
        """Make a database with its tables and return its address."""
        with self._engine.connect() as connection:
            for statement in self._filling:
                connection.exec_driver_sql(statement.replace("{name}", name))
        return self._address_of(name)

    def drop(self, name: str) -> None:
        self._run(f"DROP DATABASE {name}")

    def _pids(self) -> list[int]:
        """Return the server's process and its children, the parent first."""
        assert self._process
        own = self._process.pid
        found = [own]
        for entry in Path("/proc").iterdir():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except (OSError, UnicodeDecodeError):
                continue
            if entry.name.isdigit() and int(fields[1]) == own:
                found.append(int(entry.name))
        return found

    @cached_property
    def _filling(self) -> tuple[str, ...]:
        """What makes the database ``{name}`` as the migrations do, which need ten times as long."""
        address = self.new_database(MODEL)
        db = Database(address, timeout=10)
        schema.upgrade(db)
        db.close()
        if db.dialect == "postgresql":
            return (f"CREATE DATABASE {{name}} TEMPLATE {MODEL}",)
        with create_engine(address, poolclass=NullPool).connect() as connection:
            return (
                *("CREATE DATABASE {name}", "USE {name}", "SET foreign_key_checks = 0"),
                *_copying(connection),
            )

    @cached_property
    def _engine(self) -> Engine:
        return create_engine(self.address, isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def _address_of(self, name: str) -> str:
        return make_url(self.address).set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def _answers(self) -> bool:
        try:
            self._run("SELECT 1")
        except OperationalError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Home:
    """A *folder* and the words before a command that works in it; neither server runs as root.

    Its ``data`` lie on a *disk* of their own where one was asked for.
    """

    folder: Path
    inside: tuple[str, ...]
    disk: Disk | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def do(self, command: Sequence[str | Path]) -> None:
        done = subprocess.run(
            [*self.inside, *command], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def postgresql(*, durable: bool = False, disk: str = "") -> Iterator[Server]:
    """Run a PostgreSQL of our own; everything of it is gone afterwards.

    Unless *durable*, a commit does not wait for the disk. *disk* is the size of one of its own.
    """
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), Path(_found("initdb") or "/").parent]
    programs = next((one for one in places if (one / "postgres").exists()), None)
    assert programs, "没有 PostgreSQL：先运行 tools/test-packages"
    with _home("postgres", disk) as home:
        home.do(
            [
                *(programs / "initdb", "-D", home.data, "-U", "huaxin", "-A", "trust"),
                *("-E", "UTF8", "--no-locale", "--no-sync"),
            ]
        )
        port = free_port()
        settings = (
            *(f"listen_addresses={LISTEN}", f"port={port}", "unix_socket_directories="),
            "dynamic_shared_memory_type=mmap",  # in its folder, or what is killed leaves it behind
        )
        command: list[str | Path] = [programs / "postgres", "-D", home.data]
        command += [] if durable else ["-F"]
        for setting in settings:
            command += ["-c", setting]
        address = f"postgresql+psycopg://huaxin@{LISTEN}:{port}/postgres"
        yield from _running(Server(address, command, home))


@contextmanager
def mariadb(*, disk: str = "") -> Iterator[Server]:
    """Run a MariaDB of our own; everything of it is gone afterwards. *disk* as above."""
    server, installer = _found("mariadbd"), _found("mariadb-install-db")
    assert server, "没有 MariaDB：先运行 tools/test-packages"
    assert installer, "没有 MariaDB：先运行 tools/test-packages"
    with _home("mysql", disk) as home:
        install = [installer, "--no-defaults", f"--datadir={home.data}", "--skip-test-db"]
        home.do([*install, "--auth-root-authentication-method=normal"])
        port = free_port()
        command = [server, "--no-defaults", f"--datadir={home.data}", f"--bind-address={LISTEN}"]
        command += [f"--port={port}", f"--socket={home.folder}/socket", "--skip-name-resolve"]
        command += ["--innodb-flush-log-at-trx-commit=2", f"--pid-file={home.folder}/pid"]
        address = f"mysql+pymysql://root@{LISTEN}:{port}/mysql"
        yield from _running(Server(address, command, home))


def _copying(model: Connection) -> list[str]:
    """Return MariaDB's statements that make the model's tables and the rows it has from birth."""
    tables = model.exec_driver_sql("SHOW TABLES").scalars().all()
    shown = [model.exec_driver_sql(f"SHOW CREATE TABLE {table}").one() for table in tables]
    rows = [f"INSERT INTO {table} SELECT * FROM {MODEL}.{table}" for table in tables]  # noqa: S608 — our own names
    return [str(created) for _, created in shown] + rows


def _running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def _home(name: str, disk: str) -> Iterator[Home]:
    """Make a place to work in for the user *name*, or, where we are not root, for ourselves."""
    folder = Path(tempfile.mkdtemp(prefix="huaxin-"))
    (folder / "data").mkdir(mode=0o700)
    owner, inside = os.geteuid(), tuple[str, ...]()
    if getpass.getuser() == "root":
        entry = pwd.getpwnam(name)
        owner = entry.pw_uid
        for path in (folder, folder / "data"):
            os.chown(path, owner, entry.pw_gid)
        inside = ("setpriv", f"--reuid={owner}", f"--regid={entry.pw_gid}", "--clear-groups")
    try:
        with ExitStack() as stack:
            small = (
                stack.enter_context(disks.mounted(folder / "data", disk, owner=owner))
                if disk
                else None
            )
            yield Home(folder, (*(small.inside if small else ()), *inside), small)
    finally:
        shutil.rmtree(folder)


def _signal(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # a child that has just gone by itself
            os.kill(pid, number)


def _found(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")

"""A backup taken under load holds all that was accepted before it, and pays for nothing twice."""

import itertools
import os
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select

from bot.models import JobState
from bot.store.database import Database
from bot.store.tables import image_job, metadata
from tests.deploy.paths import DEPLOY, program
from tests.servers import Server
from tests.worlds import World

NUMBERS = itertools.count(1)
ENDS = {JobState.UNKNOWN, JobState.WAITING, JobState.DELIVERED}


def run(script: str, *words: object, **settings: object) -> str:
    """Run one of the scripts with these settings; return the last line it printed."""
    env = {"PATH": os.environ["PATH"], "TMPDIR": os.environ.get("TMPDIR", "/tmp")}  # noqa: S108 — where it is by default
    env |= {name: str(value) for name, value in settings.items()}
    command = [str(DEPLOY / script), *map(str, words)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.strip().rpartition("\n")[2]


@dataclass
class Load:
    """Followers who ask and a worker who draws, until it is enough."""

    world: World
    accepted: list[str] = field(default_factory=list)
    _enough: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator[None]:
        threads = [threading.Thread(target=each) for each in (self._ask, self._draw)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._enough.set()
            for thread in threads:
                thread.join()

    def wait_for(self, count: int) -> None:
        until = time.monotonic() + 60
        while len(self.accepted) < count:
            assert time.monotonic() < until, "nobody is answered"
            time.sleep(0.01)

    def _ask(self) -> None:
        for number in itertools.count(1):
            if self._enough.is_set():
                return
            prompt = f"第{number}只猫在雪山下喝茶"
            if self.world.say(prompt):
                self.accepted.append(prompt)

    def _draw(self) -> None:
        while not self._enough.is_set():
            self.world.work()


def test_what_was_accepted_before_the_backup_is_there_and_nothing_is_bought_again(
    make_world: Callable[..., World], tmp_path: Path
) -> None:
    """Messages and pictures are being made while it is taken, and go on after it."""
    world = make_world(follower_daily_images=1000)
    for prompt in ("一只橘猫", "一只黑猫"):
        world.say(prompt)
    world.work()
    load = Load(world)
    world.sandbox.phone("POST", "account", {"image_delay": 0.3})  # so that some are left undrawn
    with load.running():
        load.wait_for(5)
        before = list(load.accepted)
        backup = run("backup", tmp_path / "backups", DATA_DIR=tmp_path)
        load.wait_for(len(load.accepted) + 2)
    world.sandbox.phone("POST", "account", {"image_delay": 0.0})

    restored = tmp_path / "restored"
    run("restore", backup, DATA_DIR=restored)

    later = make_world(data_dir=restored, follower_daily_images=1000)
    with later.bot.db.read() as tx:
        found = tx.execute(select(image_job)).all()
    assert set(before) <= {job.prompt for job in found}
    assert not [job for job in found if job.picture and not later.bot.pictures.has(job.picture)]

    world.work()  # the lost world had gone on, to the end
    sent = pictures_sent(world)
    later.work()
    with later.bot.db.read() as tx:
        ends = Counter(tx.execute(select(image_job.c.state)).scalars())
    assert set(ends) <= ENDS, ends
    assert ends[JobState.DELIVERED] >= 2
    assert ends[JobState.UNKNOWN]
    bought = Counter(call["json"]["prompt"] for call in world.sandbox.calls("/v1/images/gen"))
    assert set(bought.values()) == {1}
    assert pictures_sent(world) == sent
    # What is asked for after the restore is drawn as ever.
    assert "收到" in str(later.say("一只新来的狗"))
    later.work()
    assert later.job(max(job.id for job in found) + 1).picture


def pictures_sent(world: World) -> list[int]:
    return [one["id"] for one in world.pushed() if one["kind"] == "image"]


def test_a_move_goes_on_where_it_was(make_world: Callable[..., World], tmp_path: Path) -> None:
    world = make_world()
    world.say("一只橘猫")
    backup = run("backup", tmp_path / "backups", DATA_DIR=tmp_path)
    moved = tmp_path / "moved"
    run("restore", backup, "--moved", DATA_DIR=moved)

    later = make_world(data_dir=moved)
    later.work()

    assert later.job().state == JobState.DELIVERED
    assert len(world.sandbox.calls("/v1/images/generations")) == 1


def test_servers_are_backed_up_and_restored_whole(
    make_world: Callable[..., World], server: Server, tmp_path: Path
) -> None:
    """All rows of all tables; with a password of the worst kind, which no command line shows."""
    old, new = (f"backup{next(NUMBERS)}" for _ in range(2))
    addresses = [_with_password(server, server.filled(old)), server.new_database(new)]
    addresses[1] = make_url(addresses[0]).set(database=new).render_as_string(hide_password=False)
    world = make_world(database_url=addresses[0])
    world.say("一只橘猫")
    world.work()
    world.bot.buffer.flush()
    counted = counts(addresses[0])
    home = tmp_path / "home"
    shutil.copytree(tmp_path / "pictures", home / "pictures")

    backup = run("backup", tmp_path / "backups", DATA_DIR=home, DATABASE_URL=addresses[0])
    run("restore", backup, DATA_DIR=tmp_path / "restored", DATABASE_URL=addresses[1])

    assert counts(addresses[1]) == counted
    assert counted["image_job"] == 1
    later = make_world(database_url=addresses[1], data_dir=tmp_path / "restored")
    assert later.bot.pictures.has(later.job().picture)
    with pytest.raises(RuntimeError, match="不是空的"):
        run("restore", backup, DATA_DIR=tmp_path / "again", DATABASE_URL=addresses[1])
    for name in (old, new):
        _let_go(server, name)


def counts(address: str) -> dict[str, int]:
    db = Database(address, timeout=10)
    with db.read() as tx:
        found = {
            table.name: tx.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }
    db.close()
    return found


def _with_password(server: Server, address: str) -> str:
    """Return the address for a user of its own, where the server asks for passwords at all."""
    url = make_url(address)
    if url.get_backend_name() == "mysql":
        # As a client's option file and an address have to escape it.
        server._run("CREATE OR REPLACE USER 'hua xin'@'%%' IDENTIFIED BY 'p\"@/:%% \\\\\\\\z'")
        server._run("GRANT ALL ON *.* TO 'hua xin'@'%%'")
        url = url.set(username="hua xin", password='p"@/:% \\\\z')
    return url.render_as_string(hide_password=False)


def _let_go(server: Server, name: str) -> None:
    """Drop a database that bots are still connected to."""
    forced = f"DROP DATABASE {name} WITH (FORCE)"
    server._run(forced if "postgresql" in server.address else f"DROP DATABASE {name}")


def test_what_is_not_whole_or_in_the_way_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    subprocess.run([program("sqlite3"), data / "huaxin.db", "CREATE TABLE t (x)"], check=True)
    (data / "library").mkdir()
    (data / "library" / "file.part").touch()
    former = [tmp_path / "b" / f"huaxin-2025010{day}T041700Z" for day in (1, 2)]
    other = tmp_path / "b" / "something else"
    for folder in (*former, other):
        folder.mkdir(parents=True)
    backup = Path(run("backup", tmp_path / "b", DATA_DIR=data, KEEP=2))

    assert sorted((tmp_path / "b").iterdir()) == [former[1], backup, other]
    assert backup.stat().st_mode & 0o077 == 0
    with pytest.raises(RuntimeError, match="不是空的"):
        run("restore", backup, DATA_DIR=data)
    with pytest.raises(RuntimeError, match="备份来自 sqlite"):
        run("restore", backup, DATA_DIR=tmp_path / "n", DATABASE_URL="postgresql://u:p@h/d")
    (backup / "files.tar").write_bytes(b"torn")
    with pytest.raises(RuntimeError, match="不完整"):
        run("restore", backup, DATA_DIR=tmp_path / "n")
    with pytest.raises(RuntimeError, match="不是文件夹"):
        run("backup", tmp_path / "b", DATA_DIR=tmp_path / "nowhere")


def test_an_address_is_read_as_the_bot_reads_it() -> None:
    said = 'read_address "$1" /d && echo "$PGHOST $PGPORT $PGUSER $PGPASSWORD $PGDATABASE"'
    script = f". {DEPLOY}/database.sh; {said}"
    address = "postgresql+psycopg://hua%20xin:p%40%2F%3A%25%22@db.example:5433/bot?sslmode=require"
    url = make_url(address)
    done = subprocess.run(
        ["bash", "-c", script, "-", address], capture_output=True, text=True, check=True
    )

    expected = f"{url.host} {url.port} {url.username} {url.password} {url.database}\n"
    assert done.stdout == expected


def test_the_scripts_are_clean() -> None:
    scripts = [DEPLOY / name for name in ("backup", "restore", "database.sh")]
    command = [program("shellcheck"), "--external-sources", *map(str, scripts)]
    done = subprocess.run(command, cwd=DEPLOY.parent, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout

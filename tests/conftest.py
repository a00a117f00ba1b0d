"""A real bot on a real database, a real sandbox outside, a follower who talks over real HTTP."""

import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from shutil import disk_usage
from typing import Any

import hypothesis
import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.routing import Rule
from werkzeug.serving import BaseWSGIServer

from bot import seed
from bot.app import create_app
from bot.engine import Bot
from bot.sandbox.app import create_app as create_sandbox
from bot.sandbox.config import Config
from bot.settings import Settings
from bot.store import accounts, schema
from bot.store.database import Database
from bot.wechat.crypto import Mode
from handlers import CHAIN
from handlers.sentences import SENTENCES
from tests import browser, buckets, redises, servers
from tests.browser import Tabs
from tests.buckets import S3, Gate
from tests.redises import Redis
from tests.servers import Server
from tests.worlds import AES_KEY, Sandbox, World, serving

NUMBERS = itertools.count(1)
PICTURES = Path(__file__).resolve().parent.parent / "build" / "pictures"
MEMORY = Path("/dev/shm")  # noqa: S108 — a folder in memory is what is meant
ENOUGH = 2_000_000_000  # bytes


def pytest_configure() -> None:
    """Keep what tests write in memory, where no commit waits for a disk.

    And have xdist's processes share memory among their threads: worlds have many, and every heap
    of glibc's keeps the room it once needed.
    """
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    # What an example takes on a busy machine says nothing of the code.
    hypothesis.settings.register_profile("tests", deadline=None)
    hypothesis.settings.load_profile("tests")
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and disk_usage(MEMORY).free > ENOUGH:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, or one of them would be left to the end alone."""
    long = {one.path for one in items if any(map(one.get_closest_marker, ("slow", "browser")))}
    items.sort(key=lambda one: one.path not in long)


@pytest.fixture(autouse=True, scope="session")
def _routes_compiled_once() -> Iterator[None]:
    """Every app has the same routes; to compile them anew is most of what a bot costs."""
    compiled: dict[Any, Any] = {}
    compile_builder = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, str(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture(autouse=True, scope="module")
def _no_bots_kept() -> Iterator[None]:
    """Give back a file's bots: each freezes all there is when it compiles its rules."""
    frozen = gc.get_freeze_count()
    yield
    if gc.get_freeze_count() != frozen:
        gc.unfreeze()
        gc.collect()
        gc.freeze()


@pytest.fixture(name="door")
def _door() -> Iterator[BaseWSGIServer]:
    """The bot's own address; what answers there is set when the bot is made."""
    with serving(Flask("nobody")) as server:
        yield server


@pytest.fixture(name="sandbox")
def _sandbox(tmp_path: Path, door: BaseWSGIServer) -> Iterator[Sandbox]:
    config = Config(
        app_id="wx0123456789abcdef",
        app_secret="app-secret-canary",
        token="tokencanary",
        aes_key=AES_KEY,
        api_key="sk-sandbox-canary",
        webhook_url=f"http://127.0.0.1:{door.server_port}/wechat",
        folder=tmp_path / "sandbox",
        image_delay=0.0,
    )
    app = create_sandbox(config)
    with serving(app) as server:
        yield Sandbox(f"http://127.0.0.1:{server.server_port}", config)
    app.extensions["world"].close()


@pytest.fixture(name="settings")
def _settings(sandbox: Sandbox, tmp_path: Path) -> Settings:
    return Settings(
        wechat_app_id=sandbox.config.app_id,
        wechat_app_secret=sandbox.config.app_secret,
        wechat_token=sandbox.config.token,
        wechat_aes_key=AES_KEY,
        wechat_api_base=sandbox.address,
        openai_api_key=sandbox.config.api_key,
        openai_base_url=f"{sandbox.address}/v1",
        data_dir=tmp_path,
        secret_key="secret-key-canary",
        public_url="http://bot.test",
        images_per_minute=600,
        choices="off",  # a push more after each picture: tests/conversations/test_waiting.py
        sandbox=True,
    )


@pytest.fixture(name="first_database", scope="session")
def _first_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a first start makes; copied, it costs a test nothing."""
    path = tmp_path_factory.mktemp("first") / "huaxin.db"
    db = Database(f"sqlite:///{path}", timeout=10)
    seed.prepare(db)
    db.close()
    return path


@pytest.fixture(name="make_world")
def _make_world(
    sandbox: Sandbox, settings: Settings, door: BaseWSGIServer, first_database: Path
) -> Iterator[Callable[..., World]]:
    """Make a world with some settings changed."""
    made: list[Bot] = []

    def make(*, typing: bool = False, **changes: Any) -> World:
        own = replace(settings, **changes)
        if not (own.data_dir / first_database.name).exists():
            shutil.copy(first_database, own.data_dir)
        db = Database(own.database_address)
        # Typing is shown beside a call, at no time that a test could rely on: test_waiting.py.
        account_id, code = accounts.ensure(db), 0 if typing else 48001
        accounts.learn(db, account_id, own.wechat_app_id, name="typing", allowed=typing, code=code)
        db.close()
        bot = Bot(own, chain=CHAIN, sentences=SENTENCES)
        bot.start()
        made.append(bot)
        mode = Mode.SAFE if own.wechat_aes_key else Mode.PLAINTEXT
        app = create_app(bot)
        door.app = app
        return World(bot, sandbox, app.test_client(), mode)

    yield make
    for bot in made:
        bot.stop()


@pytest.fixture(name="world")
def _world(make_world: Callable[..., World]) -> World:
    return make_world()


# ---- browsers ----


@pytest.fixture(name="chromium", scope="module")
def _chromium() -> Iterator[Browser]:
    """A browser for one file: Playwright keeps its thread's event loop running while it lives."""
    with browser.chromium() as made:
        yield made


@pytest.fixture(name="tabs")
def _tabs(chromium: Browser) -> Iterator[Tabs]:
    made = Tabs(chromium)
    yield made
    made.close()


# ---- a Redis of the test's own ----


@pytest.fixture(name="redis_server")
def _redis_server() -> Iterator[Redis]:
    with redises.running() as server:
        yield server


# ---- a fresh database of each kind, on real servers ----


@pytest.fixture(name="postgresql", scope="session")
def _postgresql() -> Iterator[Server]:
    with servers.postgresql() as server:
        yield server


@pytest.fixture(name="mariadb", scope="session")
def _mariadb() -> Iterator[Server]:
    with servers.mariadb() as server:
        yield server


@pytest.fixture(name="server", params=["postgresql", "mariadb"])
def _server(request: pytest.FixtureRequest) -> Server:
    server: Server = request.getfixturevalue(request.param)
    return server


@pytest.fixture(name="tables", scope="session")
def _tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SQLite's database with nothing but its tables."""
    path = tmp_path_factory.mktemp("tables") / "huaxin.db"
    db = Database(f"sqlite:///{path}", timeout=10)
    schema.upgrade(db)
    db.close()
    return path


@pytest.fixture(name="address", params=["sqlite", "postgresql", "mariadb"])
def _address(request: pytest.FixtureRequest, tmp_path: Path, tables: Path) -> Iterator[str]:
    """A database of each kind: with its tables for a test that asks for `db`, else empty."""
    filled = "db" in request.fixturenames
    if request.param == "sqlite":
        if filled:
            shutil.copy(tables, tmp_path)
        yield f"sqlite:///{tmp_path}/{tables.name}"
        return
    server: Server = request.getfixturevalue(request.param)
    name = f"huaxin{next(NUMBERS)}"
    yield server.filled(name) if filled else server.new_database(name)
    server.drop(name)


@pytest.fixture(name="db")
def _db(address: str) -> Iterator[Database]:
    """A database with its tables; patient, for the machine may be busy."""
    db = Database(address, timeout=10)
    yield db
    db.close()


@pytest.fixture(name="account_id")
def _account_id(db: Database) -> int:
    return accounts.ensure(db)


# ---- a bucket ----


@pytest.fixture(name="s3", scope="session")
def _s3() -> Iterator[S3]:
    with buckets.seaweedfs() as server:
        yield server


@pytest.fixture(name="gate")
def _gate(s3: S3) -> Iterator[Gate]:
    """What stands between the bot and the bucket, and can be shut."""
    with s3.gate() as gate:
        yield gate


# ---- pictures to look at ----


@pytest.fixture(name="keep_picture")
def _keep_picture() -> Callable[[str, Any], None]:
    """Save a picture (Pillow's, or a file's bytes) as build/pictures/<name>, for human eyes."""

    def keep(name: str, picture: Any) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        if isinstance(picture, bytes):
            (PICTURES / name).write_bytes(picture)
        else:
            picture.save(PICTURES / name)

    return keep

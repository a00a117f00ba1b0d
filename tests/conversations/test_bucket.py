"""Pictures, photos and the library in a bucket: the same conversations, and what its loss costs."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from bot import cli
from bot.doctor import examine
from bot.editing import imports, library, rules
from bot.editing.desk import Desk
from bot.editing.planning import Options
from bot.engine import Bot
from bot.errors import NotThere, StorageError
from bot.jobs import hands, upkeep
from bot.jobs.collect import link_of
from bot.models import ImageReply, JobState, Reply, TextReply
from bot.store import claims
from bot.store.claims import Lane
from bot.store.database import now_ms
from bot.store.history import Actor
from bot.store.imports import State
from bot.store.pictures import FLAT, PDF, PPTX, RAW, beside
from bot.store.tables import image_job
from handlers import CHAIN
from handlers.sentences import SENTENCES
from tests.buckets import S3, Gate
from tests.conversations.test_pictures import unverified
from tests.images.grounds import encoded, ground
from tests.worlds import World

Make = Callable[..., World]
GENERATIONS = "/v1/images/generations"
LANE = Lane(name="openai", images_per_minute=600, edits=16, transparent=True)
OWN = "做一个3页的PPT：端午节\n1. 龙舟：江上竞渡\n2. 粽子：箬叶和糯米\n3. 屈原：江边的诗人"
BUSY = "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
ROOMS = ("pictures", "photos", "library", "imports")


@pytest.fixture(name="given")
def _given(s3: S3, gate: Gate, tmp_path: Path) -> dict[str, Any]:
    """The settings of a bucket behind the gate."""
    return s3.settings(f"talk/{tmp_path.name}", gate=gate)


@pytest.fixture(name="world")
def _world(make_world: Make, given: dict[str, Any]) -> World:
    return make_world(**given)


def text(reply: Reply | None) -> str:
    assert isinstance(reply, TextReply)
    return reply.content


def opened(world: World) -> int:
    """Open the link to the job's picture and return the status."""
    address = link_of(world.bot, world.job()).removeprefix(world.bot.settings.public_url)
    return world.client.get(address).status_code


def later(world: World) -> None:
    """Let every pause and lease run out, and the worker go on."""
    with world.bot.db.write() as tx:
        tx.execute(update(image_job).values(lease_until=0, not_before=0))
    world.work()


def desk_of(world: World) -> Desk:
    return Desk(world.bot.db, world.bot.account_id, Actor(name="小王", via="console"))


def names(world: World) -> list[str]:
    return [one.name for one in world.bot.rooms.pictures.listed("")]


def test_nothing_of_a_conversation_lies_on_the_machine(
    world: World, make_world: Make, given: dict[str, Any], tmp_path: Path
) -> None:
    bot, desk = world.bot, desk_of(world)
    item, _ = library.add(desk, bot.files, "海报.png", encoded(ground("red", 400, 300)))
    reply = {"type": "image", "media": f"file:{item.name}", "alt": "先看文字"}
    rules.create(desk, {"name": "图", "keywords": ["看图"], "replies": [reply]})
    bot.snapshots.refresh()
    for said in ("一只橘猫", OWN):
        world.say(said)
        world.work()
    world.photo(encoded(ground("green", 160, 120)))
    world.say("变成水彩画")
    world.work()

    rows = "名称,关键词,回复1\n价目,价目表,见图\n".encode()
    top = imports.Desktop(desk, bot.rooms.imports, bot.settings.zone)
    number = imports.begin(top, rows, source="a.csv", form="csv", options=Options())
    while (found := imports.get(desk, number)).state is State.READING:
        time.sleep(0.01)
    while bot.rooms.imports.listed(""):
        time.sleep(0.01)

    assert found.state is State.READY
    assert isinstance(world.say("看图"), ImageReply)
    deck, edited = world.job(2), world.job(6)
    assert [world.job(one).state for one in (1, 2, 6)] == [JobState.DELIVERED] * 3
    endings = (FLAT, RAW, PDF, PPTX)
    kept = {beside(deck.picture, one) for one in (FLAT, PDF, PPTX)}
    kept |= {beside(world.job(one).picture, end) for one in (1, 3, 4, 5, 6) for end in (FLAT, RAW)}
    assert set(names(world)) == kept
    assert all(name.endswith(endings) for name in kept)
    assert len(bot.rooms.photos.listed("")) == 1
    assert [name for name in ROOMS if (tmp_path / name).exists()] == []

    # Another machine shares nothing but the database and the bucket.
    (tmp_path / "other").mkdir()
    other = make_world(
        **given, data_dir=tmp_path / "other", database_url=bot.settings.database_address
    )
    assert opened(other) == 200
    assert hands.picture(other.bot, 6) == bot.pictures.read(edited.picture)
    copied = hands.copy(other.bot, desk, 1)
    assert other.bot.files.small(copied.sha256) != other.bot.files.read(copied.sha256)

    hands.forget(bot, desk, world.openid)
    assert (names(world), bot.rooms.photos.listed("")) == ([], [])
    assert opened(other) == 404
    with pytest.raises(NotThere):
        hands.picture(bot, 6)


@pytest.mark.parametrize("step", range(2, 7))
def test_a_bucket_lost_at_any_step_costs_a_wait_and_no_second_picture(
    world: World, gate: Gate, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps: before the call; the raw picture stored; read, and read again; labelled; uploaded."""
    monkeypatch.setattr("bot.jobs.run.PAUSES", (0.1,) * 100)
    world.say("一只橘猫")
    gate.asked.clear()
    gate.fault, gate.after = BUSY, step
    coming_back = threading.Timer(0.8, gate.open)
    if step == 2:
        coming_back.start()
    world.work()

    if step > 2:
        assert world.job().state is JobState.GENERATED
        assert world.pushed() == []
        gate.open()
        later(world)
    assert world.job().state is JobState.DELIVERED
    assert len(world.sandbox.calls(GENERATIONS)) == 1
    assert [one["kind"] for one in world.pushed()] == ["image"]
    assert opened(world) == 200


def test_nothing_is_bought_that_could_not_be_stored(world: World, gate: Gate) -> None:
    gate.shut()
    assert "收到" in text(world.say("一只橘猫"))
    world.work()
    assert world.job().state is JobState.QUEUED
    assert world.sandbox.calls(GENERATIONS) == []

    gate.open()
    later(world)
    assert world.job().state is JobState.DELIVERED
    gate.shut()
    world.say("一只白猫")
    for _ in range(3):
        later(world)
    assert (world.job(2).state, world.job(2).cost) == (JobState.FAILED, 0)
    assert len(world.sandbox.calls(GENERATIONS)) == 1
    assert "出了点意外" in world.pushed()[-1]["text"]


def test_a_picture_that_no_bucket_takes_is_said(
    world: World, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs.run.PAUSES", (0.01,))
    gate.fault, gate.after = BUSY, 2
    world.say("一只橘猫")
    world.work()

    job = world.job()
    assert (job.state, job.reason) == (JobState.FAILED, "internal")
    assert "could not be stored: 对象存储出错了（503）" in hands.find(world.bot, 1).detail
    assert job.cost > 0
    assert "出了点意外" in world.pushed()[-1]["text"]


def test_a_picture_stored_but_not_recorded_is_gone_on_from(world: World, gate: Gate) -> None:
    """A worker is killed between the two; the bucket is away while its job is taken over."""
    bot = world.bot
    world.say("一只橘猫")
    (claim,) = claims.claim(bot.db, concurrent=2, lanes=[LANE], most=10)
    job = claims.save(bot.db, claim, state=JobState.GENERATING, called_at=now_ms())
    bot.pictures.keep(f"{job.day}/{job.id}-0123abcd.raw", encoded(ground("red", 512, 512)))
    bot.pictures.keep(f"{job.day}/{job.id}1-0123abcd.raw", b"of another job")
    gate.shut()
    later(world)
    assert (world.job().state, world.job().picture) == (JobState.GENERATING, "")

    gate.open()
    later(world)
    assert world.job().state is JobState.DELIVERED
    assert world.sandbox.calls(GENERATIONS) == []


def test_what_needs_no_file_goes_on_and_the_rest_is_said(
    make_world: Make, given: dict[str, Any], gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    world = make_world(**given, unlabelled_copies="on")
    bot, desk = world.bot, desk_of(world)
    world.say("一只白猫贴纸，透明背景")
    unverified(world)  # only now: its prompts are held for WeChat's retries
    world.work()
    copied = hands.copy(bot, desk, 1)
    gate.shut()

    assert world.client.get("/readyz").get_json()["storage"].startswith("连不上对象存储")
    assert ["✗" in str(one) for one in examine(bot.settings) if one.subject == "图片存放"] == [True]
    assert world.say("电子书") is not None
    picture = world.say("取图")  # its link cannot be looked up: the flat one needs none
    assert picture == ImageReply(world.job().media_id)
    assert "系统正在忙" in text(world.say("无标识原图"))
    answer = world.client.get(link_of(bot, world.job()).removeprefix("http://bot.test"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "过一会儿再试" in answer.get_data(as_text=True)
    for ask in (
        lambda: hands.picture(bot, 1),
        lambda: bot.files.small(copied.sha256),
        lambda: upkeep.purge_pictures(bot),
    ):
        with pytest.raises(StorageError):
            ask()
    assert not any(given[name] in caplog.text for name in given if name.startswith("aws_"))

    gate.open()
    assert world.client.get("/readyz").get_json()["storage"] == "ok"
    found = [str(one) for one in examine(bot.settings) if one.subject == "图片存放"]
    assert found[0].startswith("✓ 图片存放：s3://huaxin-test/talk/")
    assert "无标识" in text(world.say("无标识原图"))


def test_the_link_to_a_clear_picture_waits_for_the_bucket(world: World, gate: Gate) -> None:
    """It is said once, so nothing is noted of it before the bucket has been asked."""
    world.say("一只白猫贴纸，透明背景")
    world.sandbox.script({"match": "/cgi-bin/message/custom/send", "times": 2, "errcode": 45011})
    world.work()
    assert (world.job().state, world.job().told) == (JobState.GENERATED, "")
    gate.shut()
    later(world)
    assert (world.job().state, world.pushed()) == (JobState.GENERATED, [])

    gate.open()
    later(world)
    link, picture = world.pushed()
    assert (link["kind"], picture["kind"]) == ("text", "image")
    assert 'href="http://bot.test' in link["text"]


def test_a_folder_moves_into_the_bucket_and_back(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = s3.settings(f"moved/{tmp_path.name}")
    values = {name.upper(): value for name, value in given.items()}
    values |= {"DATA_DIR": str(tmp_path), "WECHAT_APP_ID": "wx0", "WECHAT_APP_SECRET": "s" * 8}
    values |= {"WECHAT_TOKEN": "token", "OPENAI_API_KEY": "sk-x", "SECRET_KEY": "k" * 32}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    for name in ("pictures/2026-11-23/1-ab.jpg", "photos/2026-11-23/1-cd.jpg", "library/ab/abcd"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(name.encode())

    def copy(*words: str) -> str:
        done = CliRunner().invoke(cli.main, ["storage", "copy", *words])
        return done.output

    assert copy() == "复制了 3 个文件，0.0 MB。\n"
    assert copy() == "复制了 0 个文件，0.0 MB。\n"
    (tmp_path / "photos/2026-11-23/1-cd.jpg").unlink()
    assert copy("--back") == "复制了 1 个文件，0.0 MB。\n"
    assert (tmp_path / "photos/2026-11-23/1-cd.jpg").read_text() == "photos/2026-11-23/1-cd.jpg"
    monkeypatch.setattr("bot.commands.storage.MOST_FILES", 0)
    (tmp_path / "photos/2026-11-23/2-ef.jpg").write_bytes(b"new")
    assert "aws s3 sync" in copy()
    monkeypatch.setenv("STORAGE_URL", "")
    assert "没有存储桶可以复制" in copy()


def test_a_machines_bucket_is_not_opened_before_the_fork(world: World) -> None:
    """The library's threads do not outlive it, and gunicorn forks after the bot is made."""
    made = Bot(world.bot.base.settings, chain=CHAIN, sentences=SENTENCES)

    assert hasattr(world.bot, "rooms")
    assert not hasattr(made, "rooms")

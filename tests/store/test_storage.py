"""Files in a folder and in a real bucket: the same promises, whatever goes wrong."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import StorageError
from bot.settings import Settings
from bot.store.files import Files
from bot.store.pictures import RAW, Pictures
from bot.store.storage import Rooms, rooms_of
from tests.buckets import KEY, READER, S3, SECRET, Gate

DAY = "2026-11-23"
BARE = Settings(wechat_app_id="wx0")
ANSWER = "HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}"
Open = Callable[..., Rooms]


@pytest.fixture(name="rooms", params=["folder", "bucket"])
def _rooms(request: pytest.FixtureRequest, tmp_path: Path) -> Rooms:
    settings = replace(BARE, data_dir=tmp_path)
    if request.param == "bucket":
        s3: S3 = request.getfixturevalue("s3")
        settings = replace(settings, **s3.settings(f"contract/{tmp_path.name}"))
    return rooms_of(settings)


@pytest.fixture(name="away")
def _away(s3: S3, gate: Gate, tmp_path: Path) -> Open:
    """Return rooms of a bucket behind the gate."""

    def opened(*, patience: float = 0.6, at_once: int = 8, **changes: str) -> Rooms:
        given = s3.settings(tmp_path.name, gate=gate, **changes)
        return rooms_of(replace(BARE, **given), patience=patience, at_once=at_once)

    return opened


def test_what_is_kept_is_there_and_what_is_dropped_is_not(rooms: Rooms) -> None:
    room, large = rooms.pictures, bytes(range(256)) * 12_000
    names = [f"{DAY}/1-aa.jpg", f"{DAY}/1-aa.raw", f"{DAY}/10-aa.raw", "2026-11-24/1-aa.raw"]
    for name in names:
        room.keep(name, large)
    room.keep(names[0], b"again")

    assert (room.read(names[0]), room.read(names[1])) == (b"again", large)
    assert [room.has(name) for name in (names[0], f"{DAY}/1-a", "none/at-all")] == [1, 0, 0]
    assert [one.name for one in room.listed("")] == names
    assert [one.name for one in room.listed(f"{DAY}/1-")] == names[:2]
    assert [one.size for one in room.listed(f"{DAY}/1-")] == [5, len(large)]
    assert all(abs(one.modified - time.time()) < 60 for one in room.listed(""))
    assert (room.listed(f"{DAY}/2-"), room.listed("2020-01-01/")) == ([], [])
    assert sorted(room.folders()) == [DAY, "2026-11-24"]
    assert rooms.photos.listed("") == []  # a room of its own

    room.drop([names[0], names[3], f"{DAY}/never.jpg"])
    room.drop([names[0]])
    assert [one.name for one in room.listed("")] == names[1:3]
    with pytest.raises(FileNotFoundError):
        room.read(names[0])
    room.check()
    assert [one.name for one in room.listed("")] == names[1:3]


def test_pictures_are_found_swept_and_purged_by_name(rooms: Rooms) -> None:
    pictures = Pictures(rooms.pictures)
    for name in ("1-ab.jpg", "1-ab.raw", "1-ab.png", "10-cd.raw", "2-ef.jpg"):
        pictures.keep(f"{DAY}/{name}", b"x")
    pictures.keep("2026-11-24/3-ab.raw", b"x")

    assert pictures.find(f"{DAY}/1-") == f"{DAY}/1-ab.raw"
    assert pictures.find(f"{DAY}/2-") is None
    assert pictures.purge(before="2026-11-24", endings=(RAW,)) == 2
    assert pictures.find(f"{DAY}/1-") is None
    assert pictures.purge(before="2026-11-24", endings=(RAW,)) == 0
    pictures.sweep(f"{DAY}/1-")
    assert [one.name for one in rooms.pictures.listed(f"{DAY}/")] == [f"{DAY}/2-ef.jpg"]
    pictures.drop(f"{DAY}/2-ef.raw")
    assert [one.name for one in rooms.pictures.listed("")] == ["2026-11-24/3-ab.raw"]
    for wrong in ("../x.jpg", f"{DAY}/a.exe", f"{DAY}/A.jpg"):
        with pytest.raises(ValueError, match="not a picture"):
            pictures.read(wrong)


def test_the_librarys_files_are_kept_once_and_named_when_old(rooms: Rooms) -> None:
    files = Files(rooms.library)
    name = files.keep(b"large", small=b"s")
    bare = files.keep(b"bare")

    assert files.keep(b"large", small=b"s") == name
    assert [files.small(one) for one in (name, bare)] == [b"s", b"bare"]
    assert len(rooms.library.listed("")) == 3
    assert sorted(files.untouched(seconds=-5)) == sorted([name, bare])
    assert list(files.untouched(seconds=60)) == []
    files.drop(name)
    assert [files.has(name), files.has(bare)] == [False, True]


def test_many_threads_share_a_bucket(rooms: Rooms) -> None:
    def there_and_back(number: int) -> bool:
        name, data = f"{DAY}/{number}-ab.raw", b"%d" % number * 1000
        rooms.pictures.keep(name, data)
        return rooms.pictures.read(name) == data

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(there_and_back, range(64)))
    assert len(rooms.pictures.listed(f"{DAY}/")) == 64


# ---- a bucket that fails ----


def all_say(rooms: Rooms, words: str) -> None:
    """Every call says *words*, and nothing that is secret."""
    room = rooms.pictures
    for ask in (
        lambda: room.keep(f"{DAY}/1-ab.raw", b"x"),
        lambda: room.read(f"{DAY}/1-ab.raw"),
        lambda: room.has(f"{DAY}/1-ab.raw"),
        lambda: room.listed(f"{DAY}/1-"),
        lambda: list(room.folders()),
        lambda: room.drop([f"{DAY}/1-ab.raw"]),
        room.check,
    ):
        with pytest.raises(StorageError, match=words) as caught:
            ask()
        shown = f"{caught.value!r} {caught.value} {caught.getrepr()}"
        assert not any(secret in shown for secret in (SECRET, "Signature=", "<Error>"))
        assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"aws_secret_access_key": "another-canary"}, "不让用（403( SignatureDoesNotMatch)?）"),
        ({"aws_access_key_id": "AKIDNOBODY"}, "不让用（403( InvalidAccessKeyId)?）"),
        ({"storage_url": "s3://no-such-bucket/x"}, "没有 STORAGE_URL 里的存储桶"),
    ],
)
def test_a_bucket_that_does_not_let_us_in_is_named(
    away: Open, s3: S3, changes: dict[str, str], words: str
) -> None:
    if bare := changes.get("storage_url"):
        changes = {"storage_url": f"{bare}?endpoint=http://127.0.0.1:{s3.port}&region=us-east-1"}

    all_say(away(**changes), words)


def test_keys_that_may_only_read_are_named_by_the_check(away: Open) -> None:
    rooms = away(aws_access_key_id=READER)

    assert rooms.pictures.has(f"{DAY}/1-ab.raw") is False
    with pytest.raises(StorageError, match="不让用（403 AccessDenied）"):
        rooms.pictures.check()


def test_a_server_that_is_down_or_in_trouble_is_named(away: Open, gate: Gate) -> None:
    rooms, trouble = away(), "<Error><Code>SlowDown</Code></Error>"
    gate.fault = ANSWER.format("503 Slow Down", len(trouble), trouble)
    all_say(rooms, "对象存储出错了（503( SlowDown)?）")
    gate.fault = ANSWER.format("418 Teapot", 0, "")
    all_say(rooms, "对象存储不接受（418）")
    gate.shut()
    all_say(rooms, "连不上对象存储")

    gate.open()
    rooms.pictures.check()
    assert rooms.pictures.has(f"{DAY}/1-ab.raw") is False


def test_a_passing_trouble_is_not_noticed(away: Open, gate: Gate) -> None:
    rooms = away()
    rooms.pictures.check()
    gate.fault, gate.after = ANSWER.format("500 Oops", 0, ""), 0
    with ThreadPoolExecutor(1) as pool:
        kept = pool.submit(rooms.pictures.keep, f"{DAY}/1-ab.raw", b"x" * 99)
        while not gate.asked or not gate.asked[-1].endswith("1-ab.raw"):
            time.sleep(0.001)
        gate.open()
        kept.result()

    assert rooms.pictures.read(f"{DAY}/1-ab.raw") == b"x" * 99


def test_a_server_that_hangs_keeps_nobody_for_long(
    away: Open, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a follower may wait for is the patience of a door; the rest waits for its turn."""
    monkeypatch.setattr("bot.store.bucket.WHOLE", 0.5)
    rooms = away(at_once=2)
    rooms.pictures.keep(f"{DAY}/1-ab.raw", b"x")
    gate.fault = "frozen"
    begun = time.monotonic()
    with pytest.raises(StorageError, match="没有按时回答"):
        rooms.pictures.has(f"{DAY}/1-ab.raw")
    assert 0.2 < time.monotonic() - begun < 1.5

    begun = time.monotonic()
    with ThreadPoolExecutor(12) as pool:
        asked = [pool.submit(rooms.pictures.read, f"{DAY}/1-ab.raw") for _ in range(12)]
        said = sorted(str(one.exception()) for one in asked)
    assert set(said) == {"对象存储很慢，排队的请求太多", "对象存储没有按时回答"}
    assert time.monotonic() - begun < 4
    gate.open()
    assert rooms.pictures.read(f"{DAY}/1-ab.raw") == b"x"
    gate.fault, begun = "drip", time.monotonic()
    with pytest.raises(StorageError, match="没有按时回答"):
        rooms.pictures.read(f"{DAY}/1-ab.raw")
    assert time.monotonic() - begun < 3


def test_half_an_answer_is_no_picture(away: Open, gate: Gate) -> None:
    rooms = away()
    rooms.pictures.keep(f"{DAY}/1-ab.raw", b"x" * 50_000)
    gate.fault, gate.after = "half", 0

    with pytest.raises(StorageError):
        rooms.pictures.read(f"{DAY}/1-ab.raw")


def test_the_address_may_be_shown_and_the_keys_may_not(s3: S3) -> None:
    settings = replace(BARE, **s3.settings("shown"))

    assert SECRET not in repr(settings)
    assert KEY not in repr(settings)
    assert SECRET not in repr(vars(rooms_of(settings).pictures))

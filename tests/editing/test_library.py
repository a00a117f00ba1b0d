"""The library as operators change it: what is taken, what follows, what can be brought back."""

import os
import struct
import time
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from bot.editing import changes, library, rules, uploads
from bot.editing.desk import Desk
from bot.errors import ConfigError, NotThere, Unfit
from bot.images import label
from bot.models import ImageReply, TextReply
from bot.store import history, media
from bot.store import library as stored
from bot.store.history import Actor
from bot.store.library import Item
from tests.worlds import World

DAY = 24 * 3600


def picture(form: str = "PNG", *, size: tuple[int, int] = (40, 30), colour: str = "red") -> bytes:
    target = BytesIO()
    Image.new("RGB", size, colour).save(target, form)
    return target.getvalue()


def mp3(seconds: float) -> bytes:
    """Frames of 128 kbit/s at 44.1 kHz."""
    return (b"\xff\xfb\x90\x00" + bytes(413)) * round(seconds * 44100 / 1152)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is very large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.fixture(name="desk")
def _desk(world: World) -> Desk:
    return Desk(world.bot.db, world.bot.account_id, Actor(name="小李", via="console"))


def answering(name: str, keyword: str = "看图") -> dict[str, Any]:
    reply = {"type": "image", "media": f"file:{name}", "alt": "先看文字"}
    return {"name": f"规则{keyword}", "keywords": [keyword], "replies": [reply]}


def add(world: World, desk: Desk, name: str = "海报.png", data: bytes = b"") -> str:
    item, _ = library.add(desk, world.bot.files, name, data or picture())
    return item.name


def found(desk: Desk, name: str) -> Item:
    item = stored.find(desk.db, desk.account_id, name)
    assert item is not None
    return item


class TestWhatIsTaken:
    @pytest.mark.parametrize(
        ("filename", "data", "name", "kind"),
        [
            ("a.png", picture(), "a.png", "image"),
            ("a.jpeg", picture("JPEG"), "a.jpeg", "image"),
            ("照片.webp", picture("WEBP"), "照片.jpg", "image"),
            ("动图.gif", picture("GIF"), "动图.png", "image"),
            ("没有扩展名", picture(), "没有扩展名.png", "image"),
            ("v1.2 说明", picture(), "v1.2 说明.png", "image"),
            ("歌.mp3", mp3(3), "歌.mp3", "voice"),
            ("歌.mp3", b"ID3\x04\0\0\0\0\0\x05hello" + mp3(3), "歌.mp3", "voice"),
            ("话.amr", b"#!AMR\n" + (b"\x3c" + bytes(31)) * 50, "话.amr", "voice"),
            ("片.mp4", b"\0\0\0\x18ftypmp42", "片.mp4", "video"),
            ("../../etc/passwd.png", picture(), "passwd.png", "image"),
            ("C:\\图\\a.png", picture(), "a.png", "image"),
            (
                "<img src=x onerror=alert(1)>.png",
                picture(),
                "<img src=x onerror=alert(1)>.png",
                "image",
            ),
            ("a\u202egnp.png", picture(), "agnp.png", "image"),
            ("..", picture(), "未命名.png", "image"),
            ("长" * 300 + ".png", picture(), "长" * 76 + ".png", "image"),
        ],
    )
    def test_files(self, filename: str, data: bytes, name: str, kind: str) -> None:
        upload = uploads.examine(data)

        assert (uploads.named(filename, upload.extension), upload.kind) == (name, kind)
        assert uploads.kind_of(upload.data) == kind

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"", "文件是空的"),
            (b"MZ\x90 a program", "不认识这种文件"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "不认识这种文件"),
            (b"<html><script>alert(1)</script>", "不认识这种文件"),
            (picture("BMP"), "不认识这种文件"),
            (picture()[:60], "图片打不开"),
            (b"GIF89a/*<script>*/", "图片打不开"),
            (b"\x89PNG\r\n\x1a\n" + bytes(50), "图片打不开"),
            (bomb(20_000, 20_000), "像素"),
            (bomb(13_000, 10), "图片是 13000×10，太大了"),
            (picture() + bytes(10 * 1024 * 1024), "文件有 10.0 MB，微信最多收 10 MB"),
            (b"\0\0\0\x18ftypmp42" + bytes(10 * 1024 * 1024), "文件有 10.0 MB，微信最多收 10 MB"),
            (b"#!AMR\n" + bytes(2 * 1024 * 1024), "文件有 2.0 MB，微信最多收 2 MB"),
            (mp3(61), "语音有 61 秒，微信最多收 60 秒"),
            (b"#!AMR\n" + (b"\x3c" + bytes(31)) * 3100, "语音有 62 秒，微信最多收 60 秒"),
        ],
    )
    def test_what_is_refused(self, data: bytes, said: str) -> None:
        with pytest.raises(Unfit, match=said):
            uploads.examine(data)

    def test_the_taken_is_kept_and_recorded_the_refused_is_not(
        self, world: World, desk: Desk
    ) -> None:
        item, _ = library.add(desk, world.bot.files, "a.png", picture())
        with pytest.raises(Unfit):
            library.add(desk, world.bot.files, "b.png", b"MZ")

        assert [one for one in stored.items(desk.db, desk.account_id) if not one.built_in] == [item]
        assert item.created_by == "小李"
        assert len(stored.read(world.bot.files, item)) == item.size
        changed = history.of(desk.db, desk.account_id, "library:a.png")
        assert [one.action for one in changed] == ["library.add"]
        assert history.of(desk.db, desk.account_id, "library:b.png") == []

    def test_a_picture_is_drawn_anew(self, world: World, desk: Desk) -> None:
        """Nothing of a polyglot is kept, nor where a photo was taken; it stands upright."""
        target = BytesIO()
        exif = Image.Exif()
        exif[0x0112], exif[0x010E] = 6, "secret place"
        Image.new("RGB", (40, 20), "blue").save(target, "JPEG", exif=exif)
        data = target.getvalue() + b"<script>alert(1)</script>"

        item, _ = library.add(desk, world.bot.files, "a.jpg", data)
        kept = stored.read(world.bot.files, item)

        assert (item.width, item.height) == (20, 40)
        assert b"secret place" not in kept
        assert b"<script>" not in kept
        with Image.open(BytesIO(kept)) as image:
            assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (20, 40), {})

    @pytest.mark.parametrize("form", ["JPEG", "PNG"])
    def test_the_label_of_an_ais_picture_is_all_that_is_kept_of_its_metadata(
        self, world: World, desk: Desk, form: str
    ) -> None:
        packet = label.packet(produce_id="7", producer="huaxin").decode()
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", packet)
        info.add_text("Author", "somebody")
        target = BytesIO()
        more: dict[str, Any] = {"pnginfo": info} if form == "PNG" else {"xmp": packet.encode()}
        Image.new("RGB", (90, 90)).save(target, form, comment=b"somebody", **more)

        item, _ = library.add(desk, world.bot.files, f"a.{form}", target.getvalue())
        kept = world.bot.files.read(item.sha256)
        assert label.read(kept) == label.read(target.getvalue())
        assert label.read(kept) is not None
        assert label.read(world.bot.files.small(item.sha256)) == label.read(kept)
        assert b"somebody" not in kept

    def test_a_label_longer_than_any_is_none(self, world: World, desk: Desk) -> None:
        packet = label.packet(produce_id="7" * 20_000, producer="huaxin")
        target = BytesIO()
        Image.new("RGB", (90, 90)).save(target, "JPEG", xmp=packet)

        item, _ = library.add(desk, world.bot.files, "a.jpg", target.getvalue())
        assert label.read(world.bot.files.read(item.sha256)) is None

    def test_a_large_picture_is_made_to_fit_wechat(self, world: World, desk: Desk) -> None:
        noise = Image.effect_noise((2200, 2200), 200).convert("RGB")
        target = BytesIO()
        noise.save(target, "JPEG", quality=95)

        item, _ = library.add(desk, world.bot.files, "a.jpg", target.getvalue())

        assert item.size <= 2_000_000
        assert len(world.bot.files.small(item.sha256)) < 100_000

    def test_a_cover_fits_into_64_kilobytes(self, world: World, desk: Desk) -> None:
        target = BytesIO()
        Image.effect_noise((900, 900), 200).save(target, "PNG")

        item, _ = library.add(desk, world.bot.files, "a.png", target.getvalue(), thumb=True)

        assert (item.name, item.kind) == ("a.jpg", "thumb")
        assert item.size <= 64 * 1024
        assert stored.find(desk.db, desk.account_id, "a.jpg") == item
        with pytest.raises(Unfit, match="音乐封面要用图片"):
            library.add(desk, world.bot.files, "a.mp3", mp3(1), thumb=True)

    def test_an_animation_stands_still_and_says_so(self, world: World, desk: Desk) -> None:
        frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
        target = BytesIO()
        frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])

        item, still = library.add(desk, world.bot.files, "a.gif", target.getvalue())

        assert (item.name, still) == ("a.png", True)

    def test_a_taken_name_gets_a_number(self, world: World, desk: Desk) -> None:
        assert [add(world, desk, "a.png") for _ in range(3)] == ["a.png", "a-2.png", "a-3.png"]
        assert add(world, desk, "mysql-map.jpg", picture("JPEG")) == "mysql-map-2.jpg"

    def test_a_disk_that_cannot_be_written_is_said(self, world: World, desk: Desk) -> None:
        (world.bot.settings.data_dir / "library").write_text("no folder")

        with pytest.raises(Unfit, match="服务器存不下这个文件"):
            add(world, desk)


class TestWhatFollows:
    def test_a_reply_shows_the_upload_once_wechat_has_it(self, world: World, desk: Desk) -> None:
        rules.create(desk, answering(add(world, desk)))
        world.bot.snapshots.refresh()

        assert world.say("看图") == TextReply("先看文字")
        world.work()
        assert isinstance(world.say("看图"), ImageReply)

    def test_replaced_the_old_picture_stays_until_the_new_one_is_there(
        self, world: World, desk: Desk
    ) -> None:
        name = add(world, desk)
        rules.create(desk, answering(name))
        rules.create(desk, answering(name, "又看图"))
        world.bot.snapshots.refresh()
        world.work()
        first = world.say("看图")

        library.replace_content(desk, world.bot.files, name, picture(colour="blue"))
        world.bot.snapshots.refresh()
        assert world.say("看图") == first
        world.work()
        second = world.say("看图")

        assert isinstance(second, ImageReply)
        assert second != first
        assert world.say("又看图") == second

    def test_a_replacement_is_of_the_same_kind(self, world: World, desk: Desk) -> None:
        name = add(world, desk)

        with pytest.raises(Unfit, match="替换的文件要和原来的同一种"):
            library.replace_content(desk, world.bot.files, name, mp3(1))
        with pytest.raises(NotThere):
            library.replace_content(desk, world.bot.files, "none.png", picture())

    def test_what_ships_can_be_replaced_and_comes_back(self, world: World, desk: Desk) -> None:
        name = "mysql-map.jpg"
        library.replace_content(desk, world.bot.files, name, picture("JPEG"))
        assert found(desk, name).created_by == "小李"

        library.delete(desk, name)  # although the first rules use it
        assert found(desk, name).built_in
        with pytest.raises(Unfit, match="自带"):
            library.delete(desk, name)
        with pytest.raises(Unfit, match="自带"):
            library.rename(desk, name, "b.jpg")

    def test_a_renamed_file_takes_its_rules_and_its_media_id_along(
        self, world: World, desk: Desk
    ) -> None:
        name = add(world, desk, '引"号%_.png')
        rule_id = rules.create(desk, answering(name))
        rules.create(desk, answering("引号%_.png", "别的"))
        world.bot.snapshots.refresh()
        world.work()
        before = world.say("看图")

        library.rename(desk, name, "新.png")
        world.bot.snapshots.refresh()

        assert world.say("看图") == before
        newest, *_ = history.of(desk.db, desk.account_id, f"rule:{rule_id}")
        assert newest.after["replies"][0]["media"] == "file:新.png"
        batch = history.batch(desk.db, desk.account_id, newest.batch)
        assert [one.action for one in batch] == ["rule.save", "library.rename"]
        assert history.verify(desk.db, desk.account_id)[1] == 0

        assert changes.undo(desk, newest.batch) == 2
        world.bot.snapshots.refresh()
        assert world.say("看图") == before
        assert stored.find(desk.db, desk.account_id, name)

    def test_names_that_cannot_be(self, world: World, desk: Desk) -> None:
        name = add(world, desk)
        add(world, desk, "b.png")

        for wanted, said in (("b.png", "已经有"), (" . ", "空的"), ("x" * 81, "最多 80 个")):
            with pytest.raises(Unfit, match=said):
                library.rename(desk, name, wanted)
        with pytest.raises(Unfit, match="已经有"):
            library.rename(desk, name, "mysql-map.jpg")
        assert library.rename(desk, name, "a/c.png").name == "c.png"

    def test_a_file_in_use_is_not_deleted(self, world: World, desk: Desk) -> None:
        name = add(world, desk)
        rules.create(desk, answering(name))

        with pytest.raises(Unfit, match="还有 1 条规则在用它：「规则看图」"):
            library.delete(desk, name)

    def test_the_deleted_comes_back_for_thirty_days(self, world: World, desk: Desk) -> None:
        name = add(world, desk)
        item = found(desk, name)
        library.delete(desk, name)
        assert stored.find(desk.db, desk.account_id, name) is None
        deleted, *_ = history.of(desk.db, desk.account_id, f"library:{name}")
        aged(world, item.sha256)

        assert list(library.purge(desk.db, desk.account_id, world.bot.files)) == []
        changes.restore(desk, world.bot.files, deleted)
        assert stored.find(desk.db, desk.account_id, name) == item

    def test_after_thirty_days_the_bytes_are_gone(
        self, world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name, kept = add(world, desk), add(world, desk, "b.png", picture(colour="blue"))
        item = found(desk, name)
        library.delete(desk, name)
        deleted, *_ = history.of(desk.db, desk.account_id, f"library:{name}")
        monkeypatch.setattr(library, "KEPT_DAYS", -1)
        assert list(library.purge(desk.db, desk.account_id, world.bot.files)) == []  # too fresh
        for one in (item.sha256, found(desk, kept).sha256):
            aged(world, one)

        assert list(library.purge(desk.db, desk.account_id, world.bot.files)) == [item.sha256]
        assert stored.read(world.bot.files, found(desk, kept))
        with pytest.raises(NotThere, match="已经清除"):
            changes.restore(desk, world.bot.files, deleted)


def aged(world: World, sha256: str) -> None:
    """Let nobody have touched a file for two days."""
    path = world.bot.settings.data_dir / "library" / sha256[:2] / sha256
    os.utime(path, (time.time() - 2 * DAY,) * 2)


class TestUploads:
    def test_a_name_is_cut_with_its_number(self) -> None:
        name = "长" * 76 + ".png"

        assert uploads.free(name, lambda one: one == name) == "长" * 74 + "-2.png"

    def test_uploading_again_waits_for_the_worker(self, world: World, desk: Desk) -> None:
        name = add(world, desk)
        rules.create(desk, answering(name))
        world.bot.snapshots.refresh()
        world.work()
        first = world.say("看图")

        library.upload_again(desk, name)
        world.bot.snapshots.refresh()
        assert world.say("看图") == first
        world.work()
        assert world.say("看图") != first
        app_id = world.bot.settings.wechat_app_id
        assert media.states(desk.db, desk.account_id, app_id)[name].error == ""


def test_config_errors_say_all() -> None:
    error = Unfit(("有 %(n)s 个", {"n": 3}), ("二", {}))

    assert isinstance(error, ConfigError)
    assert str(error) == "有 3 个\n二"

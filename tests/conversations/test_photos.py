"""Photos are received, numbered, fetched once, shown to the model clean, and edited."""

import io
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from hashlib import sha256
from typing import Any

from PIL import Image
from sqlalchemy import update

from bot import recipes
from bot.editing.desk import Desk
from bot.images import label
from bot.images.prepared import prepare
from bot.jobs import hands, sources, upkeep
from bot.jobs.submit import terms
from bot.models import (
    ImageJob,
    ImageMessage,
    ImageReply,
    ImageRequest,
    JobKind,
    JobState,
    Reply,
    TextReply,
)
from bot.store import accounts, claims, conversations, jobs, money, photos
from bot.store.claims import Lane
from bot.store.history import Actor
from bot.store.jobs import Order
from bot.store.pictures import RAW, beside
from bot.store.tables import account, image_job, photo, rule
from tests.images.grounds import encoded, ground
from tests.worlds import World, used

Make = Callable[..., World]
EDITS, GENERATIONS = "/v1/images/edits", "/v1/images/generations"
MEDIA = "/cgi-bin/media/get"
LANE = Lane(name="openai", images_per_minute=600, edits=16, transparent=True)
RED, BLUE = (200, 30, 30), (30, 30, 200)


def text(reply: Reply | None) -> str:
    assert isinstance(reply, TextReply)
    return reply.content


def camera(width: int = 900, height: int = 1200) -> bytes:
    """A portrait, red above blue, as a camera on its side keeps it: turned, with place and time."""
    upright = Image.new("RGB", (width, height), RED)
    upright.paste(BLUE, (0, height // 2, width, height))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 24.0)  # GPSLatitude
    return encoded(upright.transpose(Image.Transpose.ROTATE_90), exif=exif, quality=95)


def small(colour: str) -> bytes:
    return encoded(ground(colour, 160, 120))


def edit(world: World, request: ImageRequest, **changes: Any) -> ImageJob:
    """Submit what a sentence came to."""
    order = Order(
        **asdict(terms(world.bot, request)) | {"openid": world.openid, **changes},
        message_key=f"test|{time.monotonic_ns()}",
        request=request,
        images_per_minute=600,
        asked_at=int(time.time()),
        push_until=0,
        acknowledge=lambda _: "收到",
    )
    return jobs.submit(world.bot.db, world.bot.account_id, order)


def lose(world: World) -> None:
    with world.bot.db.write() as tx:
        tx.execute(update(image_job).values(lease_until=0, not_before=0))


def image_of(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image


def test_a_photo_and_a_sentence_are_an_edit_and_so_is_the_next_one(world: World) -> None:
    """The model sees the photo upright, small and without metadata, and then the clean picture."""
    assert text(world.photo(camera())).startswith("收到照片。")
    assert text(world.say("变成水彩画")).startswith("收到，正在画")
    assert world.sandbox.calls(MEDIA) == []
    world.work()

    (fetched,) = world.sandbox.calls(MEDIA)
    assert fetched["query"]["access_token"] == "***"
    (call,) = world.sandbox.calls(EDITS)
    (kept,) = photos.together(
        world.bot.db, 1, world.openid, within_ms=600_000, until=photos.get(world.bot.db, 1, 1)
    )
    shown = world.bot.photos.read(kept.file)
    assert call["files"] == [
        {
            "name": "image",
            "filename": "1.jpg",
            "type": "image/jpeg",
            "size": len(shown),
            "sha256": sha256(shown).hexdigest(),
            "width": 900,
            "height": 1200,
            "exif": False,
            "xmp": False,
        }
    ]
    seen = image_of(shown).convert("RGB")
    assert [max(abs(a - b) for a, b in zip(seen.getpixel(at), colour, strict=True)) < 12  # type: ignore[arg-type] # RGB
            for at, colour in (((450, 100), RED), ((450, 1100), BLUE))] == [True, True]  # fmt: skip
    job = world.job()
    said = call["form"]["prompt"].splitlines()
    assert (said[0], said[1][:12], said[2][:5]) == ("变成水彩画", "transparent ", "只换画风：")
    assert call["form"]["size"] == f"{job.width}x{job.height}" == "960x1280"
    assert call["form"]["quality"] == "medium"
    assert ([item["kind"] for item in world.pushed()], job.state) == (["image"], "delivered")
    # ¥ per token of pictures: what one photo may take is reserved, what it took is settled.
    plain = ImageRequest(prompt="变成水彩画", width=1024, height=1024)
    more = terms(world.bot, recipes.of(job)).cost - terms(world.bot, plain).cost
    assert more > 0
    assert job.cost == money.spent(world.bot.db, 1, period=job.day) > 1_000 * 8

    world.say("换成横版")
    world.work()
    again = world.sandbox.calls(EDITS)[1]
    clean = prepare(world.bot.pictures.read(beside(job.picture, RAW))).data
    assert again["files"][0]["sha256"] == sha256(clean).hexdigest()
    assert label.read(world.bot.pictures.read(job.picture)) is not None
    assert "画幅和原图不同" in again["form"]["prompt"]
    assert len(world.sandbox.calls(MEDIA)) == 1
    address = f"/p/{job.picture}"
    assert world.client.get(beside(address, RAW)).status_code == 404


def test_photos_that_come_together_are_numbered_until_a_picture_is_made(world: World) -> None:
    said = [text(world.photo(small(colour))) for colour in ("red", "green", "blue")]
    assert [line.partition("。")[0] for line in said] == [
        "收到照片",
        "收到图2，一共 2 张",
        "收到图3，一共 3 张",
    ]
    world.say("把图1的人放进图2，穿图3的衣服")
    world.work()

    (call,) = world.sandbox.calls(EDITS)
    assert [part["name"] for part in call["files"]] == ["image[]"] * 3
    assert [part["sha256"] for part in call["files"]] == [
        sha256(prepare(small(colour)).data).hexdigest() for colour in ("red", "green", "blue")
    ]
    assert call["form"]["prompt"] == (
        "一共给了 3 张图，按顺序是图1、图2、图3。\n把图1的人放进图2，穿图3的衣服\n"
        "各图里的人物和物体保持原来的长相、样子和颜色。"
    )
    assert text(world.photo(small("white"))).startswith("收到照片。")
    again = ImageMessage(
        to="gh", openid=world.openid, created=int(time.time()), msg_id="9", media_id="m"
    )
    first = text(world.answer(again))
    assert first.startswith("收到图2，一共 2 张。")
    for number in range(10, 16):
        world.answer(replace(again, msg_id=str(number)))
    assert text(world.answer(replace(again, msg_id="16"))).startswith("一次最多用 8 张照片")
    assert text(world.answer(again)) == first


def test_a_sentence_that_waits_for_its_photos_is_done_when_they_come(world: World) -> None:
    db, openid = world.bot.db, world.openid
    conversations.wish(db, 1, openid, "把图1的帽子戴到图2的人头上", message_key="w1")
    message = ImageMessage(
        to="gh", openid=world.openid, created=int(time.time()), msg_id="1", media_id="m"
    )
    first = text(world.answer(message))
    assert first == "收到图1，还差 1 张，发来就开始画。"
    second = replace(message, msg_id="2")
    said = world.answer(second)
    assert text(said).startswith("收到，正在画")
    assert (world.answer(second), text(world.answer(message))) == (said, first)

    job = world.job()
    assert recipes.of(job).sources == ("photo:1", "photo:2")
    assert (job.kind, job.pushes, used(world)) == (JobKind.EDIT, 2, 1)
    assert text(world.answer(replace(message, msg_id="3"))).startswith("收到照片。")
    # Words that have waited for longer than photos belong together are nobody's any more.
    conversations.wish(db, 1, openid, "变成水彩画", message_key="w2")
    assert conversations.take_wish(db, 1, openid, within_ms=-1, message_key="x") == ""


def test_who_cannot_edit_says_so_and_keeps_keywords_and_the_operators_answer(
    make_world: Make, tmp_path: Any, sandbox: Any
) -> None:
    services = tmp_path / "services.toml"
    services.write_text(
        '[[provider]]\nname = "z"\nkind = "openai"\nmodel = "gpt-image-2.5-flare"\nedits = 0\n'
        f'base_url = "{sandbox.address}/v1"\napi_key = "{sandbox.config.api_key}"\n'
    )
    world = make_world(image_providers=services)
    assert text(world.photo(small("red"))).startswith("收到啦，不过这条我还不会处理。")
    with world.bot.db.write() as tx:
        tx.execute(rule.delete().where(rule.c.trigger == "default"))
        tx.execute(update(account).values(rules_version=account.c.rules_version + 1))
    world.bot.snapshots.refresh()
    assert "这里还不会改照片" in text(world.photo(small("red")))
    with world.bot.db.read() as tx:
        assert tx.execute(photo.select()).all() == []


def test_a_prefix_account_is_told_in_one_line(make_world: Make) -> None:
    world = make_world(prompt_trigger="prefix")
    said = text(world.photo(small("red")))
    assert (said.startswith("收到图1。"), said.count("\n")) == (True, 0)
    assert world.say("画成水彩画") is not None
    assert recipes.of(world.job()).sources == ("photo:1",)


def test_what_cannot_be_had_is_told_and_refunded_before_anything_is_billed(world: World) -> None:
    other = photos.add(world.bot.db, 1, openid="oOther", message_key="o", media_id="m")
    broken = encoded(ground("noise", 400, 300))[:20_000]

    def said_of(data: bytes, *script: dict[str, Any]) -> None:
        world.sandbox.script(*script)
        world.photo(data)
        world.say("变成水彩画")

    cases: list[Callable[[], object]] = [
        lambda: said_of(broken),
        lambda: said_of(small("red"), {"match": MEDIA, "errcode": 40007}),
        lambda: edit(world, ImageRequest(prompt="改", sources=(f"photo:{other.id}",))),
        lambda: edit(world, ImageRequest(prompt="改", sources=("job:99",))),
    ]
    for number, case in enumerate(cases, 1):
        case()
        world.work()
        job = world.job(number)
        assert (job.state, job.reason, job.cost) == (JobState.FAILED, "no_photo", 0)
        assert f"第 {number} 号：你的照片取不到了或打不开" in world.pushed()[-1]["text"]
    assert (used(world), money.spent(world.bot.db, 1, period=world.bot.today())) == (0, 0)
    assert world.sandbox.calls(EDITS) == []


def test_wechat_being_busy_is_waited_for(world: World) -> None:
    world.photo(small("red"))
    world.say("变成水彩画")
    world.sandbox.script({"match": MEDIA, "errcode": 45011})
    world.work()
    assert (world.job().state, world.job().attempts) == (JobState.QUEUED, 1)
    lose(world)
    world.work()

    assert world.job().state is JobState.DELIVERED
    assert len(world.sandbox.calls(MEDIA)) == 2


def test_a_worker_killed_between_any_two_steps_loses_and_repeats_nothing(world: World) -> None:
    world.photo(small("red"))
    world.say("变成水彩画")
    (claim,) = claims.claim(world.bot.db, concurrent=2, lanes=[LANE], most=10)
    job = claims.begin(world.bot.db, claim, owner="lost")
    assert job is not None
    sources.gather(world.bot, world.outside, job)  # fetched, kept; then killed
    lose(world)
    world.work()
    assert (len(world.sandbox.calls(MEDIA)), len(world.sandbox.calls(EDITS))) == (1, 1)

    edit(world, ImageRequest(prompt="一只猫贴纸", transparent=True))
    world.work()
    done = world.job(2)
    first = [(item["kind"], item.get("text", "")) for item in world.pushed()][1:]
    # Killed after the files were kept and before that was written; then in the midst of the link.
    with world.bot.db.write() as tx:
        tx.execute(
            update(image_job)
            .where(image_job.c.id == 2)
            .values(
                state=JobState.GENERATED,
                picture=beside(done.picture, RAW),
                media_id="",
                media_kind="",
                send_at=0,
                told="sending",
            )
        )
    world.work()

    assert [kind for kind, _ in first] == ["text", "image"]
    assert "透明背景的图画好了" in first[0][1]
    assert [item["kind"] for item in world.pushed()][3:] == ["image"]
    assert world.job(2).picture == done.picture
    assert len(world.sandbox.calls(GENERATIONS)) == 1


def test_a_transparent_picture_comes_flat_in_the_chat_and_clear_by_link(world: World) -> None:
    world.say("额度")
    edit(world, ImageRequest(prompt="一只橘猫贴纸", transparent=True))
    world.work()
    (call,) = world.sandbox.calls(GENERATIONS)
    assert (call["json"]["background"], call["json"]["output_format"]) == ("transparent", "png")
    link, picture = world.pushed()
    assert (link["kind"], picture["kind"]) == ("text", "image")
    address = link["text"].partition('href="http://bot.test')[2].partition('"')[0]
    answer = world.client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    label.verify(answer.data)
    assert image_of(answer.data).getchannel("A").getextrema() == (0, 255)
    flat = world.bot.pictures.read(world.job().picture)
    assert image_of(flat).convert("RGB").getpixel((2, 2)) == (255, 255, 255)

    # Who cannot be pushed to gets the link when it is collected.
    accounts.learn(
        world.bot.db, 1, world.bot.settings.wechat_app_id, name="push", allowed=False, code=48001
    )
    world.bot.snapshots.refresh()
    edit(world, ImageRequest(prompt="一只白猫贴纸", transparent=True))
    world.work()
    said = text(world.say("取图"))
    assert "点这里看 PNG" in said
    assert world.say("上一张") == ImageReply(world.job(2).media_id)


def test_photos_and_clean_copies_go_in_time_and_with_their_follower(world: World) -> None:
    world.photo(small("red"))
    world.say("变成水彩画")
    world.work()
    bot, job = world.bot, world.job()
    clean, file = beside(job.picture, RAW), photos.get(bot.db, 1, 1)
    assert file is not None
    upkeep.purge_pictures(bot)
    assert (bot.pictures.has(clean), bot.photos.has(file.file)) == (True, True)

    pictures, shown = (bot.settings.data_dir / name for name in ("pictures", "photos"))
    for store in (pictures, shown):
        (store / bot.today()).rename(store / "2025-01-01")
    with bot.db.write() as tx:
        tx.execute(update(photo).values(created_at=1))
    upkeep.purge_pictures(bot)
    assert sorted(path.suffix for path in pictures.glob("*/*")) == [".jpg"]
    assert list(shown.glob("*/*")) == []
    assert photos.get(bot.db, 1, 1) is None

    world.photo(small("green"))
    world.say("变成油画")
    world.work()
    assert len(list(shown.glob("*/*"))) == 1
    hands.forget(bot, Desk(bot.db, 1, Actor(name="小王", via="console")), world.openid)
    assert [*shown.glob("*/*"), *pictures.glob(f"{bot.today()}/*")] == []
    with bot.db.read() as tx:
        assert tx.execute(photo.select()).all() == []


def test_an_edit_of_an_edited_photo_keeps_its_shape(world: World) -> None:
    """The recipe of a photo's edit knows no size: it is that of the picture that came of it."""
    world.photo(camera())
    for words in ("变成水彩画", "再亮一点", "高清"):
        world.say(words)
        world.work()
    sizes = [call["form"]["size"] for call in world.sandbox.calls(EDITS)]
    assert sizes == ["960x1280"] * 3
    assert "画幅和原图不同" not in world.sandbox.calls(EDITS)[1]["form"]["prompt"]


def test_a_photo_that_is_nearly_square_costs_no_more_than_is_reserved(world: World) -> None:
    world.photo(camera(764, 768))
    world.say("变成水彩画，高清")
    most = world.job().cost
    world.work()
    (call,) = world.sandbox.calls(EDITS)
    width, height = map(int, call["form"]["size"].split("x"))
    assert (call["form"]["quality"], width * height < 1_500_000) == ("high", True)
    assert world.job().cost <= most

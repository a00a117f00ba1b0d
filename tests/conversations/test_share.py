"""同款: a recipe passed on by its maker, drawn by others with their own words, photos and quota."""

import re
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update

from bot import recipes
from bot.editing import followers as editing
from bot.editing import settings
from bot.editing.desk import Desk
from bot.models import ImageMessage, ImageRequest, JobKind, TextReply
from bot.store import conversations, money, photos, shares
from bot.store.followers import FOR_EVER
from bot.store.history import Actor
from bot.store.tables import image_job, share
from tests.conversations.test_law import FRIEND, draw, said
from tests.worlds import World

Make = Callable[..., World]
GENERATIONS = "/v1/images/generations"


def code_of(told: str) -> str:
    (code,) = re.findall("发送“同款 ([0-9A-Z]{6})”", told)
    return str(code)


def uses(world: World) -> list[tuple[str, int]]:
    with world.bot.db.read() as tx:
        return [tuple(row) for row in tx.execute(select(share.c.code, share.c.uses))]


def used(world: World, openid: str) -> int:
    bot = world.bot
    return money.used(bot.db, bot.account_id, openid=openid, day=bot.today())


def test_a_shared_recipe_is_drawn_at_the_other_ones_cost(world: World) -> None:
    assert "没有找到" in said(world, "分享")
    draw(world, "一只戴围巾的橘猫，横版 16:9")
    told = said(world, "分享 1号")
    code = code_of(told)

    assert code_of(said(world, "同款码")) == code
    assert "没有找到" in said(world, "分享 1号", openid=FRIEND)
    # The whole sentence comes back as it was passed on.
    passed_on = told.splitlines()[1]
    assert said(world, passed_on, openid=FRIEND).startswith("收到，正在画")
    assert said(world, f"同款{code.lower()}", openid=FRIEND).startswith("收到，正在画")
    world.work()
    prompts = [call["json"]["prompt"] for call in world.sandbox.calls(GENERATIONS)]
    sizes = {call["json"]["size"] for call in world.sandbox.calls(GENERATIONS)}
    assert (len(prompts), len(set(prompts)), sizes) == (3, 1, {"1536x864"})
    assert len(world.sandbox.calls("/v1/moderations")) == 3
    assert (used(world, world.openid), used(world, FRIEND)) == (1, 2)
    assert uses(world) == [(code, 2)]
    # What was accepted is not refused because it could not be counted.
    with world.bot.db.write() as tx:
        tx.exec_driver_sql(
            "CREATE TRIGGER away BEFORE UPDATE ON share BEGIN SELECT RAISE(ABORT, 'away'); END"
        )
    assert said(world, f"同款 {code}", openid=FRIEND).startswith("收到，正在画")
    assert used(world, FRIEND) == 3


def test_what_was_taken_back_is_dead_and_another_code_is_another(world: World) -> None:
    draw(world)
    code = code_of(said(world, "分享"))
    assert "没有" in said(world, f"取消分享 {code}", openid=FRIEND)
    assert "不能再用了" in said(world, f"取消分享 {code}")
    assert "已经取消分享" in said(world, f"同款 {code}", openid=FRIEND)
    second = code_of(said(world, "分享"))

    assert second != code
    assert f"没有 {code}" in said(world, f"同款 {code}", openid=FRIEND)
    assert said(world, f"同款 {second}", openid=FRIEND).startswith("收到")
    # A word is no code, and asks for a picture as ever.
    assert said(world, "同款SUNSET的天空", openid=FRIEND).startswith("收到")
    assert uses(world) == [(second, 1)]


def test_a_blocked_maker_and_a_blocked_word_end_it(world: World) -> None:
    draw(world)
    code, bot = code_of(said(world, "分享")), world.bot
    desk = Desk(bot.db, bot.account_id, Actor(name="小李", via="console"))
    settings.save(settings.Drawer(desk, bot.base, bot.vault), {"words.blocked": "橘猫"})
    bot.snapshots.refresh()
    assert "没有通过内容审核" in said(world, f"同款 {code}", openid=FRIEND)
    bot.buffer.flush()
    editing.block(desk, world.openid, until=FOR_EVER)
    bot.snapshots.refresh()

    assert "已经取消分享" in said(world, f"同款 {code}", openid=FRIEND)
    assert uses(world) == [(code, 0)]


def test_a_recipe_with_a_photo_takes_the_others_own(world: World) -> None:
    draw(world)
    bot = world.bot
    edit = ImageRequest(prompt="变成水彩画", kind=JobKind.EDIT, sources=("photo:1",), style="水彩")
    photos.add(bot.db, bot.account_id, openid=world.openid, message_key="mine", media_id="m1")
    with bot.db.write() as tx:
        tx.execute(update(image_job).values(recipe=recipes.dump(edit), kind="edit", edits=1))
    code = code_of(said(world, "分享"))

    told = said(world, f"同款 {code}", openid=FRIEND)
    assert "你自己的 1 张照片" in told
    assert conversations.read(bot.db, bot.account_id, FRIEND).wish == f"同款 {code}"
    theirs = ImageMessage(
        to="gh", openid=FRIEND, created=int(time.time()), msg_id="77", media_id="m2", pic_url=""
    )
    first, again = world.answer(theirs), world.answer(theirs)
    assert isinstance(first, TextReply)
    assert first.content.startswith("收到")
    assert again == first
    asked = recipes.of(world.job(2))
    assert (asked.sources, asked.prompt, asked.style) == (("photo:2",), "变成水彩画", "水彩")
    assert uses(world) == [(code, 1)]


def test_a_recipe_with_two_photos_waits_for_the_second_though_the_first_came_twice(
    world: World,
) -> None:
    bot = world.bot
    draw(world)
    sources = ("photo:1", "photo:2")
    edit = ImageRequest(prompt="把图1放进图2", kind=JobKind.EDIT, sources=sources)
    with bot.db.write() as tx:
        tx.execute(update(image_job).values(recipe=recipes.dump(edit), kind="edit", edits=2))
    code = code_of(said(world, "分享"))
    said(world, f"同款 {code}", openid=FRIEND)
    first, second = (
        ImageMessage(to="gh", openid=FRIEND, created=int(time.time()), msg_id=one, media_id=one)
        for one in ("77", "78")
    )
    asked = world.answer(first)
    assert isinstance(asked, TextReply)
    assert "你自己的 2 张照片" in asked.content
    assert world.answer(first) == asked
    done = world.answer(second)
    assert isinstance(done, TextReply)
    assert done.content.startswith("收到，正在画")
    assert recipes.of(world.job(2)).sources == sources


def test_only_single_pictures_are_shared(world: World) -> None:
    draw(world)
    with world.bot.db.write() as tx:
        tx.execute(update(image_job).values(kind="sheet"))
    assert "不能做同款" in said(world, "分享")


def test_codes_are_read_aloud_without_doubt() -> None:
    made: set[Any] = {shares.new_code() for _ in range(500)}

    assert len(made) == 500
    assert all(len(code) == 6 and set(code) <= set(shares.ALPHABET) for code in made)
    assert not any(code.isalpha() for code in made)

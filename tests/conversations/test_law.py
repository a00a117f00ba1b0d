"""What the law asks for, at the front door: terms, complaints, labels, leaving."""

import re
import time
from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

import pytest
from sqlalchemy import select, update

from bot.editing import followers as editing
from bot.editing.desk import Desk
from bot.errors import Stale, Unlabelled
from bot.images import label
from bot.jobs import hands, leaving
from bot.links import sign, sign_copy
from bot.models import ImageMessage, JobState, SubscribeEvent, TextReply, UnsubscribeEvent
from bot.store import history, money, photos
from bot.store.database import now_ms
from bot.store.followers import FOR_EVER
from bot.store.history import Actor
from bot.store.pictures import RAW, beside
from bot.store.tables import (
    agreement,
    complaint,
    decision,
    follower,
    image_job,
    message,
    metadata,
    quota,
    share,
)
from tests.worlds import World

Make = Callable[..., World]
MODEL = {"aigc_model_name": "画信一号", "aigc_filing_number": "Beijing-HuaXin-2025"}
CREDIT = "由 画信一号（备案号 Beijing-HuaXin-2025）生成"
FRIEND = "oXiaoming-0000000000000000002"


def said(world: World, text: str, **options: Any) -> str:
    """Say *text* twice as WeChat may; the second answer must be the first."""
    spoken = world.message(text, **{"openid": world.openid, **options})
    first, again = world.answer(spoken), world.answer(spoken)
    assert isinstance(first, TextReply), first
    assert again == first
    return first.content


def rows(world: World, table: Any) -> list[dict[str, Any]]:
    with world.bot.db.read() as tx:
        return [dict(row) for row in tx.execute(select(table)).mappings()]


def tapped(words: str) -> list[str]:
    """What the follower would send by tapping."""
    found = re.findall(r">([^<]+)</a>", words)
    assert found
    return found


def draw(world: World, words: str = "一只橘猫", **options: Any) -> str:
    """Have a picture drawn; return the acknowledgement."""
    told = said(world, words, **options)
    world.work()
    return told


# ---- terms and the model's name ----


def test_the_terms_are_short_in_the_chat_and_whole_on_their_page(make_world: Make) -> None:
    world = make_world(**MODEL, public_url="http://bot.test", log_retention_days=190)
    short = said(world, "用户协议")

    assert len(short.encode()) <= 600
    assert '<a href="http://bot.test/terms">' in short
    assert short.endswith(CREDIT)
    page = world.client.get("/terms")
    whole = page.get_data(as_text=True)
    for words in ("<h1>用户协议</h1>", "GB 45438-2025", "保留 190 天", "“投诉”", CREDIT):
        assert words in whole
    assert "script" not in whole
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha")
    assert said(world, "帮助").endswith(CREDIT)
    assert draw(world).endswith(CREDIT)


def test_without_an_address_the_terms_are_one_tap_away(make_world: Make) -> None:
    world = make_world(public_url="", aigc_model_name="画信一号")
    short = said(world, "条款")

    assert "条款全文" in tapped(short)
    assert short.endswith("由 画信一号 生成")
    assert "继续使用表示同意本协议" in said(world, "条款全文")
    assert "生成（" not in said(world, "帮助")


# ---- complaints ----


def test_a_complaint_is_kept_once_and_names_its_picture(world: World) -> None:
    draw(world)
    how = said(world, "投诉")
    assert rows(world, complaint) == []
    assert tapped(how)[0] == "投诉 1号 内容违法或不当"

    told = said(world, "我要举报：第1号图里有<我>的脸！")
    assert "编号 1" in told
    assert "编号 2" in said(world, tapped(how)[1])
    assert "编号 3" in said(world, "投诉999号不存在的图")
    kept = [(one["job_id"], one["content"]) for one in rows(world, complaint)]
    assert kept == [(1, "第1号图里有<我>的脸！"), (1, "1号 侵犯我的权利"), (0, "999号不存在的图")]
    said(world, "举报箱上的一只猫")
    assert len(rows(world, complaint)) == 3
    assert rows(world, image_job)[-1]["prompt"] == "举报箱上的一只猫"


def test_nobody_floods_the_operators_with_complaints(world: World) -> None:
    for number in range(20):
        assert f"编号 {number + 1}。" in said(world, f"投诉 第{number}次")
    assert "20 条" in said(world, "投诉 又来了")
    assert "编号 21" in said(world, "投诉 别人的", openid=FRIEND)


# ---- labels ----


def test_whatever_leaves_carries_both_labels(make_world: Make) -> None:
    world = make_world(public_url="http://bot.test")
    draw(world)
    job, secret = world.job(), world.bot.settings.secret_key
    desk = Desk(world.bot.db, world.bot.account_id, Actor(name="小李", via="console"))
    with urlopen(f"{world.sandbox.address}/_media/{job.media_id}", timeout=10) as answer:
        at_wechat = answer.read()
    copied = hands.copy(world.bot, desk, job.id)

    for data in (
        world.client.get(f"/p/{sign(secret, job.picture)}").data,
        at_wechat,
        hands.picture(world.bot, job.id),  # the console's, and the API's
        world.bot.files.read(copied.sha256),
    ):
        label.verify(data)
    assert "不提供无标识的原图" in said(world, "去水印")
    assert "不提供无标识的原图" in said(world, "同意无标识 1号")
    for name in (beside(job.picture, RAW), "../huaxin.db"):
        assert world.client.get(f"/p/{sign(secret, name)}").status_code == 404
    assert world.client.get(f"/u/{sign_copy(secret, 1)}").status_code == 404
    assert rows(world, agreement) == []


def test_an_unlabelled_copy_needs_the_agreement_and_says_so_in_its_metadata(
    make_world: Make,
) -> None:
    world = make_world(public_url="http://bot.test", unlabelled_copies="on")
    assert "没有找到" in said(world, "无标识原图")
    draw(world)
    early = said(world, "同意无标识 1号")  # without having seen the words
    shown = said(world, "无标识原图")

    assert early == shown
    assert "由你承担标识义务" in shown
    (agree,) = tapped(shown)
    told = said(world, agree)
    (address,) = re.findall('href="http://bot.test([^"]+)"', told)
    copy = world.client.get(address)
    written = label.read(copy.data)
    assert written is not None
    assert written["Label"] == "1"
    assert written["ProduceID"] == world.job().picture.split("/")[1].removesuffix(".jpg")
    with pytest.raises(Unlabelled, match="visible"):
        label.verify(copy.data)
    kept = rows(world, agreement)
    assert [one["kind"] for one in kept] == ["shown", "shown", "agreed", "copy"]
    assert {(one["openid"], one["job_id"]) for one in kept} == {(world.openid, 1)}
    assert len({one["text_hash"] for one in kept}) == 1
    assert "没有找到" in said(world, "同意无标识 1号", openid=FRIEND)
    world.bot.pictures.drop(beside(world.job().picture, RAW))
    assert world.client.get(address).status_code == 404
    assert "没有留下无标识的原图" in said(world, "去标识 1号")


def test_other_words_are_another_agreement(make_world: Make) -> None:
    world = make_world(public_url="http://bot.test", unlabelled_copies="on")
    draw(world)
    said(world, "无标识原图 1号")
    with world.bot.db.write() as tx:
        tx.execute(update(agreement).values(text_hash="the words of yesterday"))

    assert "由你承担标识义务" in said(world, "同意无标识 1号")
    (address,) = re.findall('href="http://bot.test([^"]+)"', said(world, "同意无标识 1号"))
    assert world.client.get(address).status_code == 200
    with world.bot.db.write() as tx:
        tx.execute(update(agreement).values(at=now_ms() - 25 * 3600 * 1000))
    assert world.client.get(address).status_code == 404


# ---- leaving ----


def leave(world: World, openid: str) -> None:
    pushed = UnsubscribeEvent(to="gh", openid=openid, created=int(time.time()), name="unsubscribe")
    assert world.push(pushed) == b"success"
    world.bot.buffer.flush()


def later(world: World) -> None:
    """Have them left long enough ago, and let the worker look."""
    with world.bot.db.write() as tx:
        tx.execute(update(follower).where(follower.c.left_at > 0).values(left_at=1))
    leaving.forget_left(world.bot)


def everything(world: World) -> str:
    return str([rows(world, one) for one in metadata.sorted_tables])


def test_who_leaves_is_forgotten_and_the_log_has_a_pseudonym(make_world: Make) -> None:
    world = make_world(public_url="http://bot.test", unlabelled_copies="on")
    openid, bot = world.openid, world.bot
    draw(world, "一只红色的狐狸")
    said(world, "无标识原图")
    (address,) = re.findall('href="http://bot.test([^"]+)"', said(world, "同意无标识"))
    said(world, "投诉 1号 画得不像")
    (code,) = re.findall("同款码是 ([0-9A-Z]{6})", said(world, "分享"))
    photo = ImageMessage(to="gh", openid=openid, created=1, msg_id="9", media_id="m", pic_url="")
    photos.add(bot.db, bot.account_id, openid=openid, message_key="p", media_id=photo.media_id)
    with bot.db.write() as tx:
        own = {"account_id": bot.account_id, "openid": openid, "message_key": f"{openid}|d"}
        tx.execute(decision.insert().values(**own, stage="input", verdict="pass"))
    said(world, "第二只狐狸")  # queued, and given back
    leave(world, openid)
    leaving.forget_left(bot)
    assert openid in everything(world)  # not within the first seconds
    later(world)

    left = everything(world)
    assert openid not in left
    assert "狐狸" not in left
    nobody = bot.former(openid)
    for table in (agreement, complaint, decision, image_job, share, message):
        assert {one["openid"] for one in rows(world, table)} == {nobody}, table.name
    assert [one["state"] for one in rows(world, image_job)] == [
        JobState.CANCELLED,  # it had waited for them
        JobState.CANCELLED,
    ]
    assert list((bot.settings.data_dir / "pictures").glob("*/*")) == []
    assert world.client.get(address).status_code == 404
    assert "已经取消分享" in said(world, f"同款 {code}", openid=FRIEND)
    (entry,) = history.page(bot.db, bot.account_id, history.Filter(), most=1)[0]
    assert (entry.actor, entry.via, entry.action) == ("系统", "system", "follower.forget")
    assert {one["openid"]: one["used"] for one in rows(world, quota)} == {nobody: 1}
    # Nothing of theirs can be drawn anew: the words are gone.
    with bot.db.write() as tx:
        tx.execute(update(image_job).values(state=JobState.FAILED, cost=0))
    with pytest.raises(Stale):
        hands.retry(
            bot, Desk(bot.db, bot.account_id, Actor(name="阿强", via="console")), 1, pay_again=True
        )


def test_coming_back_at_once_does_no_harm(world: World) -> None:
    openid = world.openid
    draw(world)
    leave(world, openid)
    world.tap("subscribe")
    world.bot.buffer.flush()
    later(world)

    assert said(world, "额度").startswith("今天画了 1 张")
    assert world.bot.pictures.has(world.job().picture)


def test_leaving_and_coming_back_lifts_no_limit(make_world: Make) -> None:
    world = make_world(follower_daily_images=2)
    bot, openid = world.bot, world.openid
    for number in range(2):
        draw(world, f"第{number}座山")
    desk = Desk(bot.db, bot.account_id, Actor(name="小李", via="console"))
    for _ in range(2):
        leave(world, openid)
        later(world)
        assert openid not in str([rows(world, one) for one in (follower, quota)])
        assert "用完了" in said(world, "第三座山")
        world.bot.buffer.flush()
    editing.block(desk, openid, until=FOR_EVER, reason="刷屏")
    leave(world, openid)
    later(world)
    bot.snapshots.refresh()

    assert openid not in str(rows(world, follower))
    assert "暂停" in said(world, "电子书")
    assert money.spent(bot.db, bot.account_id, period=bot.today()) > 0


def test_a_picture_being_drawn_is_ended_first(world: World) -> None:
    openid = world.openid
    said(world, "一座山")
    with world.bot.db.write() as tx:
        held = {"state": JobState.GENERATING, "called_at": 1, "lease_until": now_ms() + 30_000}
        tx.execute(update(image_job).values(held))
    leave(world, openid)
    later(world)
    assert openid in everything(world)
    with world.bot.db.write() as tx:
        tx.execute(update(image_job).values(state=JobState.WAITING, lease_until=0))
    later(world)

    assert openid not in everything(world)


def test_who_comes_and_leaves_at_once_is_forgotten_all_the_same(world: World) -> None:
    """The greeting is logged after the leaving was noted, and does not undo it."""
    openid = world.openid
    now = int(time.time())
    world.push(SubscribeEvent(to="gh", openid=openid, created=now, name="subscribe"))
    leave(world, openid)
    later(world)
    assert openid not in everything(world)


def test_wechat_gets_its_success_while_the_database_is_away(world: World) -> None:
    with world.bot.db.write():  # the writers' lock, held by somebody else
        pushed = UnsubscribeEvent(
            to="gh", openid=world.openid, created=int(time.time()), name="unsubscribe"
        )
        assert world.push(pushed) == b"success"
    world.bot.buffer.flush()
    later(world)
    assert world.openid not in everything(world)


def test_what_is_older_than_it_must_be_is_deleted(world: World) -> None:
    bot = world.bot
    draw(world)
    said(world, "投诉 还没有处理")
    bot.buffer.flush()
    with bot.db.write() as tx:
        own = {"account_id": bot.account_id, "openid": FRIEND}
        for days in (1, 199, 201):
            at = bot.now_ms() - days * 24 * 3600 * 1000
            key = {"message_key": f"{days}"}
            tx.execute(message.insert().values(**own, **key, content="x", created_at=at))
            tx.execute(decision.insert().values(**own, **key, at=at))
            tx.execute(agreement.insert().values(**own, **key, kind="copy", at=at))
            handled = {"content": "x", "created_at": at, "handled_at": at}
            tx.execute(complaint.insert().values(**own, **key, **handled))
            made = {"openid": bot.former(FRIEND), "prompt": "", "width": 64, "height": 64}
            made |= {"state": "delivered", "acknowledgement": "", "created_at": at}
            tx.execute(image_job.insert().values(own | key | made))
        tx.execute(update(image_job).where(image_job.c.id == 1).values(created_at=1))
    leaving.purge(bot)

    counts = {one.name: len(rows(world, one)) for one in (message, decision, agreement)}
    assert counts == {"message": 4, "decision": 3, "agreement": 2}  # one that the drawing made
    assert [one["content"] for one in rows(world, complaint)] == ["还没有处理", "x", "x"]
    assert [one["openid"] == world.openid for one in rows(world, image_job)] == [True, False, False]

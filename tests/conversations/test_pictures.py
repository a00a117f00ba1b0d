"""A prompt becomes a labelled picture in the chat: once, paid once, on every kind of account."""

import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from PIL import Image
from sqlalchemy import update

from bot.images import label
from bot.jobs import hold
from bot.models import ImageReply, JobState, Reply, TextReply
from bot.store import accounts
from bot.store.tables import account, capability, image_job
from tests.worlds import World, used

Make = Callable[..., World]
CITY = (
    "帮我生成一个图片，是一座科幻风格的城市，路上有一些未来的车辆，空中还有浮空设备，"
    "路上有一些行人，有机械改造的行人"
)
GENERATIONS = "/v1/images/generations"
SEND = "/cgi-bin/message/custom/send"
HURRIED = 2.5  # seconds: a busy machine has as many to be late


def text(reply: Reply | None) -> str:
    assert isinstance(reply, TextReply)
    return reply.content


def unverified(world: World) -> World:
    """An account that cannot push, and knows it."""
    world.sandbox.phone("POST", "account", {"verified": False})
    accounts.learn(
        world.bot.db,
        world.bot.account_id,
        world.bot.settings.wechat_app_id,
        name="push",
        allowed=False,
        code=48001,
    )
    world.bot.snapshots.refresh()
    return world


def unholding(make_world: Make) -> World:
    """The same with one thread for the web: it answers at once, for half of one holds nothing."""
    return unverified(make_world(web_threads=1))


class TestAccountsThatMayPush:
    def test_the_prompt_is_acknowledged_at_once_and_the_picture_arrives(self, world: World) -> None:
        assert text(world.say(CITY)).startswith("收到，正在画（约 30 秒）。")
        assert world.pushed() == []
        world.work()

        (picture,) = world.pushed()
        assert (picture["kind"], picture["ai"]) == ("image", True)
        assert world.job().state is JobState.DELIVERED
        (call,) = world.sandbox.calls(GENERATIONS)
        assert "科幻风格的城市" in call["json"]["prompt"]
        assert "机械改造的行人" in call["json"]["prompt"]

    def test_what_wechat_gets_is_a_labelled_jpeg(self, world: World) -> None:
        world.say("一只猫，横版 16:9")
        world.work()
        data = world.bot.pictures.read(world.job().picture)

        assert len(data) <= 2_000_000
        with Image.open(io.BytesIO(data)) as image:
            assert (image.format, image.width, image.height) == ("JPEG", 1536, 864)
            assert not image.getexif()
        written = label.read(data)
        assert written is not None
        assert written["Label"] == "1"
        assert set(written) == {
            "Label",
            "ContentProducer",
            "ProduceID",
            "ReservedCode1",
            "ContentPropagator",
            "PropagateID",
            "ReservedCode2",
        }

    def test_a_retried_prompt_is_one_job_and_one_answer(self, world: World) -> None:
        message = world.message("一只橘猫", openid=world.openid)
        world.say("额度")
        first = [world.answer(message), world.answer(message)]
        world.work()
        again = world.answer(message)

        assert first == [again, again]
        assert len(world.sandbox.calls(GENERATIONS)) == 1
        assert len(world.pushed()) == 1
        assert used(world) == 1

    def test_racing_pushes_of_one_message_are_one_job(self, world: World) -> None:
        message = world.message("一只橘猫", openid=world.openid)
        with ThreadPoolExecutor(8) as pool:
            answers = set(pool.map(lambda _: world.answer(message), range(8)))
        world.work()

        assert len(answers) == 1
        assert len(world.sandbox.calls(GENERATIONS)) == 1
        assert used(world) == 1

    def test_the_queue_is_told_as_it_is(self, world: World) -> None:
        for number in range(2):
            world.answer(world.message("一幅山水画", openid=f"oQueue-{number}"))
        world.say("第三幅山水画")

        assert text(world.say("第四幅山水画")).startswith("收到，正在画（前面 2 人，约 30 秒）。")

    @pytest.mark.parametrize("code", [45015, 45047, 43004, 45009])
    def test_a_picture_that_cannot_be_pushed_waits_and_is_collected_once(
        self, world: World, code: int
    ) -> None:
        world.say("一只橘猫")
        world.sandbox.script({"match": SEND, "times": 1, "errcode": code})
        world.work()
        assert world.job().state is JobState.WAITING

        collected = world.say("取图")

        assert collected == ImageReply(world.job().media_id)
        assert world.job().state is JobState.COLLECTED
        assert "没有等你领取的图片" in text(world.say("取图"))

    def test_48001_turns_the_account_to_pull_and_is_remembered(self, world: World) -> None:
        world.sandbox.phone("POST", "account", {"verified": False})
        world.say("一只橘猫")
        world.work()
        world.bot.snapshots.refresh()

        assert not world.bot.snapshots.current.can_push
        assert world.job().state is JobState.WAITING
        assert len(world.sandbox.calls(SEND)) == 1

    def test_a_send_whose_answer_is_lost_is_not_repeated(self, world: World) -> None:
        world.say("一只橘猫")
        world.sandbox.script({"match": SEND, "times": 1, "do": True, "reset": "before"})
        world.work()

        assert len(world.sandbox.calls(SEND)) == 1
        assert len(world.pushed()) == 1
        assert world.job().state is JobState.WAITING

    def test_an_expired_token_is_renewed_on_the_way(self, world: World) -> None:
        world.say("一只橘猫")
        world.work()
        world.sandbox.phone("POST", "trouble", {"name": "expired_token", "on": True})
        world.say("一只白猫")
        world.work()

        assert [item["kind"] for item in world.pushed()] == ["image", "image"]

    def test_upload_falls_back_to_permanent_material(self, world: World) -> None:
        world.sandbox.script({"match": "/cgi-bin/media/upload", "times": None, "errcode": 48001})
        world.say("一只橘猫")
        world.work()

        assert world.job().media_kind == "permanent"
        assert world.job().state is JobState.DELIVERED

    def test_upload_falls_back_to_a_signed_link(self, world: World) -> None:
        for path in ("/cgi-bin/media/upload", "/cgi-bin/material/add_material"):
            world.sandbox.script({"match": path, "times": None, "errcode": 48001})
        world.say("一只橘猫")
        world.work()

        (link,) = world.pushed()
        address = link["text"].split('"')[1]
        assert address.startswith("http://bot.test/p/")
        response = world.client.get(address.removeprefix("http://bot.test"))
        assert response.status_code == 200
        assert response.mimetype == "image/jpeg"
        assert world.client.get("/p/forged").status_code == 404

    def test_a_busy_wechat_only_delays(self, world: World) -> None:
        world.work()
        world.sandbox.script({"match": "/cgi-bin/media/upload", "times": 3, "errcode": -1})
        world.say("一只橘猫")
        world.work()
        assert world.job().state is JobState.GENERATED
        time.sleep(2.1)
        world.work()

        assert world.job().state is JobState.DELIVERED
        assert len(world.sandbox.calls(GENERATIONS)) == 1

    def test_a_picture_of_a_menu_tap_waits_when_its_minute_is_over(self, world: World) -> None:
        world.tap("CLICK", key="画 一只橘猫")
        job = world.job()
        assert 0 < job.push_until - job.created_at <= 60_000
        with world.bot.db.write() as tx:
            tx.execute(update(image_job).values(push_until=1))
        world.work()

        assert world.job().state is JobState.WAITING
        assert world.sandbox.calls(SEND) == []

    def test_a_refused_push_is_tried_again_a_day_later(self, make_world: Make) -> None:
        world = unholding(make_world)
        world.sandbox.phone("POST", "account", {"verified": True})
        with world.bot.db.write() as tx:
            tx.execute(update(capability).values(checked_at=capability.c.checked_at - 86_400_001))
            tx.execute(update(account).values(media_version=account.c.media_version + 1))
        message = world.message("一只橘猫", openid=world.openid)
        world.say("额度")
        world.answer(replace(message, created=message.created - 10))
        world.work()
        world.bot.snapshots.refresh()

        assert world.job().state is JobState.DELIVERED
        assert world.bot.snapshots.current.can_push

    def test_a_media_id_refused_to_the_end_is_not_handed_out(self, world: World) -> None:
        world.sandbox.script({"match": SEND, "times": 6, "errcode": 40007})
        world.say("一只橘猫")
        for _ in range(7):
            world.work()
            with world.bot.db.write() as tx:
                tx.execute(update(image_job).values(not_before=0))
        assert world.job().state is JobState.WAITING

        assert "正在送来" in text(world.say("取图"))
        world.work()
        assert [item["kind"] for item in world.pushed()] == ["image"]


class TestAccountsThatMayNotPush:
    def test_the_picture_is_the_answer_to_the_retry_it_is_ready_for(self, world: World) -> None:
        unverified(world)
        with ThreadPoolExecutor(1) as pool:
            said = pool.submit(world.say, "一只橘猫")
            while world.sandbox.calls(GENERATIONS) == []:
                time.sleep(0.05)
                world.work()
            reply = said.result()

        assert reply == ImageReply(world.job().media_id)
        assert world.job().state is JobState.COLLECTED
        assert world.sandbox.calls(SEND) == []

    def test_the_last_answer_comes_before_wechat_has_gone(self) -> None:
        assert hold.IN_TIME + 2 * hold.POLL < 5 < hold.GIVEN_UP

    def test_the_window_ends_with_a_sentence_and_the_picture_is_collected(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hold, "IN_TIME", HURRIED)
        unverified(world)
        begun = time.monotonic()
        reply = text(world.say("一只橘猫"))
        took = time.monotonic() - begun
        world.work()

        assert reply.startswith("收到，正在画")
        assert "取图" in reply
        assert took > 10 + HURRIED  # the third push
        assert world.say("取图") == ImageReply(world.job().media_id)

    def test_an_old_message_is_answered_in_time_whatever_its_push(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hold, "IN_TIME", HURRIED)
        unverified(world)
        message = world.message("一只橘猫", openid=world.openid)
        begun = time.monotonic()
        reply = world.answer(replace(message, created=message.created - 10))

        assert HURRIED <= time.monotonic() - begun < 5
        assert text(reply).startswith("收到，正在画")

    def test_keywords_and_prompts_are_never_answered_with_an_older_picture(
        self, make_world: Make
    ) -> None:
        world = unholding(make_world)
        message = world.message("一只橘猫", openid=world.openid)
        world.answer(replace(message, created=message.created - 10))
        world.work()

        assert "电子书" in text(world.say("电子书"))
        again = world.message("一只白猫", openid=world.openid)
        reply = text(world.answer(replace(again, created=again.created - 10)))
        assert "另有 1 张已画好，回复“取图”" in reply
        assert world.job().state is JobState.WAITING

    @pytest.mark.parametrize("said", ["帮助", "你好", "电子数", "取图", "取图。"])
    def test_asking_in_any_way_hands_the_picture_out(self, make_world: Make, said: str) -> None:
        world = unholding(make_world)
        message = world.message("一只橘猫", openid=world.openid)
        world.answer(replace(message, created=message.created - 10))
        world.work()

        assert world.say(said) == ImageReply(world.job().media_id)

    def test_held_requests_never_take_more_than_half_the_threads(self, make_world: Make) -> None:
        world = unverified(make_world(web_threads=4, follower_daily_images=100))
        messages = [world.message(f"第{number}幅山水画") for number in range(4)]
        begun = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            took = list(
                pool.map(lambda one: (world.answer(one), time.monotonic() - begun), messages)
            )

        assert sum(seconds < 3 for _reply, seconds in took) == 2

    def test_a_failure_waits_for_the_follower_too(self, make_world: Make) -> None:
        world = unholding(make_world)
        message = world.message("一张违规的图", openid=world.openid)
        world.answer(replace(message, created=message.created - 10))
        world.work()

        assert "没有通过内容审核" in text(world.say("取图"))
        assert "没有等你领取的图片" in text(world.say("取图"))


class TestCommands:
    def test_the_last_picture_comes_once_more(self, world: World) -> None:
        world.say("一只橘猫")
        world.work()

        assert world.say("上一张") == ImageReply(world.job().media_id)

    def test_the_quota_counts_pictures_and_comes_back_for_what_was_not_drawn(
        self, world: World
    ) -> None:
        world.say("一只橘猫")
        world.say("一张违规的图")
        assert "今天画了 2 张，还能画 8 张" in text(world.say("额度"))
        world.work()

        assert "今天画了 1 张，还能画 9 张" in text(world.say("额度"))

    def test_a_queued_picture_is_cancelled_and_refunded(self, world: World) -> None:
        world.say("一只橘猫")
        assert "已取消 1 张" in text(world.say("取消"))
        world.work()

        assert world.job().state is JobState.CANCELLED
        assert world.sandbox.calls(GENERATIONS) == []
        assert used(world) == 0
        assert "没有在排队的图" in text(world.say("取消"))

    def test_a_retried_cancel_repeats_itself_and_spares_what_came_later(self, world: World) -> None:
        world.say("一只橘猫")
        cancel = world.message("取消", openid=world.openid)
        first = world.answer(cancel)
        later = world.message("一只白猫", openid=world.openid, created=cancel.created + 1)
        world.answer(later)

        assert world.answer(cancel) == first
        assert [world.job(number).state for number in (1, 2)] == ["cancelled", "queued"]

    def test_works_are_listed_with_signed_links(self, world: World) -> None:
        world.say("一只<b>橘猫</b>")
        world.work()
        listed = text(world.say("我的作品"))

        assert "最近的 1 张作品" in listed
        assert "＜b＞橘猫" in listed
        assert "http://bot.test/p/" in listed

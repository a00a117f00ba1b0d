"""Talking to it like to an artist: what a sentence edits, what it starts afresh, what comes next.

The sandbox's journal says what was asked of the model; a follower's phone says what they read.
"""

import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from PIL import Image
from sqlalchemy import update

from bot import recipes
from bot.models import ImageReply, ImageRequest, JobKind, JobState, Reply, TextReply
from bot.store import accounts
from bot.store.tables import conversation, image_job
from tests.worlds import World, used

Make = Callable[..., World]
GENERATIONS, EDITS = "/v1/images/generations", "/v1/images/edits"


def text(reply: Reply | None) -> str:
    assert isinstance(reply, TextReply)
    return reply.content


def taps(reply: Reply | None) -> list[str]:
    """The words that can be tapped in an answer, as they would arrive."""
    return [unquote(one) for one in re.findall(r"msgmenucontent=([^&\"]*)", text(reply))]


def drawn(world: World, *said: str) -> list[Reply | None]:
    """Say each sentence and let the worker finish before the next."""
    answers = []
    for one in said:
        answers.append(world.say(one))
        world.work()
    return answers


def asked(world: World) -> list[tuple[str, dict[str, Any]]]:
    """Every call for a picture, oldest first: the path, and what was asked for."""
    calls = world.sandbox.calls("/v1/images")
    return [(call["path"], call.get("json") or call["form"]) for call in calls]


def recipe(world: World, number: int) -> ImageRequest:
    return recipes.of(world.job(number))


def age(world: World, *, minutes: int) -> None:
    """Let the time pass since everything that was drawn and said."""
    past = minutes * 60_000
    times = ("created_at", "generated_at", "finished_at")
    with world.bot.db.write() as tx:
        tx.execute(update(image_job).values({one: image_job.c[one] - past for one in times}))
        tx.execute(
            update(conversation).values(
                current_at=conversation.c.current_at - past, wish_at=conversation.c.wish_at - past
            )
        )


def photo() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (900, 1200), "#7A9E5B").save(data, "JPEG")
    return data.getvalue()


class TestWhatAPromptSays:
    @pytest.mark.parametrize(
        ("said", "size", "title"),
        [
            (
                (
                    "帮我生成一个图片，是一座科幻风格的城市，路上有一些未来的车辆，空中还有浮空设备，"
                    "路上有一些行人，有机械改造的行人"
                ),
                "1024x1024",
                "",
            ),
            (
                (
                    "帮我生成一个图片，是一座赛博朋克风格的城市，路上有一些车辆，空中还有浮空船，"
                    "路上有一些行人，有的行人装了机械假肢等。夜晚。"
                ),
                "1024x1024",
                "",
            ),
            (
                (
                    "帮我生成一个五一劳动节的海报，标题是“五一劳动节快乐”，背景是学校，"
                    "学校门口有一些卖东西的学生"
                ),
                "1024x1536",
                "五一劳动节快乐",
            ),
            (
                (
                    "帮我生成一个五一劳动节的海报，标题是“5.1 vacation happy”，背景是学校，"
                    "学校门口有一些卖东西的学生"
                ),
                "1024x1536",
                "5.1 vacation happy",
            ),
        ],
    )
    def test_the_articles_prompts(self, world: World, said: str, size: str, title: str) -> None:
        drawn(world, said)

        ((path, call),) = asked(world)
        words = said.removeprefix("帮我生成一个").removeprefix("图片，")
        assert (path, call["size"], call["quality"]) == (GENERATIONS, size, "medium")
        assert call.get("n", 1) == 1
        assert set(words) <= set(call["prompt"])
        assert (recipe(world, 1).title, recipe(world, 1).lettering) == (title, "")

    def test_style_quality_ground_and_letters_reach_the_model(self, world: World) -> None:
        drawn(
            world,
            "皮克斯风格的小狗，4K",
            "一只苹果，#1E90FF 背景",
            "柴犬贴纸，先来个草图",
            "读书会海报，标题是“周六见”，精准文字",
        )

        (_, pixar), (_, apple), (_, sticker), (_, poster) = asked(world)
        assert pixar["quality"] == "high"
        assert "3D animated feature film" in pixar["prompt"]
        assert "皮克斯" not in pixar["prompt"]
        assert "#1E90FF" in apple["prompt"]
        assert (sticker["background"], sticker["quality"]) == ("transparent", "low")
        assert "周六见" not in poster["prompt"]
        assert recipe(world, 1).style == "3D动画"
        assert recipe(world, 2).ground == "#1E90FF"
        assert recipe(world, 4).lettering == "ours"

    def test_a_title_we_cannot_write_is_refused_and_names_the_characters(
        self, world: World
    ) -> None:
        answer = text(world.say("派对海报，标题是“派对😀🎉快乐”，精准文字"))

        assert "标题里的“😀、🎉”" in answer
        assert (asked(world), used(world)) == ([], 0)


class TestRefining:
    def test_a_picture_is_refined_sentence_by_sentence(self, world: World) -> None:
        said = ("一只橘猫", "背景换成夜晚", "再亮一点", "换成横版", "戴上帽子", "变成水彩")
        answers = drawn(world, *said)
        calls = asked(world)

        assert [path for path, _ in calls] == [GENERATIONS, *[EDITS] * 5]
        assert "背景换成夜晚" in calls[1][1]["prompt"]
        assert calls[2][1]["size"] == "1024x1024"
        assert calls[3][1]["size"] == calls[4][1]["size"] == "1536x1024"
        assert "watercolour" in calls[5][1]["prompt"]
        sources = [recipe(world, number).sources for number in range(1, 7)]
        assert sources == [(), *((f"job:{number}",) for number in range(1, 6))]
        assert [world.job(number).parent_id for number in range(1, 7)] == [0, 1, 2, 3, 4, 5]
        assert "这次是改上一张" in text(answers[1])
        assert "这次是" not in text(answers[0])
        assert used(world) == 6

    def test_one_tap_makes_it_a_new_picture_instead(self, world: World) -> None:
        drawn(world, "一只橘猫")
        tap = taps(world.say("加一只猫"))[-1]
        answer = world.say(tap)
        world.work()

        assert tap == "新图 加一只猫"
        assert "前一种画法" not in text(answer)
        assert [world.job(number).state for number in (2, 3)] == ["cancelled", "delivered"]
        assert [path for path, _ in asked(world)] == [GENERATIONS, GENERATIONS]
        assert used(world) == 2

    def test_one_tap_makes_a_new_picture_an_edit_of_the_one_before(self, world: World) -> None:
        drawn(world, "一只橘猫")
        tap = taps(world.say("雪山下的小木屋"))[-1]
        world.say(tap)
        world.work()

        assert tap == "改图 雪山下的小木屋"
        assert world.job(2).state is JobState.CANCELLED
        assert recipe(world, 3).sources == ("job:1",)
        assert used(world) == 2

    def test_what_is_being_drawn_already_is_kept_and_said(self, world: World) -> None:
        drawn(world, "一只橘猫")
        tap = taps(world.say("加一只猫"))[-1]
        with world.bot.db.write() as tx:
            tx.execute(
                update(image_job)
                .where(image_job.c.id == 2)
                .values(state="generating", called_at=1, lease_until=10**15)
            )
        answer = text(world.say(tap))

        assert "前一种画法已经开画" in answer
        assert [world.job(number).state for number in (2, 3)] == ["generating", "queued"]
        assert used(world) == 3

    def test_racing_taps_of_one_message_swap_once(self, world: World) -> None:
        drawn(world, "一只橘猫", "额度")
        world.say("加一只猫")
        message = world.message("新图 加一只猫", openid=world.openid)
        with ThreadPoolExecutor(6) as pool:
            answers = set(pool.map(lambda _: world.answer(message), range(6)))
        world.work()

        assert len(answers) == 1
        assert len(asked(world)) == used(world) == 2

    def test_earlier_pictures_are_named(self, world: World) -> None:
        drawn(world, "一只橘猫", "新图 一只白狗", "新图 一头大象")
        drawn(world, "第2张背景换成夜晚", "#1 再亮一点", "把3号的大象换成犀牛", "上上张换成竖版")

        sources = [recipe(world, number).sources for number in range(4, 8)]
        assert sources == [("job:2",), ("job:1",), ("job:3",), ("job:5",)]
        assert recipe(world, 6).prompt == "把大象换成犀牛"
        assert world.say("第1张") == ImageReply(world.job(1).media_id)
        drawn(world, "再暗一点")
        assert recipe(world, 8).sources == ("job:1",)
        assert "没有找到你说的那张图" in text(world.say("第40张再亮一点"))
        assert "没有找到你说的那张图" in text(world.say("#4000 再亮一点"))
        assert used(world) == 8

    def test_nobody_refers_to_anothers_picture(self, world: World) -> None:
        drawn(world, "一只橘猫")
        said = [world.message(one) for one in ("#1 背景换成夜晚", "第1张背景换成夜晚", "再亮一点")]
        answers = [text(world.answer(one)) for one in said]

        assert ["没有找到" in one for one in answers] == [True, True, False]
        assert "没有可改的图" in answers[2]
        assert len(asked(world)) == 1

    def test_new_starts_afresh_and_old_pictures_are_not_edited(self, world: World) -> None:
        drawn(world, "一只橘猫")
        assert "从头画" in text(world.say("新图"))
        answers = drawn(world, "加一只猫", "重新画：一只狗")
        age(world, minutes=31)
        answers += drawn(world, "夜晚", "再亮一点")

        kinds = [world.job(number).kind for number in range(1, 5)]
        assert kinds == [JobKind.DRAW] * 4
        assert recipe(world, 3).prompt == "一只狗"
        assert recipe(world, 4).prompt == "夜晚"
        assert world.job(5).kind is JobKind.EDIT
        assert all("这次是" not in text(one) for one in answers[:3])

    def test_nothing_to_change_is_said_for_nothing(self, world: World) -> None:
        answer = world.say("再亮一点")

        assert "没有可改的图" in text(answer)
        assert taps(answer) == ["新图 再亮一点"]
        assert taps(world.say("把帽子换成" + "红" * 80)) == []
        assert (asked(world), used(world)) == ([], 0)

    def test_while_it_is_being_drawn_a_change_has_to_wait(self, world: World) -> None:
        world.say("一只橘猫")
        answer = world.say("背景换成夜晚")
        world.work()
        drawn(world, taps(answer)[0])

        assert "还在画，画好再改" in text(answer)
        assert [path for path, _ in asked(world)] == [GENERATIONS, EDITS]

    def test_a_step_back_hands_the_earlier_picture_out_and_edits_that(self, world: World) -> None:
        drawn(world, "一只橘猫", "背景换成夜晚", "再亮一点")
        message = world.message("退一步", openid=world.openid)

        assert [world.answer(message) for _ in range(3)] == [ImageReply(world.job(2).media_id)] * 3
        assert world.say("上一版") == ImageReply(world.job(1).media_id)
        assert "已经是第一版" in text(world.say("撤销"))
        drawn(world, "变成水彩")
        assert recipe(world, 4).sources == ("job:1",)
        assert used(world) == 4

    def test_a_chain_is_bounded(self, make_world: Make) -> None:
        world = make_world(follower_daily_images=20)
        drawn(world, "一只橘猫", *["再亮一点"] * 8)
        answer = world.say("再亮一点")

        assert "连着改了 8 次" in text(answer)
        assert taps(answer) == ["退一步"]
        assert used(world) == 9

    def test_a_service_that_cannot_edit_is_not_asked_to(
        self, make_world: Make, tmp_path: Any
    ) -> None:
        drawn(make_world(), "一只橘猫")
        file = tmp_path / "providers.toml"
        file.write_text(
            '[[provider]]\nname = "plain"\nkind = "zhipu"\nmodel = "cogview-4"\napi_key = "k"\n'
        )
        world = make_world(image_providers=file)

        for said in ("再亮一点", "把照片变成水彩", "透明背景的猫"):
            assert "做不到这个" in text(world.say(said))
        assert used(world) == 1
        world.say("柴犬贴纸")
        assert (recipe(world, 2).transparent, used(world)) == (False, 2)
        assert "先画 4 张草图" in text(world.say("抽卡 柴犬贴纸"))
        assert [recipe(world, number).transparent for number in (4, 7)] == [False, False]


class TestPhotos:
    def test_a_photo_is_what_the_next_sentence_is_about(self, world: World) -> None:
        world.photo(photo())
        (answer,) = drawn(world, "吉卜力风格")
        drawn(world, "这张照片变成像素风")

        (_, first), (_, second) = asked(world)
        assert "这次是改你发的照片" in text(answer)
        assert taps(answer)[-1] == "新图 吉卜力风格"
        assert first["size"] == second["size"]
        assert "hand-painted anime film" in first["prompt"]
        assert "吉卜力" not in first["prompt"]
        assert [recipe(world, number).sources for number in (1, 2)] == [("photo:1",)] * 2
        files = [call["files"] for call in world.sandbox.calls(EDITS)]
        assert [(one["width"], one["height"]) for (one,) in files] == [(900, 1200)] * 2

    def test_a_sentence_waits_for_its_photo(self, world: World) -> None:
        message = world.message("把这张照片变成水彩", openid=world.openid)
        world.say("额度")
        first = world.answer(message)
        world.photo(photo())
        world.work()

        assert "把照片发过来" in text(first)
        assert world.answer(message) == first
        ((path, call),) = asked(world)
        assert path == EDITS
        assert "把这张照片变成水彩" in call["prompt"]
        assert used(world) == 1


class TestChoices:
    def test_the_follow_ups_by_number(self, world: World) -> None:
        drawn(world, "一只橘猫，横版", "1", "2", "4")
        answer = world.say("3")
        calls = asked(world)

        assert [path for path, _ in calls] == [GENERATIONS, GENERATIONS, EDITS, EDITS]
        assert calls[0][1] == calls[1][1]
        assert (calls[2][1]["quality"], calls[2][1]["size"]) == ("high", "1536x1024")
        assert (calls[3][1]["quality"], calls[3][1]["size"]) == ("high", "1024x1536")
        assert [world.job(number).parent_id for number in range(1, 5)] == [0, 1, 2, 3]
        styles = taps(answer)
        assert styles[:2] == ["变成吉卜力风格", "变成水彩风格"]
        drawn(world, styles[1])
        assert (recipe(world, 5).style, recipe(world, 5).sources) == ("水彩", ("job:4",))

    def test_the_follow_ups_by_name_keep_the_recipe(self, world: World) -> None:
        drawn(world, "柴犬贴纸，#FFD400 项圈", "再来一张", "高清", "换方向", "变成剪纸")

        made = [recipe(world, number) for number in range(1, 6)]
        assert made[0] == made[1]
        assert [one.transparent for one in made] == [True] * 5
        assert [one.quality for one in made] == ["", "", "high", "high", "high"]
        assert [one.sources for one in made] == [(), (), ("job:2",), ("job:3",), ("job:4",)]

    def test_a_number_alone_is_nothing_without_a_picture(self, world: World) -> None:
        assert "我会" in text(world.say("1"))
        drawn(world, "一只橘猫")
        age(world, minutes=31)

        assert "我会" in text(world.say("2"))
        assert "还没有画过" not in text(world.say("再来一张"))
        assert used(world) == 2

    def test_a_retried_follow_up_is_one_job_whatever_has_become_since(self, world: World) -> None:
        drawn(world, "一只橘猫", "额度")
        message = world.message("2", openid=world.openid)
        first = world.answer(message)
        world.work()

        assert world.answer(message) == first
        assert len(asked(world)) == used(world) == 2

    def test_accounts_that_cannot_push_say_them_with_the_acknowledgement(
        self, world: World
    ) -> None:
        accounts.learn(
            world.bot.db,
            world.bot.account_id,
            world.bot.settings.wechat_app_id,
            name="push",
            allowed=False,
            code=48001,
        )
        world.bot.snapshots.refresh()
        message = world.message("一只橘猫", openid=world.openid)
        answer = world.answer(replace(message, created=message.created - 10))

        assert taps(answer)[-4:] == ["再来一张", "高清", "换风格", "换方向"]

    def test_a_sheet_is_chosen_from_before_it_is_changed(self, world: World) -> None:
        drawn(world, "抽卡 一只橘猫")
        answer = world.say("背景换成夜晚")
        assert taps(answer) == ["选1", "选2", "选3", "选4"]
        drawn(world, "2", "再亮一点")

        final, edit = world.job(6), world.job(7)
        assert recipes.of(final).sources == ("job:3",)
        assert recipes.of(edit).sources == ("job:6",)
        assert used(world) == 3

    def test_keywords_and_small_talk_come_first(self, world: World) -> None:
        drawn(world, "一只橘猫")

        assert "http" in text(world.say("电子书"))
        assert "我会" in text(world.say("你好"))
        assert len(asked(world)) == used(world) == 1

    def test_where_only_prefixes_are_prompts_a_picture_can_still_be_changed(
        self, make_world: Make
    ) -> None:
        world = make_world(prompt_trigger="prefix")
        drawn(world, "再亮一点", "一只白狗")
        assert asked(world) == []
        drawn(world, "画一只橘猫", "再亮一点", "加一只猫", "新图 一头大象")

        assert [path for path, _ in asked(world)] == [GENERATIONS, EDITS, GENERATIONS]

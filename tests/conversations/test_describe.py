"""反推: a photo becomes the words it could have been drawn from."""

import io
import json
import urllib.request
from collections.abc import Callable
from dataclasses import replace

import pytest
from PIL import Image
from sqlalchemy import update
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from bot.images import describing
from bot.jobs.run import run
from bot.models import JobState, Reply
from bot.store import claims, conversations
from bot.store.tables import image_job
from bot.wechat.client import WeChat
from tests.conversations.groups import (
    CHATS,
    GENERATIONS,
    refusal,
    silence,
    spent,
    text,
    used,
    worked,
)
from tests.conversations.test_pictures import unverified
from tests.worlds import World

Make = Callable[..., World]
WRITER = {"openai_text_model": "gpt-5-mini"}


def send_photo(world: World) -> Reply | None:
    """Send a photo from the phone; what WeChat was answered."""
    made = io.BytesIO()
    Image.new("RGB", (640, 480), "#7a5c3e").save(made, "JPEG")
    made.seek(0)
    photo = FileStorage(made, filename="photo.jpg", name="media", content_type="image/jpeg")
    fields = {"openid": world.openid, "type": "image", "media": photo}
    boundary, body = encode_multipart(fields)
    kind = f'multipart/form-data; boundary="{boundary}"'
    address = f"{world.sandbox.address}/_phone/send"
    request = urllib.request.Request(address, data=body, headers={"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return world.answered(json.load(answer)["push"])


def test_a_photo_is_described_in_words_that_can_be_drawn_from(make_world: Make) -> None:
    world = make_world(**WRITER)
    assert "把照片发给我" in text(world.say("反推"))
    assert "正在看图写提示词" in text(send_photo(world))
    (told,) = worked(world)

    (chat,) = world.sandbox.calls(CHATS)
    parts = chat["json"]["messages"][1]["content"]
    assert [part["type"] for part in parts] == ["text", "image_url"]
    assert told["text"].startswith("示例提示词：画面主体居中")
    assert "照这个画一张</a>" in told["text"]
    assert told["text"].endswith("（提示词由 AI 看图写成）")
    assert (world.job().state, used(world)) == (JobState.DELIVERED, 1)
    assert spent(world) == world.job().cost > 0
    assert "没有等你领取的图片" in text(world.say("取图"))

    # The photo is still there for another question, and for an edit.
    message = world.message("反推提示词", openid=world.openid)
    assert world.answer(message) == world.answer(message)
    assert len(worked(world)) == 2
    assert len(world.sandbox.calls(CHATS)) == 2
    assert world.sandbox.calls(GENERATIONS) == []


def test_a_call_that_is_refused_or_silent_is_told_and_paid_at_most_once(make_world: Make) -> None:
    world = make_world(**WRITER)
    send_photo(world)
    world.sandbox.script(refusal(CHATS), silence(CHATS))
    world.say("反推")
    worked(world)
    assert (world.job(1).state, used(world), spent(world)) == (JobState.FAILED, 0, 0)

    world.say("反推")
    refused, silent = worked(world)
    assert "不接受这个请求" in refused["text"]
    assert "没有回话" in silent["text"]
    assert (world.job(2).state, used(world)) == (JobState.UNKNOWN, 1)
    assert len(world.sandbox.calls(CHATS)) == 2


class Crashing(WeChat):
    """A client that fails in a way nobody foresaw."""

    def send(self, openid: str, reply: Reply, *, ai: bool = False) -> None:
        raise ZeroDivisionError(openid, reply, ai)


def test_a_crash_after_the_words_were_kept_loses_none_of_them(make_world: Make) -> None:
    world = make_world(**WRITER)
    send_photo(world)
    world.say("反推")
    (claim,) = claims.claim(world.bot.db, concurrent=2, lanes=[], most=10)
    broken = replace(world.outside, wechat=Crashing.of(world.bot.settings))
    run(world.bot, broken, claim)

    job = world.job()
    assert (job.state, job.picture) == (JobState.GENERATED, "")
    assert (job.words or "").startswith("示例提示词")
    # Whether the push arrived is not known: the words wait for the follower, and cost one call.
    with world.bot.db.write() as tx:
        tx.execute(update(image_job).values(not_before=0))
    assert worked(world) == []
    assert text(world.say("取图")).startswith("示例提示词")
    assert len(world.sandbox.calls(CHATS)) == 1


def test_a_push_that_comes_again_after_another_request_asks_for_no_second_photo(
    make_world: Make,
) -> None:
    world = make_world(**WRITER)
    send_photo(world)
    asked = world.message("反推", openid=world.openid)
    first = world.answer(asked)
    world.say("一只橘猫")
    assert world.answer(asked) == first
    assert conversations.read(world.bot.db, 1, world.openid).wish == ""


def test_without_push_the_words_are_collected(make_world: Make) -> None:
    world = unverified(make_world(**WRITER, web_threads=1))
    send_photo(world)
    assert "写好后点这里领取" in text(world.say("反推"))
    worked(world)

    assert text(world.say("取图")).startswith("示例提示词")
    assert world.job().state is JobState.COLLECTED


def test_without_a_text_model_it_is_said_and_nothing_is_charged(world: World) -> None:
    send_photo(world)
    assert "没有配置会写字的模型" in text(world.say("反推"))
    assert used(world) == 0


@pytest.mark.parametrize(
    "said",
    [
        "反推",
        "反推提示词",
        "帮我反推一下",
        "反推这张图的提示词",
        "把这张图反推一下",
        "反推这张照片。",
    ],
)
def test_many_ways_to_ask(said: str) -> None:
    assert describing.asks(said)


@pytest.mark.parametrize("said", ["反推论证的海报", "画一个反推火箭", "反", "提示词", ""])
def test_what_is_something_else(said: str) -> None:
    assert not describing.asks(said)


def test_what_a_model_wrote_becomes_one_bounded_paragraph() -> None:
    wrote = "```\n**提示词：** “一只橘猫，\n趴在窗台上”\n```"
    assert describing.cleaned(wrote) == "一只橘猫， 趴在窗台上"
    long = describing.cleaned("一只猫坐在窗台上。" * 100)
    assert len(long) <= describing.LONGEST
    assert long.endswith("。")
    assert describing.cleaned("猫" * 1000).endswith("…")

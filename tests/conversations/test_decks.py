"""图像PPT: a picture a page, one sheet in the chat, PPTX and PDF by link."""

import io
import re
from collections.abc import Callable
from urllib.parse import unquote

from pptx import Presentation

from bot.models import ImageReply, JobState
from tests.conversations.groups import (
    CHATS,
    GENERATIONS,
    SEND,
    jobs,
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
ASKED = "做一个3页的PPT：端午节的由来"
OWN = "做一个3页的PPT：端午节\n1. 龙舟：江上竞渡\n2. 粽子：箬叶和糯米\n3. 屈原：江边的诗人"


def prompts(world: World) -> list[str]:
    return [call["json"]["prompt"] for call in world.sandbox.calls(GENERATIONS)]


def links(told: str) -> list[str]:
    return re.findall(r'href="http://bot\.test(/p/[^"]+)"', told)


def test_a_deck_is_outlined_drawn_bound_and_delivered(make_world: Make) -> None:
    world = make_world(**WRITER)
    said = text(world.say(ASKED))
    assert said.startswith("收到，《端午节的由来》做 3 页，每页一张图（约 ")
    assert used(world) == 3
    assert "还在做" in text(world.say("下载PPT"))
    sheet, told = worked(world)

    (chat,) = world.sandbox.calls(CHATS)
    assert "页数：3" in chat["json"]["messages"][1]["content"]
    assert [call["json"]["size"] for call in world.sandbox.calls(GENERATIONS)] == ["1536x864"] * 3
    assert ["示例大纲" in prompt for prompt in prompts(world)] == [True] * 3
    assert "“尾声”" in prompts(world)[2]
    assert (sheet["kind"], sheet["ai"]) == ("image", True)
    assert "《端午节的由来》3 页做好了" in told["text"]
    assert [job.state for job in jobs(world, 5)] == ["delivered", *["kept"] * 4]
    assert spent(world) == sum(job.cost for job in jobs(world, 5))

    pptx, pdf = (world.client.get(address) for address in links(told["text"]))
    assert (pptx.mimetype or "").endswith("presentationml.presentation")
    named = "attachment; filename*=UTF-8''端午节的由来.pptx"
    assert unquote(pptx.headers["Content-Disposition"]) == named
    slides = Presentation(io.BytesIO(pptx.data)).slides
    assert [slide.shapes.title.text for slide in slides] == ["端午节的由来", "缘起", "尾声"]
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    assert links(text(world.say("下载PPT")))

    # One page by itself, once for a message.
    page = world.message("第二页", openid=world.openid)
    assert world.answer(page) == world.answer(page)
    worked(world)
    world.answer(page)
    assert len(worked(world)) == 3
    assert "没有第 9 页" in text(world.say("第9页"))
    assert used(world) == 3


def test_pages_that_were_not_drawn_are_named_and_refunded(make_world: Make) -> None:
    """The follower's own outline needs no text model."""
    world = make_world(**WRITER)
    world.sandbox.script(refusal(GENERATIONS), silence(GENERATIONS))
    world.say(OWN)
    _sheet, told = worked(world)

    assert world.sandbox.calls(CHATS) == []
    assert [job.state for job in jobs(world, 4)] == ["delivered", "failed", "unknown", "kept"]
    assert "《端午节》1 页做好了" in told["text"]
    assert "第 1 页没画成，次数退回了。" in told["text"]
    assert "第 2 页画没画成还不清楚" in told["text"]
    assert used(world) == 2
    assert spent(world) == sum(job.cost for job in jobs(world, 4))
    slides = Presentation(io.BytesIO(world.client.get(links(told["text"])[0]).data)).slides
    assert [slide.shapes.title.text for slide in slides] == ["屈原"]


def test_a_text_model_that_fails_or_keeps_silent_costs_no_page(make_world: Make) -> None:
    world = make_world(**WRITER)
    world.sandbox.script(refusal(CHATS), silence(CHATS))
    for first, state in ((1, JobState.FAILED), (6, JobState.UNKNOWN)):
        world.say(ASKED)
        worked(world)
        group = jobs(world, first + 4, first)
        assert [job.state for job in group] == ["delivered", state, *["kept"] * 3]
    assert world.job(2).cost == 0
    assert world.job(7).cost > 0
    assert len(world.sandbox.calls(CHATS)) == 2
    assert "背景与由来" in prompts(world)[1]
    assert [item["kind"] for item in world.pushed()] == ["image", "text"] * 2
    assert spent(world) == sum(job.cost for job in jobs(world, 10))


def test_a_deck_too_large_for_what_is_left_is_refused_whole(make_world: Make) -> None:
    world = make_world(follower_daily_images=6)
    world.say(ASKED)
    refused = text(world.say("做一个5页的PPT：中秋"))
    assert refused.startswith("今天还能画 3 张，做不了 5 张的。")
    assert used(world) == 3
    assert "已取消 3 张" in text(world.say("取消"))
    assert (used(world), spent(world)) == (0, 0)
    worked(world)
    assert {job.state for job in jobs(world, 4)} == {JobState.CANCELLED}
    assert world.sandbox.calls(GENERATIONS) == []
    assert world.pushed() == []


def test_without_push_and_links_everything_is_fetched_in_the_chat(make_world: Make) -> None:
    world = unverified(make_world(public_url=""))
    assert "做好后点" in text(world.say(OWN))
    worked(world)

    assert world.say("取图") == ImageReply(world.job(1).media_id)
    assert "想要哪页的大图就说第几页" in text(world.say("下载PPT"))
    world.say("第3页")
    worked(world)
    assert world.say("取图") == ImageReply(world.job(4).media_id)
    assert world.sandbox.calls(SEND) == []

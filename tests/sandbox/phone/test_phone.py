"""Chatting on the phone: what a newcomer does in the first minutes."""

import re
from typing import cast

import pytest
from playwright.sync_api import Page, expect

from bot.models import ImageMessage, LocationMessage, TextMessage, TextReply, VoiceMessage
from tests.sandbox.phone.phone_stage import Bot, OpenPhone, push, say
from tests.sandbox.sandbox_stage import Stage, jpeg

pytestmark = pytest.mark.browser


def heard(bot: Bot) -> list[str]:
    return [one.content for one in bot.heard if isinstance(one, TextMessage)]


def bubbles(page: Page) -> list[str]:
    return page.get_by_role("log").locator(".bubble").all_inner_texts()


def test_a_sentence_is_answered_in_the_chat(phone: Page) -> None:
    expect(phone.get_by_label("说点什么")).to_be_focused()
    say(phone, "你好")

    expect(phone.get_by_role("log")).to_contain_text("画信体验号：听到：你好")
    assert bubbles(phone) == ["你好", "听到：你好"]
    expect(phone.locator(".me .said")).to_have_text("小画：你好")
    expect(phone.get_by_label("说点什么")).to_have_value("")


def test_an_empty_chat_offers_four_sentences_to_tap(phone: Page, bot: Bot) -> None:
    offers = phone.locator("#suggestions button")
    assert [text[:9] for text in offers.all_inner_texts()] == [
        "电子书",
        "MySQL知识图谱",
        "帮我生成一个图片，",
        "帮助",
    ]
    offers.nth(2).click()

    expect(phone.locator(".them .bubble")).to_contain_text(
        "听到：帮我生成一个图片，是一座科幻风格的城市"
    )
    expect(phone.locator("#suggestions")).to_be_hidden()
    assert len(heard(bot)) == 1


def test_shift_enter_breaks_the_line_and_enter_sends(phone: Page, bot: Bot) -> None:
    box = phone.get_by_label("说点什么")
    box.press_sequentially("第一行")
    box.press("Shift+Enter")
    box.press_sequentially("第二行")
    box.press("Enter")

    expect(phone.locator(".me .bubble")).to_have_text("第一行\n第二行", use_inner_text=True)
    assert heard(bot) == ["第一行\n第二行"]


def test_the_arrow_up_recalls_what_was_said(phone: Page) -> None:
    box = phone.get_by_label("说点什么")
    for words in ("一", "二"):
        say(phone, words)
        expect(phone.locator(".them .bubble").last).to_have_text(f"听到：{words}")

    box.press("ArrowUp")
    expect(box).to_have_value("二")
    box.press("ArrowUp")
    expect(box).to_have_value("一")
    box.press("ArrowDown")
    expect(box).to_have_value("二")


def test_a_tappable_word_is_sent_as_the_followers_own(phone: Page, bot: Bot) -> None:
    link = (
        '<a href="weixin://bizmsgmenu?msgmenucontent=%E5%8F%96%E5%9B%BE&msgmenuid=1">点这里取图</a>'
    )
    bot.answers["画"] = TextReply(f"画好了，{link}")
    say(phone, "画")
    phone.get_by_role("button", name="点这里取图").click()

    expect(phone.locator(".them .bubble").last).to_have_text("听到：取图")
    assert heard(bot) == ["画", "取图"]


def test_a_photo_is_sent_and_shown(phone: Page, bot: Bot) -> None:
    phone.get_by_role("button", name="更多").click()
    phone.get_by_label("照片").set_input_files(
        {"name": "猫.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    )

    expect(phone.get_by_alt_text("查看图片：我发的图片")).to_be_visible()
    expect(phone.locator(".them .bubble")).to_have_text("听到：ImageMessage")
    assert isinstance(bot.heard[0], ImageMessage)
    expect(phone.locator("#more")).to_be_hidden()


def test_a_voice_message_carries_its_recognised_words(phone: Page, bot: Bot) -> None:
    phone.get_by_role("button", name="更多").click()
    phone.get_by_role("button", name="语音").click()
    phone.get_by_role("dialog").get_by_role("textbox").fill("画一只猫")
    phone.get_by_role("dialog").get_by_role("button", name="发送").click()

    expect(phone.locator(".me .voice")).to_contain_text("画一只猫")
    expect(phone.locator(".them .bubble")).to_have_text("听到：VoiceMessage")
    assert cast("VoiceMessage", bot.heard[0]).recognition == "画一只猫"


def test_place_and_link_are_sent_from_their_forms(phone: Page, bot: Bot) -> None:
    for kind in ("位置", "链接"):
        phone.get_by_role("button", name="更多").click()
        phone.get_by_role("button", name=kind, exact=True).click()
        phone.get_by_role("dialog").get_by_role("button", name="发送").click()
        expect(phone.get_by_role("dialog")).to_be_hidden()

    expect(phone.locator(".me .card.place")).to_contain_text("上海市黄浦区外滩")
    expect(phone.locator(".me .card.link")).to_contain_text("一篇想分享的文章")
    expect(phone.locator(".them .bubble")).to_have_text(
        ["听到：LocationMessage", "听到：LinkMessage"]
    )
    assert cast("LocationMessage", bot.heard[0]).label == "上海市黄浦区外滩"


def test_a_scanned_code_is_an_event(phone: Page, bot: Bot) -> None:
    phone.get_by_role("button", name="更多").click()
    phone.get_by_role("button", name="扫码").click()
    phone.get_by_role("dialog").get_by_role("button", name="发送").click()

    expect(phone.locator(".them .bubble")).to_have_text("听到：ScanEvent")
    assert getattr(bot.heard[0], "key", "") == "poster-1"


def test_unfollowing_shuts_the_chat_and_following_opens_it(phone: Page, bot: Bot) -> None:
    phone.get_by_role("button", name="更多").click()
    phone.get_by_role("button", name="取消关注").click()
    expect(phone.get_by_label("说点什么")).to_be_hidden()
    phone.get_by_role("button", name="关注公众号").click()

    expect(phone.get_by_label("说点什么")).to_be_visible()
    expect(phone.locator(".them .bubble").last).to_have_text("听到：SubscribeEvent")
    assert [type(one).__name__ for one in bot.heard] == ["UnsubscribeEvent", "SubscribeEvent"]


def test_each_follower_has_a_chat_of_their_own(phone: Page, stage: Stage) -> None:
    say(phone, "我是小画")
    expect(phone.locator(".them .bubble")).to_have_text("听到：我是小画")
    phone.get_by_role("button", name="当前是小画，切换粉丝").click()
    phone.get_by_label("新粉丝的昵称").fill("小雨")
    phone.get_by_role("button", name="添加").click()
    expect(phone.get_by_role("button", name="当前是小雨，切换粉丝")).to_be_visible()
    assert bubbles(phone) == []

    phone.get_by_role("button", name="关注公众号").click()
    say(phone, "我是小雨")
    expect(phone.locator(".them .bubble").last).to_have_text("听到：我是小雨")
    phone.get_by_role("button", name="当前是小雨，切换粉丝").click()
    phone.get_by_role("button", name=re.compile("^小画.*已关注")).click()
    expect(phone.locator(".them .bubble")).to_have_text("听到：我是小画")
    assert [one["nickname"] for one in stage.look("state")["followers"]] == ["小画", "阿信", "小雨"]


def test_the_chat_is_still_there_after_a_reload(phone: Page) -> None:
    say(phone, "记住我")
    expect(phone.locator(".them .bubble")).to_have_text("听到：记住我")
    phone.reload()

    expect(phone.locator(".bubble")).to_have_text(["记住我", "听到：记住我"])


def test_the_menu_is_tapped(open_phone: OpenPhone, stage: Stage, bot: Bot) -> None:
    books = {"type": "click", "name": "电子书", "key": "books"}
    menu = [
        {"name": "资料", "sub_button": [books]},
        {"type": "click", "name": "帮助", "key": "help"},
    ]
    stage.post("menu/create", {"button": menu})
    phone = open_phone()
    phone.get_by_role("navigation").get_by_role("button", name="资料").click()
    phone.get_by_role("navigation").get_by_role("button", name="电子书").click()
    expect(phone.locator(".them .bubble")).to_have_text("听到：ClickEvent")
    phone.get_by_role("navigation").get_by_role("button", name="帮助").click()

    expect(phone.locator(".them .bubble")).to_have_count(2)
    assert [getattr(one, "key", "") for one in bot.heard] == ["books", "help"]


def test_the_header_switches_kind_mode_and_delay(phone: Page, stage: Stage, bot: Bot) -> None:
    phone.get_by_role("radio", name="未认证").check()
    expect(phone.locator("#kind")).to_contain_text("未认证：公众号只能在你发消息时回复")
    phone.get_by_label("加密").select_option("明文模式")
    phone.get_by_label("画图耗时").fill("0.5")
    phone.get_by_label("画图耗时").press("Enter")
    say(phone, "明文也行")
    expect(phone.locator(".them .bubble")).to_have_text("听到：明文也行")

    account = stage.look("state")["account"]
    assert (account["verified"], account["mode"], account["image_delay"]) == (
        False,
        "plaintext",
        0.5,
    )
    assert heard(bot) == ["明文也行"]


def test_the_chat_is_cleared(phone: Page) -> None:
    say(phone, "删掉")
    expect(phone.locator(".them .bubble")).to_have_text("听到：删掉")
    phone.get_by_role("button", name="检查", exact=True).click()
    phone.get_by_role("button", name="清空聊天").click()

    expect(phone.locator(".bubble")).to_have_count(0)
    expect(phone.locator("#suggestions")).to_be_visible()


def test_typing_shows_until_the_message_comes(phone: Page, stage: Stage) -> None:
    say(phone, "等一下")
    expect(phone.locator(".them .bubble")).to_have_text("听到：等一下")
    stage.post("message/custom/typing", {"touser": stage.openid, "command": "Typing"})
    expect(phone.get_by_text("对方正在输入")).to_be_visible()
    push(stage, "text", {"content": "来了"})

    expect(phone.locator(".them .bubble").last).to_have_text("来了")
    expect(phone.get_by_text("对方正在输入")).to_be_hidden()


def test_the_newest_message_stays_in_sight(phone: Page) -> None:
    say(phone, "长" * 900)
    expect(phone.locator(".them .bubble")).to_be_visible()
    phone.get_by_role("button", name="更多").click()
    assert below(phone) < 2
    phone.get_by_role("button", name="检查", exact=True).click()
    assert below(phone) < 2

    phone.locator("#scroll").evaluate("(one) => one.scrollTo(0, 0)")
    phone.get_by_role("button", name="更多").click()
    assert below(phone) > 200


def below(page: Page) -> float:
    """Return how many pixels of the chat are hidden below, once it has settled."""
    return float(
        page.locator("#scroll").evaluate(
            "(one) => new Promise((done) => setTimeout(() =>"
            " done(one.scrollHeight - one.scrollTop - one.clientHeight), 200))"
        )
    )


def test_a_sandbox_that_is_gone_is_said(phone: Page) -> None:
    phone.route(re.compile("/_phone/"), lambda route: route.abort())
    expect(phone.locator("#offline")).to_contain_text("连不上模拟平台")
    say(phone, "别丢了")
    expect(phone.get_by_label("说点什么")).to_have_value("别丢了")
    phone.unroute_all()

    expect(phone.locator("#offline")).to_be_hidden()
    phone.get_by_role("button", name="发送").click()
    expect(phone.locator(".them .bubble")).to_have_text("听到：别丢了")

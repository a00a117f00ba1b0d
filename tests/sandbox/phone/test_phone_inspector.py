"""检查: what happened behind a message, and trouble made on purpose."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.models import TextReply, Trace, Tried
from tests.sandbox.phone.phone_stage import Bot, say

pytestmark = pytest.mark.browser

TRACE = Trace(
    text="电子书",
    normalised="电子书",
    handler="keyword",
    rule_id=2,
    rule="电子书资源",
    tried=(
        Tried(2, "电子书资源", "电子书", "exact", "won"),
        Tried(9, "书单活动", "书", "contains", "outranked"),
        Tried(10, "旧活动", "电子", "prefix", "ended"),
    ),
)


@pytest.fixture(name="inspector")
def _inspector(phone: Page) -> Locator:
    """Return the open inspector beside the phone."""
    panel = phone.get_by_role("complementary", name="检查")
    expect(panel).to_be_hidden()
    phone.get_by_role("button", name="检查", exact=True).click()
    expect(panel).to_be_visible()
    return panel


def switch(inspector: Locator, title: str) -> None:
    inspector.get_by_text("制造麻烦").click()
    inspector.get_by_role("switch", name=title).check()


def test_the_rule_that_fired_and_those_that_did_not(
    phone: Page, inspector: Locator, bot: Bot
) -> None:
    bot.answers["电子书"] = TextReply("给你")
    bot.traces["电子书"] = TRACE
    say(phone, "电子书")

    expect(inspector.get_by_text("规则「电子书资源」命中")).to_be_visible()
    expect(inspector.locator("tbody tr")).to_have_text(
        [
            "电子书资源电子书完全匹配命中",
            "书单活动书包含也能命中，但排在后面",
            "旧活动电子开头是已过生效时间",
        ]
    )


def test_an_attempt_shows_time_address_and_xml(phone: Page, inspector: Locator) -> None:
    say(phone, "你好")
    expect(inspector.locator(".verdict")).to_contain_text("已回复")
    attempt = inspector.locator(".attempt")
    expect(attempt.get_by_role("img", name="上限 5 秒")).to_be_visible()
    attempt.locator("summary").click()

    expect(attempt.get_by_role("group", name="地址（带签名）")).to_contain_text("msg_signature=")
    expect(attempt.get_by_role("group", name="发出的 XML")).to_contain_text(
        "<Content><![CDATA[你好]]></Content>"
    )
    expect(attempt.get_by_role("group", name="发出的密文")).to_contain_text("<Encrypt>")
    expect(attempt.get_by_role("group", name="收到的 XML（已解密）")).to_contain_text("听到：你好")
    expect(attempt.get_by_role("group", name="收到的密文")).to_contain_text("<MsgSignature>")


def test_a_bubble_is_chosen_by_a_tap_and_by_its_button(phone: Page, inspector: Locator) -> None:
    chooser = inspector.get_by_label("哪一条")
    for words in ("第一句", "第二句"):
        say(phone, words)
        expect(phone.locator(".them .bubble").last).to_have_text(f"听到：{words}")
    phone.get_by_text("第一句", exact=True).click()
    expect(chooser.locator(":checked")).to_contain_text("第一句")
    phone.get_by_role("button", name="检查：第二句").click()

    expect(chooser.locator(":checked")).to_contain_text("第二句")
    expect(phone.locator(".row.chosen")).to_have_count(2)


def test_the_same_message_is_sent_again(phone: Page, inspector: Locator, bot: Bot) -> None:
    say(phone, "再来")
    expect(inspector.locator(".verdict")).to_contain_text("已回复")
    inspector.get_by_role("button", name="再发一次").click()

    expect(inspector.get_by_label("哪一条").locator("option")).to_have_count(2)
    expect(phone.locator(".them .bubble")).to_have_count(2)
    assert bot.heard[0] == bot.heard[1]


def test_a_push_is_copied_as_curl(phone: Page, inspector: Locator) -> None:
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    say(phone, "抄走")
    inspector.get_by_role("button", name="复制为 curl").click()
    expect(phone.get_by_text("已复制")).to_be_visible()

    command = phone.evaluate("navigator.clipboard.readText()")
    assert command.startswith("curl -sS 'http://127.0.0.1:")
    assert "--data-binary '<xml>" in command


def test_a_conversation_becomes_a_test(phone: Page, inspector: Locator) -> None:
    say(phone, "存起来")
    expect(phone.locator(".them .bubble")).to_have_text("听到：存起来")
    with phone.expect_download() as download:
        inspector.get_by_role("link", name="存为测试").click()

    written = download.value.path().read_text("utf-8")
    assert download.value.suggested_filename.endswith(".yaml")
    assert "steps:" in written
    assert "听到：存起来" in written


def test_a_wrong_signature_is_seen_by_follower_and_operator(
    phone: Page, inspector: Locator, bot: Bot
) -> None:
    switch(inspector, "签名错误")
    expect(phone.get_by_role("button", name="检查 麻烦 1")).to_be_visible()
    say(phone, "你好")

    expect(phone.locator(".row.line").last).to_contain_text("该公众号提供的服务出现故障")
    expect(inspector.locator(".verdict")).to_contain_text(
        "失败公众号返回 403，粉丝看到故障提示，一共推送了 3 次"
    )
    expect(inspector.locator(".attempt")).to_have_count(3)
    assert bot.heard == []


def test_a_slow_reply_is_pushed_again(phone: Page, inspector: Locator) -> None:
    switch(inspector, "回复太慢")
    say(phone, "慢慢来")

    expect(phone.locator(".them .bubble")).to_have_text("听到：慢慢来")
    expect(inspector.locator(".attempt .state")).to_have_text(["超过 5 秒", "超过 5 秒", "回复了"])
    expect(phone.get_by_text("进行中：回复太慢")).to_be_visible()


def test_every_trouble_says_what_will_be_seen(inspector: Locator) -> None:
    inspector.get_by_text("制造麻烦").click()

    switches = inspector.get_by_role("switch")
    expect(switches).to_have_count(8)
    for index in range(8):
        expect(switches.nth(index)).to_have_accessible_description(re.compile("粉丝|运营"))


def test_closing_the_inspector_gives_the_focus_back(phone: Page, inspector: Locator) -> None:
    inspector.get_by_role("button", name="关闭检查").click()

    expect(inspector).to_be_hidden()
    expect(phone.get_by_role("button", name="检查", exact=True)).to_be_focused()

"""The phone for everybody: no accessibility violation, no mouse needed, no sideways scrolling."""

import hashlib
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.models import Article, ImageReply, NewsReply, TextReply, Trace, Tried
from tests.browser import VENDOR, violations
from tests.sandbox.phone.phone_stage import Bot, OpenPhone, push, say, upload
from tests.sandbox.sandbox_stage import Stage, jpeg

pytestmark = pytest.mark.browser

LINKED = '<a href="https://example.com/">路线</a>，<a href="weixin://bizmsgmenu?msgmenucontent=a">再来</a>'
TRIED = (
    Tried(1, "电子书", "电子书", "exact", "won"),
    Tried(2, "书", "书", "contains", "outranked"),
)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_bars_anybody(
    open_phone: OpenPhone, stage: Stage, bot: Bot, scheme: str, width: int
) -> None:
    media = upload(stage, "image", "a.jpg", jpeg(), "image/jpeg")
    bot.answers["书"] = TextReply(LINKED)
    bot.answers["图"] = ImageReply(media)
    bot.answers["卡"] = NewsReply((Article("标题", "摘要", "https://example.com/"),))
    bot.traces["书"] = Trace(text="书", normalised="书", handler="keyword", rule="书", tried=TRIED)
    page = open_phone(width=width, scheme=scheme)
    assert violations(page) == []

    for count, words in enumerate(("图", "卡", "书"), start=1):
        say(page, words)
        expect(page.locator(".row.them")).to_have_count(count)
    push(stage, "image", {"media_id": media}, aimsgcontext={"is_ai_msg": 1})
    expect(page.get_by_text("内容由第三方AI生成")).to_be_visible()
    page.get_by_role("button", name="更多").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width

    page.locator(".picture").first.click()
    assert violations(page) == []
    page.keyboard.press("Escape")

    page.get_by_role("button", name="检查", exact=True).click()
    page.locator(".attempt summary").click()
    page.get_by_text("制造麻烦").click()
    page.get_by_role("switch", name="重复推送").check()
    expect(page.get_by_text("进行中：重复推送")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_axe_finds_what_is_wrong(phone: Page) -> None:
    phone.evaluate("document.querySelector('#text').labels[0].remove()")

    assert [one.split(":")[0] for one in violations(phone)] == ["label"]


def test_a_conversation_by_keyboard_alone(phone: Page, bot: Bot, stage: Stage) -> None:
    bot.answers["图"] = ImageReply(upload(stage, "image", "a.jpg", jpeg(), "image/jpeg"))
    keys = phone.keyboard
    keys.insert_text("图")
    keys.press("Enter")
    expect(phone.locator(".picture")).to_be_visible()
    focus(phone, "查看图片", key="Shift+Tab")
    keys.press("Enter")
    expect(phone.get_by_role("dialog")).to_be_visible()
    keys.press("Escape")
    focus(phone, "更多")
    keys.press("Enter")
    focus(phone, "位置")
    keys.press("Enter")
    keys.press("Enter")
    expect(phone.locator(".me .card.place")).to_be_visible()
    focus(phone, "检查")
    keys.press("Enter")
    focus(phone, "制造麻烦")
    keys.press("Enter")
    focus(phone, "重复推送")
    keys.press("Space")

    expect(phone.get_by_role("switch", name="重复推送")).to_be_checked()


def focus(page: Page, name: str, *, key: str = "Tab") -> None:
    """Move the focus with *key* until it is on what is called *name*, visibly."""
    for _ in range(60):
        page.keyboard.press(key)
        focused = page.locator(":focus")
        if focused.count() and name in focused.aria_snapshot():
            assert focused.evaluate("(one) => one.matches(':focus-visible')")
            return
    pytest.fail(f"{name} cannot be reached with {key}")


def test_the_phone_fills_a_narrow_screen(open_phone: OpenPhone) -> None:
    page = open_phone(width=390)
    say(page, "长" * 300)
    expect(page.locator(".row.them")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate("document.documentElement.scrollHeight") == 844
    box = page.get_by_role("region", name="手机").bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 390, 844)
    page.get_by_label("说点什么").fill("还没发")
    for name in ("更多", "发送"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390


def test_vendored_files_are_what_was_vendored() -> None:
    manifest = json.loads((VENDOR / "MANIFEST.json").read_text())
    console = Path(__file__).parents[3] / "assets/console"

    assert json.loads((console / "package.json").read_text())["devDependencies"] == {
        manifest["package"]: manifest["version"]
    }
    assert '"resolved"' not in (console / "package-lock.json").read_text()
    assert {one["name"]: one["sha256"] for one in manifest["files"]} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.name != "MANIFEST.json"
    }

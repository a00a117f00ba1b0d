"""设置: values with their source, secrets that no page shows, texts and words, roles."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from bot import passwords
from bot.admin import permissions
from bot.admin.fields import FORMS
from bot.editing import settings as editing
from bot.editing.desk import Desk
from bot.editing.settings import Drawer
from bot.models import TextReply
from bot.settings import Settings
from bot.store import history
from bot.store.history import Actor
from bot.store.members import Role
from bot.store.tables import member, session
from tests.admin.conftest import Console
from tests.browser import faults
from tests.worlds import World

GROUPS = ("wechat", "images", "quota", "law", "texts", "words", "system")
PASSWORD = "four words nobody guesses"
HOSTILE = "<img src=x onerror=alert(1)>"
CANARIES = re.compile("canary")


@pytest.fixture(name="settings")
def _settings(settings: Settings) -> Settings:
    """The sandbox's settings as if they were a real account's."""
    return replace(settings, sandbox=False)


def unconfirmed(console: Console) -> None:
    with console.bot.db.write() as tx:
        tx.execute(session.update().values(confirmed_at=1))


class TestValues:
    def test_a_quota_is_changed_and_put_back(self, console: Console) -> None:
        assert "默认值" in console.page("/settings/quota")
        assert (
            console.post("/settings/quota", data={"FOLLOWER_DAILY_IMAGES": "3"}).status_code == 303
        )
        page = console.page("/settings/quota")
        assert "在这里改的" in page
        assert "恢复为默认值" in page
        console.bot.snapshots.refresh()
        assert console.bot.settings.follower_daily_images == 3

        console.post("/settings/quota", data={"reset": "FOLLOWER_DAILY_IMAGES"})
        console.bot.snapshots.refresh()
        assert console.bot.settings.follower_daily_images == 10
        assert "恢复为默认值" not in console.page("/settings/quota")

    def test_a_wrong_value_is_said_at_its_field_and_stays_typed(self, console: Console) -> None:
        response = console.post(
            "/settings/quota", data={"FOLLOWER_DAILY_IMAGES": HOSTILE, "IMAGES_PER_MINUTE": "7"}
        )
        page = response.get_data(as_text=True)

        assert response.status_code == 422
        assert "要一个正整数" in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in page
        assert HOSTILE not in page
        assert 'value="7"' in page
        assert console.bot.settings.images_per_minute == 600

    def test_fields_of_another_form_are_not_taken(self, console: Console) -> None:
        console.post("/settings/quota", data={"BUDGET_DAILY": "9", "reset": "OPENAI_BASE_URL"})
        console.bot.snapshots.refresh()

        assert console.bot.settings.budget_daily is None

    def test_every_form_has_its_route(self, console: Console) -> None:
        assert {form.endpoint for form in FORMS} <= permissions.TABLE.keys()
        assert console.get("/settings/nothing").status_code == 404


class TestSecrets:
    def test_they_are_in_no_page_history_or_log(
        self, console: Console, caplog: pytest.LogCaptureFixture
    ) -> None:
        given = {"OPENAI_API_KEY": "sk-new-canary", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}
        console.post("/settings/images", data=given)
        console.post("/settings/wechat", data={"WECHAT_TOKEN": "newcanary"})
        wrong = console.post("/settings/wechat", data={"WECHAT_AES_KEY": "short-canary"})
        console.bot.snapshots.refresh()

        assert console.bot.settings.openai_api_key == "sk-new-canary"
        assert console.bot.settings.wechat_token == "newcanary"
        assert "要正好 43 位" in wrong.get_data(as_text=True)
        assert not CANARIES.search(wrong.get_data(as_text=True))
        count = history.page(console.bot.db, console.bot.account_id, history.Filter(), most=1)[1]
        shown = [console.page(f"/settings/{name}") for name in GROUPS]
        shown += [console.page("/history/"), console.page("/")]
        shown += [console.page(f"/history/{number + 1}") for number in range(count)]
        assert count == 3
        assert not CANARIES.search("".join(shown))
        assert not CANARIES.search(caplog.text)

    def test_the_password_is_asked_for_and_nothing_typed_is_lost(self, console: Console) -> None:
        unconfirmed(console)
        assert "你的登录密码" in console.page("/settings/wechat")
        typed = {"WECHAT_TOKEN": "newcanary", "PUBLIC_URL": "https://new.example.com"}
        for given in ({}, {"password": "wrong"}):
            response = console.post("/settings/wechat", data=typed | given)
            page = response.get_data(as_text=True)
            assert response.status_code == 422
            assert 'value="https://new.example.com"' in page
            assert "填的密钥也要再填一次" in page
            assert not CANARIES.search(page)
        assert console.bot.settings.wechat_token == "tokencanary"

    def test_the_password_beside_the_values_is_enough(self, console: Console) -> None:
        with console.bot.db.write() as tx:
            tx.execute(member.update().values(password_hash=passwords.digest(PASSWORD)))
        unconfirmed(console)
        typed = {"WECHAT_TOKEN": "newtoken", "password": PASSWORD}
        assert console.post("/settings/wechat", data=typed).status_code == 303
        console.bot.snapshots.refresh()
        assert console.bot.settings.wechat_token == "newtoken"

    def test_the_sandboxs_own_are_locked_and_say_why(
        self, console: Console, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        base = console.bot.base
        locked = replace(base, settings=replace(base.settings, sandbox=True))
        monkeypatch.setattr(console.bot.snapshots, "base", locked)
        response = console.post("/settings/wechat", data={"WECHAT_TOKEN": "newtoken"})

        assert response.status_code == 422
        assert "模拟环境的凭据是自动生成的" in response.get_data(as_text=True)

    def test_the_connections_are_tried(self, console: Console) -> None:
        assert "微信从" in console.post("/settings/try/wechat").get_data(as_text=True)
        assert "能用" in console.post("/settings/try/images").get_data(as_text=True)
        console.post("/settings/images", data={"OPENAI_IMAGE_MODEL": "no-such-model"})
        assert "没有 no-such-model" in console.post("/settings/try/images").get_data(as_text=True)
        console.post("/settings/wechat", data={"WECHAT_APP_SECRET": "wrong-canary"})
        tried = console.post("/settings/try/wechat").get_data(as_text=True)
        assert "不通" in tried
        assert not CANARIES.search(tried)
        console.bot.snapshots.refresh()
        assert "图片服务没有 no-such-model 这个模型" in console.page("/")


class TestTextsAndWords:
    def test_a_text_is_changed_and_said(self, console: Console) -> None:
        console.post("/settings/texts/quota", data={"written": "还剩 {left} 张。\r\n[[取图]]"})
        console.bot.snapshots.refresh()
        said = console.world.say("额度")

        assert isinstance(said, TextReply)
        assert said.content.startswith("还剩 10 张。\n<a href=")
        console.post("/settings/texts/quota", data={"reset": "1"})
        console.bot.snapshots.refresh()
        assert "今天画了 0 张" in str(console.world.say("额度"))

    def test_a_wrong_one_stays_typed(self, console: Console) -> None:
        data = {"written": HOSTILE + "{name}"}
        part = console.post("/settings/texts/quota", data=data, headers={"HX-Request": "true"})
        response = console.post("/settings/texts/quota", data=data)
        page = response.get_data(as_text=True)

        assert (part.status_code, response.status_code) == (422, 422)
        assert part.get_data(as_text=True).startswith("<details")
        assert page.startswith("<!doctype html>")
        assert "没有 {name} 这个占位" in page
        assert "&lt;img" in page
        assert HOSTILE not in page
        assert console.post("/settings/texts/nothing").status_code == 404

    def test_a_word_is_blocked(self, console: Console) -> None:
        console.post("/settings/words", data={"words": f"血腥\r\n{HOSTILE}"})
        console.bot.snapshots.refresh()

        assert "没有通过内容审核" in str(console.world.say("画一只血腥的猫"))
        assert HOSTILE not in console.page("/settings/words")

    def test_a_change_is_restored_from_the_history(self, console: Console) -> None:
        console.post("/settings/words", data={"words": "血腥"})
        console.post("/settings/words", data={"words": ""})
        assert console.post("/history/1/restore").status_code == 303
        console.bot.snapshots.refresh()

        assert "血腥" in console.page("/settings/words")


class TestRoles:
    def test_operators_change_quotas_texts_and_words_only(
        self, sign_in: Callable[..., Console]
    ) -> None:
        operator = sign_in(Role.OPERATOR)
        asked = {
            "/settings/quota": {"FOLLOWER_DAILY_IMAGES": "4"},
            "/settings/texts/help": {"written": "帮不了你。"},
            "/settings/words": {"words": "血腥"},
            "/settings/wechat": {"PUBLIC_URL": "http://evil.test"},
            "/settings/images": {"OPENAI_BASE_URL": "http://evil.test"},
            "/settings/budget": {"BUDGET_DAILY": ""},
            "/settings/try/wechat": {},
        }
        answers = {path: operator.post(path, data=data).status_code for path, data in asked.items()}

        assert list(answers.values()) == [303, 303, 303, 403, 403, 403, 403]
        assert "只有所有者能改" in operator.page("/settings/images")

    def test_an_operator_cannot_restore_what_only_owners_change(
        self, console: Console, sign_in: Callable[..., Console]
    ) -> None:
        console.post("/settings/budget", data={"BUDGET_DAILY": "50"})

        assert sign_in(Role.OPERATOR).post("/history/1/restore").status_code == 403

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
    def test_others_do_not_see_them(self, sign_in: Callable[..., Console], role: Role) -> None:
        assert sign_in(role).get("/settings/quota").status_code == 403


@pytest.mark.browser
def test_an_owner_changes_a_quota_and_a_text(
    open_page: Callable[..., Page], world: World, console: Console
) -> None:
    page = open_page("/settings/quota")
    page.get_by_label("每位粉丝每天几张").fill("4")
    page.get_by_role("button", name="保存").first.click()
    expect(page.get_by_text("已保存，一秒内生效。")).to_be_visible()
    expect(page.get_by_text("在这里改的")).to_be_visible()

    page.get_by_role("link", name="机器人说的话").click()
    page.get_by_text("取消：没有在排队的").click()
    box = page.get_by_label("这句话").locator("visible=true")
    box.fill("{坏")
    expect(page.get_by_text("没有配对")).to_be_visible()
    box.fill("没有在画的。[[帮助]]")
    expect(page.locator(".bubble:visible .tapped")).to_have_text("帮助")
    page.locator(".saying[open]").get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存，一秒内生效。")).to_be_visible()
    expect(page.get_by_text("改过")).to_be_visible()
    world.bot.snapshots.refresh()
    assert "没有在画的。" in str(world.say("取消"))
    drawer = Drawer(
        Desk(world.bot.db, world.bot.account_id, Actor(name="x", via="console")),
        world.bot.base,
        world.bot.vault,
    )
    assert editing.save(drawer, {"FOLLOWER_DAILY_IMAGES": "4"}) == []

    page.get_by_role("link", name="公众号", exact=True).click()
    page.get_by_role("button", name="用保存的值连一次微信").click()
    expect(page.get_by_text("通了")).to_be_visible()
    assert console.bot.db is world.bot.db


@pytest.mark.browser
def test_an_open_text_is_for_everybody_and_english_is_whole(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/settings/texts", language="en")
    page.locator("summary").nth(1).click()
    assert faults(page) == []
    for name in set(GROUPS) - {"texts", "quota"}:
        page.goto(f"/admin/settings/{name}")
        assert not re.search(r"[\u4e00-\u9fff]{2}", _plain(page)), name


def _plain(page: Page) -> str:
    """The page's own words, without the names of places in WeChat's Chinese console."""
    return re.sub(r"（.*?）|\(.*?\)", "", page.locator("main").inner_text())

"""操作记录: what was changed stands there, and can be brought back."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.editing import rules
from bot.editing.desk import Desk
from bot.models import TextReply
from bot.store.history import Actor
from tests.admin.conftest import Console

RULE: dict[str, Any] = {"name": "优惠", "keywords": ["优惠券"], "replies": ["满一百减二十"]}


@pytest.fixture(name="desk")
def _desk(console: Console) -> Desk:
    return Desk(console.bot.db, console.bot.account_id, Actor(name="小李", via="console"))


def test_a_change_is_shown_and_taken_back(console: Console, desk: Desk) -> None:
    rule_id = rules.create(desk, RULE)
    rules.save(desk, rule_id, RULE | {"replies": ["满两百减五十"]}, revision=1)

    page = console.page("/history/2")
    assert '"满一百减二十"' in page.replace("&#34;", '"')
    assert '"满两百减五十"' in page.replace("&#34;", '"')
    assert console.post("/history/1/restore").status_code == 303
    console.bot.snapshots.refresh()
    assert console.world.say("优惠券") == TextReply("满一百减二十")


@pytest.mark.browser
def test_the_list_can_be_searched(open_page: Callable[..., Page], desk: Desk) -> None:
    rules.create_many(desk, [RULE, RULE | {"name": "报名", "keywords": ["报名"]}])
    page = open_page("/history/")
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_label("搜索对象或备注").fill("报名")
    expect(page.get_by_role("row")).to_have_count(2)

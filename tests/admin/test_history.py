"""操作记录: what was changed stands there, and can be brought back."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot import editing
from bot.editing import rules
from bot.editing.deeds import SUBJECTS, VERBS
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


def test_the_live_version_offers_the_one_before(console: Console, desk: Desk) -> None:
    rule_id = rules.create(desk, RULE)
    assert "恢复到" not in console.page("/history/1")
    rules.save(desk, rule_id, RULE | {"replies": ["满两百减五十"]}, revision=1)

    live, old = console.page("/history/2"), console.page("/history/1")
    assert 'action="/admin/history/1/restore"' in live
    assert "恢复到上一个版本" in live
    assert "恢复到此版本" in old
    assert "文字：满一百减二十" in live  # in the words of the form, not only as a document


def test_what_was_done_is_told_in_words(console: Console) -> None:
    """Each verb of ``bot/editing`` that a change is recorded with has its word."""
    verbs = set()
    for path in Path(editing.__file__).parent.glob("*.py"):
        source = path.read_text("utf-8")
        verbs |= set(re.findall(rf'"(?:{"|".join(SUBJECTS)})\.([a-z_]+)"', source))
        verbs |= set(
            re.findall(
                r'(?:_change|_changing|_move|_record|_set_block)\([^"\n]*"([a-z_]+)"', source
            )
        )
    verbs -= {"id", "heads", "toml", "draft", "ignored"}  # names of objects

    assert verbs - VERBS.keys() == set()
    console.post("/settings/quota", data={"FOLLOWER_DAILY_IMAGES": "3"})
    assert "每位粉丝每天几张" in console.page("/history/")


@pytest.mark.browser
def test_the_list_can_be_searched(open_page: Callable[..., Page], desk: Desk) -> None:
    rules.create_many(desk, [RULE, RULE | {"name": "报名", "keywords": ["报名"]}])
    page = open_page("/history/")
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_label("搜索对象或备注").fill("报名")
    expect(page.get_by_role("row")).to_have_count(2)

"""关键词回复: the list, what it does to many rules, and the editor, by the routes alone."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import get_ident
from typing import Any

import pytest
from sqlalchemy import event

from bot.admin import rule_form
from bot.editing import rules
from bot.editing.desk import Desk
from bot.models import TextReply
from bot.store import accounts, history
from bot.store import rules as stored
from bot.store.database import Database
from bot.store.history import Actor, Filter
from bot.store.members import Role
from tests.admin.conftest import Console

RULE: dict[str, Any] = {"name": "优惠", "keywords": ["优惠券"], "replies": ["满一百减二十"]}
FORM = {
    "name": "优惠",
    "trigger": "keyword",
    "enabled": "on",
    "keyword": "优惠券",
    "mode": "exact",
    "pick": "all",
    "reply": "a",
    "a.type": "text",
    "a.content": "满一百减二十",
    "revision": "1",
}
NOW = datetime.now(UTC)
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(name="desk")
def _desk(console: Console) -> Desk:
    return Desk(console.bot.db, console.bot.account_id, Actor(name="小李", via="console"))


@pytest.fixture(name="empty")
def _empty(console: Console) -> None:
    """No rules but those of the test."""
    stored.replace(console.bot.db, console.bot.account_id, [])
    console.bot.snapshots.refresh()


def names(console: Console) -> list[str]:
    found, _ = stored.page(console.bot.db, console.bot.account_id, stored.Filter(), most=1000)
    return [one.document["name"] for one in found]


def put(console: Console, *given: str) -> list[int]:
    """Add rules of these names, each with its name as its keyword."""
    desk = Desk(console.bot.db, console.bot.account_id, Actor(name="小李", via="console"))
    ids = rules.create_many(
        desk, [{"name": name, "keywords": [name], "replies": [f"答{name}"]} for name in given]
    )
    console.bot.snapshots.refresh()
    return ids


# ---- saving ----


def test_a_saved_rule_answers_and_rolled_back_it_answers_the_old_way(console: Console) -> None:
    world = console.world
    assert console.post("/rules/new", data=FORM).status_code == 303
    assert world.say("优惠券") == TextReply("满一百减二十")
    (one,) = stored.page(
        console.bot.db, console.bot.account_id, stored.Filter(text="优惠券"), most=9
    )[0]

    changed = FORM | {"a.content": "满两百减五十", "note": "涨价"}
    assert console.post(f"/rules/{one.id}", data=changed).status_code == 303
    assert world.say("优惠券") == TextReply("满两百减五十")

    entries, _ = history.page(
        console.bot.db, console.bot.account_id, Filter(object=f"rule:{one.id}"), most=9
    )
    assert [(entry.action, entry.note) for entry in entries] == [
        ("rule.save", "涨价"),
        ("rule.create", ""),
    ]
    console.post(f"/history/{entries[1].id}/restore")
    console.bot.snapshots.refresh()
    assert world.say("优惠券") == TextReply("满一百减二十")


def test_what_cannot_be_saved_comes_back_with_its_problems(console: Console) -> None:
    wrong = FORM | {"a.content": "", "keyword": "字" * 61, "name": HOSTILE, "note": "为什么"}

    response = console.post("/rules/new", data=wrong)

    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "第 1 条回复的正文：是空的" in page
    assert "最多 60 个" in page
    assert 'value="为什么"' in page
    assert "字" * 61 in page
    assert HOSTILE not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_a_stale_page_gets_three_versions_and_may_overwrite(console: Console, desk: Desk) -> None:
    rule_id = rules.create(desk, RULE)
    opened = json.dumps(RULE)
    theirs = FORM | {"a.content": "别人的", "base": opened}
    mine = FORM | {"a.content": "我的", "base": opened}
    assert console.post(f"/rules/{rule_id}", data=theirs).status_code == 303

    response = console.post(f"/rules/{rule_id}", data=mine)

    page = response.get_data(as_text=True)
    assert response.status_code == 409
    for version in ("文字：满一百减二十", "文字：别人的", "文字：我的"):
        assert version in page
    assert 'name="revision" value="2"' in page
    assert console.world.say("优惠券") == TextReply("别人的")

    assert console.post(f"/rules/{rule_id}", data=mine | {"revision": "2"}).status_code == 303
    assert console.world.say("优惠券") == TextReply("我的")
    entries, _ = history.page(desk.db, desk.account_id, Filter(object=f"rule:{rule_id}"), most=9)
    assert [entry.after["replies"][0]["content"] for entry in entries] == [
        "我的",
        "别人的",
        "满一百减二十",
    ]


def test_a_page_whose_rule_is_gone_says_so(console: Console, desk: Desk) -> None:
    rule_id = rules.create(desk, RULE)
    rules.delete(desk, [rule_id])

    response = console.post(f"/rules/{rule_id}", data=FORM)

    assert response.status_code == 404
    assert "已经不在了" in response.get_data(as_text=True)


def test_a_rule_is_copied_and_begun_from_a_phrase(console: Console, desk: Desk) -> None:
    rule_id = rules.create(desk, RULE)

    assert 'value="优惠 的副本"' in console.page(f"/rules/new?copy={rule_id}")
    assert 'value="几点开门"' in console.page("/rules/new?keyword=几点开门")
    assert 'value="subscribe"' in console.page("/rules/new?trigger=subscribe")


def test_every_type_saved_unchanged_stays_as_it_is(console: Console, desk: Desk) -> None:
    """The page's own fields, posted again, are the same document."""
    rule_id = rules.create(desk, EVERY_TYPE)
    before = stored.get(desk.db, desk.account_id, rule_id)
    assert before is not None
    page = console.page(f"/rules/{rule_id}")
    assert page.count('data-block data-key="r') == 8

    form = rule_form.fields(before.document, console.bot.settings.zone)
    form["revision"] = "1"
    assert console.post(f"/rules/{rule_id}", data=form).status_code == 303

    after = stored.get(desk.db, desk.account_id, rule_id)
    assert after is not None
    assert after.document == before.document


EVERY_TYPE: dict[str, Any] = {
    "name": "全部类型",
    "keywords": ["样样都有"],
    "replies": [
        '看<a href="https://example.com/">这里</a>，或<a href="javascript:alert(1)">那里</a>',
        {"type": "image", "media": "file:mysql-map.jpg", "alt": "一张图"},
        {"type": "voice", "media": "file:没有.mp3", "alt": "代替语音"},
        {"type": "video", "media": "media-1", "title": "片名", "description": "说明"},
        {"type": "music", "thumb": "media-2", "title": "曲名", "url": "https://example.com/a.mp3"},
        {
            "type": "news",
            "articles": [
                {"title": "第一篇", "description": "", "url": "https://example.com/1"},
                {"title": "第二篇", "description": "", "url": "https://example.com/2"},
            ],
        },
        {"type": "miniprogram", "app_id": "wx1", "path": "a", "title": "小程序名", "thumb": "m"},
        {"type": "transfer"},
    ],
}


# ---- the preview ----


def previewed(console: Console, document: dict[str, Any], **more: str) -> str:
    form = rule_form.fields(document, console.bot.settings.zone)
    for name, value in more.items():
        form[name] = value
    response = console.post("/rules/preview", data=form)
    assert response.status_code == 200
    return response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (0, '<a href="https://example.com/" target="_blank" rel="noopener noreferrer nofollow">'),
        (1, '<img src="/admin/library/picture/mysql-map.jpg" alt="一张图">'),
        (2, "代替语音"),
        (3, "<b>片名</b>"),
        (4, "<b>曲名</b>"),
        (5, "<b>第一篇</b>"),
        (6, '<span class="tap">小程序名</span>'),
        (7, "转给人工客服"),
    ],
)
def test_every_type_is_shown_as_the_follower_gets_it(
    console: Console, place: int, shown: str
) -> None:
    page = previewed(console, EVERY_TYPE | {"replies": [EVERY_TYPE["replies"][place]]})

    assert shown in page
    assert 'href="javascript' not in page
    assert "第二篇" not in page


def test_what_is_pushed_after_the_answer_stands_after_it(console: Console) -> None:
    two = EVERY_TYPE | {"replies": EVERY_TYPE["replies"][:2]}
    page = previewed(console, two)
    assert page.index("随后发送") < page.index("mysql-map.jpg")

    accounts.learn(
        *(console.bot.db, console.bot.account_id, console.bot.settings.wechat_app_id),
        name="push",
        allowed=False,
        code=48001,
    )
    console.bot.snapshots.refresh()
    page = previewed(console, two)
    assert "随后发送" not in page
    assert "一张图" in page
    assert "只收到合并后的第一条" in page


def test_a_random_answer_shows_each_with_its_chance(console: Console) -> None:
    page = previewed(console, RULE | {"replies": ["甲", "乙"], "pick": "random", "weights": [3, 1]})

    assert "75% 的机会" in page
    assert "25% 的机会" in page


@pytest.mark.usefixtures("empty")
def test_conflicts_and_a_trial_follow_what_is_typed(console: Console) -> None:
    put(console, "电子书")
    loose = RULE | {"name": "新的", "keywords": [{"text": "电子书", "mode": "contains"}]}

    page = previewed(console, loose, said="求电子书")
    assert "“电子书”也会命中规则" in page
    assert "电子书 优先" in page
    assert "这条规则会回答" in page

    page = previewed(console, loose, said="电子书")
    assert "由规则 电子书 回答" in page
    assert "也命中，排在后面" in page
    page = previewed(console, loose, said="你好")
    assert "这条规则不会回答" in page
    assert "寒暄" in page


def test_half_a_rule_is_previewed_with_what_it_lacks(console: Console) -> None:
    page = previewed(console, {"name": "", "keywords": ["(", "书"], "replies": ["", "有话"]})

    assert "规则名：是空的" in page
    assert "有话" in page


# ---- the list ----


@pytest.mark.usefixtures("empty")
def test_the_list_is_searched_and_filtered(console: Console, desk: Desk) -> None:
    ids = put(console, "一", "二", "三")
    rules.tag(desk, ids[:1], "活动", on=True)
    rules.switch(desk, ids[1:2], enabled=False)
    rules.create(desk, {"name": "重复", "keywords": ["三"], "replies": ["又"]})
    rules.create(desk, RULE | {"name": "定时", "starts_at": "2026-01-01T00:00:00+08:00"})
    console.world.say("一")
    console.bot.buffer.flush()
    console.bot.snapshots.refresh()

    def shown(query: str) -> list[str]:
        page = console.page(f"/rules/?{query}")
        return [name for name in ("一", "二", "三", "重复", "定时") if f">{name}</a>" in page]

    assert shown("") == ["一", "二", "三", "重复", "定时"]
    assert shown("text=答二") == ["二"]
    assert shown("tag=活动") == ["一"]
    assert shown("state=disabled") == ["二"]
    assert shown("state=enabled") == ["一", "三", "重复", "定时"]
    assert shown("state=scheduled") == ["定时"]
    assert shown("state=unhit") == ["二", "三", "重复", "定时"]
    assert shown("state=conflict") == ["三", "重复"]
    assert shown("text=没有这个") == []


@pytest.mark.usefixtures("empty")
def test_a_switch_works_in_place(console: Console) -> None:
    (rule_id,) = put(console, "一")

    off = console.post(f"/rules/{rule_id}/switch", headers={"HX-Request": "true"})
    assert "checked" not in off.get_data(as_text=True)
    assert console.bot.snapshots.current.index.match("一", now=NOW).rule is None
    on = console.post(f"/rules/{rule_id}/switch", data={"enabled": "on"})
    assert "checked" in on.get_data(as_text=True)
    assert console.bot.snapshots.current.index.match("一", now=NOW).rule is not None


@pytest.mark.usefixtures("empty")
def test_rules_are_moved_by_one_and_next_to_another(console: Console) -> None:
    one, _two, three = put(console, "一", "二", "三")

    for data, rule_id, order in (
        ({"to": "down"}, one, ["二", "一", "三"]),
        ({"to": "down"}, one, ["二", "三", "一"]),
        ({"to": "down"}, one, ["二", "三", "一"]),
        ({"to": "up"}, three, ["三", "二", "一"]),
        ({"to": "up"}, three, ["三", "二", "一"]),
        ({"to": "before", "rule": three}, one, ["一", "三", "二"]),
        ({"to": "after", "rule": three}, one, ["三", "一", "二"]),
    ):
        assert console.post(f"/rules/{rule_id}/move", data=data).status_code == 200
        assert names(console) == order
    assert console.post(f"/rules/{one}/move", data={"to": "away"}).status_code == 400


@pytest.mark.usefixtures("empty")
def test_many_rules_are_changed_at_once_and_taken_back(console: Console) -> None:
    ids = put(console, "一", "二", "三")

    def bulk(do: str, **more: str) -> str:
        response = console.post("/rules/bulk", data={"chosen": ids[:2], "do": do, **more})
        assert response.status_code == 303
        return response.location.rpartition("batch=")[2]

    def state() -> list[tuple[bool, list[str]]]:
        found, _ = stored.page(console.bot.db, console.bot.account_id, stored.Filter(), most=9)
        return [(one.document.get("enabled", True), one.document.get("tags", [])) for one in found]

    batch = bulk("off")
    assert state() == [(False, []), (False, []), (True, [])]
    assert "修改已生效" in console.page(f"/rules/?batch={batch}")
    assert console.post(f"/rules/undo/{batch}").status_code == 303
    assert state() == [(True, [])] * 3
    batch = bulk("tag", with_tag="活动")
    assert state() == [(True, ["活动"]), (True, ["活动"]), (True, [])]
    bulk("untag", with_tag="活动")
    assert state() == [(True, [])] * 3
    batch = bulk("delete")
    assert names(console) == ["三"]
    console.post(f"/rules/undo/{batch}")
    assert sorted(names(console)) == ["一", "三", "二"]
    assert console.post("/rules/bulk", data={"chosen": ids, "do": "?"}).status_code == 400
    assert "rules" in console.post("/rules/bulk", data={"do": "off"}).location


@pytest.mark.usefixtures("empty")
def test_an_editor_takes_back_only_their_own(
    console: Console, sign_in: Callable[..., Console]
) -> None:
    ids = put(console, "一")
    editor, other = sign_in(Role.EDITOR), sign_in(Role.EDITOR)
    batch = editor.post("/rules/bulk", data={"chosen": ids, "do": "off"}).location.rpartition("=")[
        2
    ]

    assert other.post(f"/rules/undo/{batch}").status_code == 403
    assert editor.post(f"/rules/undo/{batch}").status_code == 303


@pytest.mark.usefixtures("empty")
def test_a_deleted_rule_comes_back_under_its_id(console: Console) -> None:
    (rule_id,) = put(console, "一")

    location = console.post(f"/rules/{rule_id}/delete").location
    assert names(console) == []
    console.post(f"/rules/undo/{location.rpartition('batch=')[2]}")
    assert "一" in console.page(f"/rules/{rule_id}")


@pytest.mark.usefixtures("empty")
def test_a_viewer_sees_and_changes_nothing(
    console: Console, sign_in: Callable[..., Console]
) -> None:
    (rule_id,) = put(console, "一")
    viewer = sign_in(Role.VIEWER)

    shown = viewer.page("/rules/") + viewer.page(f"/rules/{rule_id}")
    for word in ("data-new", "保存并生效", "上移", "data-add", 'name="chosen"', "删除"):
        assert word not in shown
    assert "答一" in shown
    for path in ("new", str(rule_id), f"{rule_id}/switch", f"{rule_id}/move", f"{rule_id}/delete"):
        assert viewer.post(f"/rules/{path}", data=FORM).status_code == 403
    assert viewer.post("/rules/bulk", data={"chosen": rule_id, "do": "off"}).status_code == 403
    assert viewer.get("/rules/new").status_code == 403
    assert names(console) == ["一"]


@pytest.mark.usefixtures("empty")
def test_hostile_text_is_shown_as_text(console: Console, desk: Desk) -> None:
    """In every field a rule has, on the list, in the editor and on the phone."""
    hostile = {
        "name": HOSTILE,
        "keywords": [HOSTILE],
        "excluding": [HOSTILE],
        "tags": [HOSTILE[:20]],
        "replies": [
            HOSTILE,
            f'<a href="https://x/{HOSTILE}">{HOSTILE}</a>',
            {"type": "image", "media": f"file:{HOSTILE}", "alt": HOSTILE},
            {"type": "video", "media": HOSTILE, "title": HOSTILE, "description": HOSTILE},
            {"type": "music", "thumb": HOSTILE, "title": HOSTILE, "description": HOSTILE},
            {
                "type": "news",
                "articles": [{"title": HOSTILE, "description": HOSTILE, "url": "http://x/\"'<"}],
            },
            {"type": "miniprogram", "app_id": HOSTILE, "path": HOSTILE, "title": HOSTILE},
            {"type": "transfer", "account": HOSTILE},
        ],
    }
    rule_id = rules.create(desk, hostile, note=HOSTILE)
    console.bot.snapshots.refresh()

    pages = console.page("/rules/") + console.page(f"/rules/{rule_id}")
    pages += previewed(console, hostile, said=HOSTILE)

    assert "<img src=x" not in pages
    assert "&lt;img src=x onerror=alert(1)&gt;" in pages


# ---- size ----


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """Collect the statements that this thread sends to the database."""
    sent: list[str] = []
    own = get_ident()

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if get_ident() == own and statement != "BEGIN":
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("empty")
def test_the_list_costs_the_same_with_many_rules(console: Console) -> None:
    put(console, "一")
    with counted(console.bot.db) as few:
        console.page("/rules/?text=一")
    documents = [
        {"name": f"规则 {n}", "keywords": [f"词{n}"], "replies": ["答"]} for n in range(3000)
    ]
    stored.replace(console.bot.db, console.bot.account_id, documents)
    console.bot.snapshots.refresh()

    with counted(console.bot.db) as many:
        page = console.page("/rules/?text=规则")

    assert page.count("data-rule=") == 50
    assert len(many) == len(few)
    assert len(many) <= 10

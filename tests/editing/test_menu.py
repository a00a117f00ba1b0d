"""The menu as operators change it: a shared draft, published, rolled back, adopted."""

import pytest

from bot.editing import changes, menu
from bot.editing.desk import Desk
from bot.errors import NotThere, Stale, Unfit, WeChatError
from bot.store import history, menus
from bot.store.history import Actor
from bot.wechat.menus import Document
from tests.worlds import World

ONE: Document = {"button": [{"name": "电子书", "type": "click", "key": "电子书"}]}
TWO: Document = {"button": [{"name": "官网", "type": "view", "url": "https://example.com/"}]}


@pytest.fixture(name="desk")
def _desk(world: World) -> Desk:
    return Desk(world.bot.db, world.bot.account_id, Actor(name="小李", via="console"))


def on_the_phone(world: World) -> list[str]:
    return [top["name"] for top in world.sandbox.phone("GET", "state")["menu"]]


def test_the_first_draft_is_the_file(desk: Desk) -> None:
    draft = menu.draft(desk.db, desk.account_id)

    assert draft.revision == 0
    assert [top["name"] for top in draft.document["button"]] == ["领资料", "画图", "我的"]


def test_a_stale_tab_overwrites_nothing(desk: Desk) -> None:
    assert menu.save(desk, ONE, revision=0).revision == 1
    with pytest.raises(Stale) as stale:
        menu.save(desk, TWO, revision=0)

    assert stale.value.revision == 1
    assert menu.draft(desk.db, desk.account_id).document == ONE
    assert menu.save(desk, TWO, revision=1).revision == 2
    assert menu.save(desk, TWO, revision=2).revision == 2  # nothing to save
    entries = history.of(desk.db, desk.account_id, "menu:draft")
    assert [entry.after for entry in entries] == [TWO, ONE]


def test_published_it_is_on_the_phone_and_can_be_rolled_back(world: World, desk: Desk) -> None:
    for draft in (ONE, TWO):
        revision = menu.draft(desk.db, desk.account_id).revision
        menu.publish(
            desk, world.outside.wechat, revision=menu.save(desk, draft, revision=revision).revision
        )
    assert on_the_phone(world) == ["官网"]
    second, first = menus.published(desk.db, desk.account_id)
    assert (second.document, first.document) == (TWO, ONE)

    menu.roll_back(desk, world.outside.wechat, first.id)

    assert on_the_phone(world) == ["电子书"]
    assert menu.draft(desk.db, desk.account_id).document == ONE
    assert menus.published(desk.db, desk.account_id)[0].note == f"恢复到记录 {first.id}"
    with pytest.raises(NotThere):
        menu.roll_back(desk, world.outside.wechat, 999)


def test_what_was_not_looked_at_is_not_published(world: World, desk: Desk) -> None:
    menu.save(desk, ONE, revision=0)

    with pytest.raises(Stale):
        menu.publish(desk, world.outside.wechat, revision=0)
    assert on_the_phone(world) == []


def test_an_unfinished_draft_is_kept_but_not_published(world: World, desk: Desk) -> None:
    menu.save(desk, {"button": [{"name": "空"}]}, revision=0)

    with pytest.raises(Unfit, match="「空」没有选点了做什么"):
        menu.publish(desk, world.outside.wechat)
    assert world.sandbox.calls("/cgi-bin/menu/create") == []
    assert menus.published(desk.db, desk.account_id) == []


def test_what_wechat_refused_is_not_recorded(world: World, desk: Desk) -> None:
    world.sandbox.script({"match": "/cgi-bin/menu/create", "errcode": 48001})

    with pytest.raises(WeChatError):
        menu.publish(desk, world.outside.wechat)
    assert menus.published(desk.db, desk.account_id) == []


def test_taken_down_and_adopted(world: World, desk: Desk) -> None:
    wechat = world.outside.wechat
    with pytest.raises(NotThere, match="现在没有菜单"):
        menu.adopt(desk, wechat)
    menu.publish(desk, wechat)
    menu.save(desk, ONE, revision=0)

    assert menu.live(wechat) == (menu.first().document, [])
    assert menu.adopt(desk, wechat) == []
    assert menu.draft(desk.db, desk.account_id).document == menu.first().document

    menu.take_down(desk, wechat)
    assert on_the_phone(world) == []
    assert menu.live(wechat) == (None, [])
    assert menus.published(desk.db, desk.account_id)[0].document is None
    assert history.verify(desk.db, desk.account_id)[1] == 0


def test_a_draft_is_restored_from_the_history(world: World, desk: Desk) -> None:
    menu.save(desk, ONE, revision=0)
    menu.save(desk, TWO, revision=1)
    _second, first = history.of(desk.db, desk.account_id, "menu:draft")

    changes.restore(desk, world.bot.files, first)

    assert menu.draft(desk.db, desk.account_id).document == ONE

"""The library, on every database."""

from typing import Any

import pytest

from bot.store import history, library, media, menus, rules
from bot.store.database import Database, clock
from bot.store.history import Actor, Change
from bot.store.library import Item, Use
from bot.store.media import File
from bot.store.menus import Draft

HOUR = 3600 * 1000
ACTOR = Actor(name="小李", via="console")


def item(name: str, *, kind: str = "image", sha256: str = "a" * 64) -> Item:
    return Item(name=name, kind=kind, sha256=sha256, size=9, created_at=5, created_by="小李")


def rule(title: str, *replies: dict[str, Any]) -> dict[str, Any]:
    return {"name": title, "keywords": [title], "replies": list(replies)}


def image(name: str) -> dict[str, Any]:
    return {"type": "image", "media": f"file:{name}", "alt": "x"}


def put(db: Database, account_id: int, *given: Item) -> None:
    with db.write() as tx:
        for one in given:
            library.put(tx, account_id, one)


def test_names_are_kept_byte_for_byte(db: Database, account_id: int) -> None:
    put(db, account_id, item("A.png"), item("a.png", kind="thumb"), item("é😀.png"))

    assert library.find(db, account_id, "A.png") == item("A.png")
    assert {(one.kind, one.name) for one in library.items(db, account_id)} == {
        *(("thumb", "a.png"), ("image", "A.png"), ("image", "é😀.png"), ("image", "mysql-map.jpg")),
    }
    assert library.find(db, account_id, "../rules.toml") is None


@pytest.mark.parametrize("name", ['引"号.png', "百%分_号.png", "反.png", "é😀.png"])
def test_where_a_file_is_used(db: Database, account_id: int, name: str) -> None:
    music = {"type": "music", "thumb": f"file:{name}", "title": "歌", "alt": "x"}
    text = {"type": "text", "content": f"file:{name}"}
    documents = [
        rule("一", image(name), music, image(name)),
        rule("二", text),
        rule("三", image("z")),
    ]
    with db.write() as tx:
        rules.touch(tx, account_id)
        first, *_ = rules.insert(tx, account_id, documents)

    with db.read() as tx:
        assert [one.id for one in library.using(tx, account_id, name)] == [first]
    assert library.uses(db, account_id)[name] == [
        Use(first, "一", "image"),
        Use(first, "一", "thumb"),
    ]
    changed = library.renamed(documents[0], name, "新.png")
    assert [one.get("media") or one["thumb"] for one in changed["replies"]] == ["file:新.png"] * 3


def test_what_wechat_has_goes_along_with_a_name(db: Database, account_id: int) -> None:
    file = File("a.png", "image", "a" * 64)
    media.keep(db, account_id, "wx1", file, media_id="m1", lifetime_ms=70 * HOUR)
    media.keep(db, account_id, "wx1", File("b.png", "image", "b"), media_id="m2", lifetime_ms=HOUR)
    with db.write() as tx:
        media.touch(tx, account_id)
        media.rename(tx, account_id, "a.png", "b.png")

    assert media.known(db, account_id, "wx1") == {"b.png": "m1"}
    with db.write() as tx:
        media.hurry(tx, account_id, "b.png")
    renamed = File("b.png", "image", "a" * 64)
    assert media.due(db, account_id, "wx1", [renamed]) == [renamed]
    assert media.known(db, account_id, "wx1") == {"b.png": "m1"}
    media.doubt(db, account_id, "m1")
    assert media.known(db, account_id, "wx1") == {}


def test_bytes_are_needed_by_items_and_by_the_last_changes(db: Database, account_id: int) -> None:
    put(db, account_id, item("a.png", sha256="1"))
    gone = {"name": "b.png", "sha256": "2"}
    change = Change(action="library.delete", object="library:b.png", before=gone)
    with db.write() as tx:
        history.lock(tx, account_id)
        history.record(tx, account_id, ACTOR, change)
        at = clock(tx)

    with db.read() as tx:
        assert library.needed(tx, ["1", "2", "3"], since=at - HOUR) == {"1", "2"}
        assert library.needed(tx, ["1", "2", "3"], since=at + HOUR) == {"1"}


def test_a_draft_and_what_was_published(db: Database, account_id: int) -> None:
    assert menus.draft(db, account_id) is None
    document = {"button": [{"name": "菜单😀", "type": "click", "key": "x"}]}
    for revision in (1, 2):
        with db.write() as tx:
            history.lock(tx, account_id)
            menus.put(tx, account_id, Draft(document=document, revision=revision, saved_by="小李"))
            change = Change(action="menu.publish", object="menu", after=document)
            history.record(tx, account_id, ACTOR, change)

    found = menus.draft(db, account_id)
    assert found is not None
    assert (found.document, found.revision) == (document, 2)
    assert [one.document for one in menus.published(db, account_id)] == [document, document]

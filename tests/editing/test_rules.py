"""Edited rules: checked, recorded, undoable; nobody overwrites what they have not seen."""

from typing import Any

import pytest

from bot.editing import rules
from bot.editing.desk import Desk
from bot.errors import ConfigError, NotThere, Stale
from bot.store import history
from bot.store import rules as stored
from bot.store.database import Database
from bot.store.history import Actor, Filter
from bot.store.tables import history as table

BOOK: dict[str, Any] = {"name": "书", "keywords": ["电子书"], "replies": ["在这里"]}
LINK: dict[str, Any] = {"type": "text", "content": "在这里"}
KEPT = BOOK | {"replies": [LINK]}


@pytest.fixture(name="desk")
def _desk(db: Database, account_id: int) -> Desk:
    return Desk(db, account_id, Actor(name="小李", via="console", address="127.0.0.1"))


def document(desk: Desk, rule_id: int) -> dict[str, Any] | None:
    found = stored.get(desk.db, desk.account_id, rule_id)
    return found.document if found else None


def names(desk: Desk) -> list[str]:
    found, _ = stored.page(desk.db, desk.account_id, stored.Filter(), most=100)
    return [one.document["name"] for one in found]


def test_what_is_saved_is_recorded_with_its_author(desk: Desk) -> None:
    rule_id = rules.create(desk, BOOK)
    rules.save(desk, rule_id, BOOK | {"tags": ["资料"]}, revision=1, note="分类")

    newest, oldest = history.of(desk.db, desk.account_id, rules.name_of(rule_id))
    assert (oldest.action, oldest.before, oldest.after) == ("rule.create", None, KEPT)
    assert (newest.action, newest.before, newest.note) == ("rule.save", KEPT, "分类")
    assert newest.after == KEPT | {"tags": ["资料"]}
    assert (newest.actor, newest.via, newest.address) == ("小李", "console", "127.0.0.1")
    assert history.verify(desk.db, desk.account_id) == (2, 0)


def test_a_faulty_rule_changes_nothing(desk: Desk) -> None:
    rule_id = rules.create(desk, BOOK)
    with pytest.raises(ConfigError, match="正则"):
        rules.save(desk, rule_id, BOOK | {"keywords": [{"text": "(", "mode": "regex"}]}, revision=1)

    assert document(desk, rule_id) == KEPT
    assert history.verify(desk.db, desk.account_id) == (1, 0)


def test_a_stale_save_is_refused_with_what_stands_there(desk: Desk) -> None:
    rule_id = rules.create(desk, BOOK)
    rules.save(desk, rule_id, BOOK | {"name": "别人的"}, revision=1)
    with pytest.raises(Stale) as refused:
        rules.save(desk, rule_id, BOOK | {"name": "我的"}, revision=1)

    assert (refused.value.theirs, refused.value.revision) == (KEPT | {"name": "别人的"}, 2)
    assert names(desk) == ["别人的"]


def test_a_deleted_rule_comes_back_under_its_id(desk: Desk) -> None:
    rule_id = rules.create(desk, BOOK)
    assert rules.delete(desk, [rule_id]) == 1
    (deleted, _) = history.of(desk.db, desk.account_id, rules.name_of(rule_id))

    assert document(desk, rule_id) is None
    with pytest.raises(NotThere):
        rules.save(desk, rule_id, BOOK, revision=1)
    assert rules.restore(desk, deleted) == rule_id
    assert document(desk, rule_id) == KEPT


def test_an_id_stays_its_rules_for_ever(desk: Desk) -> None:
    """Hits are counted by it."""
    rule_id = rules.create(desk, BOOK)
    rules.delete(desk, [rule_id])

    assert rules.create(desk, BOOK) > rule_id


def test_many_changes_are_one_undo(desk: Desk) -> None:
    ids = rules.create_many(desk, [BOOK, BOOK | {"name": "图", "enabled": False}])
    assert rules.switch(desk, ids, enabled=False) == 1
    assert rules.tag(desk, ids, "资料", on=True) == 2
    entry = history.of(desk.db, desk.account_id, rules.name_of(ids[0]), most=1)[0]
    assert rules.undo(desk, entry.batch) == 2

    found, total = stored.page(desk.db, desk.account_id, stored.Filter(state="disabled"), most=9)
    assert (total, [one.id for one in found]) == (2, ids)
    assert stored.tags(desk.db, desk.account_id) == []


def test_rules_are_moved_before_others(desk: Desk) -> None:
    one, two, three = rules.create_many(desk, [BOOK | {"name": name} for name in "一二三"])
    rules.move(desk, three, before=one)
    assert names(desk) == ["三", "一", "二"]
    rules.move(desk, three, before=None)
    rules.move(desk, one, before=one)

    assert names(desk) == ["一", "二", "三"]
    with pytest.raises(NotThere):
        rules.move(desk, two, before=99)


def test_a_changed_past_is_found(desk: Desk) -> None:
    rules.create_many(desk, [BOOK | {"name": name} for name in "一二三"])
    with desk.db.write() as tx:
        tx.execute(table.update().where(table.c.id == 2).values(actor="没有人"))

    assert history.verify(desk.db, desk.account_id) == (1, 2)


def test_a_removed_past_is_found(desk: Desk) -> None:
    rules.create_many(desk, [BOOK | {"name": name} for name in "一二三"])
    with desk.db.write() as tx:
        tx.execute(table.delete().where(table.c.id == 1))

    assert history.verify(desk.db, desk.account_id) == (0, 2)


def test_the_list_is_searched_and_filtered(desk: Desk) -> None:
    rules.create_many(
        desk,
        [
            BOOK | {"tags": ["资料"]},
            BOOK | {"name": "AI", "keywords": ["100%"], "ends_at": "2027-01-01T00:00:00+08:00"},
        ],
    )

    def found(**wanted: Any) -> list[str]:
        page, total = stored.page(desk.db, desk.account_id, stored.Filter(**wanted), most=9)
        assert total == len(page)
        return [one.document["name"] for one in page]

    assert found(text="100%") == found(text="ai") == found(state="scheduled") == ["AI"]
    assert found(text="0_") == found(tag="资") == found(state="disabled") == []
    assert found(tag="资料") == ["书"]
    assert found(text="在这里", state="unhit") == ["书", "AI"]


def test_the_history_is_searched(desk: Desk) -> None:
    rules.create_many(desk, [BOOK, BOOK | {"name": "AI"}])

    def found(**wanted: str) -> list[str]:
        page, total = history.page(desk.db, desk.account_id, Filter(**wanted), most=1)
        return [one.title for one in page] if total == 1 else [str(total)]

    assert found(text="A") == ["AI"]
    assert found(actor="小李") == found(subject="rule") == ["2"]
    assert found(actor="小") == found(subject="rul") == ["0"]

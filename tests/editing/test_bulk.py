"""Many changes of rules are one: done together or not at all, known again, and undone together."""

from typing import Any

import pytest

from bot.editing import bulk, rules
from bot.editing.bulk import Work
from bot.editing.desk import Desk
from bot.errors import NotThere, Stale
from bot.store import history
from bot.store import rules as stored
from bot.store.database import Database
from bot.store.history import Actor


@pytest.fixture(name="desk")
def _desk(db: Database, account_id: int) -> Desk:
    return Desk(db, account_id, Actor(name="小林", via="cli"))


def rule(name: str, reply: str = "好") -> dict[str, Any]:
    return {"name": name, "keywords": [name], "replies": [{"type": "text", "content": reply}]}


def state(desk: Desk) -> tuple[int, list[tuple[int, str, str]]]:
    version, found = stored.every(desk.db, desk.account_id)
    return version, [
        (one.id, one.document["name"], one.document["replies"][0]["content"]) for one in found
    ]


def test_all_is_done_in_one_and_undone_in_one(desk: Desk) -> None:
    a, b, c, d = rules.create_many(desk, [rule(name) for name in "abcd"])
    version, before = state(desk)

    [new, newer] = bulk.apply(
        desk,
        Work(
            creates=[rule("e"), rule("f")],
            changes={b: rule("b", "更好"), d: rule("d", "更好")},
            deletes=[a],
            order=[-2, d, c, -1, b],
            version=version,
            note="导入 规则.csv",
        ),
        batch="导入",
    )

    assert state(desk)[1] == [
        (newer, "f", "好"),
        (d, "d", "更好"),
        (c, "c", "好"),
        (new, "e", "好"),
        (b, "b", "更好"),
    ]
    told = history.batch(desk.db, desk.account_id, "导入")
    assert [one.action for one in reversed(told)] == [
        *("rule.create", "rule.create", "rule.save", "rule.save", "rule.delete", "rules.arrange")
    ]
    assert {one.note for one in told[1:]} == {"导入 规则.csv"}
    assert rules.undo(desk, "导入") == 5
    assert state(desk)[1] == before
    assert history.verify(desk.db, desk.account_id)[1] == 0


def test_the_same_batch_is_done_once(desk: Desk) -> None:
    work = Work(creates=[rule("a")])

    assert len(bulk.apply(desk, work, batch="x")) == 1
    assert bulk.apply(desk, work, batch="x") == []
    assert len(state(desk)[1]) == 1


def test_nothing_is_done_for_rules_that_have_changed(desk: Desk) -> None:
    [a] = rules.create_many(desk, [rule("a")])
    version, before = state(desk)
    rules.create(desk, rule("b"))
    work = Work(creates=[rule("c")], changes={a: rule("a", "更好")}, version=version)

    with pytest.raises(Stale):
        bulk.apply(desk, work, batch="x")
    with pytest.raises(NotThere):
        bulk.apply(desk, Work(creates=[rule("c")], deletes=[a, 999_999]), batch="x")

    assert state(desk)[1][:1] == before
    assert len(state(desk)[1]) == 2


def test_more_rules_than_a_statement_has_parameters(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "IN_ONE", 7)
    ids = bulk.apply(desk, Work(creates=[rule(f"r{n}") for n in range(30)]), batch="x")

    bulk.apply(desk, Work(deletes=ids), batch="y")
    assert state(desk)[1] == []
    rules.undo(desk, "y")
    assert [one[0] for one in state(desk)[1]] == ids
    rules.undo(desk, "x")
    assert state(desk)[1] == []


def test_rules_that_are_too_many_alike_are_found() -> None:
    alike = [rule("词") | {"ends_at": f"2030-01-01T00:00:00.{n:06d}+00:00"} for n in range(1, 1003)]

    assert bulk.faults(alike[:1000]) == []
    assert "请合并" in bulk.faults(alike)[0]

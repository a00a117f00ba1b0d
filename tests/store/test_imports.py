"""Imports are kept with their progress and plan; a dead reading is told from a slow one."""

import pytest
from sqlalchemy import update

from bot.store import imports
from bot.store.database import Database
from bot.store.imports import State
from bot.store.tables import rule_import

PLAN = {"items": [{"name": "优惠" * 100, "document": None}] * 3000}


def state(db: Database, account_id: int, import_id: int) -> State:
    found = imports.get(db, account_id, import_id)
    assert found is not None
    return found.state


def begin(db: Database, account_id: int, *, source: str = "规则.csv") -> int:
    return imports.begin(db, account_id, source=source, by="小林", plan={"form": "csv"})


def test_an_import_goes_its_way(db: Database, account_id: int) -> None:
    import_id = begin(db, account_id)
    imports.hold(db, import_id, owner="a")
    imports.progress(db, import_id, done=200, total=3000)
    found = imports.get(db, account_id, import_id)
    assert found is not None
    assert (found.source, found.done, found.total) == ("规则.csv", 200, 3000)
    assert imports.plan(db, account_id, import_id) == {"form": "csv"}

    imports.finish(db, import_id, owner="a", state=State.READY, plan=PLAN)
    assert imports.plan(db, account_id, import_id) == PLAN

    def settle() -> bool:
        ready, done = State.READY, State.APPLIED
        return imports.settle(db, account_id, import_id, was=ready, state=done, batch="b")

    assert [settle(), settle()] == [True, False]
    imports.replan(db, account_id, import_id, {})
    assert imports.plan(db, account_id, import_id) == PLAN
    assert [one.batch for one in imports.latest(db, account_id)] == ["b"]


def test_a_reading_without_a_sign_of_life_is_interrupted(db: Database, account_id: int) -> None:
    import_id = begin(db, account_id)
    assert state(db, account_id, import_id) is State.READING
    assert not imports.again(db, account_id, import_id)
    with db.write() as tx:
        tx.execute(update(rule_import).values(created_at=1))
    assert state(db, account_id, import_id) is State.INTERRUPTED

    assert imports.again(db, account_id, import_id)
    assert imports.hold(db, import_id, owner="b")
    assert not imports.hold(db, import_id, owner="a")
    assert state(db, account_id, import_id) is State.READING
    # The one that was taken for dead comes too late.
    imports.finish(db, import_id, owner="b", state=State.READY, plan=PLAN)
    imports.finish(db, import_id, owner="a", state=State.FAILED, plan={})
    assert state(db, account_id, import_id) is State.READY


def test_old_imports_go(db: Database, account_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "KEPT", 3)
    made = [begin(db, account_id) for _ in range(5)]

    assert [one.id for one in imports.latest(db, account_id)] == made[:1:-1]
    assert imports.get(db, account_id, made[0]) is None

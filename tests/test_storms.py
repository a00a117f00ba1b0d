"""Storms and a full disk in short, and the judge: what is lost, doubled, unequal is seen."""

import pytest
from sqlalchemy import update

from bot.store import accounts
from bot.store.database import Database
from bot.store.tables import rule_hit
from chaos import databases
from chaos.__main__ import play
from chaos.experiments import Scene
from chaos.storm_judge import judge
from chaos.storm_pushes import Answers, Kind, crowd
from chaos.storms import NAMES, storm
from tests.store.filling import fill

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("database", NAMES.values())
def test_three_pushes_of_each_message_leave_what_one_does(database: str) -> None:
    found = storm(database, messages=40)

    assert (found.lost, found.doubled, found.verdict.unequal) == (0, 0, 0), found.verdict
    assert found.verdict.accepted > 0
    assert found.rate > 0


def test_a_disk_that_takes_no_byte_costs_nobody_anything(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (fault,) = databases.faults({"一个字节也写不进": databases.unwritable})
    harmed = play([Scene("SQLite", [fault])])

    printed = capsys.readouterr().out
    assert (harmed, printed.count("✓")) == (0, 1), printed


def test_the_judge_sees_what_is_too_few_too_many_and_unequal(db: Database) -> None:
    said = crowd(20)
    answers = [Answers((b"success", b"success", b"" if one else b"else"), 0.1) for one in range(20)]
    fill(db, accounts.ensure(db), rows=10, queued=1)
    with db.write() as tx:
        tx.execute(update(rule_hit).values(hits=100))
    verdict = judge(db, said, answers)

    lost, doubled = ({name for name, _ in things} for things in (verdict.lost, verdict.doubled))
    assert lost == {"answer", "log", "follower", "unit", "day", "month", Kind.PARCEL, Kind.PHOTO}
    assert doubled >= {"hit", "log", "job", "unit", Kind.PARCEL, Kind.PHOTO}
    assert verdict.unequal == 20

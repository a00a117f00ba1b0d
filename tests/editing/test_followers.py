"""Followers looked after: recorded without openid, and forgotten without a trace of who it was."""

import pytest
from sqlalchemy import select

from bot.editing import followers as editing
from bot.editing.desk import Desk
from bot.errors import ConfigError, NotThere, Refused
from bot.models import JobState
from bot.store import accounts, claims, followers, history, jobs, messages, money
from bot.store.database import Database
from bot.store.followers import FOR_EVER, Filter, Left
from bot.store.history import Actor
from bot.store.tables import image_job, message, metadata, quota
from tests.store.orders import COST, DAY, MONTH, XIAOHUA, claim_all, order
from tests.store.test_databases import heard

OTHER = "oXiaoming-0000000000000000002"


@pytest.fixture(name="desk")
def _desk(db: Database, account_id: int) -> Desk:
    messages.write(db, [heard("k"), heard("o", openid=OTHER, content="你好")])
    return Desk(db, account_id, Actor(name="小李", via="console"))


def everything(db: Database) -> str:
    with db.read() as tx:
        return str([tx.execute(select(one)).all() for one in metadata.sorted_tables])


def test_a_block_is_live_recorded_and_ended(desk: Desk) -> None:
    before = accounts.versions(desk.db, desk.account_id).settings
    editing.block(desk, XIAOHUA, until=FOR_EVER, reason=" 刷屏 ")

    assert accounts.versions(desk.db, desk.account_id).settings == before + 1
    assert followers.blocked(desk.db, desk.account_id) == {XIAOHUA: FOR_EVER}
    (entry,) = history.of(desk.db, desk.account_id, editing.name_of(XIAOHUA))
    assert (entry.action, entry.before, entry.title) == ("follower.block", None, "oXiaoh…")
    assert entry.after == {"until": FOR_EVER, "reason": "刷屏"}
    assert XIAOHUA not in str(entry)
    editing.unblock(desk, XIAOHUA)
    assert followers.blocked(desk.db, desk.account_id) == {}


def test_a_block_ends_by_itself(desk: Desk) -> None:
    with desk.db.write() as tx:
        followers.change(tx, desk.account_id, XIAOHUA, blocked_until=1_000)

    assert followers.blocked(desk.db, desk.account_id) == {}


def test_a_remark_is_found_and_so_is_the_beginning_of_an_openid(desk: Desk) -> None:
    editing.remark(desk, XIAOHUA, " 老王 100% ")
    db, account_id = desk.db, desk.account_id

    for text in ("老王", "100%", "oXiaoh", XIAOHUA):
        found, total = followers.page(db, account_id, Filter(text=text), most=9)
        assert ([one.openid for one in found], total) == ([XIAOHUA], 1)
    assert followers.page(db, account_id, Filter(text="%"), most=9)[1] == 1
    # No letter after those that are shown can be guessed by itself.
    assert followers.page(db, account_id, Filter(text=XIAOHUA[:-1]), most=9)[1] == 0
    assert followers.page(db, account_id, Filter(), most=9)[1] == 2


def test_granted_pictures_are_more_than_the_daily_number(desk: Desk) -> None:
    editing.grant(desk, XIAOHUA, day=DAY, more=2)
    for number in range(3):
        jobs.submit(desk.db, desk.account_id, order(f"j{number}", daily_images=1))
    with pytest.raises(Refused):
        jobs.submit(desk.db, desk.account_id, order("j3", daily_images=1))
    assert money.used(desk.db, desk.account_id, openid=XIAOHUA, day=DAY) == 1


def test_a_refund_within_the_granted_ones_is_not_lost(desk: Desk) -> None:
    editing.grant(desk, XIAOHUA, day=DAY, more=2)
    one = jobs.submit(desk.db, desk.account_id, order("j", daily_images=1))
    with desk.db.write() as tx:
        jobs.refund(tx, one)

    assert money.used(desk.db, desk.account_id, openid=XIAOHUA, day=DAY) == -2


def test_nonsense_changes_nothing(desk: Desk) -> None:
    with pytest.raises(ConfigError):
        editing.remark(desk, XIAOHUA, "长" * 65)
    with pytest.raises(ConfigError):
        editing.grant(desk, XIAOHUA, day=DAY, more=0)
    with pytest.raises(ConfigError):
        editing.block(desk, XIAOHUA, until=FOR_EVER, reason="长" * 256)
    with pytest.raises(ConfigError):
        editing.block(desk, XIAOHUA, until=1_000)
    with pytest.raises(NotThere):
        editing.block(desk, "nobody", until=FOR_EVER)
    assert history.page(desk.db, desk.account_id, history.Filter(), most=9) == ([], 0)


def test_who_is_forgotten_stands_nowhere_and_what_was_counted_stays(desk: Desk) -> None:
    db = desk.db
    job = jobs.submit(db, desk.account_id, order("j|" + XIAOHUA))
    (claim,) = claim_all(db)
    values = {"state": JobState.WAITING, "picture": "2026-11-23/1-aa.jpg", "media_id": "m"}
    claims.save(db, claim, **values, lease_until=0)
    editing.block(desk, XIAOHUA, until=FOR_EVER)
    assert editing.forget(desk, XIAOHUA) == Left(["2026-11-23/1-aa.jpg"], [])

    left = everything(db)
    assert XIAOHUA not in left
    assert "橘猫" not in left
    assert "电子书" not in left
    assert OTHER in left
    assert followers.blocked(db, desk.account_id) == {}
    with db.read() as tx:
        assert tx.execute(select(image_job.c.state, image_job.c.cost)).all() == [
            ("cancelled", COST)
        ]
        assert len(tx.execute(select(message.c.id)).all()) == 2
        assert tx.execute(select(quota)).all() == []
    assert money.spent(db, desk.account_id, period=MONTH) == COST
    entry = history.page(db, desk.account_id, history.Filter(subject="follower"), most=1)[0][0]
    assert (entry.action, entry.title, entry.before, entry.after) == (
        "follower.forget",
        "一位粉丝",
        None,
        None,
    )
    assert claim_all(db) == []
    assert jobs.get(db, job.id).openid.startswith("forgotten-")


def test_nobody_is_forgotten_while_something_is_drawn_for_them(desk: Desk) -> None:
    jobs.submit(desk.db, desk.account_id, order("j"))
    with pytest.raises(ConfigError, match="还有没画完的图"):
        editing.forget(desk, XIAOHUA)

    assert followers.get(desk.db, desk.account_id, XIAOHUA) is not None


def test_a_conversation_knows_its_pictures(desk: Desk) -> None:
    jobs.submit(desk.db, desk.account_id, order("p"))
    messages.write(desk.db, [heard("p", content="一只橘猫", handler="image", rule_id=0)])
    said, total = followers.conversation(desk.db, desk.account_id, XIAOHUA, most=1)

    assert (said[0].content, said[0].job_id, said[0].state, total) == ("一只橘猫", 1, "queued", 2)
    numbers = followers.numbers(desk.db, desk.account_id, [XIAOHUA, OTHER], day=DAY)
    assert (numbers[XIAOHUA].messages, numbers[XIAOHUA].used) == (2, 1)
    assert (numbers[OTHER].messages, numbers[OTHER].pictures) == (1, 0)

"""Followers looked after: recorded without openid, and forgotten without a trace of who it was."""

import pytest
from sqlalchemy import select, update

from bot.editing import followers as editing
from bot.editing.desk import Desk
from bot.errors import ConfigError, NotThere, Refused
from bot.models import JobState
from bot.store import (
    accounts,
    agreements,
    claims,
    complaints,
    conversations,
    followers,
    forgetting,
    history,
    jobs,
    messages,
    money,
    photos,
    retention,
    shares,
)
from bot.store.database import Database
from bot.store.followers import FOR_EVER, Filter
from bot.store.history import Actor
from bot.store.tables import decision, follower, image_job, message, metadata, quota
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


def keep_a_trace(desk: Desk) -> None:
    """The follower in every row of the studio."""
    db, account_id, own = desk.db, desk.account_id, {"openid": XIAOHUA}
    sent = photos.add(db, account_id, **own, message_key=f"{XIAOHUA}|p", media_id="m")
    photos.keep(db, sent.id, file="2026-11-23/7-b.jpg")
    conversations.wish(db, account_id, XIAOHUA, "橘猫", message_key=f"{XIAOHUA}|w")
    shares.give(db, account_id, **own, job_id=1)
    agreements.agree(db, account_id, **own, message_key=f"{XIAOHUA}|a", text_hash="h", job_id=1)
    for key in ("c1", "c2"):
        told = {"message_key": f"{XIAOHUA}|{key}", "content": "不像"}
        complaints.take(db, account_id, **own, **told, job_id=1, most_a_day=9)
    with db.write() as tx:
        row = {"account_id": account_id, "message_key": f"{XIAOHUA}|d", **own}
        tx.execute(decision.insert().values(row | {"stage": "input"}))


def test_who_is_forgotten_stands_nowhere_and_what_was_counted_stays(desk: Desk) -> None:
    db = desk.db
    job = jobs.submit(db, desk.account_id, order("j|" + XIAOHUA))
    (claim,) = claim_all(db)
    values = {"state": JobState.WAITING, "picture": "2026-11-23/1-aa.jpg", "media_id": "m"}
    claims.save(db, claim, **values, lease_until=0)
    keep_a_trace(desk)
    editing.block(desk, XIAOHUA, until=FOR_EVER)
    editing.forget(desk, XIAOHUA, nobody="forgotten-1")
    pictures, sent = forgetting.leftovers(db, desk.account_id, most=9)
    assert [(one.name, one.prefix) for one in pictures] == [
        ("2026-11-23/1-aa.jpg", "2026-11-23/1-")
    ]
    assert [one.name for one in sent] == ["2026-11-23/7-b.jpg"]
    forgetting.swept(db, pictures, sent)
    assert forgetting.leftovers(db, desk.account_id, most=9) == ([], [])

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


def test_who_leaves_twice_keeps_one_bound_and_old_rows_go(desk: Desk) -> None:
    """Every database renames and deletes alike."""
    db, account_id = desk.db, desk.account_id
    for number in range(2):
        messages.write(db, [heard(f"again{number}")])
        made = jobs.submit(db, account_id, order(f"j{number}", former="forgotten-1"))
        with db.write() as tx:
            ended = {"state": JobState.DELIVERED, "created_at": 1}
            tx.execute(update(image_job).where(image_job.c.id == made.id).values(ended))
        editing.block(desk, XIAOHUA, until=FOR_EVER)
        forgetting.leave(db, account_id, XIAOHUA)
        assert not editing.forget_left(desk, XIAOHUA, nobody="forgotten-1", for_ms=60_000)
        assert forgetting.left(db, account_id, for_ms=-1, most=9) == [XIAOHUA]
        assert editing.forget_left(desk, XIAOHUA, nobody="forgotten-1", for_ms=-1)
    assert money.used(db, account_id, openid="forgotten-1", day=DAY) == 2
    assert followers.blocked(db, account_id) == {"forgotten-1": FOR_EVER}
    with db.write() as tx:
        tx.execute(update(follower).values(blocked_until=1))

    assert retention.purge(db, account_id, days=200) == 3  # two jobs and a block that is over
    retention.purge_quotas(db, account_id, today="2026-11-24")
    with db.read() as tx:
        assert tx.execute(select(quota)).all() == []
        assert tx.execute(select(follower.c.openid)).scalars().all() == [OTHER]


def test_nobody_is_forgotten_while_something_is_drawn_for_them(desk: Desk) -> None:
    jobs.submit(desk.db, desk.account_id, order("j"))
    with pytest.raises(ConfigError, match="还有没画完的图"):
        editing.forget(desk, XIAOHUA, nobody="forgotten-1")

    assert followers.get(desk.db, desk.account_id, XIAOHUA) is not None


def test_a_conversation_knows_its_pictures(desk: Desk) -> None:
    jobs.submit(desk.db, desk.account_id, order("p"))
    messages.write(desk.db, [heard("p", content="一只橘猫", handler="image", rule_id=0)])
    said, total = followers.conversation(desk.db, desk.account_id, XIAOHUA, most=1)

    assert (said[0].content, said[0].job_id, said[0].state, total) == ("一只橘猫", 1, "queued", 2)
    numbers = followers.numbers(desk.db, desk.account_id, [XIAOHUA, OTHER], day=DAY)
    assert (numbers[XIAOHUA].messages, numbers[XIAOHUA].used) == (2, 1)
    assert (numbers[OTHER].messages, numbers[OTHER].pictures) == (1, 0)

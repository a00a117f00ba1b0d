"""What may not be drawn is refused before it costs anything, and every verdict is kept."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import select

from bot.editing import settings as editing
from bot.editing.desk import Desk
from bot.editing.settings import Drawer
from bot.jobs.alarms import ring
from bot.models import JobState, TextReply
from bot.store import decisions, money
from bot.store.decisions import Decision, Verdict
from bot.store.history import Actor
from bot.store.tables import alarm
from tests.worlds import World

GENERATIONS = "/v1/images/generations"
MODERATIONS = "/v1/moderations"
SEND = "/cgi-bin/message/custom/send"


def said(world: World, words: str) -> str:
    reply = world.say(words)
    assert isinstance(reply, TextReply)
    return reply.content


def change(world: World, **values: str) -> None:
    desk = Desk(world.bot.db, world.bot.account_id, Actor(name="小林", via="console"))
    changed = {name.replace("__", "."): value for name, value in values.items()}
    editing.save(Drawer(desk, world.bot.base, world.bot.vault), changed)
    world.bot.snapshots.refresh()


def verdicts(found: Sequence[Decision]) -> list[tuple[str, str]]:
    return [(one.stage, one.verdict) for one in found]


def test_three_blocks_in_a_day_pause_drawing_and_nothing_else(world: World) -> None:
    change(world, words__blocked="屠龙刀")
    push = world.message("画一把屠龙刀", openid=world.openid)
    first, again = world.answer(push), world.answer(push)
    assert first == again
    for words in ("画把屠龍刀", "一把屠龙刀啊"):
        assert "没有通过内容审核" in said(world, words)
    paused = said(world, "一只橘猫")

    assert "今天已经有 3 次" in paused
    assert world.bot.snapshots.current.index.match("电子书", now=datetime.now(UTC)).rule
    assert "没有通过" not in said(world, "电子书")
    kept, _total = decisions.newest(world.bot.db, 1, most=10)
    assert verdicts(kept) == [("words", "blocked")] * 3
    assert {one.reason for one in kept} == {"屏蔽词：屠龙刀"}
    assert world.sandbox.calls(MODERATIONS) == world.sandbox.calls(GENERATIONS) == []

    with world.bot.db.write() as tx:
        pardon = Decision(
            openid=world.openid,
            message_key="pardon",
            stage="words",
            verdict=Verdict.PARDONED,
            reason="小林",
            day=world.bot.today(),
        )
        decisions.record(world.bot.db, tx, 1, pardon)
    assert "收到" in said(world, "一只橘猫")


def test_what_the_provider_says_of_words_is_kept_with_the_job(world: World) -> None:
    said(world, "一张违规的画")
    said(world, "一只橘猫")
    world.work()

    assert verdicts(decisions.of_job(world.bot.db, 1)) == [("input", "blocked")]
    assert verdicts(decisions.of_job(world.bot.db, 2)) == [("input", "passed")]
    (blocked,), total = decisions.newest(world.bot.db, 1, most=10)
    assert (blocked.words, total) == ("一张违规的画", 1)
    assert blocked.reason == "flagged: illicit"
    assert money.used(world.bot.db, 1, openid=world.openid, day=world.bot.today()) == 1


def test_a_refusal_in_the_call_itself_is_a_verdict_too(world: World) -> None:
    error = {"message": "no", "type": "image_generation_user_error", "code": "moderation_blocked"}
    world.sandbox.script({"match": GENERATIONS, "status": 400, "json": {"error": error}})
    said(world, "一只橘猫")
    world.work()

    assert verdicts(decisions.of_job(world.bot.db, 1)) == [
        ("input", "passed"),
        ("draw", "blocked"),
    ]


def test_the_second_check_keeps_a_flagged_picture_from_the_follower(
    make_world: Callable[..., World],
) -> None:
    world = make_world(second_check="on")
    flagged = {"results": [{"flagged": True, "categories": {"violence": True}}]}
    world.sandbox.script({"match": MODERATIONS, "skip": 1, "json": flagged})
    said(world, "一只橘猫")
    said(world, "一只白猫")
    world.work()

    assert (world.job(1).state, world.job(1).reason) == (JobState.FAILED, "moderation_output")
    assert verdicts(decisions.of_job(world.bot.db, 1))[1:] == [("output", "blocked")]
    assert world.job(2).state is JobState.DELIVERED
    assert verdicts(decisions.of_job(world.bot.db, 2))[1:] == [("output", "passed")]
    assert world.job(1).cost > 0
    shown = world.sandbox.calls(MODERATIONS)[1]["json"]["input"]
    assert [part["type"] for part in shown] == ["text", "image_url"]


def test_drawing_can_be_switched_off_and_on(world: World) -> None:
    said(world, "一只橘猫")
    change(world, DRAWING="off")
    world.work()
    assert world.job().state is JobState.QUEUED
    assert "暂停" in said(world, "一只白猫")
    assert world.sandbox.calls(GENERATIONS) == []

    change(world, DRAWING="on")
    world.work()
    assert world.job().state is JobState.DELIVERED
    assert "收到" in said(world, "一只白猫")


def test_the_budget_rings_at_each_level_once(make_world: Callable[..., World]) -> None:
    world = make_world(budget_daily=Decimal("0.3"))
    for words in ("一只橘猫", "一只白猫"):
        said(world, words)
        for _ in range(2):
            ring(world.bot, world.outside)

    with world.bot.db.read() as tx:
        names = [name.split(":")[2] for name in tx.execute(select(alarm.c.name)).scalars()]
    spent = money.spent(world.bot.db, 1, period=world.bot.today())
    assert sorted(names, key=int) == [
        str(level) for level in (50, 80, 100) if spent * 100 >= level * 300_000
    ]
    assert names

"""What an operator does to a picture reaches the follower, on every kind of account."""

from bot import recipes
from bot.editing import jobs
from bot.editing.desk import Desk
from bot.jobs.submit import terms
from bot.models import ImageReply, JobState, TextReply
from bot.store import accounts, money
from bot.store.history import Actor
from tests.worlds import World

GENERATIONS = "/v1/images/generations"


def desk(world: World) -> Desk:
    return Desk(world.bot.db, world.bot.account_id, Actor(name="小李", via="console"))


def unverified(world: World) -> None:
    world.sandbox.phone("POST", "account", {"verified": False})
    app_id = world.bot.settings.wechat_app_id
    accounts.learn(
        world.bot.db, world.bot.account_id, app_id, name="push", allowed=False, code=48001
    )
    world.bot.snapshots.refresh()


def test_a_cancelled_picture_is_told_by_push(world: World) -> None:
    world.say("一只橘猫")
    jobs.cancel(desk(world), 1)
    world.work()

    assert [item["text"][:13] for item in world.pushed()] == ["第 1 号：运营者取消了这"]
    assert world.job().told == "pushed"
    assert world.sandbox.calls(GENERATIONS) == []


def test_where_nothing_may_be_pushed_the_next_collecting_tells(world: World) -> None:
    # Asked for while the account could push, so that nothing is held.
    world.say("一只橘猫")
    unverified(world)
    jobs.cancel(desk(world), 1)
    world.work()

    said = world.say("取图")
    assert isinstance(said, TextReply)
    assert said.content.startswith("第 1 号：运营者取消了这张图")
    assert world.say("取图") != said


def test_an_unknown_one_drawn_anew_arrives_and_is_paid_once_more_and_no_more(
    world: World,
) -> None:
    world.sandbox.script({"match": GENERATIONS, "times": 1, "do": True, "reset": "before"})
    world.say("一只橘猫")
    world.work()
    assert world.job().state is JobState.UNKNOWN
    reserved = world.job().cost
    jobs.release(desk(world), 1, paid=True, again=terms(world.bot, recipes.of(world.job())))
    world.work()

    assert world.job().state is JobState.DELIVERED
    assert len(world.sandbox.calls(GENERATIONS)) == 2
    spent = money.spent(world.bot.db, world.bot.account_id, period=world.bot.today())
    assert spent == reserved + world.job().cost
    used = money.used(
        world.bot.db, world.bot.account_id, openid=world.openid, day=world.bot.today()
    )
    assert used == 1


def test_a_picture_that_was_collected_is_sent_again(world: World) -> None:
    world.say("一只橘猫")
    unverified(world)
    world.work()
    assert isinstance(world.say("取图"), ImageReply)
    jobs.send_again(desk(world), 1)
    world.work()

    assert isinstance(world.say("取图"), ImageReply)
    assert len(world.sandbox.calls(GENERATIONS)) == 1

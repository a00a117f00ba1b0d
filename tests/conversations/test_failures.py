"""Every failure has its sentence, its refund, and at most one possibly-billed call."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from bot.models import JobState, Reply, TextReply
from bot.store import money
from tests.worlds import World

Make = Callable[..., World]
GENERATIONS = "/v1/images/generations"


def text(reply: Reply | None) -> str:
    assert isinstance(reply, TextReply)
    return reply.content


def error(code: str, *, status: int, kind: str = "invalid_request_error", **more: Any) -> Any:
    body = {"error": {"message": "no", "type": kind, "code": code, "param": None, **more}}
    return {"match": GENERATIONS, "times": None, "status": status, "json": body}


BLOCKED = {"moderation_details": {"moderation_stage": "output", "categories": ["sexual"]}}
FAILURES = [
    (
        error("moderation_blocked", status=400, kind="image_generation_user_error", **BLOCKED),
        "画出来的图没有通过内容审核",
        1,
    ),
    (error("insufficient_quota", status=429), "余额用完了", 1),
    (error("invalid_api_key", status=401), "设置有误", 1),
    (error("bad_size", status=400), "不接受这个请求", 1),
    (
        {"match": GENERATIONS, "times": None, "json": {"created": 1, "data": []}},
        "打不开",
        1,
    ),
]


@pytest.mark.parametrize(("fault", "sentence", "calls"), FAILURES)
def test_a_refusal_is_told_and_refunded(
    world: World, fault: dict[str, Any], sentence: str, calls: int
) -> None:
    world.sandbox.script(fault)
    world.say("一只橘猫")
    world.work()

    (told,) = world.pushed()
    assert sentence in told["text"]
    assert told["text"].startswith("第 1 号：")
    assert world.job().state is JobState.FAILED
    assert len(world.sandbox.calls(GENERATIONS)) == calls
    assert "今天画了 0 张" in text(world.say("额度"))


UNKNOWN = [
    {"match": GENERATIONS, "times": None, "reset": "before"},
    {"match": GENERATIONS, "times": None, "reset": "during"},
    {"match": GENERATIONS, "times": None, "do": True, "reset": "before"},
    {"match": GENERATIONS, "times": None, "body": "<html>busy</html>"},
    {"match": GENERATIONS, "times": None, "status": 502, "body": "<html>bad gateway</html>"},
]


@pytest.mark.parametrize("fault", UNKNOWN)
def test_an_unknown_outcome_is_told_and_never_bought_again(
    world: World, fault: dict[str, Any]
) -> None:
    world.sandbox.script(fault)
    world.say("一只橘猫")
    world.work()
    world.work()

    (told,) = world.pushed()
    assert "没有回话" in told["text"]
    assert world.job().state is JobState.UNKNOWN
    assert world.job().cost > 0
    assert len(world.sandbox.calls(GENERATIONS)) == 1
    assert "今天画了 1 张" in text(world.say("额度"))


def test_a_sure_refusal_that_may_pass_is_tried_again_twice_at_most(world: World) -> None:
    limited = error("rate_limit_exceeded", status=429) | {"headers": {"Retry-After": "1"}}
    world.sandbox.script(limited | {"times": 1})
    world.say("一只橘猫")
    world.work()
    assert world.job().state is JobState.QUEUED
    time.sleep(1.1)
    world.work()
    assert world.job().state is JobState.DELIVERED

    world.sandbox.script(limited)
    world.say("一只白猫")
    for _ in range(4):
        world.work()
        time.sleep(1.1)

    assert world.job(2).state is JobState.FAILED
    assert "画图的人太多" in world.pushed()[-1]["text"]
    assert len(world.sandbox.calls(GENERATIONS)) == 2 + 3


def test_input_moderation_costs_nothing(world: World) -> None:
    world.say("一张违规的图")
    world.work()

    assert world.sandbox.calls(GENERATIONS) == []
    assert "没有通过内容审核，没有画" in world.pushed()[0]["text"]
    assert world.job().cost == 0


def test_the_quota_ends_with_a_sentence(make_world: Make) -> None:
    world = make_world(follower_daily_images=1)
    world.say("一只橘猫")

    assert "今天的 1 张图已经用完了" in text(world.say("一只白猫"))
    world.work()
    assert len(world.sandbox.calls(GENERATIONS)) == 1


@pytest.mark.parametrize("name", ["budget_daily", "budget_monthly"])
def test_the_budget_ends_with_a_sentence_and_is_never_over(make_world: Make, name: str) -> None:
    cost = make_world().bot.prices.estimate(
        1024, 1024, quality="medium", model="gpt-image-2.5-flare"
    )
    limit = Decimal(cost * 5 // 2) / 1_000_000
    world = make_world(**{name: limit}, follower_daily_images=50)
    answers = [text(world.say(f"第{number}幅山水画")) for number in range(4)]
    spent = money.spent(world.bot.db, world.bot.account_id, period=world.bot.today())

    assert ["预算已经用完了" in answer for answer in answers] == [False, False, True, True]
    assert spent == 2 * cost
    assert "今天画了 2 张" in text(world.say("额度"))


def test_a_prompt_that_is_too_long_is_refused(world: World) -> None:
    assert "最多 1000 个字" in text(world.say("猫" * 1001))


def test_without_the_database_keywords_go_on_and_prompts_are_refused(world: World) -> None:
    with world.bot.db.write():  # the writers' lock, held by somebody else
        assert "电子书" in text(world.answer(world.message("电子书")))
        assert "系统正在忙" in text(world.answer(world.message("一只橘猫")))
    world.work()
    assert world.sandbox.calls(GENERATIONS) == []


def test_without_the_database_the_canned_default_goes_on_where_only_prefixes_are_prompts(
    make_world: Make,
) -> None:
    world = make_world(prompt_trigger="prefix")
    default = text(world.say("今天天气真不错"))
    with world.bot.db.write() as tx:
        tx.exec_driver_sql("ALTER TABLE image_job RENAME TO away")
    assert text(world.answer(world.message("今天天气真不错"))) == default
    for prompt in ("画一只橘猫", "背景换成夜晚"):
        assert "系统正在忙" in text(world.answer(world.message(prompt)))


def test_a_long_prompt_is_reserved_as_long_as_it_is(make_world: Make) -> None:
    world = make_world()
    world.say("水彩风格，标题是“山海”，#1E90FF 背景，" + "山" * 960)
    most = world.job().cost
    world.work()
    assert len(world.sandbox.calls(GENERATIONS)) == 1
    assert 0 < world.job().cost <= most

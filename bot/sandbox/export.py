"""Conversations as test cases: a chat log written as steps, and steps replayed."""

import time
from typing import Any

import yaml

from bot.errors import BadRequest
from bot.sandbox.acts import Acts
from bot.sandbox.followers import Follower
from bot.sandbox.picture import draw, encode
from bot.sandbox.world import World

PATIENCE = 20  # seconds a step's answers may take beyond the drawing itself
POLL = 0.05
PLAYER = "测试回放"


def exported(world: World, follower: Follower) -> str:
    """Return the follower's conversation as YAML: each step with what came back."""
    steps: list[dict[str, Any]] = []
    for item in world.chat.after(follower.openid):
        if "step" in item:
            steps.append({**item["step"], "expect": []})
        elif steps and _expectable(item):
            steps[-1]["expect"].append(_told(item))
    case = {"name": f"与{follower.nickname}的对话", "steps": steps}
    return yaml.safe_dump(case, allow_unicode=True, sort_keys=False, width=100)


def parse(data: bytes) -> list[dict[str, Any]]:
    """Return the steps of a case; raise BadRequest unless it has the exported form."""
    try:
        case = yaml.safe_load(data)
    except (yaml.YAMLError, UnicodeDecodeError):
        raise BadRequest("不是 YAML") from None
    steps = case.get("steps") if isinstance(case, dict) else None
    if not isinstance(steps, list):
        raise BadRequest("缺少 steps")
    for step in steps:
        acted = isinstance(step, dict) and (step.get("send") or step.get("event"))
        if not isinstance(acted, dict) or not isinstance(step.get("expect", []), list):
            raise BadRequest("每一步要有 send 或 event，以及 expect 列表")
    return steps


def replay(
    world: World, steps: list[dict[str, Any]], *, follower: Follower | None, base_url: str
) -> dict[str, Any]:
    """Play *steps* as *follower*, or one of its own, and hold what comes back against them."""
    openid = (follower or _player(world)).openid
    results = [_played(world, step, openid, base_url) for step in steps]
    return {"ok": all(each["ok"] for each in results), "steps": results}


def _player(world: World) -> Follower:
    """Return the follower replays are played with, following again if the last one left."""
    for each in world.followers.all():
        if each.nickname == PLAYER:
            world.followers.follow(each.openid, following=True)
            return each
    return world.followers.create(PLAYER, following=True)


def _played(world: World, step: dict[str, Any], openid: str, base_url: str) -> dict[str, Any]:
    follower = world.followers.get(openid)
    assert follower is not None
    acts = Acts(world, follower, base_url=base_url)
    cursor = max((item["id"] for item in world.chat.after(openid)), default=0)
    if "send" in step:
        photo = encode(draw("照片", size=(640, 480)), form="jpeg")
        push = acts.say(step["send"], photo=photo)
    else:
        event = step["event"]
        push = acts.happen(str(event.get("event") or ""), str(event.get("key") or ""))
    world.pusher.join(push.id)
    expected = step.get("expect", [])
    deadline = time.monotonic() + world.account.now.image_delay + PATIENCE
    while True:
        got = [_told(item) for item in world.chat.after(openid, cursor) if _expectable(item)]
        if len(got) >= len(expected) or time.monotonic() > deadline:
            break
        time.sleep(POLL)
    ok = len(got) == len(expected) and all(map(_meets, got, expected))
    act: dict[str, Any] = {name: step[name] for name in ("send", "event") if name in step}
    return {**act, "ok": ok, "expected": expected, "got": got}


def _expectable(item: dict[str, Any]) -> bool:
    return "step" not in item and not item.get("typing")


def _told(item: dict[str, Any]) -> dict[str, Any]:
    """Return what of *item* is the same in every run; media ids are not."""
    told = {"kind": item["kind"], "via": item["via"]}
    told |= {name: item[name] for name in ("text", "title") if item.get(name)}
    if "articles" in item:
        told["articles"] = [article["title"] for article in item["articles"]]
    return told


def _meets(got: dict[str, Any], expected: Any) -> bool:
    """Whether every member of *expected* is met; ``contains`` is a part of the text."""
    if not isinstance(expected, dict):
        return False
    wanted = dict(expected)
    part = str(wanted.pop("contains", ""))
    return part in got.get("text", "") and all(
        got.get(name) == value for name, value in wanted.items()
    )

"""A conversation exported as a test case, and replayed."""

from typing import Any

import pytest
import requests
import yaml

from bot.models import ImageReply
from tests.sandbox.sandbox_stage import Stage, encoded, say, shows


def export(stage: Stage) -> dict[str, Any]:
    answer = requests.get(
        f"{stage.address}/_phone/export", params={"openid": stage.openid}, timeout=5
    )
    assert answer.headers["Content-Disposition"] == "attachment; filename=conversation.yaml"
    case: dict[str, Any] = yaml.safe_load(answer.content)
    return case


def replay(stage: Stage, case: Any, **query: str) -> Any:
    data = case if isinstance(case, bytes) else yaml.safe_dump(case, allow_unicode=True).encode()
    url = f"{stage.address}/_phone/replay"
    return requests.post(url, data=data, params=query, timeout=60).json()


def talk(stage: Stage) -> None:
    """Have a conversation with a keyword, a menu tap, a photo and a pushed message in it."""
    stage.webhook.answers = [say("给你"), say("帮助在此"), shows(ImageReply(stage.picture()))]
    stage.send("电子书")
    stage.happen("CLICK", "help")
    form = {"openid": stage.openid, "type": "image"}
    photo = {"media": ("p.png", encoded("PNG"), "image/png")}
    sent = requests.post(f"{stage.address}/_phone/send", data=form, files=photo, timeout=5)
    stage.done(sent.json()["push"])
    stage.custom("画好了")


def test_it_is_written_as_steps(stage: Stage) -> None:
    talk(stage)

    case = export(stage)

    assert case == {
        "name": "与小画的对话",
        "steps": [
            {
                "send": {"type": "text", "content": "电子书"},
                "expect": [{"kind": "text", "via": "passive", "text": "给你"}],
            },
            {
                "event": {"event": "click", "key": "help"},
                "expect": [{"kind": "text", "via": "passive", "text": "帮助在此"}],
            },
            {
                "send": {"type": "image"},
                "expect": [
                    {"kind": "image", "via": "passive"},
                    {"kind": "text", "via": "custom", "text": "画好了"},
                ],
            },
        ],
    }


def test_replaying_a_bot_that_has_not_changed(stage: Stage) -> None:
    talk(stage)
    case = export(stage)
    case["steps"][2]["expect"].pop()
    stage.webhook.answers = [say("给你"), say("帮助在此"), shows(ImageReply(stage.picture()))]

    result = replay(stage, case)

    assert result["ok"]
    assert [step["ok"] for step in result["steps"]] == [True] * 3
    assert len(stage.webhook.heard) == 6
    assert stage.webhook.heard[3].inbound != stage.webhook.heard[0].inbound


def test_replays_share_one_follower(stage: Stage) -> None:
    case = {"steps": [{"event": {"event": "unsubscribe"}, "expect": []}]}

    assert [replay(stage, case)["ok"] for _ in range(2)] == [True, True]

    names = [follower["nickname"] for follower in stage.look("state")["followers"]]
    assert names == ["小画", "阿信", "测试回放"]


def test_replaying_a_bot_that_has(stage: Stage) -> None:
    talk(stage)
    case = export(stage)
    case["steps"] = case["steps"][:2]
    stage.webhook.answers = [say("给你别的"), say("帮助在此")]

    result = replay(stage, case)

    assert not result["ok"]
    assert [step["ok"] for step in result["steps"]] == [False, True]
    assert result["steps"][0]["got"] == [{"kind": "text", "via": "passive", "text": "给你别的"}]
    assert result["steps"][0]["expected"][0]["text"] == "给你"


@pytest.mark.parametrize(
    ("expect", "ok"),
    [
        ([{"contains": "约"}], True),
        ([{"contains": "秒", "kind": "text"}], True),
        ([{"contains": "分"}], False),
        ([{"kind": "image"}], False),
        ([], False),
        (["收到"], False),
    ],
)
def test_a_part_of_the_text_can_be_expected(stage: Stage, expect: list[Any], *, ok: bool) -> None:
    stage.webhook.answers = [say("收到，约 40 秒")]

    case = {"steps": [{"send": {"type": "text", "content": "一只猫"}, "expect": expect}]}

    assert replay(stage, case, openid=stage.openid)["ok"] is ok


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"steps: 1", b"steps: [1]", b"steps: [{send: hi}]", b"a: [", b"\xff"],
)
def test_what_is_no_case(stage: Stage, data: bytes) -> None:
    assert replay(stage, data)["error"]
    assert stage.webhook.heard == []

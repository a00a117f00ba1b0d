"""What the sandbox remembers over a restart."""

from collections.abc import Callable

import requests

from tests.sandbox.sandbox_stage import Stage, say

MENU = {"button": [{"type": "click", "name": "帮助", "key": "help"}]}


def test_everything_but_the_levers_survives(make_stage: Callable[..., Stage]) -> None:
    before = make_stage()
    before.webhook.answers = [say("给你")]
    push = before.send("电子书")["id"]
    before.phone("account", verified=True, mode="compatible", image_delay=7)
    before.phone("followers", nickname="小新")
    before.phone("trouble", name="slow_reply", on=True)
    before.post("menu/create", MENU)
    media = before.picture()
    codes = [before.custom() for _ in range(3)]
    state, log = before.look("state"), before.log()

    after = make_stage(webhook_url=before.config.webhook_url)

    assert codes == [0, 0, 0]
    state["troubles"] = [each | {"on": False} for each in state["troubles"]]
    assert after.look("state") == state
    assert after.log() == log
    assert after.look(f"push/{push}") == before.look(f"push/{push}")
    assert after.token == before.token
    assert [after.custom() for _ in range(3)] == [0, 0, 45047]
    shown = requests.get(f"{after.address}/_media/{media}", timeout=5)
    assert shown.headers["Content-Type"] == "image/jpeg"


def test_a_message_from_before_can_be_sent_again(make_stage: Callable[..., Stage]) -> None:
    before = make_stage()
    first = before.send("电子书")

    after = make_stage()
    again = after.done(after.phone("resend", push=first["id"])["push"])

    assert again["id"] > first["id"]
    assert after.webhook.messages == before.webhook.messages

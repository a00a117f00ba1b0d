"""What an image service may send instead of a picture, and what may never reach a follower."""

import base64
import logging
import zlib
from typing import Any

import pytest
from PIL import Image

from bot.images import label
from bot.models import JobState
from tests.images.grounds import encoded, ground
from tests.images.hostile import archive, chunk, png
from tests.worlds import World

GENERATIONS = "/v1/images/generations"


def drawn(data: bytes) -> dict[str, Any]:
    body = {"created": 1, "data": [{"b64_json": base64.b64encode(data).decode()}]}
    return {"match": GENERATIONS, "times": 1, "json": body}


def test_bad_pictures_are_told_and_the_worker_goes_on(world: World) -> None:
    whole = encoded(ground("gradient", 1024, 1024))
    bad = [
        png(60_000, 60_000, pixels=zlib.compress(b"0")),
        png(300, 300, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000), 9))),
        whole[: len(whole) // 2],
    ]
    world.sandbox.script(*map(drawn, bad), drawn(whole + archive()))
    for number in range(5):
        world.say(f"第{number}幅未来的城市")
    world.work()

    states = [world.job(number).state for number in range(1, 6)]
    assert states == [*[JobState.FAILED] * 3, JobState.DELIVERED, JobState.DELIVERED]
    assert [world.job(number).reason for number in range(1, 4)] == ["bad_picture"] * 3
    assert len(world.sandbox.calls(GENERATIONS)) == 5
    told = [item["text"] for item in world.pushed() if item["kind"] == "text"]
    assert len(told) == 3
    assert all("打不开" in one for one in told)
    kept = world.bot.pictures.read(world.job(4).picture)
    label.verify(kept)
    assert b"canary" not in kept
    assert b"PK\x03\x04" not in kept


def test_a_picture_whose_label_cannot_be_read_back_never_leaves(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def faulty(image: Image.Image) -> None:
        """Set no label: the fault."""

    with monkeypatch.context() as fault:
        fault.setattr(label, "burn", faulty)
        world.say("一只橘猫")
        with caplog.at_level(logging.ERROR):
            world.work()
    failed = world.job()

    assert (failed.state, failed.reason) == (JobState.FAILED, "internal")
    assert "is not kept: the visible label" in caplog.text
    assert not failed.picture.endswith(".jpg")
    assert world.bot.pictures.find(f"{failed.day}/{failed.id}-") == failed.picture
    assert failed.cost > 0
    assert failed.media_id == ""
    assert [item["kind"] for item in world.pushed()] == ["text"]
    world.say("一只白猫")
    world.work()
    assert world.job(2).state is JobState.DELIVERED

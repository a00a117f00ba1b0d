"""Where an operator lists image services, the first draws, at the price that is written there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.models import JobState
from bot.store import money
from tests.worlds import World

LISTED = """
[[provider]]
name = "gateway"
kind = "gateway"
base_url = "{address}/v1"
api_key = "{key}"
model = "gpt-image-2"
quality = "low"
price = 0.25

[[provider]]
name = "dear"
kind = "openai"
api_key = "sk-never-asked"
model = "gpt-image-2"
price = 0.5
"""


def test_a_picture_of_the_first_service(make_world: Callable[..., World], tmp_path: Path) -> None:
    """Reserved is the dearest that may draw it, booked what the one that did costs."""
    config = make_world().sandbox
    file = tmp_path / "services.toml"
    text = LISTED.format(address=config.address, key=config.config.api_key)
    file.write_text(text, encoding="utf-8")
    world = make_world(image_providers=file, openai_api_key="")
    world.say("一只橘猫")
    reserved = money.spent(world.bot.db, world.bot.account_id, period=world.bot.today())
    world.work()

    job = world.job()
    assert (job.state, job.provider) == (JobState.DELIVERED, "gateway")
    assert (reserved, job.cost) == (500_000, 250_000)
    booked = money.spent(world.bot.db, world.bot.account_id, period=world.bot.today())
    assert booked == 250_000
    (call,) = world.sandbox.calls("/v1/images/generations")
    assert call["json"] == {
        "model": "gpt-image-2",
        "prompt": "一只橘猫",
        "n": 1,
        "size": "1024x1024",
        "quality": "low",
    }


def test_a_list_with_mistakes_is_refused_at_the_start(
    make_world: Callable[..., World], tmp_path: Path
) -> None:
    file = tmp_path / "services.toml"
    file.write_text('[[provider]]\nname = "a"\nkind = "ark"\napi_key = "ark-canary"\n', "utf-8")

    with pytest.raises(ConfigError, match="model 没有写") as raised:
        make_world(image_providers=file)
    assert "canary" not in str(raised.value)

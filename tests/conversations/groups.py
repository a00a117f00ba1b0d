"""What the conversations about sheets, decks and texts have in common."""

from typing import Any

from bot.models import ImageJob, Reply, TextReply
from bot.store import money
from tests.worlds import World

GENERATIONS = "/v1/images/generations"
EDITS = "/v1/images/edits"
CHATS = "/v1/chat/completions"
SEND = "/cgi-bin/message/custom/send"
REFUSED = {"message": "no", "type": "invalid_request_error", "code": "bad", "param": None}


def refusal(path: str, *, times: int | None = 1, skip: int = 0) -> dict[str, Any]:
    """A sure refusal that trying again cannot help."""
    fault = {"match": path, "times": times, "skip": skip, "status": 400}
    return fault | {"json": {"error": REFUSED}}


def silence(path: str, *, skip: int = 0) -> dict[str, Any]:
    """A call that is made, and never answered."""
    return {"match": path, "times": 1, "skip": skip, "do": True, "reset": "before"}


def text(reply: Reply | None) -> str:
    assert isinstance(reply, TextReply)
    return reply.content


def used(world: World, *, openid: str = "") -> int:
    day = world.bot.today()
    return money.used(world.bot.db, world.bot.account_id, openid=openid or world.openid, day=day)


def spent(world: World) -> int:
    return money.spent(world.bot.db, world.bot.account_id, period=world.bot.today())


def jobs(world: World, last: int, first: int = 1) -> list[ImageJob]:
    return [world.job(number) for number in range(first, last + 1)]


def worked(world: World) -> list[dict[str, Any]]:
    """Let the worker work, what follows a delivery too; return what the follower got."""
    world.work()
    world.work()
    return world.pushed()

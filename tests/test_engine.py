"""A bot's own parts: how many connections a process of it may keep."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from bot.errors import StoreError
from tests.worlds import World

MOST = 20  # PostgreSQL lends a hundred to all processes


def test_a_process_of_many_threads_keeps_few_connections(
    make_world: Callable[..., World],
) -> None:
    world = make_world(web_threads=300, worker_threads=300)
    with ExitStack() as open_:
        for _ in range(MOST):
            open_.enter_context(world.bot.db.read())
        with pytest.raises(StoreError):
            open_.enter_context(world.bot.db.read())

"""Waiting for something to become true, which Ctrl-C ends in every thread."""

import threading
import time
from collections.abc import Callable

from bench.children import BenchError

stopped = threading.Event()
"""Set when everything is to end: nobody waits any longer."""


class Stopped(Exception):
    """The operator has stopped it all."""


def pause(seconds: float) -> None:
    """Sleep. Raises Stopped as soon as `stopped` is set."""
    if stopped.wait(seconds):
        raise Stopped


def until(true: Callable[[], bool], *, seconds: float, what: str, every: float = 0.05) -> None:
    """Wait until something is true. Raises BenchError, naming *what* was waited for, in Chinese."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise BenchError(f"{seconds:.0f} 秒内没等到：{what}")
        pause(every)

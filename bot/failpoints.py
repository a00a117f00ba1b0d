"""Places where a fault test may end or freeze the process; without ``FAIL`` they do nothing.

``FAIL=send.answered:kill`` kills the first process of an installation that comes to that place
with SIGKILL, ``:freeze`` stops it with SIGSTOP. Each strikes once: a file in DATA_DIR says that it
has. Settings refuse the variable for a real account (`bot/settings.py`).
"""

import os
import signal
import time
from enum import StrEnum
from pathlib import Path
from typing import Final

from bot.errors import ConfigError

VARIABLE: Final = "FAIL"
ACTIONS: Final = {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP}


class Point(StrEnum):
    """Every place, in the order a message and its picture come by."""

    PUSH_VERIFIED = "push.verified"
    PUSH_PARSED = "push.parsed"
    JOB_SUBMITTING = "job.submitting"  # everything is written, nothing committed
    JOB_SUBMITTED = "job.submitted"
    PUSH_ANSWERED = "push.answered"  # the answer is made, not sent
    JOB_LEASED = "job.leased"  # by the dispatcher, not handed out
    JOB_BEGUN = "job.begun"
    CALL_RECORDED = "call.recorded"  # the intent is, the call is not made
    CALL_ANSWERED = "call.answered"  # the picture is paid for, nothing of it stored
    PICTURE_STORED = "picture.stored"
    PICTURE_RECORDED = "picture.recorded"
    PICTURE_LABELLED = "picture.labelled"
    MEDIA_UPLOADED = "media.uploaded"  # WeChat has it, we have no media id
    SEND_RECORDED = "send.recorded"
    SEND_ANSWERED = "send.answered"  # the follower has it, the job does not say so
    SEND_MARKED = "send.marked"
    TELL_RECORDED = "tell.recorded"  # a failure's sentence is about to be said
    TELL_ANSWERED = "tell.answered"


class Failpoints:
    """Which places strike in this process."""

    def __init__(self) -> None:
        self._armed: dict[str, tuple[signal.Signals, Path]] = {}

    def arm(self, wanted: str, folder: Path) -> None:
        """Have the places of *wanted* (``point:action``, by commas) strike, once per *folder*.

        Raises:
            ConfigError: there is no such place or action.
        """
        for one in filter(None, wanted.split(",")):
            name, _, action = one.partition(":")
            if name not in set(Point) or action not in ACTIONS:
                raise ConfigError(
                    f"FAIL 里的 {one} 不认识：写成 地点:kill 或 地点:freeze，几个用逗号分开，"
                    f"地点有 {'、'.join(Point)}"
                )
            self._armed[Point(name)] = (ACTIONS[action], struck(folder, name))

    def hit(self, point: Point) -> None:
        if self._armed:
            self._strike(point)

    def _strike(self, point: Point) -> None:
        if point not in self._armed:
            return
        number, file = self._armed[point]
        try:
            file.touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), number)
        # SIGSTOP reaches this thread by way of another, a moment later.
        time.sleep(1)


def struck(folder: Path, name: str) -> Path:
    """The file that says a place has struck."""
    return folder / f"struck-{name}"


_process = Failpoints()
arm = _process.arm
hit = _process.hit

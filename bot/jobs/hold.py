"""WeChat's retry window as a way to deliver: accounts that cannot push are held until it is ready.

The first two pushes of a prompt are kept past the moment WeChat gives up on them, so that it
pushes again; the last is answered in time, with the picture or a sentence. The arrival of another
push proves that the one before was not answered, so nothing is lost by what a held one says late.
"""

import logging
import time

from bot.counts import DELIVERIES
from bot.engine import Bot, Turn, named
from bot.errors import StoreError
from bot.jobs.collect import reply_of
from bot.models import ImageJob, JobState, Reply
from bot.store import collecting

log = logging.getLogger(__name__)

GIVEN_UP = 5.3  # seconds after which WeChat has cut the connection (5 s by its documents)
IN_TIME = 4.5
LAST_PUSH = 3
LAST_AGE = 9.0  # seconds since CreateTime; the third push comes ten seconds after the first
POLL = 0.15
ENDED = {JobState.CANCELLED, JobState.COLLECTED, JobState.DELIVERED}


def hold(turn: Turn, bot: Bot, job: ImageJob) -> Reply | None:
    """Return what the job has come to, or None when this push ends without it."""
    last = job.pushes >= LAST_PUSH or turn.age >= LAST_AGE
    until = turn.begun + (IN_TIME if last else GIVEN_UP)
    reply, over = _now(turn, bot, job)
    if over or not bot.held.acquire(blocking=False):
        return reply
    turn.held = True
    try:
        while not over and time.monotonic() < until:
            time.sleep(POLL)
            reply, over = _now(turn, bot, job)
        return reply
    finally:
        bot.held.release()


def _now(turn: Turn, bot: Bot, job: ImageJob) -> tuple[Reply | None, bool]:
    """Return the reply, if there is one, and whether waiting has become pointless."""
    try:
        found = collecting.answer(bot.db, job.id, message_key=turn.key)
    except StoreError as error:
        # The job is committed; what is asked here can be asked again.
        log.warning("%s cannot be looked at: %s", named(job), error)
        return None, False
    if found.collected_key == turn.key:
        if found.state is JobState.COLLECTED and job.collected_key != turn.key:
            bot.counts.add(DELIVERIES, "collected", "0")
        return reply_of(bot, found), True
    return None, found.state in ENDED

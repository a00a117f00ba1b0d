"""对方正在输入…: shown while a picture is begun, where the account may; nothing waits for it."""

import logging
import threading
from contextlib import suppress

from bot.engine import Bot, named
from bot.errors import StoreError, WeChatError
from bot.jobs.deliver import allowed, learn, may_push
from bot.jobs.outside import Outside
from bot.models import ImageJob
from bot.wechat.errcodes import Code

log = logging.getLogger(__name__)
TYPING = "typing"
LATELY_MS = 25_000  # after half a minute without a word of theirs WeChat refuses it (45080)
REFUSED = {Code.API_UNAUTHORIZED, Code.TYPING_NOT_ALLOWED}


def show(bot: Bot, outside: Outside, job: ImageJob) -> None:
    """Have WeChat show that something is coming, beside the call that is about to be made.

    It shows for 15 s, so the first picture of a sheet or a deck stands for all.
    """
    lately = bot.now_ms() - job.created_at < LATELY_MS
    if job.page <= 1 and lately and may_push(bot, job) and allowed(bot, TYPING):
        beside = threading.Thread(target=_show, args=(bot, outside, job), name=TYPING, daemon=True)
        with suppress(RuntimeError):  # no thread is to be had: the call goes on without
            beside.start()


def _show(bot: Bot, outside: Outside, job: ImageJob) -> None:
    refused = 0
    try:
        outside.wechat.typing(job.openid)
    except WeChatError as error:
        log.info("%s typing is not shown: %s", named(job), error)
        if error.code not in REFUSED:
            return
        refused = error.code
    try:
        learn(bot, TYPING, allowed=not refused, code=refused)
    except StoreError as error:
        log.info("what is known of typing is not kept: %s", error)

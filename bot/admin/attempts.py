"""An attempt at a password or a code: slowed down where many fail, and written down."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from flask import Response, make_response, render_template, request

from bot.admin.parts import address, bot
from bot.admin.translate import _
from bot.passwords import Busy
from bot.store import logins
from bot.store.logins import Outcome
from bot.store.members import Member

SAID: Final = {
    Outcome.BAD_PASSWORD: "登录名或密码不对。",
    Outcome.BAD_CODE: "动态码不对，或者已经用过：等应用里出现下一个再输入。",
    Outcome.BAD_RECOVERY: "恢复码不对，或者已经用过。",
    Outcome.BAD_SETUP: "设置码不对：看启动时最后打印的那一个，或运行 huaxin admin code。",
}
BUSY_MS = 2000


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    wait_ms: int = 0

    @property
    def right(self) -> bool:
        return self.outcome not in {*logins.FAILED, Outcome.THROTTLED}

    @property
    def seconds(self) -> int:
        """How long to wait, in whole seconds."""
        return -(-self.wait_ms // 1000)


def run(name: str, check: Callable[[], Outcome]) -> Verdict:
    """Let *check* decide, unless *name* or the address has to wait."""
    attempt = _begin(name)
    if attempt.wait_ms:
        return Verdict(Outcome.THROTTLED, attempt.wait_ms)
    try:
        outcome = check()
    except Busy:
        logins.finish(bot().db, attempt, Outcome.THROTTLED)
        return Verdict(Outcome.THROTTLED, BUSY_MS)
    logins.finish(bot().db, attempt, outcome)
    return Verdict(outcome)


def entered(member: Member) -> None:
    """Note that a login is complete that needed no code."""
    attempt = _begin(member.name)
    if not attempt.wait_ms:
        logins.finish(bot().db, attempt, Outcome.SUCCESS)


def called(name: str, member: Member | None) -> str:
    """What the log calls who tries: a name nobody has may be a password in the wrong field."""
    return member.name if member else f"?{sha256(name.casefold().encode()).hexdigest()[:16]}"


def again(template: str, verdict: Verdict, /, **values: Any) -> Response:
    """Show the form once more, with what was wrong."""
    if verdict.outcome is not Outcome.THROTTLED:
        return refused(template, said(verdict), **values)
    response = refused(template, said(verdict), 429, **values)
    response.headers["Retry-After"] = str(verdict.seconds)
    return response


def said(verdict: Verdict) -> str:
    """What was wrong with the attempt, in the reader's language."""
    if verdict.outcome is not Outcome.THROTTLED:
        return _(SAID[verdict.outcome])
    return _("试得太多了：请等 %(seconds)s 秒再试。", seconds=verdict.seconds)


def refused(template: str, said: str, status: int = 422, /, **values: Any) -> Response:
    return make_response(render_template(template, said=said, **values), status)


def _begin(name: str) -> logins.Attempt:
    return logins.begin(
        bot().db,
        bot().account_id,
        name=name,
        address=address(),
        agent=request.user_agent.string,
    )

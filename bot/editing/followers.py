"""Followers, looked after: remark, block, extra pictures, and the right to be forgotten."""

import secrets
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from bot.editing.desk import Desk
from bot.errors import ConfigError, NotThere
from bot.store import decisions, followers, forgetting, history, money, settings
from bot.store.database import Transaction, clock, retried
from bot.store.decisions import Decision, Verdict
from bot.store.followers import Follower
from bot.store.history import Change

LONGEST_REMARK: Final = 64
LONGEST_REASON: Final = 255
MOST_GRANTED: Final = 100


@retried
def remark(desk: Desk, openid: str, words: str) -> None:
    """Note who this is.

    Raises:
        ConfigError: it is too long.
        NotThere: nobody with this openid ever wrote.
    """
    words = words.strip()
    if len(words) > LONGEST_REMARK:
        raise ConfigError(f"备注最多 {LONGEST_REMARK} 个字")
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        known = _find(desk, tx, openid)
        followers.change(tx, desk.account_id, openid, remark=words)
        change = {"before": {"remark": known.remark}, "after": {"remark": words}}
        _record(desk, tx, known, "remark", **change)


@retried
def block(desk: Desk, openid: str, *, until: int, reason: str = "") -> None:
    """Answer this follower no more until then (epoch ms); every process knows within a second.

    Raises:
        ConfigError: the end is past or the reason too long.
        NotThere: nobody with this openid ever wrote.
    """
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise ConfigError(f"原因最多 {LONGEST_REASON} 个字")
    _set_block(desk, openid, "block", until=until, reason=reason)


@retried
def unblock(desk: Desk, openid: str) -> None:
    """Answer this follower again. Raises NotThere as `block` does."""
    _set_block(desk, openid, "unblock", until=0, reason="")


@retried
def grant(desk: Desk, openid: str, *, day: str, more: int) -> None:
    """Let the follower have *more* pictures that day.

    Raises:
        ConfigError: the number makes no sense.
        NotThere: nobody with this openid ever wrote.
    """
    if not 1 <= more <= MOST_GRANTED:
        raise ConfigError(f"一次可以给 1–{MOST_GRANTED} 张")
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        known = _find(desk, tx, openid)
        money.grant(desk.db, tx, desk.account_id, openid=openid, day=day, more=more)
        _record(desk, tx, known, "grant", after={"day": day, "more": more})


@retried
def pardon(desk: Desk, openid: str, *, day: str) -> bool:
    """Count what was blocked of the follower that day no more; return whether anything was.

    Raises:
        NotThere: nobody with this openid ever wrote.
    """
    if not decisions.blocks(desk.db, desk.account_id, openid=openid, day=day):
        return False
    with desk.db.write() as tx:
        history.lock(tx, desk.account_id)
        known = _find(desk, tx, openid)
        made = Decision(
            openid=openid,
            message_key=f"pardon:{secrets.token_hex(8)}",
            stage="",
            verdict=Verdict.PARDONED,
            reason=desk.actor.name,
            day=day,
        )
        decisions.record(desk.db, tx, desk.account_id, made)
        _record(desk, tx, known, "pardon", after={"day": day})
    return True


@retried
def forget(desk: Desk, openid: str, *, nobody: str) -> None:
    """Delete what is kept of the follower; their files are then leftovers of *nobody*'s.

    Counts and costs stay, without name and words. The entry in the history says that it was done,
    and of whom it was not.

    Raises:
        ConfigError: a picture of theirs is still being drawn.
        NotThere: nobody with this openid ever wrote.
    """
    with desk.db.write() as tx:
        settings.touch(tx, desk.account_id)
        _find(desk, tx, openid)
        if followers.drawing(tx, desk.account_id, openid):
            raise ConfigError("还有没画完的图：先取消，或等它画完再删除")
        forgetting.forget(tx, desk.account_id, openid, nobody=nobody)
        _record_forgotten(desk, tx)


@retried
def forget_left(desk: Desk, openid: str, *, nobody: str, for_ms: int) -> bool:
    """Do the same for one who left so long ago; a block and today's use stay, under *nobody*.

    False if they are back, or a worker still has a job of theirs in its hands.
    """
    with desk.db.write() as tx:
        settings.touch(tx, desk.account_id)  # who is blocked has another name then
        if not forgetting.has_left(tx, desk.account_id, openid, for_ms=for_ms):
            return False
        if forgetting.running(tx, desk.account_id, openid):
            return False
        forgetting.forget(tx, desk.account_id, openid, nobody=nobody, bounds=True)
        _record_forgotten(desk, tx, note="取消关注")
    return True


def _record_forgotten(desk: Desk, tx: Transaction, *, note: str = "") -> None:
    change = Change(action="follower.forget", object="follower", title="一位粉丝", note=note)
    history.record(tx, desk.account_id, desk.actor, change)


def name_of(openid: str) -> str:
    """What the history calls a follower: no openid, for every member may read there."""
    return f"follower:{sha256(openid.encode()).hexdigest()[:16]}"


def mask(openid: str) -> str:
    return f"{openid[: followers.SHOWN]}…"


def _set_block(desk: Desk, openid: str, verb: str, *, until: int, reason: str) -> None:
    with desk.db.write() as tx:
        settings.touch(tx, desk.account_id)
        known = _find(desk, tx, openid)
        if until and until <= clock(tx):
            raise ConfigError("屏蔽的结束时间要在以后")
        values = {"blocked_until": until, "blocked_reason": reason}
        followers.change(tx, desk.account_id, openid, **values)
        changed = replace(known, blocked_until=until, blocked_reason=reason)
        _record(desk, tx, known, verb, before=_block(known), after=_block(changed))


def _block(one: Follower) -> dict[str, Any] | None:
    return {"until": one.blocked_until, "reason": one.blocked_reason} if one.blocked_until else None


def _find(desk: Desk, tx: Transaction, openid: str) -> Follower:
    found = followers.find(tx, desk.account_id, openid)
    if found is None:
        raise NotThere("没有这位粉丝")
    return found


def _record(
    desk: Desk, tx: Transaction, known: Follower, verb: str, *, before: Any = None, after: Any
) -> None:
    change = Change(
        action=f"follower.{verb}",
        object=name_of(known.openid),
        title=mask(known.openid),
        before=before,
        after=after,
    )
    history.record(tx, desk.account_id, desk.actor, change)

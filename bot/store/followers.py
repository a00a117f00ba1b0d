"""Followers: who wrote, what they said and got, who is blocked."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    and_,
    func,
    or_,
    select,
    update,
)

from bot.models import JobState
from bot.store.database import Database, now_ms
from bot.store.jobs import DRAWN
from bot.store.tables import follower, image_job, message, quota, rule

SHOWN: Final = 6  # characters of an openid that a member may see
FOR_EVER: Final = 253_370_764_800_000  # the year 9999
UNFINISHED = (JobState.QUEUED, JobState.GENERATING, JobState.GENERATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """Times in epoch ms; blocked while *blocked_until* lies ahead."""

    openid: str
    subscribed: bool
    first_seen_at: int
    last_seen_at: int
    remark: str
    blocked_until: int
    blocked_reason: str


_COLUMNS = [follower.c[one.name] for one in fields(Follower)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What a follower said and got so far; *used* is the day's quota."""

    messages: int = 0
    pictures: int = 0
    used: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """*text* is in the remark, is the openid, or begins the part of it that is shown to members.

    *state* is one of the list's choices. Were more of an openid compared, one who sees only its
    beginning could guess the rest, a letter at a time.
    """

    text: str = ""
    state: str = ""

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        if self.text:
            yield or_(
                follower.c.remark.contains(self.text, autoescape=True),
                func.substr(follower.c.openid, 1, SHOWN, type_=String).startswith(
                    self.text, autoescape=True
                ),
                follower.c.openid == self.text,
            )
        match self.state:
            case "subscribed" | "left":
                yield follower.c.subscribed.is_(self.state == "subscribed")
            case "blocked":
                yield follower.c.blocked_until > now_ms()
            case "drawing":
                own = and_(
                    image_job.c.account_id == follower.c.account_id,
                    image_job.c.openid == follower.c.openid,
                )
                yield select(image_job.c.id).where(own).exists()


def page(
    db: Database, account_id: int, wanted: Filter, *, most: int, skip: int = 0
) -> tuple[list[Follower], int]:
    """Return a page of followers, who was heard last first, and how many there are in all."""
    where = and_(follower.c.account_id == account_id, *wanted.conditions())
    query = select(*_COLUMNS).where(where).limit(most).offset(skip)
    with db.read() as tx:
        total: int = tx.execute(
            select(func.count()).select_from(follower).where(where)
        ).scalar_one()
        rows = tx.execute(query.order_by(follower.c.last_seen_at.desc(), follower.c.openid)).all()
    return [Follower(**row._mapping) for row in rows], total  # noqa: SLF001 — public


def numbers(db: Database, account_id: int, openids: list[str], *, day: str) -> dict[str, Numbers]:
    """Return what each of these followers said and got; *day* is the quota's."""
    pictures = and_(image_job.c.picture.like("%.jpg"), image_job.c.kind.in_(DRAWN))
    with db.read() as tx:
        said = _counts(tx, message, account_id, openids)
        got = _counts(tx, image_job, account_id, openids, pictures)
        these = (quota.c.account_id == account_id, quota.c.openid.in_(openids), quota.c.day == day)
        used = dict(tx.execute(select(quota.c.openid, quota.c.used).where(*these)).all())
    return {
        openid: Numbers(
            messages=said.get(openid, 0), pictures=got.get(openid, 0), used=used.get(openid, 0)
        )
        for openid in openids
    }


def _counts(
    tx: Connection, table: Any, account_id: int, openids: list[str], *where: ColumnElement[bool]
) -> dict[str, int]:
    query = select(table.c.openid, func.count()).group_by(table.c.openid)
    these = (table.c.account_id == account_id, table.c.openid.in_(openids))
    return dict(tx.execute(query.where(*these, *where)).all())


def get(db: Database, account_id: int, openid: str) -> Follower | None:
    with db.read() as tx:
        return find(tx, account_id, openid)


def blocked(db: Database, account_id: int) -> dict[str, int]:
    """Every blocked follower, and until when."""
    where = (follower.c.account_id == account_id, follower.c.blocked_until > now_ms())
    with db.read() as tx:
        rows = tx.execute(select(follower.c.openid, follower.c.blocked_until).where(*where))
        return dict(rows.all())


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One line of a conversation, with the rule that answered and the picture it led to."""

    id: int
    kind: str
    content: str
    handler: str
    rule_id: int
    created_at: int
    micros: int
    rule: str | None
    job_id: int | None
    picture: str | None
    state: str | None


def conversation(
    db: Database, account_id: int, openid: str, *, most: int, skip: int = 0
) -> tuple[list[Said], int]:
    """Return a page of what the follower said, newest first, and how much there is in all."""
    own = and_(message.c.account_id == account_id, message.c.openid == openid)
    lines = (message.c[name] for name in ("id", "kind", "content", "handler", "rule_id"))
    query = (
        select(
            *lines,
            message.c.created_at,
            message.c.micros,
            rule.c.name.label("rule"),
            image_job.c.id.label("job_id"),
            image_job.c.picture,
            image_job.c.state,
        )
        .outerjoin(rule, and_(rule.c.id == message.c.rule_id, rule.c.account_id == account_id))
        .outerjoin(image_job, image_job.c.message_key == message.c.message_key)
        .where(own)
        .order_by(message.c.id.desc())
    )
    with db.read() as tx:
        total: int = tx.execute(select(func.count()).select_from(message).where(own)).scalar_one()
        rows = tx.execute(query.limit(most).offset(skip)).all()
    return [Said(**row._mapping) for row in rows], total  # noqa: SLF001 — public


# ---- what an operator does, inside its own transaction ----


def find(tx: Connection, account_id: int, openid: str) -> Follower | None:
    row = tx.execute(select(*_COLUMNS).where(_own(follower, account_id, openid))).one_or_none()
    return Follower(**row._mapping) if row else None  # noqa: SLF001 — public


def change(tx: Connection, account_id: int, openid: str, **values: Any) -> None:
    tx.execute(update(follower).where(_own(follower, account_id, openid)).values(values))


def drawing(tx: Connection, account_id: int, openid: str) -> int:
    """How many of the follower's pictures are not finished."""
    where = and_(_own(image_job, account_id, openid), image_job.c.state.in_(UNFINISHED))
    found: int = tx.execute(select(func.count()).select_from(image_job).where(where)).scalar_one()
    return found


def _own(table: Any, account_id: int, openid: str) -> ColumnElement[bool]:
    return and_(table.c.account_id == account_id, table.c.openid == openid)

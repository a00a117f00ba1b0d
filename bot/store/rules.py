"""Rules as the documents they are; a change is live everywhere when the version has moved."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from bot.store import accounts
from bot.store.database import Database, clock
from bot.store.tables import account, rule, rule_hit

Document = Mapping[str, Any]
IN_ONE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A rule as it is kept. *revision* goes up with every save, *updated_at* is in epoch ms."""

    id: int
    position: int
    revision: int
    updated_at: int
    document: dict[str, Any]


def count(db: Database, account_id: int) -> int:
    with db.read() as tx:
        return _count(tx, rule.c.account_id == account_id)


def read(db: Database, account_id: int) -> tuple[int, list[tuple[int, int, dict[str, Any]]]]:
    """Return the version and (id, position, document) of every rule, in the operator's order."""
    with db.read() as tx:
        # The version first: a change in between is then loaded once more, never missed.
        version: int = tx.execute(
            select(account.c.rules_version).where(account.c.id == account_id)
        ).scalar_one()
        rows = tx.execute(
            select(rule.c.id, rule.c.position, rule.c.document)
            .where(rule.c.account_id == account_id)
            .order_by(rule.c.position, rule.c.id)
        ).all()
    return version, [(id_, position, json.loads(document)) for id_, position, document in rows]


def every(db: Database, account_id: int) -> tuple[int, list[Stored]]:
    """Return the version and every rule, in the operator's order."""
    own = account.c.id == account_id
    with db.read() as tx:
        # The version first, as in `read`.
        version: int = tx.execute(select(account.c.rules_version).where(own)).scalar_one()
        return version, _stored(tx, rule.c.account_id == account_id)


def replace(db: Database, account_id: int, documents: Iterable[Document]) -> int:
    """Replace all rules by *documents*, in their order, in one transaction; return how many."""
    with db.write() as tx:
        touch(tx, account_id)
        tx.execute(delete(rule).where(rule.c.account_id == account_id))
        return len(insert(tx, account_id, list(documents), first=0))


# ---- what an editor does, inside its own transaction ----


def touch(tx: Connection, account_id: int) -> int:
    """Lock the account's row, have all processes load the rules anew; return the new version."""
    version = account.c.rules_version
    accounts.move(tx, account_id, version)
    moved: int = tx.execute(select(version).where(account.c.id == account_id)).scalar_one()
    return moved


def insert(
    tx: Connection, account_id: int, documents: Sequence[Document], *, first: int | None = None
) -> list[int]:
    """Add *documents* from position *first* on, by default at the end; return their ids.

    The caller holds `touch`'s lock.
    """
    if not documents:
        return []
    mine = rule.c.account_id == account_id
    if first is None:
        last = tx.execute(select(func.max(rule.c.position)).where(mine)).scalar_one()
        first = 0 if last is None else last + 1
    # As a value: with a function among them PyMySQL sends the rows one by one.
    fixed = {"account_id": account_id, "updated_at": clock(tx), "revision": 1}
    rows = [
        fixed | _columns(document) | {"position": position}
        for position, document in enumerate(documents, first)
    ]
    tx.execute(rule.insert(), rows)
    newest = select(rule.c.id).where(mine).order_by(rule.c.id.desc()).limit(len(rows))
    return sorted(tx.execute(newest).scalars())


def put_back(tx: Connection, account_id: int, rule_id: int, document: Document) -> None:
    """Add a deleted rule again, under its old id and at the end."""
    mine = rule.c.account_id == account_id
    last = tx.execute(select(func.max(rule.c.position)).where(mine)).scalar_one()
    row = _columns(document) | {"id": rule_id, "account_id": account_id, "revision": 1}
    row |= {"position": 0 if last is None else last + 1, "updated_at": clock(tx)}
    tx.execute(rule.insert().values(row))


def write(tx: Connection, documents: Mapping[int, Document]) -> None:
    """Put each document in the place of the rule of its id; the caller holds `touch`'s lock."""
    now = clock(tx)
    rows = [
        _columns(document) | {"rule_id": id_, "updated_at": now}
        for id_, document in documents.items()
    ]
    own = update(rule).where(rule.c.id == bindparam("rule_id"))
    if rows:
        # Every column is named: an executemany takes them from the statement, not from the rows.
        named: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "rule_id"}
        tx.execute(own.values(named | {"revision": rule.c.revision + 1}), rows)


def remove(tx: Connection, account_id: int, ids: Iterable[int]) -> None:
    for some in _in_parts(ids):
        tx.execute(delete(rule).where(rule.c.account_id == account_id, rule.c.id.in_(some)))


def order(tx: Connection, account_id: int) -> list[int]:
    """Return all ids in the operator's order."""
    mine = rule.c.account_id == account_id
    return list(
        tx.execute(select(rule.c.id).where(mine).order_by(rule.c.position, rule.c.id)).scalars()
    )


def place(tx: Connection, account_id: int, rule_id: int, *, before: int | None) -> None:
    """Put a rule right before another one, None: at the end; the caller holds `touch`'s lock."""
    mine = rule.c.account_id == account_id
    if before is None:
        last = tx.execute(select(func.max(rule.c.position)).where(mine)).scalar_one()
        position = last + 1
    else:
        query = select(rule.c.position).where(mine, rule.c.id == before)
        position = tx.execute(query).scalar_one()
        # All in one statement: row by row, 10,000 rules would take seconds.
        behind = update(rule).where(mine, rule.c.position >= position)
        tx.execute(behind.values(position=rule.c.position + 1))
    tx.execute(update(rule).where(mine, rule.c.id == rule_id).values(position=position))


def arrange(tx: Connection, ids: Sequence[int]) -> None:
    """Give *ids*, which are all rules of the account, the positions of their order."""
    rows = [{"rule_id": one, "spot": spot} for spot, one in enumerate(ids)]
    own = rule.c.id == bindparam("rule_id")
    if rows:
        tx.execute(update(rule).where(own).values(position=bindparam("spot")), rows)


def fetch(tx: Connection, account_id: int, ids: Iterable[int]) -> list[Stored]:
    """Return those of the rules that exist, in the operator's order."""
    mine = rule.c.account_id == account_id
    found = [one for some in _in_parts(ids) for one in _stored(tx, and_(mine, rule.c.id.in_(some)))]
    return sorted(found, key=lambda one: (one.position, one.id))


def _in_parts(ids: Iterable[int]) -> Iterator[list[int]]:
    """Yield *ids* in parts that every database takes as parameters of one statement."""
    source = iter(ids)
    return iter(lambda: list(islice(source, IN_ONE)), [])


def _columns(document: Document) -> dict[str, Any]:
    """Return the document and what the list searches and filters by."""
    tags = document.get("tags", [])
    return {
        "document": json.dumps(document, ensure_ascii=False),
        "name": document["name"],
        "trigger": document.get("trigger", "keyword"),
        "tags": f",{','.join(tags)}," if tags else "",
        "enabled": document.get("enabled", True),
        "starts_at": _ms(document.get("starts_at")),
        "ends_at": _ms(document.get("ends_at")),
        "search": "\n".join(_words(document)).casefold(),
    }


def _words(document: Document) -> Iterator[str]:
    yield document["name"]
    yield from document.get("tags", [])
    for keyword in document.get("keywords", []):
        yield keyword if isinstance(keyword, str) else keyword["text"]
    for reply in document.get("replies", []):
        if isinstance(reply, str):
            yield reply
        else:
            yield from (value for key, value in reply.items() if key in ("content", "title"))
            yield from (article["title"] for article in reply.get("articles", ()))


def _ms(moment: str | datetime | None) -> int:
    if not moment:
        return 0
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return int(moment.timestamp() * 1000)


# ---- the console's list ----


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the list is narrowed to; empty is everything.

    *state* is ``enabled``, ``disabled``, ``scheduled`` (has a start or an end), ``unhit`` (never
    hit); *ids* narrows to these where it is not None.
    """

    text: str = ""
    tag: str = ""
    state: str = ""
    trigger: str = ""
    ids: frozenset[int] | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        for word in self.text.casefold().split():
            yield rule.c.search.contains(word, autoescape=True)
        if self.tag:
            yield rule.c.tags.contains(f",{self.tag},", autoescape=True)
        if self.trigger:
            yield rule.c.trigger == self.trigger
        if self.ids is not None:
            yield rule.c.id.in_(self.ids)
        match self.state:
            case "enabled" | "disabled":
                yield rule.c.enabled == (self.state == "enabled")
            case "scheduled":
                yield or_(rule.c.starts_at > 0, rule.c.ends_at > 0)
            case "unhit":
                hit = select(rule_hit.c.rule_id).where(
                    rule_hit.c.account_id == rule.c.account_id, rule_hit.c.rule_id == rule.c.id
                )
                yield ~hit.exists()


def page(
    db: Database, account_id: int, wanted: Filter, *, most: int, skip: int = 0
) -> tuple[list[Stored], int]:
    """Return a page of rules in the operator's order, and how many there are in all."""
    where = and_(rule.c.account_id == account_id, *wanted.conditions())
    with db.read() as tx:
        return _stored(tx, where, most=most, skip=skip), _count(tx, where)


def get(db: Database, account_id: int, rule_id: int) -> Stored | None:
    with db.read() as tx:
        found = fetch(tx, account_id, [rule_id])
    return found[0] if found else None


def beside(db: Database, account_id: int, rule_id: int, *, step: int, trigger: str = "") -> int:
    """Return the id of the rule after (*step* 1) or before (-1) a rule in the order, 0 for none.

    *trigger* looks among the rules of that trigger only.
    """
    with db.read() as tx:
        mine = and_(rule.c.account_id == account_id, rule.c.id == rule_id)
        place = tx.execute(select(rule.c.position).where(mine)).scalar_one_or_none()
        if place is None:
            return 0
        here, tie = rule.c.position, and_(rule.c.position == place, rule.c.id != rule_id)
        further = or_(here > place, and_(tie, rule.c.id > rule_id))
        if step < 0:
            further = or_(here < place, and_(tie, rule.c.id < rule_id))
        where = [rule.c.account_id == account_id, further]
        where += [rule.c.trigger == trigger] if trigger else []
        order = (here, rule.c.id) if step > 0 else (here.desc(), rule.c.id.desc())
        query = select(rule.c.id).where(*where).order_by(*order).limit(1)
        return tx.execute(query).scalar_one_or_none() or 0


def tags(db: Database, account_id: int) -> list[str]:
    """Return every tag in use."""
    query = select(rule.c.tags).where(rule.c.account_id == account_id, rule.c.tags != "")
    with db.read() as tx:
        lines = tx.execute(query.distinct()).scalars().all()
    return sorted({tag for line in lines for tag in line.strip(",").split(",")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """*days* maps a day to its hits; *last_at* is in epoch ms."""

    days: Mapping[str, int]
    total: int
    last_at: int


def hits(db: Database, account_id: int, ids: Sequence[int], *, since: str) -> dict[int, Hits]:
    """Return the hits of each rule that was ever hit; *days* begin with the day *since*."""
    own = and_(rule_hit.c.account_id == account_id, rule_hit.c.rule_id.in_(ids))
    sums = select(
        rule_hit.c.rule_id, func.sum(rule_hit.c.hits), func.max(rule_hit.c.last_at)
    ).where(own)
    daily = select(rule_hit.c.rule_id, rule_hit.c.day, rule_hit.c.hits)
    with db.read() as tx:
        totals = tx.execute(sums.group_by(rule_hit.c.rule_id)).all()
        days: dict[int, dict[str, int]] = {}
        for id_, day, number in tx.execute(daily.where(own, rule_hit.c.day >= since)):
            days.setdefault(id_, {})[day] = number
    return {
        id_: Hits(days=days.get(id_, {}), total=int(total), last_at=last)
        for id_, total, last in totals
    }


def _stored(
    tx: Connection, where: ColumnElement[bool], *, most: int | None = None, skip: int = 0
) -> list[Stored]:
    columns = (rule.c.id, rule.c.position, rule.c.revision, rule.c.updated_at, rule.c.document)
    query = select(*columns).where(where)
    query = query.order_by(rule.c.position, rule.c.id).limit(most).offset(skip)
    return [
        Stored(
            id=id_,
            position=position,
            revision=revision,
            updated_at=updated_at,
            document=json.loads(document),
        )
        for id_, position, revision, updated_at, document in tx.execute(query)
    ]


def _count(tx: Connection, where: ColumnElement[bool]) -> int:
    found: int = tx.execute(select(func.count()).select_from(rule).where(where)).scalar_one()
    return found

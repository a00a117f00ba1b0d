"""What nothing matched, and a rule's neighbours and editors, on all three databases."""

import pytest

from bot.editing import rules
from bot.editing.desk import Desk
from bot.editing.unmatched import ignore
from bot.store import history, messages, unmatched
from bot.store import rules as stored
from bot.store.database import Database
from bot.store.history import Actor
from bot.store.messages import Heard

NOW = 1_800_000_000_000


@pytest.fixture(name="desk")
def _desk(db: Database, account_id: int) -> Desk:
    return Desk(db, account_id, Actor(name="小李", via="console"))


def heard(desk: Desk, number: int, text: str, *, openid: str, handler: str, rule: int = 0) -> Heard:
    return Heard(
        account_id=desk.account_id,
        message_key=f"key-{number}",
        openid=openid,
        kind="text",
        content=text,
        handler=handler,
        rule_id=rule,
        at=NOW + number,
        day="2027-01-15",
        micros=1,
    )


def test_texts_are_counted_for_each_follower(desk: Desk) -> None:
    said = [
        heard(desk, 1, "几点", openid="甲", handler=""),
        heard(desk, 2, "几点", openid="甲", handler="default", rule=9),
        heard(desk, 3, "几点", openid="乙", handler=""),
        heard(desk, 4, "书", openid="甲", handler="keyword", rule=1),
        heard(desk, 5, "画猫", openid="甲", handler="image"),
        heard(desk, 6, "长" * 300, openid="甲", handler="keyword"),
    ]
    for one in said:  # at their own times
        messages.write(desk.db, [one])

    def found(kind: str, since: int = NOW) -> list[tuple[str, str, int, int]]:
        return [
            (one.text, one.openid, one.count, one.last_at)
            for one in unmatched.said(desk.db, desk.account_id, kind=kind, since=since)
        ]

    assert found("none") == [("几点", "乙", 1, NOW + 3), ("几点", "甲", 2, NOW + 2)]
    assert found("image") == [("画猫", "甲", 1, NOW + 5)]
    assert found("suggestion") == [("长" * 120, "甲", 1, NOW + 6)]
    assert found("none", since=NOW + 3) == [("几点", "乙", 1, NOW + 3)]


def test_what_is_ignored_is_kept_and_recorded(desk: Desk) -> None:
    ignore(desk, "几点", on=True)
    ignore(desk, "几点", on=True)
    ignore(desk, "画猫", on=True)
    ignore(desk, "几点", on=False)

    assert unmatched.ignored(desk.db, desk.account_id) == ["画猫"]
    assert history.verify(desk.db, desk.account_id) == (3, 0)


def test_a_rule_knows_its_neighbours_and_who_saved_it_last(desk: Desk) -> None:
    book = {"name": "书", "keywords": ["书"], "replies": ["答"]}
    hello = {"name": "问候", "trigger": "subscribe", "replies": ["好"]}
    one, greeting, two = rules.create_many(desk, [book, hello, book | {"name": "又"}])

    def beside(rule_id: int, step: int, trigger: str = "") -> int:
        return stored.beside(desk.db, desk.account_id, rule_id, step=step, trigger=trigger)

    assert (beside(one, 1), beside(one, 1, "keyword"), beside(one, -1)) == (greeting, two, 0)
    assert (beside(two, -1), beside(two, -1, "keyword"), beside(two, 1)) == (greeting, one, 0)
    assert beside(99, 1) == 0

    rules.switch(
        Desk(desk.db, desk.account_id, Actor(name="小王", via="cli")), [two], enabled=False
    )
    names = [rules.name_of(each) for each in (one, two, 99)]
    latest = history.latest(desk.db, desk.account_id, names)
    assert {name: who for name, (who, _) in latest.items()} == {names[0]: "小李", names[1]: "小王"}

"""Attempts: counted before they are decided, slowed down, never for ever; on any database."""

from functools import partial

from sqlalchemy import update

from bot.store import logins
from bot.store.database import Database
from bot.store.logins import Attempt, Outcome
from bot.store.tables import login
from tests.store.orders import together

HOME, AWAY = "198.51.100.7", "203.0.113.9"


def attempt(
    db: Database, account_id: int, outcome: Outcome, *, name: str = "小林", address: str = AWAY
) -> int:
    """Try once; return how long one has to wait instead, in ms."""
    made = logins.begin(db, account_id, name=name, address=address, agent="")
    if not made.wait_ms:
        logins.finish(db, made, outcome)
    return made.wait_ms


def age(db: Database, *, seconds: int) -> None:
    """Let all attempts lie further back."""
    with db.write() as tx:
        tx.execute(update(login).values(at=login.c.at - seconds * 1000))


def test_the_wait_doubles_and_ends_at_a_quarter_of_an_hour(db: Database, account_id: int) -> None:
    bad = partial(attempt, db, account_id, Outcome.BAD_CODE)
    assert [bad() for _ in range(5)] == [0] * 5
    waits = []
    for _ in range(11):
        waits.append(bad() / 1000)
        age(db, seconds=901)
        assert bad() == 0
    expected = [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    assert all(most - 1.5 < wait <= most for wait, most in zip(waits, expected, strict=True))


def test_many_at_once_get_no_more_tries(db: Database, account_id: int) -> None:
    begin = partial(logins.begin, db, account_id, name="小林", address=AWAY, agent="")
    made = together([begin] * 16)
    let = [one for one in made if isinstance(one, Attempt) and not one.wait_ms]
    assert len(let) == 5


def test_where_one_was_let_in_strangers_do_not_count(db: Database, account_id: int) -> None:
    assert attempt(db, account_id, Outcome.SUCCESS, address=HOME) == 0
    for place in range(5):
        attempt(db, account_id, Outcome.BAD_PASSWORD, address=f"203.0.113.{place}")
    assert attempt(db, account_id, Outcome.BAD_PASSWORD, address=AWAY) > 0
    assert attempt(db, account_id, Outcome.BAD_PASSWORD, address=HOME) == 0
    for _ in range(4):
        attempt(db, account_id, Outcome.BAD_PASSWORD, address=HOME)
    assert attempt(db, account_id, Outcome.BAD_PASSWORD, address=HOME) > 0


def test_getting_in_forgives_ones_own_failures_alone(db: Database, account_id: int) -> None:
    for name in ("小林", "小周") * 4:
        assert attempt(db, account_id, Outcome.BAD_PASSWORD, name=name, address=HOME) == 0
        age(db, seconds=900)
    assert attempt(db, account_id, Outcome.SUCCESS, address=HOME) == 0
    assert attempt(db, account_id, Outcome.BAD_PASSWORD, address=HOME) == 0
    for name in ("小周", "小吴"):
        assert attempt(db, account_id, Outcome.BAD_PASSWORD, name=name, address=HOME) > 0


def test_a_flood_of_refusals_is_one_row(db: Database, account_id: int) -> None:
    for _ in range(12):
        attempt(db, account_id, Outcome.BAD_PASSWORD)
    page, total = logins.page(db, account_id, logins.Filter(outcome="throttled"), most=9)
    assert (len(page), total) == (1, 1)


def test_the_log_is_narrowed_and_forgotten_after_half_a_year(db: Database, account_id: int) -> None:
    attempt(db, account_id, Outcome.SUCCESS, address=HOME)
    attempt(db, account_id, Outcome.BAD_CODE, name="小周")
    wanted = logins.Filter(name="小周", address=AWAY, outcome="bad_code")
    assert [one.name for one in logins.page(db, account_id, wanted, most=9)[0]] == ["小周"]
    assert set(logins.last_entered(db, account_id)) == {"小林"}
    age(db, seconds=181 * 24 * 3600)
    logins.prune(db)
    assert logins.page(db, account_id, logins.Filter(), most=9) == ([], 0)


def test_ipv6_networks_and_mapped_addresses_count_as_one() -> None:
    assert logins.place("2001:db8:1:2:3:4:5:6") == logins.place("2001:db8:1:2:ffff::1")
    assert logins.place("2001:db8:1:2::1") != logins.place("2001:db8:1:3::1")
    assert logins.place("::ffff:192.0.2.1") == "192.0.2.1"
    assert logins.place("::1") == "::1"
    assert logins.place("") == ""

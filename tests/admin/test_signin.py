"""登录: password and code, each once; slowed down; nobody sent elsewhere; nothing given away."""

import logging
import threading
import time

import pyotp
import pytest
from sqlalchemy import func, select, update

from bot import passwords
from bot.admin import totp
from bot.editing import members as editing
from bot.engine import Bot
from bot.store import history, logins, members
from bot.store.members import Role
from bot.store.tables import history as history_table
from bot.store.tables import login, session
from tests.admin.visitors import PASSWORD, Clock, Visitor, desk, member, value
from tests.worlds import World


@pytest.fixture(name="clock")
def _clock(world: World, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(world.bot.now_ms())
    monkeypatch.setattr(world.bot, "now_ms", clock)
    return clock


@pytest.fixture(name="visitor")
def _visitor(world: World, clock: Clock) -> Visitor:
    assert clock.now
    return Visitor(world)


@pytest.fixture(name="bot")
def _bot(world: World) -> Bot:
    return world.bot


def outcomes(bot: Bot) -> list[str]:
    """The login log, oldest first."""
    return [
        one.outcome
        for one in logins.page(bot.db, bot.account_id, logins.Filter(), most=100)[0][::-1]
    ]


def age(bot: Bot, *, seconds: int) -> None:
    """Let all attempts lie further back."""
    with bot.db.write() as tx:
        tx.execute(update(login).values(at=login.c.at - seconds * 1000))


def test_an_owner_signs_in_with_password_and_code(visitor: Visitor, bot: Bot) -> None:
    member(bot, "小林")

    assert visitor.sign_in("小林", then="/admin/history/").headers["Location"] == (
        "/admin/code?then=/admin/history/"
    )
    assert visitor.get("/history/").headers["Location"] == "/admin/code"
    entered = visitor.post("/code", {"code": visitor.code("小林"), "then": "/admin/history/"})
    assert (entered.status_code, entered.headers["Location"]) == (303, "/admin/history/")
    assert visitor.get("/history/").status_code == 200
    assert outcomes(bot) == ["password", "success"]


def test_a_code_is_good_for_once(visitor: Visitor, bot: Bot, clock: Clock) -> None:
    member(bot, "小林")
    visitor.enter("小林")

    other = Visitor(visitor.world)
    other.sign_in("小林")
    assert other.post("/code", {"code": other.code("小林")}).status_code == 422
    before = other.code("小林")
    clock.next_code()
    assert other.post("/code", {"code": before}).status_code == 422
    assert other.post("/code", {"code": other.code("小林")}).status_code == 303


def test_only_the_current_half_minute_counts() -> None:
    secret, now = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", 1_700_000_010_000
    for shift, right in ((-30, False), (0, True), (30, False)):
        code = pyotp.TOTP(secret).at(now // 1000 + shift)
        assert (totp.step_of(secret, code, now_ms=now) is not None) is right
    assert totp.step_of(secret, "１２３４５６", now_ms=now) is None


def test_a_recovery_code_is_good_for_once(visitor: Visitor, bot: Bot) -> None:
    made = member(bot, "小林")
    codes = totp.new_recovery_codes()
    editing.set_recovery_codes(desk(bot), made, [totp.hash_of(bot.vault, one) for one in codes])

    visitor.sign_in("小林")
    entered = visitor.post("/recovery", {"code": f" {codes[3].upper()} "})
    assert entered.status_code == 303
    assert members.recovery_codes_left(bot.db, made) == 9
    other = Visitor(visitor.world)
    other.sign_in("小林")
    assert other.post("/recovery", {"code": codes[3]}).status_code == 422
    assert outcomes(bot)[-1] == "bad_recovery"


def test_who_only_has_the_password_cannot_set_up_another_phone(visitor: Visitor, bot: Bot) -> None:
    made = member(bot, "小林")
    before = members.get(bot.db, made)
    visitor.sign_in("小林")

    for path in ("/enrol", "/password"):
        refused = visitor.post(path, {"code": "000000", "password": "x" * 20}, form="/code")
        assert refused.headers["Location"].startswith("/admin/code")
    assert visitor.post("/me/totp", {}, form="/code").headers["Location"] == "/admin/code"
    assert members.get(bot.db, made) == before


def test_the_session_id_changes_at_every_step(visitor: Visitor, bot: Bot) -> None:
    member(bot, "小林")
    seen = []
    visitor.sign_in("小林")
    seen.append(cookie(visitor))
    visitor.post("/code", {"code": visitor.code("小林")})
    seen.append(cookie(visitor))
    visitor.post("/confirm", {"password": PASSWORD, "then": "/admin/me/"})
    seen.append(cookie(visitor))

    assert len(set(seen)) == 3
    with bot.db.read() as tx:
        assert tx.execute(select(func.count()).select_from(session)).scalar_one() == 1


def cookie(visitor: Visitor, name: str = "huaxin") -> str:
    found = visitor.client.get_cookie(name)
    assert found is not None
    return found.value


def test_logging_out_ends_the_session_itself(visitor: Visitor, bot: Bot) -> None:
    member(bot, "小林")
    visitor.enter("小林")
    kept = cookie(visitor)

    assert visitor.post("/logout", {}, form="/me/").headers["Location"] == "/admin/login"
    visitor.client.set_cookie("huaxin", kept)
    assert visitor.get("/me/").headers["Location"] == "/admin/login?then=/admin/me/"


def test_a_strange_name_is_told_nothing_more(visitor: Visitor, bot: Bot) -> None:
    member(bot, "小林")
    gone = member(bot, "小周", Role.VIEWER, totp=False)
    editing.disable(desk(bot), gone)
    tries = {"小林": "not the password", "小周": PASSWORD, "nobody": PASSWORD, "": PASSWORD}

    answers, times = set(), []
    for name, password in tries.items():
        begun = time.perf_counter()
        response = visitor.sign_in(name, password)
        times.append(time.perf_counter() - begun)
        text = (
            response.get_data(as_text=True).replace(f'value="{name}"', "").replace("autofocus", "")
        )
        answers.add((response.status_code, "登录名或密码不对" in text))
    assert answers == {(422, True)}
    assert min(times) > 0.01  # a hash was computed for each
    names = {one.name for one in logins.page(bot.db, bot.account_id, logins.Filter(), most=9)[0]}
    assert names == {"小林", "小周", *(one for one in names if one.startswith("?"))}


# ---- slowed down ----


def test_the_fifth_failure_makes_one_wait(visitor: Visitor, bot: Bot) -> None:
    member(bot, "小林")
    statuses = [visitor.sign_in("小林", "wrong").status_code for _ in range(6)]
    refused = visitor.sign_in("小林")

    assert statuses == [422] * 5 + [429]
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] in {"1", "2"}
    assert "请等" in refused.get_data(as_text=True)
    assert outcomes(bot) == ["bad_password"] * 5 + ["throttled"]
    age(bot, seconds=3)
    assert visitor.sign_in("小林").status_code == 303


def test_codes_are_counted_whatever_the_password(visitor: Visitor, bot: Bot) -> None:
    member(bot, "小林")
    for _ in range(5):
        visitor.sign_in("小林")
        assert visitor.post("/code", {"code": "abcdef"}).status_code == 422
    assert visitor.post("/code", {"code": visitor.code("小林")}).status_code == 429
    assert visitor.post("/recovery", {"code": "x"}).status_code == 429


def test_an_address_that_tries_many_names_waits(visitor: Visitor, bot: Bot) -> None:
    member(bot, "小林")
    for place in range(5):
        visitor.sign_in(f"name{place}", "wrong")
    assert visitor.sign_in("小林").status_code == 429
    assert Visitor(visitor.world, "203.0.113.9").sign_in("小林").status_code == 303


def test_strangers_everywhere_do_not_shut_an_owner_out(visitor: Visitor, bot: Bot) -> None:
    member(bot, "小林")
    visitor.enter("小林")
    for place in range(8):
        Visitor(visitor.world, f"203.0.113.{place}").sign_in("小林", "wrong")

    assert Visitor(visitor.world, "203.0.113.99").sign_in("小林").status_code == 429
    assert Visitor(visitor.world).sign_in("小林").status_code == 303


# ---- sessions, cookies, redirects, forgeries ----


def test_a_disabled_member_is_out_at_once(visitor: Visitor, bot: Bot) -> None:
    made = member(bot, "小周", Role.VIEWER, totp=False)
    assert visitor.sign_in("小周").status_code == 303
    assert visitor.get("/me/").status_code == 200
    editing.disable(desk(bot), made)
    assert visitor.get("/me/").status_code == 303


def test_signing_out_everywhere_is_at_once(visitor: Visitor, bot: Bot) -> None:
    member(bot, "小周", Role.VIEWER, totp=False)
    second = Visitor(visitor.world)
    visitor.sign_in("小周")
    second.sign_in("小周")
    assert second.get("/me/").status_code == 200
    assert visitor.post("/me/sessions", {}, form="/me/").status_code == 303
    assert second.get("/me/").status_code == 303
    assert visitor.get("/me/").status_code == 200


ELSEWHERE = (
    *("https://evil.test/", "//evil.test/admin/", "/\\evil.test", "/admin/\\..\\x"),
    *("/admin/\r\nX: y", "javascript:alert(1)", "/adminevil/", "/wechat"),
)


def test_nobody_is_sent_to_another_place(visitor: Visitor, bot: Bot) -> None:
    member(bot, "小周", Role.VIEWER, totp=False)
    assert visitor.sign_in("小周", then=ELSEWHERE[0]).headers["Location"] == "/admin/"
    for then in ELSEWHERE:
        moved = visitor.post("/language/en", {"then": then}, form="/me/")
        assert moved.headers["Location"] == "/admin/", then
        asked = visitor.get("/confirm", query_string={"then": then}).get_data(as_text=True)
        assert value(asked, "then") == "/admin/", then


def test_the_form_of_a_login_cannot_be_forged(visitor: Visitor, bot: Bot) -> None:
    path = "/login"
    member(bot, "小周", Role.VIEWER, totp=False)
    data = {"name": "小周", "password": PASSWORD}
    without = visitor.client.post("/admin/login", data=data)
    assert without.status_code == 400
    for headers in (
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert visitor.post(path, data, headers=headers).status_code == 403


@pytest.mark.parametrize("secure", [False, True])
def test_the_cookies_are_kept_to_this_host(world: World, bot: Bot, *, secure: bool) -> None:
    member(bot, "小周", Role.VIEWER, totp=False)
    visitor = Visitor(world, base_url="https://bot.test" if secure else "http://bot.test")
    shown = visitor.get("/login").headers.getlist("Set-Cookie")
    signed = visitor.sign_in("小周").headers.getlist("Set-Cookie")

    prefix = "__Host-" if secure else ""
    csrf = next(one for one in shown if one.startswith(f"{prefix}huaxin_csrf="))
    own = next(one for one in signed if one.startswith(f"{prefix}huaxin="))
    assert {"HttpOnly", "Path=/", "SameSite=Strict"} <= set(csrf.split("; "))
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=43200"} <= set(own.split("; "))
    assert all(("Secure" in one.split("; ")) is secure for one in (*shown, *signed))
    assert all("Domain" not in one for one in (*shown, *signed))


def test_a_browser_may_report_a_violation(visitor: Visitor) -> None:
    assert visitor.client.post("/admin/csp", data="{}").status_code == 204


def test_old_logins_run_out(visitor: Visitor, bot: Bot) -> None:
    member(bot, "小林")
    visitor.sign_in("小林")
    with bot.db.write() as tx:
        tx.execute(update(session).values(created_at=session.c.created_at - 601_000))
    assert visitor.get("/code").headers["Location"].startswith("/admin/login")


def test_a_password_is_asked_again_after_ten_minutes(visitor: Visitor, bot: Bot) -> None:
    member(bot, "小周", Role.VIEWER, totp=False)
    visitor.sign_in("小周")
    assert visitor.get("/me/totp").status_code == 200
    with bot.db.write() as tx:
        tx.execute(update(session).values(confirmed_at=session.c.confirmed_at - 601_000))
    assert visitor.get("/me/totp").headers["Location"] == "/admin/confirm?then=/admin/me/totp"
    given = {"password": "wrong", "then": "/admin/me/totp"}
    assert visitor.post("/confirm", given).status_code == 422
    assert visitor.post("/confirm", given | {"password": PASSWORD}).headers["Location"] == (
        "/admin/me/totp"
    )
    assert visitor.get("/me/totp").status_code == 200


def test_no_secret_is_written_down(
    visitor: Visitor, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = member(bot, "小林")
    codes = totp.new_recovery_codes()
    editing.set_recovery_codes(desk(bot), made, [totp.hash_of(bot.vault, one) for one in codes])
    visitor.sign_in("小林", "a wrong password 1")
    visitor.sign_in("a password as name 2")
    visitor.sign_in("小林")
    visitor.post("/recovery", {"code": codes[0]})
    found = members.get(bot.db, made)
    assert found is not None
    secret = bot.vault.open(found.totp_secret)

    with bot.db.read() as tx:
        rows = [str(row) for table in (history_table, login) for row in tx.execute(select(table))]
        whole = "\n".join([*rows, caplog.text])
    for hidden in (
        PASSWORD,
        "wrong password 1",
        "as name 2",
        secret,
        codes[0],
        found.password_hash,
    ):
        assert hidden not in whole
    assert history.verify(bot.db, bot.account_id)[1] == 0


def test_a_flood_of_passwords_is_refused_not_queued(
    visitor: Visitor, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    member(bot, "小林")
    monkeypatch.setattr(passwords, "_room", threading.BoundedSemaphore(1))
    with passwords._turn():
        refused = visitor.sign_in("小林")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")

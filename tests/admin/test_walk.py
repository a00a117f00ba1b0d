"""Every route of the console, present and to come: nobody gets past the guard who should not."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from flask import Flask
from werkzeug.test import Client

from bot.admin.access import hash_of
from bot.admin.api.table import TABLE as OPERATIONS
from bot.admin.permissions import ANYONE, SIGNING_IN, TABLE
from bot.store import members
from bot.store.members import Role, Stage
from tests.admin import hostile, routes
from tests.admin.conftest import Console
from tests.admin.routes import UNFORGEABLE, Route
from tests.worlds import World

# Who adds to what anyone may ask for says so here too.
OPEN = {
    *("admin.asset", "admin.report_csp", "admin.language"),
    *("signin.login", "signin.login_post", "setup.index", "setup.found"),
    "apidocs.description",  # looks for a login or a token itself
}
CACHED = {"admin.asset"}


def app_of(world: World) -> Flask:
    return cast("Flask", world.client.application)


@pytest.fixture(name="guarded")
def _guarded(world: World) -> World:
    """The world with every view stubbed: only the guard is left."""
    routes.stub(app_of(world))
    return world


def ask(client: Client, route: Route, **headers: str) -> Any:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open(route.path, method=route.method, headers=given)


def outsiders(response: Any, route: Route) -> bool:
    """Whether the answer is one that who is not signed in should get."""
    if response.get_data(as_text=True) == "reached":
        return False
    if route.is_api:
        return bool(response.status_code == 401)
    to_login = response.status_code == 303 and "/admin/login" in response.headers["Location"]
    return bool(to_login or response.status_code in {401, 404})


# ---- who is not signed in ----


def test_nothing_is_open_that_is_not_meant_to_be() -> None:
    assert {endpoint for endpoint, least in TABLE.items() if least == ANYONE} <= OPEN


def test_no_route_answers_without_a_login(guarded: World) -> None:
    client = Client(app_of(guarded))
    client.set_cookie("huaxin_csrf", "a" * 43, path="/admin")
    closed = [one for one in routes.every(app_of(guarded)) if one.endpoint not in OPEN]
    leaks = [
        route for route in closed if not outsiders(ask(client, route, X_CSRFToken="a" * 43), route)
    ]

    assert closed
    assert leaks == []


def test_the_description_needs_a_login_or_a_token(world: World) -> None:
    assert Client(app_of(world)).get("/admin/api/openapi.json").status_code == 401


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.FULL])
def test_who_is_half_signed_in_gets_no_further(
    guarded: World, sign_in: Callable[..., Console], stage: Stage
) -> None:
    console = sign_in()
    members.touch_session(guarded.bot.db, hash_of(console.session_id), stage=stage)
    reached = {
        route.endpoint
        for route in routes.pages(app_of(guarded))
        if ask(console.client, route, X_CSRFToken=console.csrf).data == b"reached"
    }

    assert reached == {name for name, least in TABLE.items() if least in {ANYONE, SIGNING_IN}}


# ---- what another site may make a browser send ----


RIGHT = "the session's own"
FORGERIES: tuple[tuple[dict[str, str], int], ...] = (
    ({}, 400),
    ({"X_CSRFToken": "wrong"}, 400),
    ({"X_CSRFToken": RIGHT, "Sec_Fetch_Site": "cross-site"}, 403),
    ({"X_CSRFToken": RIGHT, "Sec_Fetch_Site": "same-site"}, 403),
    ({"X_CSRFToken": RIGHT, "Origin": "https://evil.example"}, 403),
    ({"X_CSRFToken": RIGHT, "Origin": "null"}, 403),
    ({"X_CSRFToken": RIGHT, "Origin": "http://localhost", "Sec_Fetch_Site": "none"}, 200),
)


def test_no_change_is_made_for_another_site(guarded: World, console: Console) -> None:
    unsafe = [
        one
        for one in routes.pages(app_of(guarded))
        if not one.safe and one.endpoint not in UNFORGEABLE
    ]
    wrong = []
    for headers, status in FORGERIES:
        own = {"X_CSRFToken": console.csrf} if headers.get("X_CSRFToken") == RIGHT else {}
        for route in unsafe:
            response = ask(console.client, route, **headers | own)
            if response.status_code != status:
                wrong.append((route, headers, response.status))

    assert unsafe
    assert wrong == []


def test_the_token_of_one_session_is_no_good_in_another(
    guarded: World, sign_in: Callable[..., Console]
) -> None:
    mine, theirs = sign_in(), sign_in()
    route = next(one for one in routes.pages(app_of(guarded)) if one.endpoint == "tokens.create")

    assert ask(mine.client, route, X_CSRFToken=theirs.csrf).status_code == 400


def test_the_api_takes_no_cookie(guarded: World, console: Console) -> None:
    calls = [one for one in routes.every(app_of(guarded)) if one.is_api]
    statuses = {ask(console.client, one, X_CSRFToken=console.csrf).status_code for one in calls}

    assert statuses == {401}


# ---- roles ----


def test_every_route_stands_in_the_table_and_nothing_else_does(world: World) -> None:
    found = routes.every(app_of(world))
    assert {one.endpoint for one in found if not one.is_api} == set(TABLE)
    assert {one.endpoint for one in found if one.is_api} == set(OPERATIONS)


def test_the_guard_does_what_the_table_says(
    guarded: World, sign_in: Callable[..., Console]
) -> None:
    verdicts, expected = {}, {}
    for role in Role:
        console = sign_in(role)
        for route in routes.pages(app_of(guarded)):
            least = TABLE[route.endpoint]
            response = ask(console.client, route, X_CSRFToken=console.csrf)
            verdicts[role, route] = response.status_code
            allowed = least in {ANYONE, SIGNING_IN} or role.may(cast("Role", least))
            expected[role, route] = 200 if allowed else 403

    assert verdicts == expected
    assert set(verdicts.values()) == {200, 403}


# ---- what every answer carries ----


def faults(response: Any, route: Route) -> list[str]:
    """Return what is wrong with an answer's headers."""
    headers = response.headers
    found = policy_faults(headers.get("Content-Security-Policy", ""))
    if response.status_code >= 500:
        found.append(response.status)
    if headers.get("X-Content-Type-Options") != "nosniff":
        found.append("sniffed")
    if headers.get("X-Frame-Options") != "DENY":
        found.append("framed")
    if headers.get("Referrer-Policy") not in {"same-origin", "no-referrer"}:
        found.append("referrer")
    if route.endpoint not in CACHED and headers.get("Cache-Control") != "no-store":
        found.append(f"kept: {headers.get('Cache-Control')}")
    return found


def policy_faults(policy: str) -> list[str]:
    directives = dict(one.strip().partition(" ")[::2] for one in policy.split(";"))
    directives.pop("frame-src", None)  # the simulated phone beside the page
    missing = [
        name for name in ("default-src", "frame-ancestors") if directives.get(name) != "'none'"
    ]
    loose = [word for word in ("unsafe", "*", "http:", "https:") if word in str(directives)]
    return [f"policy lacks {name}" for name in missing] + [f"policy has {one}" for one in loose]


def test_every_answer_carries_the_headers(world: World, console: Console) -> None:
    hostile.plant(world, "无害")
    asked = [one for one in routes.every(app_of(world)) if one.safe]
    wrong = {}
    for route in asked:
        with ask(console.client, route) as response:
            if found := faults(response, route):
                wrong[route] = found

    assert wrong == {}


def test_faults_carry_them_too(world: World, console: Console) -> None:
    route = Route("nowhere", "GET", "/admin/nowhere", fixed=True)
    nobody = Client(app_of(world))
    for response in (
        ask(console.client, route),
        ask(nobody, route),
        console.client.post("/admin/history/1/restore"),
    ):
        assert response.status_code in {400, 404}
        assert faults(response, route) == []


ODD = ("99999999999999999999", "-1", "0", "x", "%00", "%F0%9F%98%80", "%", "'", "_", "[", "")


def test_no_query_breaks_a_page(world: World, console: Console) -> None:
    names = [
        *("page", "size", "text", "actor", "subject", "object", "tag", "state", "trigger"),
        *("from", "to", "day", "days", "kind", "openid", "id", "sort", "then", "q", "name"),
    ]
    fixed = [one for one in routes.pages(app_of(world)) if one.safe and one.fixed]
    broken = []
    for odd in ODD:
        query = "&".join(f"{name}={odd}" for name in names)
        for route in fixed:
            response = console.client.get(f"{route.path}?{query}")
            if response.status_code >= 500:
                broken.append((route.path, odd, response.status))

    assert broken == []


def test_no_address_breaks_a_page(world: World, console: Console) -> None:
    odd = [str(10**30), "%00", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%F0%9F%98%80", "x" * 3000]
    broken = []
    for route in routes.pages(app_of(world)):
        if route.fixed:
            continue
        *start, last = route.path.split("/1") if "/1" in route.path else (route.path, "")
        for value in odd:
            path = f"{'/1'.join(start)}/{value}{last}"
            response = console.client.open(
                path, method=route.method, headers={"X-CSRFToken": console.csrf}
            )
            if response.status_code >= 500:
                broken.append((route.method, path[:80], response.status))

    assert broken == []

"""The API's door: by token alone, JSON alone, and every operation's rights as its table says."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from bot.admin.api import limits, openapi
from bot.admin.api.limits import REQUESTS, Limits
from bot.admin.api.operations import Operation
from bot.admin.api.problems import KINDS
from bot.admin.api.table import OPERATIONS
from bot.editing.tokens import SCOPES
from bot.store import members
from bot.store import tokens as stored
from bot.store.members import Role
from tests.admin.api_calls import Api, api
from tests.admin.conftest import Console
from tests.worlds import World


def path_of(operation: Operation) -> str:
    return openapi.address_of(operation)


def code(response: Any) -> str:
    """Return the problem's code after checking that it is a whole problem."""
    assert response.mimetype == "application/problem+json"
    problem = response.json
    kind = KINDS[problem["code"]]
    assert (response.status_code, problem["status"]) == (kind.status, kind.status)
    assert problem["title"] == kind.title
    assert problem["detail"]
    return str(problem["code"])


def test_who_the_token_is(world: World) -> None:
    told = api(world, "rules:read", role=Role.EDITOR, name="xiaoli").ask("GET", "/me")

    assert told.pop("expires_at").endswith("Z")
    assert told == {
        "account": "default",
        "member": "xiaoli",
        "role": "editor",
        "token": "脚本",
        "scopes": ["rules:read"],
    }


def test_nothing_but_a_living_token_opens_the_api(world: World, console: Console) -> None:
    good = api(world)
    assert code(console.get("/api/v1/rules")) == "no_token"  # the cookie is not looked at
    assert code(good.call("GET", "/rules", Authorization="Basic abc")) == "no_token"
    refused = good.call("GET", "/rules", Authorization=f"Bearer {good.token}x")
    assert code(refused) == "bad_token"
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="huaxin", error="invalid_token"'
    assert good.call("GET", "/rules").status_code == 200

    with world.bot.db.write() as tx:
        members.change(tx, good.member_id, disabled=True)
    assert code(good.call("GET", "/rules")) == "bad_token"


def test_no_answer_is_kept_framed_or_run(world: World) -> None:
    for path in ("/me", "/rules/999", "/nowhere"):
        headers = api(world).call("GET", path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "Set-Cookie" not in headers


@pytest.fixture(name="stubbed")
def _stubbed(world: World) -> World:
    """The world with every operation saying only that it was reached."""
    functions = world.client.application.view_functions  # type: ignore[attr-defined] # it is Flask
    for operation in OPERATIONS:
        functions[f"api.{operation.name}"] = lambda **_: "reached"
    return world


def test_every_operation_needs_its_scope_and_its_role(stubbed: World) -> None:
    verdicts, expected = {}, {}
    for role in Role:
        for scope in (scope for scope, least in SCOPES.items() if role.may(least)):
            caller = api(stubbed, scope, role=role)
            for one in OPERATIONS:
                response = caller.call(one.method, path_of(one))
                key = (role, scope, one.name)
                verdicts[key] = "" if response.status_code == 200 else code(response)
                has_scope = one.scope in {"", scope}
                allowed = role.may(one.least)
                expected[key] = "scope" if not has_scope else "" if allowed else "role"

    assert verdicts == expected
    assert "role" in verdicts.values()


def test_a_member_made_less_takes_the_tokens_with_them(stubbed: World) -> None:
    caller = api(stubbed, "rules:write", role=Role.EDITOR)
    with stubbed.bot.db.write() as tx:
        members.change(tx, caller.member_id, role=Role.VIEWER)

    assert code(caller.call("POST", "/rules")) == "role"


def test_every_operation_needs_a_token(stubbed: World) -> None:
    caller = Api(stubbed, "", Client(stubbed.client.application), 0)
    assert {code(caller.call(one.method, path_of(one))) for one in OPERATIONS} == {"no_token"}


def test_bodies_are_json_and_small(world: World) -> None:
    caller = api(world)
    for body, kind, expected in (
        (b"{}", "text/plain", "not_json"),
        (b"{}", "application/x-www-form-urlencoded", "not_json"),
        (b"{", "application/json", "bad_json"),
        (b"", "application/json", "bad_json"),
        (b'{"name": NaN}', "application/json", "bad_json"),
        (b"[" * 200_000, "application/json", "bad_json"),
        (b"\xff", "application/json", "bad_json"),
        (b'"' + b"a" * 1024 * 1024 + b'"', "application/json", "too_large"),
    ):
        response = caller.call("POST", "/rules", body, Content_Type=kind)
        assert code(response) == expected, body[:20]


def test_addresses_and_methods_that_are_not_there(world: World) -> None:
    caller = api(world)
    assert code(caller.call("GET", "/nowhere")) == "not_found"
    assert code(caller.call("PATCH", "/rules/1")) == "method_not_allowed"
    assert code(caller.call("OPTIONS", "/rules")) == "method_not_allowed"
    assert code(caller.call("GET", f"/rules/{10**30}")) == "not_found"


def test_a_token_may_not_ask_too_often(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REQUESTS", 3)
    one, other = api(world), api(world)
    assert [one.call("GET", "/me").status_code for _ in range(3)] == [200] * 3

    refused = one.call("GET", "/me")
    assert code(refused) == "too_many_requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert other.call("GET", "/me").status_code == 200


def test_a_minute_later_it_may_again() -> None:
    now = [59.0]
    counted = Limits(clock=lambda: now[0])
    assert [counted.wait(1) for _ in range(REQUESTS)] == [0] * REQUESTS
    assert counted.wait(1) == 2

    now[0] += counted.wait(1)
    assert counted.wait(1) == 0


def test_the_last_use_is_noted(world: World) -> None:
    caller = api(world)
    caller.ask("GET", "/me")

    assert stored.every(world.bot.db, world.bot.account_id)[0].last_used_at > 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = [
    "name",
    "keywords",
    "replies",
    "type",
    "text",
    "texts",
    "ids",
    "enabled",
    "before",
    "batch",
    *("remark", "more", "until", "reason", "value", "words", "role", "follower", "button"),
    *("key", "ignored", "paid", "again", "pay_again", "overwrite", "complete", "tag", "on"),
    *("IMAGES_PER_MINUTE", "BUDGET_DAILY", "sub_button"),
]
WORDS = st.sampled_from(["viewer", "2030-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9" * 40])
SHAPED = st.dictionaries(
    st.sampled_from([*NAMES, "trigger", "weights", "tags", "starts_at", "mode", "content"]),
    JSON | WORDS | st.lists(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=3), max_size=3),
    max_size=6,
)


def test_no_body_breaks_an_operation(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REQUESTS", 1_000_000)
    caller = api(world)
    world.say("你好")
    world.bot.buffer.flush()
    there = {
        "/followers/1": f"/followers/{world.bot.vault.veil(world.openid)}",
        "/settings/1": "/settings/IMAGES_PER_MINUTE",
        "/texts/1": "/texts/help",
    }
    targets = [one for one in OPERATIONS if one.body is not None or one.takes_file]

    @settings(
        max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )
    @given(st.sampled_from(targets), JSON | SHAPED)
    def fuzz(operation: Operation, body: Any) -> None:
        path = path_of(operation) + "?name=x.csv" * operation.takes_file
        for nothing, something in there.items():
            path = path.replace(nothing, something)
        response = caller.call(operation.method, path, json.dumps(body).encode(), If_Match='"0"')
        assert response.status_code < 500, response.get_data(as_text=True)
        if response.status_code >= 400:
            code(response)

    fuzz()


def test_no_query_breaks_an_operation(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REQUESTS", 1_000_000)
    caller = api(world)
    names = sorted({query.name for one in OPERATIONS for query in one.query})
    targets = [one for one in OPERATIONS if one.method == "GET"]
    values = st.text() | st.integers().map(str) | st.sampled_from(["%", "_", "\\", "'", "\0", "²"])

    @settings(max_examples=100, deadline=None, database=None)
    @given(st.sampled_from(targets), st.dictionaries(st.sampled_from(names), values))
    def fuzz(operation: Operation, query: dict[str, str]) -> None:
        response = caller.client.get(
            f"/admin/api/v1{path_of(operation)}",
            query_string=query,
            headers={"Authorization": f"Bearer {caller.token}"},
        )
        assert response.status_code < 500, response.get_data(as_text=True)

    fuzz()

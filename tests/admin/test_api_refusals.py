"""What the API refuses: rights that are missing, states that do not fit, what cannot be read."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.admin.fields import FORMS
from bot.admin.permissions import TABLE
from bot.editing.settings import SET, least
from bot.store.members import Role
from tests.admin.api_calls import Api, api
from tests.admin.people import chatter, troubles
from tests.admin.test_api_resources import MENU, picture
from tests.worlds import World


@pytest.fixture(name="caller")
def _caller(world: World) -> Api:
    return api(world, name="xiaoli")


def codes(caller: Api, *calls: tuple[str, str, Any]) -> Iterator[str]:
    for method, path, body in calls:
        response = caller.call(method, path, body, If_Match='"0"')
        yield response.json["code"] if response.status_code >= 400 and response.json else ""


def test_an_operator_changes_no_keys_addresses_or_budgets(world: World) -> None:
    operator = api(world, role=Role.OPERATOR)
    assert list(
        codes(
            operator,
            ("PUT", "/settings/BUDGET_DAILY", {"value": "1"}),
            ("PATCH", "/settings", {"IMAGES_PER_MINUTE": "3", "OPENAI_API_KEY": "sk-x"}),
            ("PUT", "/settings/IMAGES_PER_MINUTE", {"value": "3"}),
            ("PUT", "/settings/words", {"words": "x"}),
            ("PUT", "/settings/SECRET_KEY", {"value": "x"}),
            ("POST", "/settings/try/wechat", None),
        )
    ) == ["role", "role", "", "", "not_found", "role"]
    assert operator.ask("GET", "/settings/IMAGES_PER_MINUTE")["value"] == "3"


def test_the_api_asks_for_the_role_that_the_page_asks_for() -> None:
    asked = {field.name: TABLE[form.endpoint] for form in FORMS for field in form.fields}
    assert asked == {name: least(name) for name in asked}
    assert TABLE["settings.save_text"] == least("text.help")
    assert TABLE["settings.save_words"] == least("words.blocked")


def test_a_secret_is_never_told_and_its_history_says_only_that_it_was_set(
    make_world: Callable[..., World],
) -> None:
    caller, secret = api(make_world(sandbox=False)), "/settings/OPENAI_API_KEY"
    made = caller.ask("PUT", secret, {"value": "sk-brand-new"})
    assert (made["value"], made["set"], made["source"]) == (None, True, "console")
    assert "sk-brand-new" not in caller.call("GET", "/settings").get_data(as_text=True)
    (entry,) = caller.ask("GET", "/history?object=setting:OPENAI_API_KEY")["items"]
    assert caller.ask("GET", f"/history/{entry['id']}")["after"] == SET


def test_what_is_taken_back_needs_the_right_to_change_it(world: World, caller: Api) -> None:
    caller.call("POST", "/library?name=a.jpg", picture())
    caller.ask("POST", "/library/a.jpg/rename", {"name": "b.jpg"})
    entry = caller.ask("GET", "/history?subject=library")["items"][0]
    blind = api(world, "history:read", "rules:write", name="blind")
    assert list(
        codes(
            blind,
            ("POST", f"/history/{entry['id']}/restore", None),
            ("POST", "/history/undo", {"batch": entry["batch"]}),
            ("POST", "/rules/undo", {"batch": entry["batch"]}),
            ("POST", "/history/undo", {"batch": "nothing"}),
        )
    ) == ["scope", "scope", "scope", "not_found"]


def test_what_cannot_be_done_says_why_and_changes_nothing(world: World, caller: Api) -> None:
    chatter(world)
    ids = troubles(world)
    veiled = caller.ask("GET", "/followers")["items"][0]["id"]
    past = {"until": "2001-01-01T00:00:00Z"}
    four = {"button": [MENU["button"][0]] * 4}
    own = caller.member_id
    assert list(
        codes(
            caller,
            ("POST", f"/jobs/{ids['waiting']}/cancel", None),
            ("POST", f"/jobs/{ids['generating']}/release", {"paid": True}),
            ("POST", "/jobs/999/cancel", None),
            ("GET", "/jobs?day=yesterday", None),
            ("GET", "/jobs?follower=oXiaohua", None),
            ("POST", f"/followers/{world.openid}/unblock", None),
            ("POST", f"/followers/{veiled}/block", past),
            ("POST", f"/followers/{veiled}/block", {"until": "soon"}),
            ("DELETE", f"/followers/{veiled}", None),
            ("PUT", "/menu/draft", four),
            ("PUT", "/menu/draft", {"button": "x"}),
            ("POST", "/library?name=x.jpg", b"no picture"),
            ("POST", "/library", picture()),
            ("POST", "/library?name=x.jpg", b"x" * (12 * 1024 * 1024 + 1)),
            ("DELETE", "/library/mysql-map.jpg", None),
            ("POST", "/library/nothing/upload", None),
            ("POST", "/imports?name=x.doc", b"x"),
            ("POST", f"/members/{own}/disable", None),
            ("POST", "/members", {"name": "x", "role": "king"}),
            ("GET", "/reports/secrets", None),
        )
    ) == [
        *("changed", "changed", "not_found", "invalid", "not_found"),
        *("not_found", "invalid", "invalid", "invalid"),
        *("invalid", "invalid", "invalid", "invalid", "too_large", "invalid", "not_found"),
        *("invalid", "invalid", "invalid", "not_found"),
    ]


def test_a_draft_saved_by_another_comes_along(caller: Api) -> None:
    caller.ask("PUT", "/menu/draft", MENU, If_Match='"0"')
    for method, path in (("PUT", "/menu/draft"), ("POST", "/menu/publish")):
        stale = caller.call(method, path, {"button": []}, If_Match='"0"')
        assert stale.status_code == 412
        assert stale.json
        assert (stale.json["theirs"], stale.json["revision"]) == (MENU, 1)


def test_what_wechat_says_is_told(world: World, caller: Api) -> None:
    caller.ask("PUT", "/menu/draft", MENU, If_Match='"0"')
    world.sandbox.script({"match": "/cgi-bin/menu", "times": 1, "errcode": 40033})
    refused = caller.call("POST", "/menu/publish", If_Match='"1"')
    assert refused.json
    assert (refused.status_code, refused.json["code"]) == (502, "wechat")
    assert "40033" in refused.json["detail"]

    world.sandbox.script({"match": "/cgi-bin/menu", "times": None, "reset": "after", "status": 502})
    unknown = caller.call("POST", "/menu/publish", If_Match='"1"')
    assert unknown.json
    assert (unknown.status_code, unknown.json["code"]) == (502, "wechat_unknown")
    assert caller.ask("GET", "/menu/versions") == {"items": []}

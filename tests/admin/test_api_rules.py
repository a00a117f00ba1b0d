"""The API's rules and history: the same checks, changes and records as in the console."""

from typing import Any

import pytest

from bot.models import TextReply
from bot.store import history
from bot.store.history import Filter
from bot.store.members import Role
from tests.admin.api_calls import Api, api
from tests.worlds import World

RULE: dict[str, Any] = {"name": "优惠", "keywords": ["优惠券"], "replies": ["满一百减二十"]}
KEPT = RULE | {"replies": [{"type": "text", "content": "满一百减二十"}]}


@pytest.fixture(name="caller")
def _caller(world: World) -> Api:
    return api(world, name="xiaoli")


def make(caller: Api, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = caller.ask("POST", "/rules", RULE | changes)
    return made


def test_a_rule_is_made_and_answers(caller: Api) -> None:
    response = caller.call("POST", "/rules", RULE)
    made = response.json
    assert made
    assert response.status_code == 201
    assert response.headers["Location"] == f"/admin/api/v1/rules/{made['id']}"
    assert response.headers["ETag"] == '"1"'
    assert (made["revision"], made["rule"]) == (1, KEPT)
    assert caller.ask("GET", f"/rules/{made['id']}") == made

    caller.world.bot.snapshots.refresh()
    assert caller.world.say("优惠券") == TextReply("满一百减二十")
    bot = caller.world.bot
    entry = history.page(bot.db, bot.account_id, Filter(subject="rule"), most=1)[0][0]
    assert (entry.actor, entry.via, entry.action) == ("脚本 (xiaoli)", "api", "rule.create")


def test_every_problem_of_a_rule_is_told(caller: Api) -> None:
    response = caller.call("POST", "/rules", {"name": "空", "colour": "red"})
    problem = response.json
    assert problem
    assert (response.status_code, problem["code"]) == (422, "invalid")
    assert len(problem["errors"]) == 3
    assert "规则「空」：缺少 keywords：至少一个关键词" in problem["errors"]


def test_a_stale_save_is_refused_with_what_stands_there(caller: Api) -> None:
    made = make(caller)
    path = f"/rules/{made['id']}"
    assert caller.call("PUT", path, RULE).status_code == 428
    assert caller.call("PUT", path, RULE, If_Match="abc").status_code == 400
    theirs = KEPT | {"tags": ["促销"]}
    saved = caller.ask("PUT", path, theirs, If_Match='"1"')
    assert (saved["revision"], saved["rule"]["tags"]) == (2, ["促销"])

    refused = caller.call("PUT", path, RULE | {"name": "旧"}, If_Match='"1"')
    problem = refused.json
    assert problem
    assert (refused.status_code, problem["code"]) == (412, "stale")
    assert (problem["revision"], problem["theirs"]) == (2, saved["rule"])
    assert caller.ask("GET", path) == saved
    assert caller.call("PUT", "/rules/99999", RULE, If_Match='"1"').status_code == 404


def test_the_list_is_searched_filtered_and_paged(caller: Api) -> None:
    here = [make(caller, name=f"活动 {number}", tags=["促销"])["id"] for number in range(3)]
    caller.ask("POST", "/rules/switch", {"ids": here[:1], "enabled": False})

    def ids(query: str) -> list[int]:
        return [one["id"] for one in caller.ask("GET", f"/rules?{query}")["items"]]

    assert ids("tag=促销") == here
    assert ids("tag=促销&state=disabled") == here[:1]
    assert ids("text=活动 2") == here[2:]
    assert ids("tag=促销&size=2&page=2") == here[2:]
    assert caller.ask("GET", "/rules?tag=促销&size=2")["total"] == 3
    for query in ("page=0", "page=x", "size=201", "state=odd", "trigger=odd", "text=%00"):
        assert caller.call("GET", f"/rules?{query}").status_code == 422, query


def test_rules_are_moved_and_deleted(caller: Api) -> None:
    first, second = make(caller)["id"], make(caller)["id"]
    caller.ask("POST", f"/rules/{second}/move", {"before": first})
    listed = [one["id"] for one in caller.ask("GET", "/rules?text=优惠")["items"]]
    assert listed == [second, first]
    assert caller.call("POST", f"/rules/{second}/move", {"before": 99999}).status_code == 404
    assert caller.call("POST", f"/rules/{second}/move", {}).status_code == 422

    assert caller.call("DELETE", f"/rules/{second}").status_code == 204
    assert caller.call("DELETE", f"/rules/{second}").status_code == 404
    assert caller.call("GET", f"/rules/{second}").status_code == 404


def test_a_switch_is_undone_as_one(caller: Api) -> None:
    ids = [make(caller)["id"], make(caller)["id"]]
    assert caller.ask("POST", "/rules/switch", {"ids": ids, "enabled": False}) == {"changed": 2}
    batch = caller.ask("GET", f"/history?object=rule:{ids[0]}")["items"][0]["batch"]

    assert caller.ask("POST", "/rules/undo", {"batch": batch}) == {"changed": 2}
    assert "enabled" not in caller.ask("GET", f"/rules/{ids[0]}")["rule"]
    assert caller.call("POST", "/rules/undo", {"batch": "nothing"}).status_code == 404
    editor = api(caller.world, "rules:write", role=Role.EDITOR)
    assert editor.call("POST", "/rules/undo", {"batch": batch}).status_code == 403


def test_a_text_is_tried_without_being_said(caller: Api) -> None:
    made = make(caller)
    caller.world.bot.snapshots.refresh()
    hit, near, none = caller.ask("POST", "/rules/try", {"texts": ["优惠券", "优惠卷", "？？"]})[
        "items"
    ]

    assert (hit["rule_id"], hit["keyword"], hit["suggestion"]) == (made["id"], "优惠券", "")
    assert hit["tried"][0]["outcome"] == "won"
    assert (none["rule_id"], none["tried"]) == (None, [])
    assert near["rule_id"] is None


def test_a_deleted_rule_comes_back_from_the_history(caller: Api) -> None:
    made = make(caller)
    caller.call("DELETE", f"/rules/{made['id']}")
    newest = caller.ask("GET", "/history?subject=rule")["items"][0]
    assert (newest["action"], newest["object"]) == ("rule.delete", f"rule:{made['id']}")
    assert caller.ask("GET", f"/history/{newest['id']}")["before"] == KEPT

    back = caller.ask("POST", f"/history/{newest['id']}/restore")
    assert back == {"object": f"rule:{made['id']}"}
    assert caller.ask("GET", f"/rules/{made['id']}")["rule"] == KEPT
    assert caller.call("POST", "/history/99999/restore").status_code == 404
    assert caller.call("GET", "/history/99999").status_code == 404

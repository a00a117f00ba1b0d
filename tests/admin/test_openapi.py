"""The API's description: whole, true to its routes, and of no secret."""

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from hypothesis import given, settings

from bot.admin.api import openapi
from bot.admin.api.problems import KINDS
from bot.admin.api.schemas import SHARED
from bot.admin.api.table import OPERATIONS
from bot.keywords import documents
from bot.keywords.reading import REPLIES
from bot.models import Rule
from tests.admin import routes
from tests.admin.api_calls import api
from tests.admin.conftest import Console
from tests.keywords.strategies import RULES
from tests.worlds import World

KINDS_OF_VALUE = {
    bool: "boolean",
    str: "string",
    int: "integer",
    type(None): "null",
    list: "array",
    dict: "object",
}
METHODS = {"get", "put", "post", "delete", "patch"}


def inside(node: Any) -> Iterator[Any]:
    """Return every part of a document."""
    yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from inside(child)


def resolve(document: dict[str, Any], pointer: str) -> Any:
    assert pointer.startswith("#/")
    node: Any = document
    for step in pointer.removeprefix("#/").split("/"):
        node = node[step]
    return node


def fits(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> bool:
    """Whether *value* is what *schema* says, by as much of JSON Schema as we use."""
    if "$ref" in schema:
        schema = resolve(document, schema["$ref"])
    if "oneOf" in schema:
        return sum(fits(value, one, document) for one in schema["oneOf"]) == 1
    allowed = schema.get("enum", [schema.get("const", value)])
    kinds = schema.get("type", KINDS_OF_VALUE[type(value)])
    if value not in allowed or KINDS_OF_VALUE[type(value)] not in kinds:
        return False
    match value:
        case str():
            return bool(schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9))
        case list():
            most = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9)
            return most and all(fits(one, schema.get("items", {}), document) for one in value)
        case dict():
            return _members_fit(value, schema, document)
    return value is None or bool(schema.get("minimum", 0) <= value <= schema.get("maximum", 10**9))


def _members_fit(value: dict[str, Any], schema: dict[str, Any], document: dict[str, Any]) -> bool:
    known = schema.get("properties", {})
    complete = all(name in value for name in schema.get("required", ()))
    alone = schema.get("additionalProperties", True) or set(value) <= set(known)
    return (
        complete
        and alone
        and all(fits(item, known.get(name, {}), document) for name, item in value.items())
    )


def test_the_document_is_whole(console: Console) -> None:
    document = json.loads(console.page("/api/openapi.json"))
    operations = [
        operation
        for item in document["paths"].values()
        for method, operation in item.items()
        if method in METHODS
    ]

    assert document == json.loads(json.dumps(openapi.describe()))
    assert document["openapi"].startswith("3.1.")
    assert set(document["info"]) >= {"title", "version"}
    for node in inside(document):
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            assert resolve(document, node["$ref"])
    names = [one["operationId"] for one in operations]
    assert len(names) == len(set(names)) == len(OPERATIONS)
    for path, item in document["paths"].items():
        for operation in item.values():
            assert_operation(path, operation)


def assert_operation(path: str, operation: dict[str, Any]) -> None:
    inside_path = {part[1:-1] for part in path.split("/") if part.startswith("{")}
    given_in = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
    assert inside_path == given_in, path
    assert operation["summary"]
    assert {"401", "429", "500", "503"} <= set(operation["responses"])
    for response in operation["responses"].values():
        assert "$ref" in response or response["description"]
    body = operation.get("requestBody")
    content = {} if body is None else body["content"]
    assert body is None or openapi.FILE in content or content["application/json"]["schema"]


def test_every_route_is_described_and_nothing_else(world: World) -> None:
    document = openapi.describe()
    described = {
        (method.upper(), document["servers"][0]["url"] + path)
        for path, item in document["paths"].items()
        for method in item
    }
    app = world.client.application
    served = {
        (method, openapi._PARAMETER.sub(r"{\2}", rule.rule))
        for rule in app.url_map.iter_rules()  # type: ignore[attr-defined] # it is Flask
        if rule.rule.startswith("/admin/api/v1")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }

    assert described == served
    assert all(one.is_api for one in routes.every(app) if one.path.startswith("/admin/api/v1"))  # type: ignore[arg-type] # the same


def test_a_token_may_read_it_and_it_holds_no_secret(world: World) -> None:
    caller = api(world, "rules:read")
    headers = {"Authorization": f"Bearer {caller.token}"}
    response = caller.client.get("/admin/api/openapi.json", headers=headers)

    text = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "canary" not in text
    assert caller.token not in text


def test_rules_are_described_as_they_are_read() -> None:
    rule = SHARED["RuleDocument"]["properties"]
    assert set(rule) == {one.name for one in fields(Rule)} - {"id", "position"}
    described = {
        one["properties"]["type"]["const"]: set(one["properties"]) - {"type"}
        for one in SHARED["Reply"]["oneOf"]
        if "properties" in one
    }
    assert described == {
        kind: {one.name for one in fields(record)} for kind, record in REPLIES.items()
    }


@settings(deadline=None, database=None)
@given(RULES)
def test_every_rule_that_can_be_fits_its_description(rule: Rule) -> None:
    document = documents.to_dict(rule)

    assert fits(document, SHARED["RuleDocument"], openapi.describe())
    assert not fits(document | {"colour": "red"}, SHARED["RuleDocument"], openapi.describe())


def test_answers_are_what_the_description_says(world: World) -> None:
    caller, document = api(world), openapi.describe()
    made = caller.ask("POST", "/rules", {"name": "a", "keywords": ["甲"], "replies": ["乙"]})
    calls = {
        "me": (),
        "rule_list": (),
        "rule_get": (),
        "rule_try": ({"texts": ["甲"]},),
        "rule_switch": ({"ids": [made["id"]], "enabled": False},),
        "history_list": (),
        "history_get": (),
        "history_restore": (),
        "history_verify": (),
    }
    for one in OPERATIONS:
        if one.name not in calls:
            continue
        path = openapi.path_of(one).replace("{rule_id}", str(made["id"]))
        entry = caller.ask("GET", "/history?subject=rule")["items"][0]["id"]
        answer = caller.ask(one.method, path.replace("{entry_id}", str(entry)), *calls[one.name])
        assert one.answer
        assert fits(answer, one.answer, document), (one.name, answer)
    problem = caller.call("GET", "/rules/99999").json
    assert fits(problem, SHARED["Problem"], document)


def test_every_code_of_a_fault_is_known() -> None:
    assert {code for one in OPERATIONS for code in openapi.codes(one)} <= set(KINDS)

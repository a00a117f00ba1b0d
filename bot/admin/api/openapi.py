"""The API's description, OpenAPI 3.1, made from the same table as its routes."""

import re
from typing import Any, Final

from bot.admin.api.limits import REQUESTS
from bot.admin.api.operations import Operation, Schema
from bot.admin.api.problems import KINDS, MEDIA_TYPE
from bot.admin.api.schemas import ref
from bot.admin.api.table import ADDRESS, OPERATIONS, SCHEMAS
from bot.editing.tokens import SCOPES

ALWAYS: Final = ("no_token", "bad_token", "too_many_requests", "internal", "database")
WITH_SCOPE: Final = ("scope", "role")
WITH_BODY: Final = ("bad_json", "too_large", "not_json")
FILE: Final = "application/octet-stream"
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_ABOUT = f"""\
画信的 JSON 接口。每个请求带上 `Authorization: Bearer hx_…`，令牌在控制台的「接口令牌」里建；
令牌只能做它的权限和它主人的角色都允许的事。
每个令牌每分钟最多 {REQUESTS} 个请求（每个网页进程各自计数）。
出错时的回答是 RFC 9457 的 problem+json，`code` 不会变。"""


def describe() -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        item = paths.setdefault(path_of(operation), {})
        item[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "画信", "version": "1", "description": _ABOUT},
        "servers": [{"url": ADDRESS}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "responses": {code: _fault(code) for code in KINDS},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "hx_…",
                    "description": f"权限：{'、'.join(SCOPES)}",
                }
            },
        },
    }


def path_of(operation: Operation) -> str:
    """The operation's path as OpenAPI writes it."""
    return _PARAMETER.sub(r"{\2}", operation.path)


def address_of(operation: Operation) -> str:
    """The operation's path with something in each place, for an example."""
    return _PARAMETER.sub("1", operation.path)


def codes(operation: Operation) -> tuple[str, ...]:
    """Every problem the operation may answer with."""
    found = ALWAYS + WITH_SCOPE * bool(operation.scope) + WITH_BODY * bool(operation.body)
    found += ("too_large",) * operation.takes_file
    found += ("bad_if_match",) * operation.revised
    return tuple(dict.fromkeys(found + operation.faults))


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.said,
        "tags": [operation.path.split("/")[1]],
        # RFC 6750's scopes, which OpenAPI 3.1 allows to name for any scheme.
        "security": [{"token": [operation.scope] if operation.scope else []}],
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if operation.body is not None:
        content: Schema = {"schema": operation.body}
        if operation.example is not None:
            content["example"] = operation.example
        body = {"required": True, "content": {"application/json": content}}
        described["requestBody"] = body
    if operation.takes_file:
        described["requestBody"] = {"required": True, "content": {FILE: {}}}
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 1} if kind == "int" else {"type": "string"},
        }
        for kind, name in _PARAMETER.findall(operation.path)
    ]
    found += [
        {"name": one.name, "in": "query", "description": one.said, "schema": one.schema}
        for one in operation.query
    ]
    if operation.revised:
        said = '读到的 ETag，如 "3"'
        schema = {"type": "string"}
        found.append(
            {"name": "If-Match", "in": "header", "required": True, "description": said}
            | {"schema": schema}
        )
    return found


def _responses(operation: Operation) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "成功"}
    if operation.answer is not None:
        good["content"] = {operation.gives: {"schema": operation.answer}}
    elif operation.gives != "application/json":
        good["content"] = {operation.gives: {}}
    found: dict[str, Any] = {str(operation.status): good}
    by_status: dict[str, list[str]] = {}
    for code in codes(operation):
        by_status.setdefault(str(KINDS[code].status), []).append(code)
    for status, named in sorted(by_status.items()):
        first, *others = named
        found[status] = (
            {"$ref": f"#/components/responses/{first}"} if not others else _fault(*named)
        )
    return found


def _fault(*named: str) -> dict[str, Any]:
    said = "；".join(f"{code}：{KINDS[code].title}" for code in named)
    return {"description": said, "content": {MEDIA_TYPE: {"schema": ref("Problem")}}}

"""The shapes of what the API takes and gives, as JSON Schema; the records say what is in them."""

from collections.abc import Iterable
from dataclasses import MISSING, fields
from typing import Any, Final

from bot.admin.api.operations import Schema
from bot.keywords.compiled import MAX_KEYWORD
from bot.keywords.reading import LISTS, MAX_NAME, MAX_TAG, MAX_WEIGHT, MAY_BE_EMPTY, REPLIES
from bot.models import Article, MatchMode, NewsReply, Pick, Trigger

STRING: Final[Schema] = {"type": "string"}
TIME: Final[Schema] = {"type": ["string", "null"], "format": "date-time"}
BOOL: Final[Schema] = {"type": "boolean"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
NUMBER: Final[Schema] = {"type": "integer"}
MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
ID: Final[Schema] = {"type": "integer", "minimum": 1}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def record(properties: dict[str, Schema], required: Iterable[str] = ()) -> Schema:
    """An object with these members and no others."""
    shape: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    needed = list(required)
    return shape | {"required": needed} if needed else shape


def whole(properties: dict[str, Schema]) -> Schema:
    """An object in which every member is always there."""
    return record(properties, properties)


def listed(items: Schema, most: int | None = None) -> Schema:
    shape: Schema = {"type": "array", "items": items}
    return shape if most is None else shape | {"maxItems": most}


def paged(items: Schema) -> Schema:
    number = {"type": "integer"}
    return whole({"items": listed(items), "total": number, "page": number, "size": number})


def _texts(kind: type[Any], more: dict[str, Schema] | None = None) -> Schema:
    """The shape of a record that holds only texts."""
    own = {one.name: STRING for one in fields(kind)}
    needed = [
        one.name for one in fields(kind) if one.default is MISSING and one.name not in MAY_BE_EMPTY
    ]
    return record((more or {}) | own, [*(more or ()), *needed])


def _reply(name: str, kind: type[Any]) -> Schema:
    typed: dict[str, Schema] = {"type": {"const": name}}
    if kind is NewsReply:
        articles = listed(ref("Article"), LISTS["articles"][1]) | {"minItems": 1}
        return whole(typed | {"articles": articles})
    return _texts(kind, typed)


_KEYWORD = record(
    {
        "text": STRING | {"minLength": 1, "maxLength": MAX_KEYWORD},
        "mode": {"enum": list(MatchMode), "default": MatchMode.EXACT},
    },
    ["text"],
)
_WORD = STRING | {"minLength": 1, "maxLength": MAX_KEYWORD}
_RULE = record(
    {
        "name": STRING | {"minLength": 1, "maxLength": MAX_NAME},
        "trigger": {"enum": list(Trigger), "default": Trigger.KEYWORD},
        "keywords": listed(ref("Keyword"), LISTS["keywords"][1]),
        "excluding": listed(_WORD, LISTS["excluding"][1]),
        "replies": listed(ref("Reply"), LISTS["replies"][1]) | {"minItems": 1},
        "pick": {"enum": list(Pick), "default": Pick.ALL},
        "weights": listed(
            {"type": "integer", "minimum": 1, "maximum": MAX_WEIGHT}, LISTS["weights"][1]
        ),
        "tags": listed(STRING | {"minLength": 1, "maxLength": MAX_TAG}, LISTS["tags"][1]),
        "enabled": {"type": "boolean", "default": True},
        "starts_at": STRING | {"format": "date-time"},
        "ends_at": STRING | {"format": "date-time"},
    },
    ["name", "replies"],
)
_PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "status", "code", "title", "detail"],
    "properties": {
        "type": STRING | {"format": "uri-reference"},
        "status": {"type": "integer"},
        "code": STRING,
        "title": STRING,
        "detail": STRING,
        "errors": listed(STRING),
        "theirs": {},
        "revision": COUNT,
        "scope": STRING,
        "role": STRING,
        "reason": STRING,
    },
}

# What several operations share, by its name in the description.
SHARED: Final[dict[str, Schema]] = {
    "Problem": _PROBLEM,
    "Article": _texts(Article),
    "Keyword": {"oneOf": [_WORD, _KEYWORD]},
    "Reply": {"oneOf": [STRING | {"minLength": 1}, *(_reply(*one) for one in REPLIES.items())]},
    "RuleDocument": _RULE,
}

"""What a request of the API holds, read strictly."""

import json
import re
from datetime import UTC, datetime
from typing import Any, Never

from flask import request

from bot.admin.api.operations import Query, Schema
from bot.admin.api.problems import Problem

LARGEST_BODY = 1024 * 1024
LARGEST_FILE = 12 * 1024 * 1024
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SIZE, LARGEST_SIZE, LAST_PAGE = 50, 200, 1_000_000
LARGEST_ID = 2**63 - 1  # what a database counts up to
_ETAG = re.compile(r'(?:W/)?"?(\d{1,18})"?')

PAGED = (
    Query(
        name="page",
        said="第几页，从 1 数起",
        schema={"type": "integer", "minimum": 1, "maximum": LAST_PAGE, "default": 1},
    ),
    Query(
        name="size",
        said="一页几条",
        schema={"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": SIZE},
    ),
)


def invalid(*errors: str) -> Problem:
    return Problem("invalid", more={"errors": list(errors)})


def body() -> Any:
    """Return the request's JSON."""
    if request.mimetype != "application/json":
        raise Problem("not_json")
    if (request.content_length or 0) > LARGEST_BODY:
        raise Problem("too_large")
    try:
        return json.loads(request.get_data(), parse_constant=_constant)
    except (ValueError, RecursionError):
        raise Problem("bad_json") from None


def file() -> bytes:
    """Return the request's body, whatever it is."""
    if (request.content_length or 0) > LARGEST_FILE:
        raise Problem("too_large")
    return request.get_data()


def name() -> str:
    """Return the parameter that names what is uploaded."""
    given = text("name")
    if not given.strip():
        raise invalid("请用 name 说明文件叫什么")
    return given


def flag(name: str, *, default: bool = False) -> bool:
    """Return a parameter that is ``true``, ``false`` or absent."""
    said = word(name, ("true", "false"))
    return said == "true" if said else default


def moment(given: str | None) -> int | None:
    """Return epoch ms of a time as `answers.moment` writes it."""
    if given is None:
        return None
    try:
        made = datetime.fromisoformat(given)
    except ValueError:
        made = None
    if made is None or made.tzinfo is None:
        raise invalid("时间应该写成 2026-01-31T08:00:00+08:00 这样")
    return int((made - EPOCH).total_seconds() * 1000)


def _constant(name: str) -> Never:
    raise ValueError(name)  # NaN and Infinity are not JSON


def table(schema: Schema) -> dict[str, Any]:
    """Return the request's JSON object, whose members are *schema*'s properties of their types."""
    given = body()
    if not isinstance(given, dict):
        raise invalid("内容应该是一个对象 {…}")
    known: dict[str, Schema] = schema["properties"]
    errors = [f"不认识 {name}" for name in given if name not in known]
    errors += [f"缺少 {name}" for name in schema.get("required", ()) if name not in given]
    errors += [
        f"{name} 的类型不对"
        for name, value in given.items()
        if name in known and not _fits(value, known[name])
    ]
    if errors:
        raise invalid(*errors)
    return given


def _fits(value: Any, schema: Schema) -> bool:
    """Whether *value* is what *schema* says, as far as our small bodies use it."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    match value:
        case bool():
            return "boolean" in kinds
        case int():
            return "integer" in kinds and 0 <= value <= LARGEST_ID
        case str():
            known = value in schema.get("enum", [value])
            return "string" in kinds and known and fits_text(value)
        case None:
            return "null" in kinds
        case list():
            fits = (
                all(_fits(item, schema["items"]) for item in value) if "items" in schema else False
            )
            return "array" in kinds and fits and len(value) <= schema["maxItems"]
        case _:
            return False


def fits_text(value: str) -> bool:
    """Whether a database can hold the text."""
    if "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


def text(name: str) -> str:
    value = request.args.get(name, "")
    if not fits_text(value):
        raise invalid(f"{name} 里有不成字的字符")
    return value


def word(name: str, words: tuple[str, ...]) -> str:
    """Return a parameter that is one of *words* or absent."""
    value = text(name)
    if value and value not in words:
        raise invalid(f"{name} 应该是 {'、'.join(words)} 之一")
    return value


def paging() -> tuple[int, int]:
    """Return which page and how many on one."""
    return _number("page", 1, LAST_PAGE), _number("size", SIZE, LARGEST_SIZE)


def _number(name: str, default: int, most: int) -> int:
    given = request.args.get(name, str(default))
    value = int(given) if re.fullmatch(r"[0-9]{1,9}", given) else 0
    if not 1 <= value <= most:
        raise invalid(f"{name} 应该是 1–{most} 的整数")
    return value


def revision() -> int:
    """Return the revision in If-Match."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise Problem("if_match_required")
    found = _ETAG.fullmatch(given)
    if found is None:
        raise Problem("bad_if_match")
    return int(found[1])

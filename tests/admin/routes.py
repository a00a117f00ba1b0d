"""Every route of the console with an address that means something, for the walks."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from bot.admin import permissions

SAFE = {"GET", "HEAD", "OPTIONS"}
# What a text in an address may plausibly be, by its name; a number is 1.
TEXTS = {"code": "zh", "batch": "0123456789abcdef"}
FILE = "own/console.css"
# Browsers post these by themselves, without a form's token.
UNFORGEABLE: frozenset[str] = getattr(permissions, "UNFORGEABLE", frozenset({"admin.report_csp"}))


@dataclass(frozen=True, slots=True)
class Route:
    endpoint: str
    method: str
    path: str
    fixed: bool  # whether the address has no parameter

    @property
    def safe(self) -> bool:
        return self.method in SAFE

    @property
    def is_api(self) -> bool:
        """Whether a token alone opens it; its rights stand in the API's own table."""
        return self.endpoint.startswith("api.")


def every(app: Flask) -> list[Route]:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin")]
    return sorted(_routes(rules), key=lambda route: (route.endpoint, route.method, route.path))


def pages(app: Flask) -> list[Route]:
    """The routes a member's browser may ask for, by any method."""
    return [route for route in every(app) if not route.is_api]


def stub(app: Flask) -> None:
    """Make every route say only that it was reached: what is left is the guard."""
    for route in every(app):
        app.view_functions[route.endpoint] = lambda **_: "reached"


def _routes(rules: list[Rule]) -> Iterator[Route]:
    for rule in rules:
        values: dict[str, int | str] = {}
        for name in rule.arguments:
            kind = type(rule._converters[name]).__name__
            texts: dict[str, int | str] = {"IntegerConverter": 1, "PathConverter": FILE}
            values[name] = texts.get(kind, TEXTS.get(name, "1"))
        built = rule.build(values)
        assert built, rule
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield Route(rule.endpoint, method, built[1], fixed=not rule.arguments)

"""The API's door: who asks is known by the token alone, never by the console's cookie."""

from typing import cast

from flask import Flask, Response, current_app, g, request

from bot.admin.api import reading
from bot.admin.api.limits import Limits
from bot.admin.api.operations import Operation
from bot.admin.api.problems import Problem
from bot.admin.parts import address, bot
from bot.editing.desk import Desk
from bot.editing.tokens import PREFIX, hash_of
from bot.store import tokens
from bot.store.history import Actor
from bot.store.members import Member, Role
from bot.store.tokens import Token

LIMITS = "api_limits"


def install(app: Flask) -> None:
    app.extensions[LIMITS] = Limits()


def enter(operation: Operation) -> None:
    """Let the request through, or refuse it."""
    if not all(reading.fits_text(str(one)) for one in (request.view_args or {}).values()):
        raise Problem("not_found")
    g.token, g.member = bearer()
    g.language = "zh"  # programs are spoken to in one language, whoever made the token
    wait = cast("Limits", current_app.extensions[LIMITS]).wait(g.token.id)
    if wait:
        raise Problem("too_many_requests", headers={"Retry-After": str(wait)})
    tokens.touch(bot().db, g.token.id)
    need(operation.scope, operation.least)


def need(scope: str, least: Role) -> None:
    """Refuse what the token, or the role of who made it, is not good for."""
    if scope and scope not in token().scopes:
        raise Problem("scope", more={"scope": scope})
    if not member().role.may(least):
        raise Problem("role", more={"role": least})


def bearer() -> tuple[Token, Member]:
    """Return the request's token and who made it."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    challenge = {"WWW-Authenticate": 'Bearer realm="huaxin"'}
    if scheme.casefold() != "bearer":
        raise Problem("no_token", headers=challenge)
    given = given.strip()
    found = None
    if given.startswith(PREFIX):
        found = tokens.holder(bot().db, bot().account_id, hash_of(given))
    if found is None:
        challenge["WWW-Authenticate"] += ', error="invalid_token"'
        raise Problem("bad_token", headers=challenge)
    return found


def member() -> Member:
    return cast("Member", g.member)


def token() -> Token:
    return cast("Token", g.token)


def desk() -> Desk:
    """Where this request's changes are made: in the name of the token and its maker."""
    actor = Actor(name=f"{token().name} ({member().name})", via="api", address=address())
    return Desk(bot().db, bot().account_id, actor)


def seal(response: Response) -> Response:
    """Nothing the API says is kept, framed or run by a browser."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return response

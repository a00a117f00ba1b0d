"""The API's door: who asks is known by the token alone, never by the console's cookie."""

from typing import cast

from flask import Flask, Response, current_app, g, request

from bot.admin.api.limits import Limits
from bot.admin.api.operations import Operation
from bot.admin.api.problems import Problem
from bot.admin.parts import address, bot
from bot.editing.desk import Desk
from bot.editing.tokens import PREFIX, hash_of
from bot.store import tokens
from bot.store.history import Actor
from bot.store.members import Member
from bot.store.tokens import Token

LIMITS = "api_limits"


def install(app: Flask) -> None:
    app.extensions[LIMITS] = Limits()


def enter(operation: Operation) -> None:
    """Let the request through, or refuse it."""
    g.token, g.member = bearer()
    wait = cast("Limits", current_app.extensions[LIMITS]).wait(g.token.id)
    if wait:
        raise Problem("too_many_requests", headers={"Retry-After": str(wait)})
    tokens.touch(bot().db, g.token.id)
    if operation.scope and operation.scope not in g.token.scopes:
        raise Problem("scope", more={"scope": operation.scope})
    if not g.member.role.may(operation.least):
        raise Problem("role", more={"role": operation.least})


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

"""WeChat's token endpoints."""

import hmac
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from bot.sandbox import access
from bot.sandbox.refusal import Refusal
from bot.sandbox.usage import FORCED
from bot.sandbox.world import world

bp = Blueprint("credentials", __name__, url_prefix="/cgi-bin")


@bp.post("/stable_token")
def stable_token() -> Response:
    given = access.body()
    _identify(given, member="secret")
    force = given.get("force_refresh", False)
    if not isinstance(force, bool):
        raise Refusal(47001)
    world().usage.spend(request.path)
    if force:
        world().usage.spend(FORCED)
    return _issued(*world().tokens.stable(force=force))


@bp.get("/token")
def token() -> Response:
    _identify(request.args, member="secret")
    world().usage.spend(request.path)
    return _issued(*world().tokens.classic())


@bp.post("/clear_quota/v2")
def clear_quota_by_secret() -> Response:
    given = request.form or access.body()
    _identify({"grant_type": "client_credential", **given}, member="appsecret")
    world().usage.clear()
    return access.done()


def _identify(given: Mapping[str, Any], *, member: str) -> None:
    """Raise unless grant type, AppID and *member*, the secret, are the account's."""
    config = world().config
    if given.get("grant_type") != "client_credential":
        raise Refusal(40002)
    if not given.get("appid"):
        raise Refusal(41002)
    if given["appid"] != config.app_id:
        raise Refusal(40013)
    if not given.get(member):
        raise Refusal(41004)
    if not hmac.compare_digest(str(given[member]).encode(), config.app_secret.encode()):
        raise Refusal(40125)


def _issued(value: str, seconds: int) -> Response:
    world().troubles.strikes("expired_token")
    return access.answer(access_token=value, expires_in=seconds)

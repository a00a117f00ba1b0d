"""What goes wrong, as RFC 9457 says it: ``application/problem+json`` with a stable *code*."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Response
from werkzeug.exceptions import HTTPException

from bot.errors import (
    ConfigError,
    HuaxinError,
    NotThere,
    Refused,
    Stale,
    StorageError,
    StoreError,
    WeChatError,
)
from bot.passwords import Busy
from bot.wechat.errcodes import hint

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    status: int
    title: str
    detail: str


# Every code there is; programs may rely on them.
KINDS: Final[dict[str, Kind]] = {
    "bad_request": Kind(400, "请求不完整", "请求的格式不对，请对照接口说明。"),
    "bad_json": Kind(400, "不是 JSON", "请求的内容不是正确的 JSON。"),
    "bad_if_match": Kind(400, "If-Match 不对", 'If-Match 应该是读到的 ETag，如 "3"。'),
    "no_token": Kind(401, "需要令牌", "请带上 Authorization: Bearer hx_…。"),
    "bad_token": Kind(401, "令牌无效", "令牌写错了、已过期、已作废，或者它的主人已被停用。"),
    "scope": Kind(403, "令牌没有这项权限", "请建一个有这项权限的令牌。"),
    "role": Kind(403, "角色不够", "令牌主人的角色不能做这件事。"),
    "not_found": Kind(404, "没有找到", "没有这个地址，或者它已经被删除了。"),
    "method_not_allowed": Kind(405, "不能这样用", "这个地址不接受这种请求。"),
    "changed": Kind(
        409, "状态变了", "它已经不是可以这样做的状态，什么都没有改。请先看看它现在的样子。"
    ),
    "refused": Kind(409, "额度或预算不够", "reason 说的是哪一样。什么都没有改。"),
    "stale": Kind(412, "别人刚刚保存过", "请在 theirs 的基础上改好，带上新的 revision 再存。"),
    "too_large": Kind(413, "内容太大", "JSON 最多 1 MB，文件最多 12 MB。"),
    "not_json": Kind(415, "类型不对", "请用 Content-Type: application/json。"),
    "invalid": Kind(422, "内容有问题", "errors 里一行一个问题，改好再试。"),
    "if_match_required": Kind(428, "缺少 If-Match", "请把读到的 ETag 放进 If-Match。"),
    "too_many_requests": Kind(429, "请求太快了", "过 Retry-After 秒再试。"),
    "internal": Kind(500, "出了点意外", "已经记在日志里，请再试一次。"),
    "wechat": Kind(502, "微信没有接受", "detail 里是微信的话和该怎么办。什么都没有改。"),
    "wechat_unknown": Kind(502, "没有收到微信的应答", "不知道成了没有，请看一眼线上再决定。"),
    "database": Kind(503, "数据库暂时不可用", "什么都没有改，请过一会儿再试。"),
    "storage": Kind(503, "图片存放暂时不可用", "图片和素材现在读写不了，请过一会儿再试。"),
}
_BY_STATUS: Final = {
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "not_json",
    429: "too_many_requests",
}


@dataclass(eq=False)
class Problem(HuaxinError):
    """Raised anywhere in the API: *code* is one of `KINDS`, *more* further members."""

    code: str
    detail: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


def of(error: Exception) -> Problem:
    """Return what *error* is to the caller."""
    match error:
        case Problem():
            found = error
        case Refused() | WeChatError() | Busy():
            found = _outside(error)
        case ConfigError():
            found = Problem("invalid", more={"errors": str(error).splitlines()})
        case NotThere():
            found = Problem("not_found", str(error))
        case OverflowError():  # a number no database counts up to names nothing
            found = Problem("not_found")
        case Stale():
            more = {"theirs": error.theirs, "revision": error.revision}
            found = Problem("stale", more=more, headers={"ETag": f'"{error.revision}"'})
        case StoreError():
            found = Problem("database", headers={"Retry-After": "2"})
        case StorageError():
            found = Problem("storage", headers={"Retry-After": "10"})
        case HTTPException() if error.code and error.code < 500:  # noqa: PLR2004 — HTTP's own bound
            found = Problem(_BY_STATUS.get(error.code, "bad_request"))
        case _:
            found = Problem("internal")
    return found


def _outside(error: Refused | WeChatError | Busy) -> Problem:
    """Return what a limit or WeChat said no to."""
    match error:
        case Refused():
            return Problem("refused", more={"reason": error.reason})
        case Busy():
            return Problem("too_many_requests", headers={"Retry-After": "2"})
    if error.sent:
        return Problem("wechat_unknown")
    return Problem("wechat", f"{hint(error.code)}（{error}）")


def answer(problem: Problem) -> Response:
    kind = KINDS[problem.code]
    body = {
        "type": f"/admin/api/#{problem.code}",
        "status": kind.status,
        "code": problem.code,
        "title": kind.title,
        "detail": problem.detail or kind.detail,
    }
    text = json.dumps(body | problem.more, ensure_ascii=False)
    return Response(text, kind.status, problem.headers, mimetype=MEDIA_TYPE)

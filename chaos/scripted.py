"""What image services and WeChat may answer instead of the truth: a line of a table each."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from io import BytesIO
from typing import Any

from PIL import Image

from bench.waiting import pause, until
from chaos.crowd import Crowd
from chaos.experiments import Fault, Scene
from chaos.plant import Plant

DRAW = "/v1/images/"
JUDGE = "/v1/moderations"
UPLOAD = "/cgi-bin/media/upload"
SEND = "/cgi-bin/message/custom/send"
TOKEN = "/cgi-bin/stable_token"  # noqa: S105 — an address
HTML = "<html><body>please wait</body></html>"
Rule = dict[str, Any]

DONE, WAITS, COLLECTED = "delivered", "waiting", "collected"
FAILED, UNKNOWN = "failed", "unknown"
# Seconds: the pause after a refused token, and the job's own next try (`deliver.PAUSES_MS`).
PAUSED = 60.0 + 120.0


def scenes() -> Iterator[Scene]:
    yield Scene("图片接口", [*_of(PROVIDER)])
    yield Scene("图片接口很慢", [*slow()])
    yield Scene("微信接口", [*_of(WECHAT), sixth()])
    yield Scene("微信凭据", [*tokens()])
    # What an account may not do is learnt and kept for a day: an installation of its own.
    yield Scene("没有客服接口", [*_of({"没有权限 48001": ([_no(SEND, 48001)], COLLECTED)})])


# ---- the tables: name → the script of one prompt's calls, and how its job ends ----


def _error(status: int, code: str, **more: Any) -> Rule:
    body = {"error": {"message": "no", "type": "error", "code": code, "param": None} | more}
    return {"match": DRAW, "status": status, "json": body}


def _picture(data: str) -> Rule:
    return {"match": DRAW, "json": {"created": 1, "data": [{"b64_json": data}]}}


def _no(match: str, errcode: int, **more: Any) -> Rule:
    return {"match": match, "errcode": errcode} | more


def _cut() -> str:
    """The first half of a picture."""
    whole = BytesIO()
    Image.effect_noise((64, 64), 80).save(whole, "PNG")
    return base64.b64encode(whole.getvalue()[: whole.tell() // 2]).decode()


FOR_EVER = {"times": None}
AT_OUTPUT = {"moderation_details": {"moderation_stage": "output", "categories": ["sexual"]}}
LATER = {"headers": {"Retry-After": "2"}}
PROVIDER: Mapping[str, tuple[Sequence[Rule], str]] = {
    "429，等 2 秒": ([_error(429, "rate_limit_exceeded") | LATER], DONE),
    "一直 429": ([_error(429, "rate_limit_exceeded") | LATER | FOR_EVER], FAILED),
    "余额用完": ([_error(429, "insufficient_quota")], FAILED),
    "密钥失效": ([_error(401, "invalid_api_key")], FAILED),
    "500 一次": ([_error(500, "server_error")], DONE),
    "502 网页": ([{"match": DRAW, "status": 502, "body": HTML}], UNKNOWN),
    "连接被断，没送到": ([{"match": DRAW, "reset": "before"}], UNKNOWN),
    "画好了，回话丢了": ([{"match": DRAW, "do": True, "reset": "before"}], UNKNOWN),
    "半个回答": ([{"match": DRAW, "do": True, "reset": "during"}], UNKNOWN),
    "200 的网页": ([{"match": DRAW, "body": HTML}], UNKNOWN),
    "200 的报错": ([_error(200, "bad_size")], FAILED),
    "没有图": ([{"match": DRAW, "json": {"created": 1, "data": []}}], FAILED),
    "坏的 base64": ([_picture("@@@@")], FAILED),
    "半张图": ([_picture(_cut())], FAILED),
    "文字没过审": ([_error(400, "moderation_blocked")], FAILED),
    "画面没过审": ([_error(400, "moderation_blocked", **AT_OUTPUT)], FAILED),
    "审核接口 500": ([{"match": JUDGE, "status": 500, "body": HTML}], DONE),
}
WECHAT: Mapping[str, tuple[Sequence[Rule], str]] = {
    "40001 一次": ([_no(SEND, 40001)], DONE),
    "-1 两次": ([_no(SEND, -1, times=2)], DONE),
    "上传 -1": ([_no(UPLOAD, -1)], DONE),
    "次数用完 45009": ([_no(SEND, 45009)], COLLECTED),
    "过了 48 小时 45015": ([_no(SEND, 45015)], COLLECTED),
    "素材过期 40007": ([_no(SEND, 40007)], DONE),
    "图片不收 40009": ([_no(UPLOAD, 40009)], DONE),  # a link stands in for it
    "上传被断": ([{"match": UPLOAD, "reset": "before"}], DONE),
    "上传回半句": ([{"match": UPLOAD, "do": True, "reset": "during"}], DONE),
    "上传回网页": ([{"match": UPLOAD, "body": HTML}], DONE),
    "发送回网页": ([{"match": SEND, "body": HTML}], COLLECTED),
    "发送被断，没送到": ([{"match": SEND, "reset": "before"}], COLLECTED),
    "送到了，回话丢了": ([{"match": SEND, "do": True, "reset": "before"}], WAITS),
    "送到了，回话一字一字来": ([{"match": SEND, "do": True, "drip": 1.0}], WAITS),
}


def _of(table: Mapping[str, tuple[Sequence[Rule], str]]) -> Iterator[Fault]:
    for name, (rules, end) in table.items():
        yield Fault(name, partial(scripted, rules), frozenset({end}))


def scripted(rules: Sequence[Rule], plant: Plant, crowd: Crowd) -> None:
    """Let *rules* meet the calls of one prompt, and mend everything once it is over."""
    plant.outside.script(*rules)
    crowd.ask()
    crowd.settle(within=50)
    plant.mend()


# ---- what wants a story of its own ----


def slow() -> Iterator[Fault]:
    """Long waits; the image API's deadline is five minutes (`Capability.timeout`)."""
    yield Fault("画了 180 秒", partial(patiently, 180.0), frozenset({DONE}), within=200)
    yield Fault("一直不回话", partial(patiently, 330.0), frozenset({UNKNOWN}), within=330)


def patiently(seconds: float, plant: Plant, crowd: Crowd) -> None:
    plant.outside.script({"match": DRAW, "do": True, "delay": seconds})
    crowd.ask()


def sixth() -> Fault:
    """WeChat takes five pushes after a follower's message; the next waits to be asked for."""
    name, rule = "第六条 45047", _no(SEND, 45047, skip=5)
    return Fault(name, partial(scripted, [rule]), frozenset({DONE, COLLECTED}), people=6)


def tokens() -> Iterator[Fault]:
    """What is pending waits out the pause after a refusal, and is delivered by then."""
    within = PAUSED + 30
    yield Fault("上传时 42001", expired, frozenset({DONE}))
    yield Fault("40001 不停", refused_for_ever, frozenset({DONE}), within=within)
    for name, rule in (
        ("换不到令牌", {"match": TOKEN, "status": 500, "body": HTML, "times": None}),
        ("IP 不在白名单 40164", _no(TOKEN, 40164, times=None)),
    ):
        strike = partial(without_token, rule)
        yield Fault(name, strike, frozenset({DONE}), within=within)


def expired(plant: Plant, crowd: Crowd) -> None:
    """The token ends while the picture is drawn."""
    plant.outside.draw_for(2)
    crowd.ask()
    crowd.drawing()
    plant.outside.trouble("expired_token")
    plant.outside.draw_for(0.3)


def refused_for_ever(plant: Plant, crowd: Crowd) -> None:
    """Every token is refused: two calls and one fetch, then silence until the pause is over."""
    before = _asked(plant)
    plant.outside.script(*(_no(one, 40001, times=None) for one in (UPLOAD, SEND)))
    crowd.ask()
    until(lambda: _asked(plant)[0] > before[0], seconds=30, what="上传被拒")
    pause(20)  # within the pause
    calls, fetches = (now - then for now, then in zip(_asked(plant), before, strict=True))
    if calls > 2 or fetches > 2:  # noqa: PLR2004 — the goal; a forced fetch may follow the first
        crowd.problems.append(f"令牌被拒后还有 {calls} 次调用、{fetches} 次换令牌")
    plant.mend()


def without_token(rule: Rule, plant: Plant, crowd: Crowd) -> None:
    """The token ends, and no other is to be had for a while."""
    plant.outside.script(rule)
    plant.outside.trouble("expired_token")
    fetched = len(plant.outside.calls(TOKEN))
    crowd.ask()
    until(lambda: len(plant.outside.calls(TOKEN)) > fetched, seconds=30, what="有进程来换令牌")
    plant.mend()


def _asked(plant: Plant) -> tuple[int, int]:
    """How many uploads and sends there were, and how many tokens were fetched."""
    calls = sum(len(plant.outside.calls(path)) for path in (UPLOAD, SEND))
    return calls, len(plant.outside.calls(TOKEN))

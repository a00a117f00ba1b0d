"""The trouble drawer: what may go wrong, said in the operator's words."""

from dataclasses import dataclass
from threading import Lock
from typing import Any


@dataclass(frozen=True, slots=True)
class Trouble:
    """*once* troubles switch themselves off as soon as they have struck."""

    name: str
    title: str
    explain: str
    once: bool = False


TROUBLES = (
    Trouble(
        "wrong_signature",
        "签名错误",
        "下一条推送带错误的签名（三次都错）。机器人应回 403 空响应；粉丝看到灰字"
        "“该公众号提供的服务出现故障”，运营在日志里看到一次签名失败。",
        once=True,
    ),
    Trouble(
        "repeated_push",
        "重复推送",
        "每条消息即使已答复也推送三次（MsgId 相同）。粉丝只应看到一次回复、只画一张图；"
        "运营在检查面板里看到三次相同的回答。",
    ),
    Trouble(
        "slow_reply",
        "回复太慢",
        "每条消息的前两次回答都当作没有收到：5 秒后断开并重推。粉丝约 10 秒后看到同一个回答；"
        "运营看到两次超时，任务仍只有一个。",
    ),
    Trouble(
        "expired_token",
        "令牌过期",
        "当前 access_token 立即失效，接口返回 42001，直到机器人换到新令牌。粉丝不应察觉；"
        "运营在日志里看到一次令牌刷新。",
        once=True,
    ),
    Trouble(
        "closed_window",
        "客服窗口已关闭",
        "客服消息一律返回 45015。粉丝收不到主动推送，回复“取图”领取；运营看到任务转为等待领取。",
    ),
    Trouble(
        "provider_down",
        "画图服务故障",
        "画图接口返回 500。粉丝看到画图服务暂时不可用的说明；"
        "运营在日志里看到服务端错误，不会重复计费。",
    ),
    Trouble(
        "refused_content",
        "内容被拒绝",
        "画图接口以 moderation_blocked 拒绝每个描述。粉丝看到请换个说法的提示；运营看到审核拒绝。",
    ),
    Trouble(
        "quota_used_up",
        "画图额度用完",
        "画图接口返回 429 insufficient_quota。粉丝看到服务额度用完的说明；运营需要给账户充值。",
    ),
)
NAMES = {trouble.name: trouble for trouble in TROUBLES}


class Troubles:
    """Which troubles are on. They end with the process: a restarted sandbox is a healthy one."""

    def __init__(self) -> None:
        self._on: set[str] = set()
        self._lock = Lock()

    def switch(self, name: str, *, on: bool) -> None:
        with self._lock:
            (self._on.add if on else self._on.discard)(name)

    def strikes(self, name: str) -> bool:
        """Return whether *name* is on, switching a one-time trouble off."""
        with self._lock:
            on = name in self._on
            if on and NAMES[name].once:
                self._on.discard(name)
            return on

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [
                {
                    "name": each.name,
                    "title": each.title,
                    "explain": each.explain,
                    "on": each.name in self._on,
                }
                for each in TROUBLES
            ]

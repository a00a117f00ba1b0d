"""The levers of the simulated outside: faults to come, calls received, the followers' phones."""

import json
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.waiting import until

PATIENCE = 30.0  # seconds; the outside shares two cores with all that is tested
ACCEPTED = "收到"  # how every acknowledgement of the bot's begins


def perhaps_paid(call: Mapping[str, Any]) -> bool:
    """Whether a call of the journal may have been billed: all but an error in the API's own shape.

    A page of a proxy, silence and a reset say nothing of what the service has done.
    """
    return not (isinstance(call["answer"], dict) and "error" in call["answer"])


@dataclass(frozen=True, slots=True)
class Outside:
    """A running ``huaxin sandbox`` at *address*."""

    address: str

    def script(self, *faults: dict[str, Any]) -> None:
        """Add *faults* (`bot.sandbox.script.Fault`) to those the calls to come meet."""
        self._call("POST", "/_script", list(faults))

    def mend(self) -> None:
        """Take every scripted fault away."""
        self._call("DELETE", "/_script")

    def trouble(self, name: str) -> None:
        """Switch on one of the phone's troubles (`bot.sandbox.troubles`)."""
        self._call("POST", "/_phone/trouble", {"name": name, "on": True})

    def draw_for(self, seconds: float) -> None:
        """Have every picture take so long."""
        self._call("POST", "/_phone/account", {"image_delay": seconds})

    def calls(self, path: str = "/") -> list[dict[str, Any]]:
        """The journal: every call received under *path*, oldest first."""
        found = self._call("GET", "/_journal")["calls"]
        return [call for call in found if call["path"].startswith(path)]

    def followers(self) -> list[str]:
        """The openids of everybody there is."""
        return [one["openid"] for one in self._call("GET", "/_phone/state")["followers"]]

    def follower(self, nickname: str) -> str:
        """Have somebody new follow the account; return the openid."""
        made = self._call("POST", "/_phone/followers", {"nickname": nickname})
        event = {"openid": made["openid"], "event": "subscribe"}
        self.answered(self._call("POST", "/_phone/event", event)["push"])
        return str(made["openid"])

    def say(self, openid: str, text: str) -> int:
        """Have a follower say *text*; WeChat pushes it, three times at most. Return the push."""
        said = {"openid": openid, "type": "text", "content": text}
        return int(self._call("POST", "/_phone/send", said)["push"])

    def answered(self, push: int, *, within: float = 30.0) -> dict[str, Any]:
        """Wait until WeChat is done with a push; return it with its attempts."""
        until(lambda: self._push(push)["done"], seconds=within, what=f"推送 {push} 有结果")
        return self._push(push)

    def _push(self, push: int) -> dict[str, Any]:
        found: dict[str, Any] = self._call("GET", f"/_phone/push/{push}")
        return found

    def chat(self, openid: str) -> list[dict[str, Any]]:
        """Everything on a follower's phone, oldest first."""
        query = urllib.parse.urlencode({"openid": openid, "after": 0})
        items: list[dict[str, Any]] = self._call("GET", f"/_phone/log?{query}")["items"]
        return items

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 — loopback
            self.address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 — loopback
            return json.load(answer)

"""Speak as a follower through the running sandbox and see what comes back."""

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.errors import ConfigError

PATIENCE = 240.0  # seconds to wait for a picture
POLL = 0.3
COLLECT = 6.0  # seconds between two 取图 on an account that cannot push
# What takes requests on; their acknowledgements ask to come back, their other answers do not.
TAKES = frozenset({"image", "choices", "drafts", "deck", "describe", "share"})
COME_BACK = "msgmenucontent=" + urllib.parse.quote("取图")


class Phone:
    """The sandbox's phone, driven from here."""

    def __init__(self, address: str) -> None:
        self._address = address

    def say(self, text: str, *, openid: str) -> Iterator[dict[str, Any]]:
        """Send *text*; yield what the bot says until it has said all, pictures waited for."""
        after = self._get("/_phone/log", openid=openid, after=0)["cursor"]
        push = self._post("/_phone/send", openid=openid, type="text", content=text)["push"]
        until = time.monotonic() + PATIENCE
        asked = time.monotonic()
        heard: set[str] = set()
        drawing = True  # until the push is answered nobody knows
        while drawing and time.monotonic() < until:
            time.sleep(POLL)
            news = self._get("/_phone/log", openid=openid, after=after)
            after = news["cursor"]
            said = [item for item in news["items"] if _said(item)]
            for item in said:
                if item.get("text", "") not in heard or not item.get("text"):
                    yield item
                heard.add(item.get("text", ""))
            answered = self._get(f"/_phone/push/{push}")
            if not answered["done"]:
                continue
            drawing = _drawn(answered) and not any(map(_final, said))
            if drawing and not self._can_push() and time.monotonic() - asked > COLLECT:
                asked = time.monotonic()
                self._post("/_phone/send", openid=openid, type="text", content="取图")

    def _can_push(self) -> bool:
        return bool(self._get("/_phone/state")["account"]["verified"])

    def openid(self, wanted: str | None) -> str:
        """The follower to speak as: *wanted*, or the sandbox's first."""
        followers = [one["openid"] for one in self._get("/_phone/state")["followers"]]
        if wanted is None:
            return str(followers[0])
        if wanted not in followers:
            raise ConfigError(f"模拟环境里没有 {wanted}，现有：{'、'.join(followers)}")
        return wanted

    def picture(self, item: dict[str, Any], folder: Path) -> Path:
        """Save the picture of a log item and return its path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{item['id']}.jpg"
        path.write_bytes(self._fetch(item["media"]))
        return path

    def _get(self, path: str, **query: object) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._fetch(f"{path}?{urllib.parse.urlencode(query)}"))
        return found

    def _post(self, path: str, **body: object) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._fetch(path, json.dumps(body).encode()))
        return found

    def _fetch(self, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(  # noqa: S310 — the sandbox's own address, http by form
            self._address + path, data=body, headers={"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 — the same
                data: bytes = answer.read()
                return data
        except urllib.error.HTTPError as error:
            raise ConfigError(
                f"模拟环境拒绝了：{error.code} {error.read().decode()[:200]}"
            ) from None
        except (OSError, urllib.error.URLError):
            raise ConfigError(
                f"{self._address} 没有模拟环境在运行：先在另一个窗口运行 make run"
            ) from None


def _drawn(push: dict[str, Any]) -> bool:
    """Whether the push was taken for a request that takes a while."""
    traces = [attempt.get("trace") or {} for attempt in push["attempts"]]
    return any(trace.get("handler") in TAKES for trace in traces)


def _said(item: dict[str, Any]) -> bool:
    """Whether the bot has said something; 对方正在输入… says nothing."""
    return item["from"] != "follower" and not item.get("typing")


def _final(item: dict[str, Any]) -> bool:
    """A picture ends the wait; so does a text that does not ask to come back for one."""
    return item["kind"] != "text" or COME_BACK not in item.get("text", "")


def words(item: dict[str, Any]) -> str:
    """Return a log item as a line of text: links as «words», everything else by its kind."""
    match item["kind"]:
        case "text" | "notice" | "event":
            return re.sub(r"<a [^>]*>(.*?)</a>", r"「\1」", item.get("text", ""))
        case "news":
            return "\n".join(f"[图文] {one['title']}  {one['url']}" for one in item["articles"])
        case kind:
            return f"[{kind}] {item.get('title') or item.get('text') or ''}"

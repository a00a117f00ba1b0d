"""Real processes that call WeChat, as many threads of each as a test wants at once."""

import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of each thread's call (0 for success, else WeChat's code), and the longest wait."""

    codes: list[int]
    seconds: float


@dataclass
class Caller:
    """One process. What it knows of a token lasts until `become`."""

    _process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.wechat.callers"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def become(self, *, base: str, redis: str, secret: str) -> bool:
        """Begin anew with these addresses; return whether redis-py is loaded by now."""
        self._tell({"base": base, "redis": redis, "secret": secret})
        loaded: bool = self._told()["redis"]
        return loaded

    def begin(self, threads: int = 1) -> None:
        """Send a message from so many threads at once."""
        self._tell({"threads": threads})

    def end(self) -> Outcome:
        return Outcome(**self._told())

    def send(self, threads: int = 1) -> Outcome:
        self.begin(threads)
        return self.end()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _tell(self, told: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()

    def _told(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


def _main() -> None:
    from bot.platform import wechat_of  # noqa: PLC0415 — only the child needs it
    from bot.settings import Settings  # noqa: PLC0415 — the same

    wechat: Any = None
    for line in sys.stdin:
        asked = json.loads(line)
        if "base" in asked:
            settings = Settings(
                wechat_app_id="wx0123456789abcdef",
                wechat_app_secret=asked["secret"],
                wechat_token="token",
                wechat_aes_key="",
                wechat_api_base=asked["base"],
                openai_api_key="",
                redis_url=asked["redis"],
                secret_key="secret-key-canary",
            )
            wechat = wechat_of(settings)
            answer: dict[str, Any] = {"redis": "redis" in sys.modules}
        else:
            answer = _send(wechat, asked["threads"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _send(wechat: Any, count: int) -> dict[str, Any]:
    from bot.errors import WeChatError  # noqa: PLC0415 — only the child needs it
    from bot.models import TextReply  # noqa: PLC0415 — the same

    codes: list[int] = []

    def send() -> None:
        try:
            wechat.send("o1", TextReply("好"))
            codes.append(0)
        except WeChatError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=send) for _ in range(count)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"codes": codes, "seconds": time.monotonic() - begun}


if __name__ == "__main__":
    _main()

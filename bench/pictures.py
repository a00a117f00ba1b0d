"""How long a keyword waits while pictures are being made: the whole product, whole processes."""

import signal
import sqlite3
import tomllib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.children import child, environment, folder, free_bind, load
from bench.door import text_for
from bench.load import Figures, Plan
from bench.outside import Outside
from bench.waiting import until

KEYWORD = "大厂内推"  # one text, so that nothing is pushed after it
RATE = 50  # pushes a second
BEGIN = 12.0  # seconds until all pictures must be in the making


@dataclass(frozen=True, slots=True)
class Latency:
    """The keyword's figures, and how many pictures were in the making around the second load.

    *ended* is how many reached the follower or, past the five that WeChat lets us push, wait to
    be collected.
    """

    before: Figures
    during: Figures
    at_start: int
    at_end: int
    ended: int


def measure(
    *, pictures: int = 12, delay: float = 20.0, seconds: float = 15.0, warm_up: float = 1.0
) -> Latency:
    """Load the door before and while *pictures* that take *delay* seconds are being made."""
    with folder() as place:
        bind, phone = free_bind(), free_bind()
        env = environment(_settings(place, bind=bind, phone=phone))
        database = place / "data" / "huaxin.db"
        words = ("bot.cli", "run", "--sandbox")
        ready = f"http://{bind}/readyz"
        with child(*words, env=env, cwd=place, ready=ready, number=signal.SIGINT):
            plan = _plan(place, bind, seconds=seconds, warm_up=warm_up)
            before = load(plan)
            _order(Outside(f"http://{phone}"), pictures=pictures, delay=delay)
            counted: list[int] = []

            def all_at_once() -> bool:
                counted.append(_drawing(database))
                return counted[-1] >= pictures

            until(all_at_once, seconds=BEGIN, what=f"{pictures} 张图都在画")
            during = load(plan)
            at_end = _drawing(database)
        ended = _count(database, "state in ('delivered', 'waiting')")
    return Latency(before, during, counted[-1], at_end, ended)


def _settings(place: Path, *, bind: str, phone: str) -> dict[str, str]:
    return {
        "DATA_DIR": str(place / "data"),
        "BIND": bind,
        "SANDBOX_BIND": phone,
        "IMAGES_PER_MINUTE": "600",
        "FOLLOWER_CONCURRENT_IMAGES": "12",
        "FOLLOWER_DAILY_IMAGES": "100",
    }


def _plan(place: Path, bind: str, *, seconds: float, warm_up: float) -> Plan:
    own = tomllib.loads((place / "data" / "sandbox.toml").read_text(encoding="utf-8"))
    return Plan(
        bind=bind,
        app_id=own["WECHAT_APP_ID"],
        token=own["WECHAT_TOKEN"],
        aes_key=own["WECHAT_AES_KEY"],
        keyword=KEYWORD,
        expected=text_for(KEYWORD),
        seconds=seconds,
        warm_up=warm_up,
        rate=RATE,
    )


def _order(outside: Outside, *, pictures: int, delay: float) -> None:
    outside.draw_for(delay)
    openid = outside.followers()[0]
    for number in range(pictures):
        outside.say(openid, f"第{number}幅未来的城市")


def _drawing(database: Path) -> int:
    """Return how many calls to the image API are on the wire."""
    return _count(database, "state = 'generating' and called_at > 0 and picture = ''")


def _count(database: Path, where: str) -> int:
    with closing(sqlite3.connect(database, timeout=10)) as db:
        found = db.execute(f"select count(*) from image_job where {where}")  # noqa: S608 — ours
        count: int = found.fetchone()[0]
        return count

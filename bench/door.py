"""A canned reply at the door, beside the bare echo on the same machine in the same minute."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from bench.children import child, environment, folder, free_bind, load
from bench.load import Figures, Plan
from bot import seed
from bot.keywords import files
from bot.models import TextReply
from bot.settings import ASSETS, Settings
from bot.store.database import Database
from bot.wechat.crypto import Mode

KEYWORD = "大厂内推"  # one text, as the echo answers; nothing is pushed after it
THREADS = 8
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA"


@dataclass(frozen=True, slots=True)
class Pair:
    """The medians of both sides over all rounds; ``wrong`` and ``answers`` are sums."""

    bot: Figures
    echo: Figures


def text_for(keyword: str) -> str:
    """Return the first text that the shipped rules answer *keyword* with."""
    rules = files.loads((ASSETS / "rules.toml").read_text(encoding="utf-8"), form="toml")
    rule = next(rule for rule in rules if keyword in {one.text for one in rule.keywords})
    return next(reply.content for reply in rule.replies if isinstance(reply, TextReply))


def measure(mode: Mode, *, rounds: int = 3, seconds: float = 3.0, warm_up: float = 1.0) -> Pair:
    """Load bot and echo in turn, so that a busy moment of the machine hits both."""
    text = text_for(KEYWORD)
    with (
        folder() as place,
        serving_bot(place, mode) as bot,
        serving_echo(place, mode) as echo,
    ):
        figures: dict[str, list[Figures]] = {bot: [], echo: []}
        for _ in range(rounds):
            for bind, found in figures.items():
                asked = plan(bind, mode, seconds=seconds, warm_up=warm_up, expected=text)
                found.append(load(asked))
    return Pair(middle(figures[bot]), middle(figures[echo]))


def plan(bind: str, mode: Mode, *, seconds: float, warm_up: float, expected: str) -> Plan:
    own = _settings(bind, mode)
    return Plan(
        bind=bind,
        app_id=own["WECHAT_APP_ID"],
        token=own["WECHAT_TOKEN"],
        aes_key=own.get("WECHAT_AES_KEY", ""),
        keyword=KEYWORD,
        expected=expected,
        seconds=seconds,
        warm_up=warm_up,
    )


def _settings(bind: str, mode: Mode) -> dict[str, str]:
    keys = {"WECHAT_AES_KEY": AES_KEY} if mode is Mode.SAFE else {}
    return keys | {
        "WECHAT_APP_ID": "wx0123456789abcdef",
        "WECHAT_APP_SECRET": "not-used",
        "WECHAT_TOKEN": "benchtoken",
        "OPENAI_API_KEY": "not-used",
        "SECRET_KEY": "only-for-this-bench",
        "BIND": bind,
        "WEB_PROCESSES": "1",
        "WEB_THREADS": str(THREADS),
    }


@contextmanager
def serving_bot(place: Path, mode: Mode, **changes: str) -> Iterator[str]:
    """Serve the real bot on a database of its own; yield where it is bound."""
    bind = free_bind()
    own = {**_settings(bind, mode), "DATA_DIR": str(place / "data"), **changes}
    _prepare(Settings.load(own, dotenv=place / "none"))
    ready = f"http://{bind}/healthz"
    with child("bot.cli", "web", env=environment(own), cwd=place, ready=ready):
        yield bind


@contextmanager
def serving_echo(place: Path, mode: Mode, **changes: str) -> Iterator[str]:
    bind = free_bind()
    env = environment({**_settings(bind, mode), **changes})
    with child("bench.echo", text_for(KEYWORD), env=env, cwd=place, ready=f"http://{bind}/"):
        yield bind


def _prepare(settings: Settings) -> None:
    settings.data_dir.mkdir()
    db = Database(settings.database_address)
    seed.prepare(db)
    db.close()


def middle(found: Sequence[Figures]) -> Figures:
    return replace(
        found[0],
        answers=sum(one.answers for one in found),
        wrong=sum(one.wrong for one in found),
        per_second=median(one.per_second for one in found),
        p50=median(one.p50 for one in found),
        p99=median(one.p99 for one in found),
        most=max(one.most for one in found),
    )

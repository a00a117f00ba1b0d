"""Keywords and prompts by the clock, whether or not the ones before are answered: an open loop."""

import time
from contextlib import closing
from dataclasses import replace

from sqlalchemy import func, select

from bench.children import BenchError, folder, load
from bench.door import KEYWORD, Pair, middle, plan, serving_bot, serving_echo, text_for
from bench.load import Plan
from bench.outside import ACCEPTED
from bench.plant import PROMPT
from bot.store.database import Database
from bot.store.tables import image_job
from bot.wechat.crypto import Mode
from tests.servers import Server

RATE = 200  # pushes a second
EVERY = 11  # ten keywords to a prompt
PROCESSES = 2
THREADS = 32


def measure(
    server: Server, *, rounds: int = 3, seconds: float = 10.0, warm_up: float = 1.0
) -> Pair:
    """Load bot and echo in turn, so that a busy moment of the machine hits both.

    The echo has but its one answer, to prompts too. Every prompt the bot has accepted must be a
    job, and none two.
    """
    own = {
        "DATABASE_URL": server.filled(f"bench_{time.monotonic_ns()}"),
        "WEB_PROCESSES": str(PROCESSES),
        "WEB_THREADS": str(THREADS),
    }
    with (
        folder() as place,
        serving_bot(place, Mode.SAFE, **own) as bot,
        serving_echo(place, Mode.SAFE, **own) as echo,
    ):
        plans = [_mixed(bind, seconds=seconds, warm_up=warm_up) for bind in (bot, echo)]
        plans[1] = replace(plans[1], accepted=plans[1].expected)
        found = [[load(one) for one in plans] for _ in range(rounds)]
    prompts = len(range(0, round((seconds + warm_up) * RATE), EVERY))
    ours, theirs = zip(*found, strict=True)
    pair = Pair(middle(ours), middle(theirs))
    _judge(own["DATABASE_URL"], rounds * prompts, refused=pair.bot.wrong)
    return pair


def _mixed(bind: str, *, seconds: float, warm_up: float) -> Plan:
    text = text_for(KEYWORD)
    keywords = plan(bind, Mode.SAFE, seconds=seconds, warm_up=warm_up, expected=text)
    return replace(keywords, rate=RATE, every=EVERY, prompt=PROMPT, accepted=ACCEPTED)


def _judge(database: str, prompts: int, *, refused: int) -> None:
    with closing(Database(database)) as db, db.read() as tx:
        jobs = tx.execute(select(func.count()).select_from(image_job)).scalar_one()
    if not prompts - refused <= jobs <= prompts:
        raise BenchError(f"{prompts} 条提示词变成了 {jobs} 个任务")

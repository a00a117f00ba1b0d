"""``make soak``: runs the product for MINUTES, prints what it held and what went wrong.

Exit code 1 says that something was lost, doubled, wrong or grew.
"""

import asyncio
import os
import platform
import signal
import sys
from random import Random
from typing import NoReturn

import click

from bench.children import BenchError
from bot.store.database import Database
from soak import plant, troubles
from soak.acts import MIX, Kind
from soak.door import Door
from soak.report import report
from soak.run import EVERY, Run

SHORTEST = 15.0  # minutes; in less a process is still warming up, and is not judged by its growth
CALLS = 1.2  # of each path for a prompt, at the most


@click.command()
@click.option("--minutes", default=30.0, show_default=True, help="跑多少分钟。")
@click.option("--rate", default=20.0, show_default=True, help="每秒多少条消息。")
@click.option("--on", type=click.Choice(["sqlite", plant.SERVERS]), default="sqlite")
@click.option("--seed", type=int, default=None, help="随机数的种子；不给就每次不同。")
def main(minutes: float, rate: float, on: str, seed: int | None) -> None:
    """整个产品在真实进程里跑着，一边收消息一边出故障，看内存、文件和线程长不长。"""  # noqa: D400 — Chinese
    signal.signal(signal.SIGTERM, _leave)
    seed = Random().randrange(10**6) if seed is None else seed  # noqa: S311 — a load, no secret
    click.echo(
        f"画信久跑：{minutes:g} 分钟，每秒 {rate:g} 条，{on}，种子 {seed}；{os.cpu_count()} 核，"
        f"Python {platform.python_version()}，{platform.system()} {platform.machine()}，"
        f"开始时负载 {' '.join(f'{one:.1f}' for one in os.getloadavg())}"
    )
    try:
        good = asyncio.run(_soak(minutes * 60, rate, on, Random(seed)))  # noqa: S311 — the same
    except BenchError as error:
        click.echo(f"没跑成：{error}")
        good = False
    except KeyboardInterrupt:
        click.echo("已中断，启动的进程都停了。")
        sys.exit(130)
    sys.exit(not good)


def _leave(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


async def _soak(seconds: float, rate: float, on: str, random: Random) -> bool:
    with plant.running(on) as running:
        run = Run(
            running,
            Door(running.credentials, running.bind, random),
            Database(running.database, timeout=30, threads=2),
        )
        prompts = seconds * rate * MIX[Kind.PROMPT] / 100
        running.outside.script(*troubles.script(random, calls=int(prompts * CALLS)))
        await asyncio.to_thread(run.settle)
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(run.watch(every=min(EVERY, seconds / 9)))
            await run.load(random, seconds=seconds, rate=rate)
            watching.cancel()
        await asyncio.to_thread(run.drain)
        good = report(run, long_enough=seconds >= SHORTEST * 60)
        run.db.close()
    return good


if __name__ == "__main__":
    main()

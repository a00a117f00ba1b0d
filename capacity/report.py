"""What the capacity program prints: a part, its tables, its verdict."""

import time
from random import Random

import click

from bench.children import folder
from bench.table import table
from capacity import database, day, installation
from capacity.database import SMALL, Found
from capacity.day import Account, World
from capacity.filling import Sizes
from capacity.installation import Idle
from tests.servers import Server

RATES = (5, 10, 15, 20, 50)
"""Pictures a minute that an account's image service begins; OpenAI's tiers 1 to 3 are 5, 20, 50."""
CORES, GIGABYTES = 2, 8  # of a machine
BUSY, FULL = 0.5, 0.75  # of its cores and of its memory that we would use
LATE = 300  # seconds


def idle() -> Idle:
    """Print what an idle installation needs and return the smallest: one web process."""
    click.echo("\n一、一套闲着（huaxin run，SQLite，不含模拟环境）")
    two, web = installation.idle()
    rows = [("", "内存 MB", "一个核的 %")]
    for name, one in (("WEB_PROCESSES=2（默认）", two), ("WEB_PROCESSES=1", two - web)):
        rows.append((name, f"{one.memory:.0f}", f"{one.cpu:.1f}"))
    click.echo(table(rows))
    return two - web


def databases(server: Server, sizes: Sizes, *, rounds: int, small: Sizes = SMALL) -> bool:
    """Print how a big database compares to a *small* one; return whether it does as well."""
    click.echo("\n二、同一台 PostgreSQL 上的小库和大库，同样的问题（一个号）")
    found = database.measure(server, sizes, rounds=rounds, small=small)
    with folder() as place:
        embedded = database.embedded(f"sqlite:///{place}/empty.db", rounds=rounds)
    click.echo(f"  大库填了 {found.seconds:.0f} 秒")
    weights: list[tuple[str, ...]] = [("", "行", "数据 MB", "索引 MB", "每行字节")]
    for one in found.tables:
        sizes_of = (f"{part / 1e6:,.0f}" for part in (one.data, one.indexes))
        weights.append((one.name, f"{one.rows:,}", *sizes_of, f"{one.each:.0f}"))
    times: list[tuple[str, ...]] = [("中位数，毫秒", "空的 SQLite", "小库", "大库", "大÷小")]
    for name, big in found.big.items():
        taken = (embedded[name], found.small[name], big)
        ratio = f"{big / found.small[name]:.2f}"
        times.append((name, *(f"{one:.1f}" for one in taken), ratio))
    click.echo(f"{table(weights)}\n{table(times)}")
    return _verdict(found)


def _verdict(found: Found) -> bool:
    for name, ratio in found.slower().items():
        click.echo(f"  ✗ 慢了 {ratio:.1f} 倍：{name}")
    for name, statement in found.scans:
        click.echo(f"  ✗ 整表读 {name}：{statement[:160]}")
    good = not (found.slower() or found.scans)
    click.echo(
        f"  目标 没有一问慢过 {database.SLOWER:g} 倍（要数一遍的指标：100 毫秒）、没有整表读"
        f" —— {'达到' if good else '没达到'}"
    )
    return good


def simulated_day(world: World, alone: Idle, *, push_cpu: float, job_cpu: float) -> None:
    """Print a day of *world*: its load, how long pictures wait, what is used up, what it takes.

    *push_cpu* and *job_cpu* are the CPU milliseconds of one push and of one picture.
    """
    begun = time.perf_counter()
    random = Random(7)  # noqa: S311 — the same day each time
    days = [*day.accounts(world, random)]
    messages = sum(sum(one.messages) for one in days)
    pictures = sum(len(one.prompts) for one in days)
    peak = day.busiest(days) / 60
    click.echo(
        f"\n三、模拟的一天：{world.followers:,} 粉丝，{world.accounts} 个号"
        f"（最大 {days[0].followers:,}，中间 {days[len(days) // 2].followers:,}，"
        f"最小 {days[-1].followers:,}），每个号各装一套"
    )
    click.echo(
        f"  假设：每粉丝每天 {world.messages:g} 条，{world.prompts:.0%} 是画图；每号每晚群发一次，"
        f"{world.moved:.0%} 的粉丝来回一句；一张图 {world.seconds:g} 秒"
    )
    largest = max(days[0].messages) / 60
    click.echo(
        f"  消息 {messages:,} 条，图 {pictures:,} 张；最忙的一分钟每秒 {peak:.0f} 条，"
        f"其中最大的号那天最忙时每秒 {largest:.0f} 条"
    )
    _queues(days, world, random)
    _limits(days)
    _machines(days, alone, peak=peak, push_cpu=push_cpu, job_cpu=job_cpu)
    click.echo(f"  （模拟用了 {time.perf_counter() - begun:.0f} 秒）")


def _queues(days: list[Account], world: World, random: Random) -> None:
    rows = [
        (
            "每号每分钟几张图",
            "所有图 p50 秒",
            "p99 秒",
            "最大的号 p99 秒",
            f"等过 {LATE // 60} 分钟",
        )
    ]
    for rate in RATES:
        each = [day.waits(one.prompts, world, random, images_per_minute=rate) for one in days]
        waited = sorted(one for some in each for one in some)
        late = sum(one > LATE for one in waited) / max(1, len(waited))
        rows.append(
            (
                str(rate),
                f"{day.share(waited, 0.5):,.0f}",
                f"{day.share(waited, 0.99):,.0f}",
                f"{day.share(sorted(each[0]), 0.99):,.0f}",
                f"{late:.1%}",
            )
        )
    click.echo(table(rows))


def _limits(days: list[Account]) -> None:
    used = day.used(len(days[0].prompts))
    rows = [("最大的号一天", "用了", "上限", "还能长几倍")]
    for name, limit in day.LIMITS.items():
        rows.append((name, f"{used[name]:,}", f"{limit:,}", f"{limit / max(1, used[name]):,.1f}"))
    click.echo(table(rows))


def _machines(
    days: list[Account],
    alone: Idle,
    *,
    peak: float,
    push_cpu: float,
    job_cpu: float,
) -> None:
    minutes = [0] * day.MINUTES
    for one in days:
        for at in one.prompts:
            minutes[int(at // 60)] += 1
    needs = {
        "闲着的进程": len(days) * alone.cpu / 100,
        "消息": peak * push_cpu / 1000,
        "图": max(minutes) / 60 * job_cpu / 1000,
    }
    cores = sum(needs.values())
    memory = len(days) * alone.memory / 1024
    told = "，".join(f"{name} {need:.1f}" for name, need in needs.items())
    click.echo(f"  最忙时要 {cores:.1f} 个核（{told}），内存 {memory:.0f} GB")
    by_cores, by_memory = cores / (CORES * BUSY), memory / (GIGABYTES * FULL)
    click.echo(
        f"  {CORES} 核 {GIGABYTES} GB 的机器：CPU 用到 {BUSY:.0%} 要 {by_cores:.0f} 台，"
        f"内存用到 {FULL:.0%} 要 {by_memory:.0f} 台"
    )

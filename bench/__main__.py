"""``make bench``: seven parts, their goals, and whether each was met.

Speed is for people to read; exit code 1 says that an answer was wrong or a part did not run.
"""

import os
import platform
import signal
import sys
from collections.abc import Callable, Iterable
from typing import NoReturn

import click

from bench import door, flight, keywords, labels, mixed, pictures, workers
from bench.children import BenchError
from bench.cost import Cost
from bench.load import Figures
from bench.table import table
from bot.wechat.crypto import Mode
from tests.servers import postgresql

LIMIT = 420  # seconds for everything
MATCHING_GOAL = 1.5
LATENCY_GOAL = 1.2
LABEL_GOAL = 1.2
MEMORY_GOAL = 3.0  # megabytes a picture; its pixels alone are six
WORKERS_GOAL = 1.8
FLIGHT_GOAL = 1.0  # megabytes a picture at the peak
PUSH_GOAL = 100.0  # milliseconds
MB = 1_000_000
HEAD = ("", "请求/秒", "p50 毫秒", "p99 毫秒", "回答", "答错")


def main() -> None:
    for number in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, _leave)
    signal.alarm(LIMIT)
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    click.echo(
        f"画信测速：{os.cpu_count()} 核，Python {platform.python_version()}，"
        f"{platform.system()} {platform.machine()}，开始时负载 {load}"
    )
    parts: tuple[Callable[[], bool], ...] = (
        *(_doors, _matching, _pictures, _labels),
        *(_workers, _flight, _mixed),
    )
    try:
        good = [_run(part) for part in parts]
    except KeyboardInterrupt as reason:
        click.echo(f"\n{str(reason) or '已中断'}，启动的进程都停了。")
        sys.exit(130)
    sys.exit(not all(good))


def _leave(number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt(f"{LIMIT} 秒没跑完" if number == signal.SIGALRM else "")


def _run(part: Callable[[], bool]) -> bool:
    try:
        return part()
    except (BenchError, AssertionError) as error:  # the tests' servers assert that they run
        click.echo(f"  没跑成：{error}")
        return False


# ---- the parts: each prints its table and returns whether every answer was right ----


def _doors() -> bool:
    click.echo(f"\n一、秒回“{door.KEYWORD}”，旁边是只会应一句话的 Flask + wechatpy")
    rows: list[tuple[str, ...]] = [HEAD]
    verdicts = []
    wrong = 0
    for mode, name in ((Mode.PLAINTEXT, "明文模式"), (Mode.SAFE, "安全模式")):
        pair = door.measure(mode)
        ratios = _ratios(pair.bot, pair.echo)
        rows += [
            (f"{name} 画信", *_cells(pair.bot)),
            (f"{name} 旁边", *_cells(pair.echo)),
            (f"{name} 画信÷旁边", *(f"{ratio:.2f}" for ratio in ratios), "", ""),
        ]
        wrong += pair.bot.wrong + pair.echo.wrong
        verdicts.append(_verdict(f"{name}：请求/秒 ≥ 1.00 倍", ratios[0] >= 1))
    click.echo("\n".join((table(rows), *verdicts)))
    return wrong == 0


def _matching() -> bool:
    click.echo("\n二、匹配一条消息：10、1,000、100,000 条规则")
    worst = max(keywords.main().values())
    goal = f"100,000 条 ÷ 10 条 ≤ {MATCHING_GOAL}（最差 {worst:.2f}）"
    click.echo(_verdict(goal, worst <= MATCHING_GOAL))
    return True


def _pictures() -> bool:
    click.echo(f"\n三、画着 12 张 20 秒的图时，秒回“{pictures.KEYWORD}”（每秒 {pictures.RATE} 条）")
    found = pictures.measure()
    _, p50, p99 = _ratios(found.during, found.before)
    rows = [
        HEAD,
        ("没在画", *_cells(found.before)),
        ("正在画", *_cells(found.during)),
        ("正在画÷没在画", "", f"{p50:.2f}", f"{p99:.2f}", "", ""),
    ]
    click.echo(table(rows))
    click.echo(
        f"  开测时在画 {found.at_start} 张，测完时在画 {found.at_end} 张，最后画成 {found.ended} 张"
    )
    click.echo(_verdict(f"p99 ≤ {LATENCY_GOAL} 倍", p99 <= LATENCY_GOAL))
    drawn = {found.at_start, found.at_end, found.ended} == {12}
    return drawn and found.before.wrong + found.during.wrong == 0


def _labels() -> bool:
    click.echo("\n四、压到 2 MB 以内、加两种 AI 标识并读回核对，旁边是同一张图只解码再编码一次")
    found = list(labels.costs())
    rows: list[tuple[str, ...]] = [("", "画信 CPU 毫秒", "旁边 CPU 毫秒", "画信÷旁边")]
    rows += [(one.name, f"{one.ours:.1f}", f"{one.bare:.1f}", f"{one.ratio:.2f}") for one in found]
    click.echo(table(rows))
    worst = max(one.ratio for one in found)
    click.echo(_verdict(f"CPU ≤ {LABEL_GOAL} 倍（最差 {worst:.2f}）", worst <= LABEL_GOAL))
    each = labels.memory()
    goal = f"{labels.IN_FLIGHT} 张同时做，每张占内存 ≤ {MEMORY_GOAL} MB（{each:.1f}）"
    click.echo(_verdict(goal, each <= MEMORY_GOAL))
    return True


def _workers() -> bool:
    click.echo(
        f"\n五、两个画图进程比一个：各 {workers.THREADS} 个线程，共 {workers.PICTURES} 张图，"
        "PostgreSQL（提交落盘）+ Redis，外面是几乎不占 CPU 的替身"
    )
    with postgresql(durable=True) as server:
        found = list(workers.measure(server))
    one, two, bound = found
    waits = f"模型 {workers.DELAY:g} 秒一张"
    head = ("", "图/秒", "进程 CPU 秒/张", "其余 CPU 秒/张", "两核用掉")
    names = (
        f"一个进程，{waits}",
        f"两个进程，{waits}",
        f"一个进程，{workers.MANY} 个线程，模型立刻答",
    )
    rows = [head, *map(_speed, names, found)]
    ratio = two.per_second / one.per_second
    click.echo(table(rows))
    click.echo("  前两行里核是空的：比的是队列、派活、SQL 和 Redis 会不会排队，不是像素。")
    click.echo(
        f"  最后一行受 CPU 限制（一个进程用得到一个核）：每秒 {bound.per_second:.1f} 张，"
        f"一张在所有进程里共 {sum(bound.cpu.values()):.3f} CPU 秒（其余 = PostgreSQL、Redis、替身）"
    )
    click.echo(_verdict(f"图/秒 ≥ {WORKERS_GOAL} 倍（{ratio:.2f}）", ratio >= WORKERS_GOAL))
    return _once(speed.once for speed in found)


def _speed(name: str, found: workers.Speed) -> tuple[str, ...]:
    spent = (f"{found.cpu[who]:.3f}" for who in ("worker", "others"))
    return (name, f"{found.per_second:.2f}", *spent, f"{found.busy:.0%}")


def _flight() -> bool:
    click.echo(
        f"\n六、一个画图进程里 {flight.PICTURES} 张图同时在画，每张 {flight.DELAY:g} 秒"
        "（MALLOC_ARENA_MAX=2，与 deploy/ 相同）"
    )
    with postgresql(durable=True) as server:
        found = flight.measure(server)
    rows = [
        ("", "内存 MB", "峰值 MB", "线程", "描述符", "CPU"),
        (f"画过 {flight.WARM_UP} 张，闲着", *_taken(found.before), ""),
        ("全都在等模型", *_taken(found.during), f"{found.waiting:.0%}"),
        ("全都画完", *_taken(found.after), f"{found.finishing:.0%}"),
    ]
    waiting, peak = found.each
    click.echo(table(rows))
    click.echo(
        f"  {found.asking:.1f} 秒里全都问出去了；答复回来后每秒送出 {found.per_second:.1f} 张；"
        f"每张占内存：等的时候 {waiting:.2f} MB，最高 {peak:.2f} MB"
    )
    goal = f"每张占内存 ≤ {FLIGHT_GOAL} MB（{peak:.2f}）"
    click.echo(_verdict(goal, peak <= FLIGHT_GOAL))
    return _once([found.once])


def _taken(cost: Cost) -> tuple[str, ...]:
    megabytes = (f"{one / MB:.0f}" for one in (cost.resident, cost.peak))
    return (*megabytes, str(cost.threads), str(cost.descriptors))


def _once(found: Iterable[bool]) -> bool:
    once = all(found)
    click.echo(f"  每个任务恰好生成一次、上传一次、发送一次：{'是' if once else '不是'}")
    return once


def _mixed() -> bool:
    click.echo(
        f"\n七、每秒 {mixed.RATE} 条，到点就发，不等前面的答（安全模式，"
        f"{mixed.PROCESSES} 个网页进程，PostgreSQL，每 {mixed.EVERY} 条里一条是提示词），"
        "旁边是只会应一句话的 Flask + wechatpy"
    )
    with postgresql(durable=True) as server:
        pair = mixed.measure(server)
    _, p50, p99 = _ratios(pair.bot, pair.echo)
    most = pair.bot.most / pair.echo.most
    rows = [
        ("从该发的时刻算起", "请求/秒", "p50 毫秒", "p99 毫秒", "最长 毫秒", "回答", "答错"),
        ("画信", *_timed(pair.bot)),
        ("旁边", *_timed(pair.echo)),
        ("画信÷旁边", "", f"{p50:.2f}", f"{p99:.2f}", f"{most:.2f}", "", ""),
    ]
    click.echo(table(rows))
    click.echo("  每条被受理的提示词恰好是一个任务。")
    click.echo(_verdict(f"p99 ≤ {PUSH_GOAL:.0f} 毫秒", pair.bot.p99 <= PUSH_GOAL))
    return pair.bot.wrong + pair.echo.wrong == 0


def _timed(figures: Figures) -> tuple[str, ...]:
    """Return the cells with the longest among them."""
    cells = _cells(figures)
    return (*cells[:3], f"{figures.most:.1f}", *cells[3:])


def _ratios(ours: Figures, theirs: Figures) -> tuple[float, float, float]:
    return (
        ours.per_second / theirs.per_second,
        ours.p50 / theirs.p50,
        ours.p99 / theirs.p99,
    )


def _cells(figures: Figures) -> tuple[str, ...]:
    return (
        f"{figures.per_second:,.0f}",
        f"{figures.p50:.1f}",
        f"{figures.p99:.1f}",
        f"{figures.answers:,}",
        str(figures.wrong),
    )


def _verdict(goal: str, met: bool) -> str:
    return f"  目标 {goal} —— {'达到' if met else '没达到'}"


if __name__ == "__main__":
    main()

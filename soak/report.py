"""What a soak prints: the load, what was lost, and what each process held."""

from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

import click

from bench.outside import ACCEPTED
from bench.table import table
from soak import growth, judge
from soak.growth import Growth
from soak.run import Run
from soak.samples import SANDBOX, WEB, WORKER

FIGURES = {"rss": "内存 MB", "descriptors": "描述符", "threads": "线程"}


def report(run: Run, *, long_enough: bool) -> bool:
    """Print everything; return whether nothing was lost, doubled, wrong, restarted or grew.

    Unless *long_enough* the figures of growth are shown, and not judged.
    """
    click.echo("\n一、负载\n" + "\n".join(_load(run)))
    counts = [*judge.counts(run.db, run.door.heard, run.record)]
    click.echo("\n二、对错（该是 0；太忙时明说没接下的，可以有百分之一）")
    click.echo(table((one.name, f"{one.found:,}", "" if one.good else "✗") for one in counts))
    for words in {one for one in run.door.heard.prompts.values() if not one.startswith(ACCEPTED)}:
        click.echo(f"    没接下：{words.splitlines()[0]}")
    for name, times in run.door.heard.wrong.most_common():
        click.echo(f"    答错：{name} × {times}")
    click.echo(f"\n三、各进程：第二个三分之一 → 最后三分之一（{run.rounds} 次取样，中位数）")
    steady = [*_processes(run)]
    click.echo(table(row for row, _ in steady))
    flat = all(good for _, good in steady)
    if not long_enough:
        click.echo("  跑得太短，进程还在热身：长没长不作数。")
    good = all(one.good for one in counts) and (flat or not long_enough)
    click.echo(f"\n结论：{'合格' if good else '不合格'}")
    return good


def _load(run: Run) -> Iterator[str]:
    heard, record = run.door.heard, run.record
    cuts = [one * 1000 for one in quantiles(heard.seconds, n=100, method="inclusive")]
    kinds = "，".join(f"{kind} {times:,}" for kind, times in heard.kinds.most_common())
    yield f"  消息 {heard.kinds.total():,} 条（{kinds}），推送 {heard.pushes:,} 次"
    yield f"  回答用时 p50 {cuts[49]:.1f} 毫秒，p99 {cuts[98]:.1f} 毫秒"
    faults = "，".join(f"{fault} {times}" for fault, times in heard.faults.most_common())
    yield f"  门口的故障：{faults or '无'}"
    paths = ("/v1/moderations", judge.DRAWING, judge.UPLOADS, judge.SENDS)
    calls = "，".join(
        f"{path} {record.calls[path]:,}（失败 {record.failed[path]}）" for path in paths
    )
    yield f"  接口调用：{calls}"
    states = "，".join(f"{state} {count:,}" for state, count in judge.states(run.db).items())
    yield f"  任务：{states or '无'}"
    yield (
        f"  CPU：每次推送 {_cpu(run, WEB) * 1000 / heard.pushes:.2f} 毫秒（网页进程），"
        f"每个任务 {_cpu(run, WORKER) * 1000 / max(1, len(heard.prompts)):.0f} 毫秒（画图进程）"
    )
    pictures = _size(run.plant.data / "pictures") / max(1, len(heard.prompts))
    yield f"  磁盘：每个任务的图片文件 {pictures / 1024:.0f} KB"


def _cpu(run: Run, name: str) -> float:
    """Return the CPU seconds that processes of *name* took between the first and last sample."""
    taken = [some for one, some in run.samples.items() if one.startswith(f"{name} ")]
    return sum(some[-1].cpu - some[0].cpu for some in taken)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _processes(run: Run) -> Iterator[tuple[tuple[str, ...], bool]]:
    yield ("", *FIGURES.values(), "其中独占（PSS）", ""), True
    for name, taken in run.samples.items():
        if len(taken) < run.rounds:
            yield (f"{name}：中途换过进程", "", "", "", "", "✗"), False
            continue
        grown = growth.of(taken)
        flat = all(one.flat for one in grown.values())
        judged = SANDBOX not in name
        verdict = ("平" if flat else "在长 ✗") if judged else "不评判"
        cells = (_cell(grown[figure]) for figure in FIGURES)
        yield (name, *cells, f"{taken[-1].pss:.0f}", verdict), flat or not judged


def _cell(one: Growth) -> str:
    return f"{one.middle:.0f} → {one.last:.0f}"

"""``make chaos``: every scripted fault, a table, exit code 1 on any loss."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

import click

from bench.table import table
from chaos import databases, kills, machine, scaled, scripted
from chaos.experiments import Outcome, Scene

HEAD = ("故障", "问", "结局", "丢", "重", "多付", "最久 秒", "关键词", "漏", "p99 毫秒", "")
STATES = {
    "delivered": "送达",
    "collected": "领走",
    "waiting": "待领",
    "failed": "如实告知",
    "unknown": "不明，已告知",
    "cancelled": "取消",
    "refused": "当场婉拒",
}


AT_ONCE = 3  # scenes; most of the time each waits for a lease to run out


def scenes() -> list[Scene]:
    alone = (*kills.scenes(), *machine.scenes(), *scripted.scenes(), *databases.scenes())
    return [*alone, *scaled.scenes()]


def play(chosen: Iterable[Scene]) -> int:
    """Play *chosen*, print a table of each, and return how many faults did harm."""
    harmed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        playing = {pool.submit(lambda one: [*one.played()], scene): scene for scene in chosen}
        for played in as_completed(playing):
            outcomes = played.result()
            click.echo("\n".join(_printed(playing[played], outcomes)))
            harmed += sum(bool(outcome.problems) for outcome in outcomes)
    return harmed


def _printed(scene: Scene, outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield f"\n{scene.name}"
    yield table([HEAD, *map(_row, outcomes)])
    for outcome in outcomes:
        yield from (f"  ✗ {outcome.name}：{problem}" for problem in outcome.problems)


def _row(outcome: Outcome) -> Sequence[str]:
    mark = "✗" if outcome.problems else "✓"
    verdict = outcome.verdict
    if verdict is None:
        return (outcome.name, *[""] * 9, mark)
    asked, missed, p99 = outcome.keywords
    return (
        outcome.name,
        str(verdict.asked),
        _ends(verdict.ends),
        str(len(verdict.lost)),
        str(len(verdict.doubled)),
        str(len(verdict.paid_twice)),
        f"{verdict.seconds:.1f}",
        str(asked),
        str(missed),
        f"{p99:.0f}",
        mark,
    )


def _ends(ends: Counter[str]) -> str:
    return "，".join(f"{STATES.get(state, state)} {count}" for state, count in ends.items())


@click.command(help="用真实进程演练故障；参数是场景名字的一部分，不写就全部演练。")
@click.argument("names", nargs=-1)
def main(names: tuple[str, ...]) -> None:
    chosen = [one for one in scenes() if not names or any(name in one.name for name in names)]
    harmed = play(chosen)
    click.echo(f"\n{'没有丢、没有重、没有多付。' if not harmed else f'{harmed} 项没有通过。'}")
    sys.exit(bool(harmed))


if __name__ == "__main__":
    main()

"""``make chaos``: every fault and every storm, a table of each, exit code 1 on any harm."""

import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import click

from bench.table import table
from bench.waiting import stopped
from chaos import databases, kills, machine, scaled, scripted, storms
from chaos.crowd import STATES
from chaos.experiments import Outcome, Scene, failed

HEAD = ("故障", "问", "结局", "丢", "重", "多付", "最久 秒", "关键词", "漏", "p99 毫秒", "")
AT_ONCE = 3  # scenes; most of the time each waits for a lease to run out


def scenes() -> list[Scene]:
    alone = (*kills.scenes(), *machine.scenes(), *scripted.scenes(), *databases.scenes())
    return [*alone, *scaled.scenes()]


def play(chosen: Iterable[Scene], *, at_once: int = AT_ONCE) -> int:
    """Play *chosen*, print a table of each, and return how many faults did harm."""
    harmed = 0
    with ThreadPoolExecutor(at_once) as pool:
        try:
            playing = {pool.submit(_outcomes, scene): scene for scene in chosen}
            while playing:
                # Not without end: a signal may come to a thread that does not act on it.
                for played in wait(playing, timeout=1, return_when=FIRST_COMPLETED).done:
                    outcomes = played.result()
                    click.echo("\n".join(_printed(playing.pop(played), outcomes)))
                    harmed += sum(bool(outcome.problems) for outcome in outcomes)
        except BaseException:
            stopped.set()
            pool.shutdown(cancel_futures=True)
            raise
    return harmed


def _outcomes(scene: Scene) -> list[Outcome]:
    try:
        return [*scene.played()]
    except Exception as error:  # noqa: BLE001 — one scene that falls over leaves the others
        return [failed(scene.name, error)]


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
    return "，".join(f"{STATES[state]} {count}" for state, count in ends.items())


def _chosen(names: Sequence[str]) -> list[str]:
    """Return the full names of the scenes and storms whose names hold one of *names*."""
    every = [*(one.name for one in scenes()), *storms.NAMES]
    for name in names:
        if not any(name in one for one in every):
            raise click.BadParameter(f"没有叫“{name}”的场景。有这些：\n  " + "\n  ".join(every))
    return [one for one in every if not names or any(name in one for name in names)]


def _leave(_number: int, _frame: object) -> None:
    signal.raise_signal(signal.SIGINT)  # which asyncio, too, takes as Ctrl-C


@click.command()
@click.argument("names", nargs=-1, metavar="[场景]...")
@click.option("--list", "listing", is_flag=True, help="只列出场景的名字。")
@click.option(
    "--messages", default=storms.MESSAGES, show_default=True, help="每个风暴多少条消息，各推三次。"
)
def main(names: tuple[str, ...], messages: int, *, listing: bool) -> None:
    """用真实进程演练故障；参数是场景名字的一部分，不写就全部演练。退出码 1：有一项没通过。"""  # noqa: D400 — ends as Chinese does
    chosen = _chosen(names)
    if listing:
        click.echo("\n".join(chosen))
        return
    # Also where a shell's "&" has had it ignored, which would hold for SIGTERM as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _leave)
    try:
        # Storms want the machine for themselves: how fast they are is measured too.
        harmed = play(one for one in scenes() if one.name in chosen)
        harmed += storms.play([one for one in storms.NAMES if one in chosen], messages=messages)
    except KeyboardInterrupt:
        click.echo("已中断，启动的进程都停了。")
        sys.exit(130)
    click.echo(f"\n{'没有丢、没有重、没有多付。' if not harmed else f'{harmed} 项没有通过。'}")
    sys.exit(bool(harmed))


if __name__ == "__main__":
    main()

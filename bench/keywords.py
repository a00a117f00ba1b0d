"""What matching costs at 10, 1,000 and 100,000 rules, and what building them does to others."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from random import Random
from timeit import timeit

import click

from bench.table import table
from bot.keywords.index import Index
from bot.models import Keyword, MatchMode, Rule, TextReply

SIZES = (10, 1_000, 100_000)
ROUNDS, CALLS = 30, 300
PAUSE = 0.0005  # seconds the watching thread sleeps at a time
WIDTH = 18
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = (
    "电子书",  # an exact keyword of every set
    "请问下载电子书要多少钱",
    "帮我生成一个图片，是一座科幻风格的城市，路上有一些未来的车辆，空中还有浮空设备",
    "一只猫",
)
NEAR = ("电子数", "mysql知识", "一只猫")
_WORDS = (
    *(
        "电子",
        "下载",
        "课程",
        "资料",
        "面试",
        "城市",
        "未来",
        "车辆",
        "图谱",
        "知识",
        "学习",
        "路线",
    ),
    *(
        "优惠",
        "报名",
        "会员",
        "客服",
        "活动",
        "领取",
        "教程",
        "视频",
        "简历",
        "内推",
        "架构",
        "算法",
    ),
    *(
        "前端",
        "后端",
        "数据",
        "安全",
        "测试",
        "产品",
        "运营",
        "设备",
        "机械",
        "行人",
        "科幻",
        "风格",
    ),
)
_MODES = (
    *(MatchMode.EXACT,) * 12,
    *(MatchMode.CONTAINS,) * 4,
    *(MatchMode.PREFIX,) * 2,
    MatchMode.ALL_OF,
    MatchMode.REGEX,
)


def rules(count: int) -> list[Rule]:
    """Return *count* rules of all modes, among them the exact keywords of the texts."""
    random = Random(count)  # noqa: S311 - the same rules in every run
    fixed = [Keyword("电子书"), Keyword("MySQL知识图谱")]
    drawn = [_keyword(random, number) for number in range(count - len(fixed))]
    return [
        Rule(id=place, name=f"规则{place}", keywords=(keyword,), replies=(TextReply("好"),))
        for place, keyword in enumerate(fixed + drawn)
    ]


def _keyword(random: Random, number: int) -> Keyword:
    mode = _MODES[number % len(_MODES)]
    words = random.sample(_WORDS, random.randint(2, 3))
    match mode:
        case MatchMode.ALL_OF:
            return Keyword(" ".join((*words, str(number))), mode)
        case MatchMode.REGEX:
            return Keyword(rf"{words[0]}{number}.*\d+{words[1]}", mode)
        case _:
            return Keyword("".join(words) + str(number), mode)


def _cost(index: Index) -> dict[str, float]:
    """Return microseconds for matching each text, and for suggesting what it nearly is."""
    matched = {text: _time(partial(index.match, text, now=NOW)) for text in TEXTS}
    near = {f"{text}（近似）": _time(partial(index.suggest, text, now=NOW)) for text in NEAR}
    return matched | near


def _time(call: Callable[[], object]) -> float:
    return timeit(call, number=CALLS) / CALLS * 1e6


def _build(count: int) -> tuple[Index, float, float]:
    """Return the index, the seconds it took, and the longest that another thread had to wait."""
    made = rules(count)
    waits = [0.0]
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            before = time.perf_counter()
            time.sleep(PAUSE)
            waits.append(time.perf_counter() - before - PAUSE)

    watcher = threading.Thread(target=watch)
    watcher.start()
    started = time.perf_counter()
    index = Index.build(made)
    seconds = time.perf_counter() - started
    done.set()
    watcher.join()
    return index, seconds, max(waits)


def main() -> dict[str, float]:
    """Print the figures; return what 100,000 rules cost for each text when 10 cost 1."""
    built = {size: _build(size) for size in SIZES}
    best: dict[int, dict[str, float]] = {size: {} for size in SIZES}
    for _ in range(ROUNDS):  # the sizes take turns, so that a busy moment hits them alike
        for size, (index, _seconds, _wait) in built.items():
            for text, cost in _cost(index).items():
                best[size][text] = min(cost, best[size].get(text, cost))
    few, many = best[SIZES[0]], best[SIZES[-1]]
    ratios = {text: many[text] / few[text] for text in few}
    rows = [("微秒", *(f"{size:,} 条" for size in SIZES), "倍数")]
    rows += [
        (_short(text), *(f"{best[size][text]:.1f}" for size in SIZES), f"{ratio:.2f}")
        for text, ratio in ratios.items()
    ]
    rows.append(("编译用时，毫秒", *(f"{built[size][1] * 1e3:,.0f}" for size in SIZES), ""))
    rows.append(
        ("其间别的线程最多等，毫秒", *(f"{built[size][2] * 1e3:.1f}" for size in SIZES), "")
    )
    click.echo(table(rows))
    return ratios


def _short(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}…"


if __name__ == "__main__":
    main()

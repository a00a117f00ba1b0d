"""One scene: an installation, faults that strike it one after the other, and what came of each."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from subprocess import TimeoutExpired

from bench.children import BenchError
from bot.errors import StoreError
from bot.wechat.crypto import Credentials
from chaos.crowd import STATES, Crowd, Verdict
from chaos.plant import Plant
from chaos.pulse import Pulse

DONE = frozenset({"delivered"})
LATER = frozenset({"collected"})
FAILED = frozenset({"failed"})
UNKNOWN = frozenset({"unknown"})


@dataclass(frozen=True, slots=True)
class Fault:
    """*strike* makes it happen while a crowd of *people* asks.

    Their jobs may end as *ends* (states, or ``refused``), *within* seconds. *down* says that
    nobody is there to answer for a while.
    """

    name: str
    strike: Callable[[Plant, Crowd], None]
    ends: frozenset[str]
    people: int = 1
    within: float = 60.0
    down: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a fault. *problems* is empty where all went as it should."""

    name: str
    verdict: Verdict | None = None
    keywords: tuple[int, int, float] = (0, 0, 0.0)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """*faults* on the installation that *build* makes, with *processes*."""

    name: str
    faults: Sequence[Fault]
    build: Callable[[], AbstractContextManager[Plant]] = Plant.built
    processes: tuple[str, ...] = ("web", "worker")

    def played(self) -> Iterator[Outcome]:
        """Let every fault strike and yield what came of it."""
        with self.build() as plant:
            plant.start(*self.processes)
            settings = plant.settings
            credentials = Credentials.parse(
                settings.wechat_app_id, settings.wechat_token, settings.wechat_aes_key
            )
            with Pulse(plant.bind, credentials) as pulse:
                yield from _played(plant, pulse, self.faults)


def _played(plant: Plant, pulse: Pulse, faults: Iterable[Fault]) -> Iterator[Outcome]:
    for fault in faults:
        try:
            outcome = _struck(plant, pulse, fault)
        except (BenchError, OSError, StoreError, TimeoutExpired) as error:
            outcome = failed(fault.name, error)
        yield outcome


def _struck(plant: Plant, pulse: Pulse, fault: Fault) -> Outcome:
    crowd = Crowd(plant, fault.name)
    crowd.gather(fault.people)
    begun = time.monotonic()
    fault.strike(plant, crowd)
    crowd.settle(within=fault.within + 15)
    keywords = pulse.between(max(begun, plant.served_since), time.monotonic())
    crowd.collect()
    verdict = crowd.judged()
    problems = (*crowd.problems, *_problems(fault, verdict, keywords))
    return Outcome(name=fault.name, verdict=verdict, keywords=keywords, problems=problems)


def failed(name: str, error: Exception) -> Outcome:
    """Nothing is known of the fault: *error* befell the experiment itself."""
    return Outcome(name=name, problems=(f"没演成：{type(error).__name__}：{error}",))


def in_words(ends: Iterable[str]) -> str:
    return "、".join(sorted(STATES[end] for end in ends))


def _problems(fault: Fault, verdict: Verdict, keywords: tuple[int, int, float]) -> Iterator[str]:
    yield from (f"丢了：{one}" for one in verdict.lost)
    yield from (f"重了：{one}" for one in verdict.doubled)
    yield from (f"多付了：{one}" for one in verdict.paid_twice)
    if wrong := set(verdict.ends) - fault.ends:
        yield f"结局是“{in_words(wrong)}”，该是“{in_words(fault.ends)}”"
    if verdict.seconds > fault.within:
        yield f"过了 {verdict.seconds:.0f} 秒才有结局，该在 {fault.within:.0f} 秒内"
    if keywords[1] and not fault.down:
        yield f"{keywords[0]} 次关键词里有 {keywords[1]} 次没有回答"

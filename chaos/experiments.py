"""One scene: an installation, faults that strike it one after the other, and what came of each."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from subprocess import TimeoutExpired

from bot.wechat.crypto import Credentials
from chaos.crowd import Crowd, Verdict
from chaos.plant import ChaosError, Plant
from chaos.pulse import Pulse


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
        crowd = Crowd(plant.outside, fault.name)
        try:
            crowd.gather(fault.people)
            begun = time.monotonic()
            fault.strike(plant, crowd)
        except (ChaosError, OSError, TimeoutExpired) as error:
            yield Outcome(name=fault.name, problems=(f"the experiment failed: {error}",))
            continue
        with plant.database() as db:
            crowd.settle(db, within=fault.within + 15)
            keywords = pulse.between(max(begun, plant.served_since), time.monotonic())
            crowd.collect(db)
            verdict = crowd.judged(db)
        problems = (*crowd.problems, *_problems(fault, verdict, keywords))
        yield Outcome(name=fault.name, verdict=verdict, keywords=keywords, problems=problems)


def _problems(fault: Fault, verdict: Verdict, keywords: tuple[int, int, float]) -> Iterator[str]:
    yield from (f"lost: {one}" for one in verdict.lost)
    yield from (f"doubled: {one}" for one in verdict.doubled)
    yield from (f"paid twice: {one}" for one in verdict.paid_twice)
    if wrong := set(verdict.ends) - fault.ends:
        yield f"ended as {'/'.join(sorted(wrong))}, not as {'/'.join(sorted(fault.ends))}"
    if verdict.seconds > fault.within:
        yield f"over after {verdict.seconds:.0f} s, not within {fault.within:.0f}"
    if keywords[1] and not fault.down:
        yield f"{keywords[1]} of {keywords[0]} keywords were not answered"

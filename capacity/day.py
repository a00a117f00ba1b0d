"""A simulated day of many accounts: who writes when, how long pictures wait, what is used up."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import exp, log, sqrt
from random import Random

MINUTES = 24 * 60
HOURS = (*(2, 1, 1, 1, 1, 2), *(4, 7, 9, 9, 9, 10), *(12, 10, 8, 8, 8, 9), *(10, 11, 13, 13, 10, 6))
"""The share of a day's messages in each hour, from midnight; assumed, like everything below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is assumed; by *skew* (Zipf) the n-th account has 1/n^skew of the first one's followers.

    Of each follower come *messages* a day, *prompts* of them for pictures. Every account sends one
    broadcast a day, after which *moved* of its followers write within *burst* minutes on average.
    A picture takes *seconds* in the median, lognormal with *sigma*.
    """

    followers: int = 10_000_000
    accounts: int = 300
    skew: float = 0.9
    messages: float = 0.1
    prompts: float = 0.08
    moved: float = 0.01
    burst: float = 10.0
    seconds: float = 25.0
    sigma: float = 0.5
    threads: int = 32  # WORKER_THREADS of one worker


@dataclass(slots=True, kw_only=True)
class Account:
    """One account's day: messages and prompts a minute, and when each picture was asked for."""

    followers: int
    messages: list[int] = field(default_factory=list)
    prompts: list[float] = field(default_factory=list)


def accounts(world: World, random: Random) -> Iterator[Account]:
    """Yield the accounts, the biggest first."""
    shares = [1 / rank**world.skew for rank in range(1, world.accounts + 1)]
    for share in shares:
        followers = round(world.followers * share / sum(shares))
        yield _day(Account(followers=followers), world, random)


def _day(account: Account, world: World, random: Random) -> Account:
    broadcast = random.choice(range(18 * 60, 21 * 60))
    for minute in range(MINUTES):
        usual = HOURS[minute // 60] / sum(HOURS) / 60 * world.messages
        since = minute - broadcast
        moved = world.moved / world.burst * exp(-since / world.burst) if since >= 0 else 0
        # Who answers a broadcast says the keyword it names.
        prompts = poisson(account.followers * usual * world.prompts, random)
        others = poisson(account.followers * (usual * (1 - world.prompts) + moved), random)
        account.messages.append(prompts + others)
        account.prompts += sorted(60 * (minute + random.random()) for _ in range(prompts))
    return account


def poisson(mean: float, random: Random) -> int:
    """Draw from Poisson's distribution; of many, from the normal one that it nears."""
    if mean > 50:  # noqa: PLR2004 — where the two differ by less than one in a hundred
        return max(0, round(random.gauss(mean, sqrt(mean))))
    limit, count, product = exp(-mean), 0, random.random()
    while product > limit:
        count, product = count + 1, product * random.random()
    return count


def waits(
    asked: Iterable[float], world: World, random: Random, *, images_per_minute: int
) -> list[float]:
    """Return for each picture the seconds from asking for it until it is begun.

    Oldest first, at most *images_per_minute* begun within any minute, and no more at once than
    threads.
    """
    begun: deque[float] = deque(maxlen=images_per_minute)
    busy: list[float] = []
    found = []
    for at in asked:
        start = max(at, begun[-1] if begun else 0)
        if len(begun) == images_per_minute:
            start = max(start, begun[0] + 60)
        if len(busy) == world.threads:
            start = max(start, heappop(busy))
        begun.append(start)
        heappush(busy, start + random.lognormvariate(log(world.seconds), world.sigma))
        found.append(start - at)
    return found


def busiest(days: Sequence[Account]) -> int:
    """Return how many messages come in the busiest minute of all accounts together."""
    return max(map(sum, zip(*(one.messages for one in days), strict=True)))


def share(values: Sequence[float], place: float) -> float:
    """Return the quantile at *place* of sorted *values*; 0 of none."""
    return values[min(len(values) - 1, int(len(values) * place))] if values else 0.0


# ---- WeChat's quotas ----

LIMITS: Mapping[str, int] = {
    "客服消息 custom/send": 500_000,
    "临时素材上传 media/upload": 100_000,
    "stable_token": 500_000,
}
"""Calls a day of a new account (SVC/en/guide/dev/api/limit.html)."""


def used(pictures: int) -> Mapping[str, int]:
    """Return what an account's pictures of a day take of each limit.

    A picture is uploaded once; its push and the choices after it are two custom messages.
    """
    takes = (2 * pictures, pictures, 24)
    return dict(zip(LIMITS, takes, strict=True))

"""One soak under way: the load, and everything that is seen meanwhile."""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random

from bench.waiting import until
from bot.store.database import Database
from chaos.storm_judge import logged
from soak import judge
from soak.acts import acts
from soak.door import Door
from soak.plant import Plant
from soak.samples import Sample, take

EVERY = 5.0  # seconds between two samples, at the most
READ = 60.0  # seconds between two looks at the journal
SETTLE = 60.0  # seconds
DRAIN = 90.0  # seconds for the pictures under way at the end


@dataclass
class Run:
    """Everything a soak has seen."""

    plant: Plant
    door: Door
    db: Database
    record: judge.Record = field(default_factory=judge.Record)
    samples: dict[str, list[Sample]] = field(default_factory=lambda: defaultdict(list))
    rounds: int = 0

    def settle(self) -> None:
        """Wait until the rules' files are at WeChat: then every answer is known beforehand."""
        until(self._all_at_wechat, seconds=SETTLE, what="规则里的文件传到微信")
        time.sleep(1.5)  # a process hears of it within a second

    def _all_at_wechat(self) -> bool:
        ids = judge.canned(self.db)
        return bool(ids) and all(ids.values())

    async def load(self, random: Random, *, seconds: float, rate: float) -> None:
        """Push *rate* acts a second, whether or not the ones before are answered."""
        made = acts(random, self.plant.openids)
        begun = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(int(seconds * rate)):
                await asyncio.sleep(begun + number / rate - time.monotonic())
                group.create_task(self.door.push(next(made)))

    async def watch(self, *, every: float) -> None:
        """Sample the processes and read the journal until cancelled."""
        read = time.monotonic()
        while True:
            await asyncio.to_thread(self.sample)
            await asyncio.to_thread(self.plant.scrape)
            if time.monotonic() - read >= READ:
                read = time.monotonic()
                self.record.read(await asyncio.to_thread(self.plant.outside.calls))
            await asyncio.sleep(every)

    def sample(self) -> None:
        for name, one in take(self.plant.root).items():
            self.samples[name].append(one)
        self.rounds += 1

    def drain(self) -> None:
        """Wait for the pictures under way."""
        end = time.monotonic() + DRAIN
        while judge.unfinished(self.db) and time.monotonic() < end:
            time.sleep(0.5)
        while logged(self.db) < len(self.door.heard.keys) and time.monotonic() < end:
            time.sleep(0.5)
        self.record.read(self.plant.outside.calls())
        self.sample()  # with the CPU that the last pictures took

"""`/metrics`: what the processes counted and what the database knows, in Prometheus' format."""

import hmac
import logging
import socket
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_address
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import ThreadingWSGIServer, choose_encoder
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from bot.counts import METRICS, Counted, together
from bot.engine import Bot
from bot.errors import StoreError
from bot.settings import Settings
from bot.store import measures
from bot.store.folder import left_on_disk
from bot.store.measures import Measured

log = logging.getLogger(__name__)
FRESH = 5.0  # seconds the database's answer is told again
MICRO = 1_000_000
OF_PROCESS = {
    "snapshot": ("huaxin_snapshot_age_seconds", "Seconds since rules and settings were looked at"),
    "buffered": ("huaxin_buffered_statistics", "Lines of statistics that wait for the database"),
    "memory": ("huaxin_resident_memory_bytes", "Memory a process occupies"),
    "files": ("huaxin_open_files", "File descriptors a process holds"),
    "threads": ("huaxin_threads", "Threads of a process"),
}


def may_scrape(settings: Settings, environ: WSGIEnvironment) -> bool:
    """Whether who asks the web service may read its metrics: they have METRICS_TOKEN.

    Without one nobody may, but for the machine itself in the simulated world: behind a proxy every
    caller seems to be the machine itself.
    """
    if settings.metrics_token:
        return _has_token(settings, environ)
    return settings.sandbox and _is_loopback(environ)


def _has_token(settings: Settings, environ: WSGIEnvironment) -> bool:
    asked = str(environ.get("HTTP_AUTHORIZATION", "")).encode("latin-1", "replace")
    return hmac.compare_digest(asked, f"Bearer {settings.metrics_token}".encode())


def _is_loopback(environ: WSGIEnvironment) -> bool:
    try:
        return ip_address(environ.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class Scrape(Collector):
    """What is read at one scrape. *shared* adds what the database knows of all processes."""

    def __init__(self, bot: Bot, *, shared: bool = True) -> None:
        self._bot = bot
        self._shared = shared
        self._asking = threading.Lock()
        self._asked_at = float("-inf")
        self._measured: Measured | None = None

    def text(self, accept: str) -> tuple[bytes, str]:
        """Return the metrics in the format that *accept* prefers, and its content type."""
        encode, content_type = choose_encoder(accept)
        return encode(self), content_type

    def collect(self) -> Iterator[Metric]:
        every = self._bot.told.every()
        yield from _counted(together(every))
        yield from _processes(every)
        yield self._redis()
        if self._shared:
            yield from self._of_all()

    def _redis(self) -> Metric:
        up = GaugeMetricFamily("huaxin_redis_up", "Whether Redis answers; 1 where there is none")
        up.add_metric([], float(not self._bot.snapshots.redis_lost))
        return up

    def _of_all(self) -> Iterator[Metric]:
        measured = self._ask()
        up = GaugeMetricFamily("huaxin_database_up", "Whether the database answers")
        up.add_metric([], float(measured is not None))
        yield up
        if measured:
            yield from _jobs(measured)
            yield from _providers(self._bot, measured)
            yield from _money(self._bot, measured)
        free = GaugeMetricFamily("huaxin_disk_free_bytes", "Room for pictures under DATA_DIR")
        free.add_metric([], left_on_disk(self._bot.settings.data_dir))
        yield free

    def _ask(self) -> Measured | None:
        """Return what the database says, None while it says nothing; asked every few seconds."""
        with self._asking:
            if time.monotonic() - self._asked_at >= FRESH:
                bot, day = self._bot, self._bot.today()
                try:
                    self._measured = measures.read(bot.db, bot.account_id, day=day, month=day[:7])
                except StoreError as error:
                    log.warning("the metrics lack what the database knows: %s", error)
                    self._measured = None
                self._asked_at = time.monotonic()
            return self._measured


def _counted(total: Counted) -> Iterator[Metric]:
    for name, about in METRICS.items():
        if about.bounds:
            times = HistogramMetricFamily(name, about.told, labels=about.labels)
            for (own, *labels), found in total.times.items():
                if own == name:
                    times.add_metric(labels, _buckets(about.bounds, found), sum_value=found[-1])
            yield times
            continue
        numbers = CounterMetricFamily(name, about.told, labels=about.labels)
        for (own, *labels), number in total.numbers.items():
            if own == name:
                numbers.add_metric(labels, number)
        if not about.labels and not numbers.samples:
            numbers.add_metric([], 0)
        yield numbers


def _buckets(bounds: tuple[float, ...], found: list[float]) -> list[tuple[str, float]]:
    """Return each bound with how many were at most that, as the format wants it."""
    names = [*map(floatToGoString, bounds), "+Inf"]
    return [(name, sum(found[: place + 1])) for place, name in enumerate(names)]


def _processes(every: list[Counted]) -> Iterator[Metric]:
    now = time.monotonic()  # one clock for all processes of a machine
    for state, (name, told) in OF_PROCESS.items():
        gauge = GaugeMetricFamily(name, told, labels=["process"])
        for place, one in enumerate(every):
            if state in one.state:
                value = one.state[state]
                gauge.add_metric([str(place)], now - value if state == "snapshot" else value)
        yield gauge


def _jobs(measured: Measured) -> Iterator[Metric]:
    depth = GaugeMetricFamily("huaxin_jobs", "Jobs by state", labels=["state"])
    oldest = GaugeMetricFamily(
        "huaxin_oldest_job_seconds", "Age of the oldest unfinished job by state", labels=["state"]
    )
    for state, number in measured.depth.items():
        depth.add_metric([state], number)
    for state, age in measured.oldest.items():
        oldest.add_metric([state], age / 1000)
    workers = GaugeMetricFamily("huaxin_workers", "Workers that are alive")
    workers.add_metric([], measured.workers)
    yield from (depth, oldest, workers)


def _providers(bot: Bot, measured: Measured) -> Iterator[Metric]:
    opened = GaugeMetricFamily(
        "huaxin_provider_breaker_open", "Whether a service is left alone", labels=["provider"]
    )
    failures = GaugeMetricFamily(
        "huaxin_provider_failures", "Failures of a service in a row", labels=["provider"]
    )
    for name in (one.name for one in bot.providers):
        breaker = measured.breakers.get(name)
        opened.add_metric([name], float(breaker is not None and breaker.open))
        failures.add_metric([name], breaker.failures if breaker else 0)
    yield from (opened, failures)


def _money(bot: Bot, measured: Measured) -> Iterator[Metric]:
    def gauge(name: str, told: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(name, f"{told}, in CURRENCY", labels=["period"])

    reserved = gauge("huaxin_money_reserved", "Money set aside for pictures on their way")
    spent = gauge("huaxin_money_spent", "Money spent")
    budget = gauge("huaxin_money_budget", "The most that may be spent and reserved")
    settings = bot.settings
    limits = (settings.budget_daily, settings.budget_monthly)
    names = zip(("day", "month"), measured.booked, limits, strict=True)
    for name, period, limit in names:
        held = measured.reserved[period]
        reserved.add_metric([name], held / MICRO)
        spent.add_metric([name], (measured.booked[period] - held) / MICRO)
        if limit is not None:
            budget.add_metric([name], float(limit))
    yield from (reserved, spent, budget)


# ---- a worker's own door ----


class _Quiet(WSGIRequestHandler):
    timeout = 5  # seconds a silent caller is listened to

    def log_message(self, *_: object) -> None:
        """Leave the log to the bot."""


class _OnIPv6(ThreadingWSGIServer):
    address_family = socket.AF_INET6


def serve(bot: Bot, bind: str) -> ThreadingWSGIServer:
    """Serve `/metrics` and `/healthz` of this process alone on *bind*, from a thread of its own.

    The address is the operator's choice; where there is a METRICS_TOKEN, it is asked for here too.

    Raises:
        OSError: the address cannot be had.
    """
    scrape, token = Scrape(bot, shared=False), bot.settings.metrics_token

    def door(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        path = environ["PATH_INFO"]
        answer: tuple[bytes, str] | None = None
        if path == "/healthz":
            answer = b"ok", "text/plain"
        elif path == "/metrics" and (not token or _has_token(bot.settings, environ)):
            answer = scrape.text(environ.get("HTTP_ACCEPT", ""))
        body, content_type = answer or (b"", "text/plain")
        start_response("200 OK" if answer else "404 Not Found", [("Content-Type", content_type)])
        return [body]

    host, _, port = bind.rpartition(":")
    kind = _OnIPv6 if ":" in host else ThreadingWSGIServer
    server = make_server(host.strip("[]"), int(port), door, kind, _Quiet)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server

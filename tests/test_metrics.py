"""`/metrics` tells what happened, in numbers; who may not see it gets nothing."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from bot import metrics
from bot.counts import LOST
from bot.engine import Turn
from bot.models import UnknownEvent
from bot.settings import Settings
from bot.store import buffer, leases
from bot.store.tables import image_job
from bot.wechat import codec, crypto
from tests.servers import Server
from tests.worlds import World

TOKEN = "metrics-token-canary"
GENERATIONS = "/v1/images/generations"


class Told:
    """What a scrape said, by name and the values of its labels in the alphabet's order."""

    def __init__(self, text: str) -> None:
        self.samples = {
            (one.name, *(one.labels[name] for name in sorted(one.labels))): one.value
            for family in text_string_to_metric_families(text)
            for one in family.samples
        }

    def __getitem__(self, key: str | tuple[str, ...]) -> float:
        return self.samples[(key,) if isinstance(key, str) else key]

    def of(self, name: str) -> dict[tuple[str, ...], float]:
        return {key[1:]: value for key, value in self.samples.items() if key[0] == name}


@pytest.fixture(autouse=True, name="_at_once")
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the database asked at every scrape."""
    monkeypatch.setattr(metrics, "FRESH", 0)


def scrape(world: World) -> Told:
    response = world.client.get("/metrics")
    assert response.status_code == 200
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return Told(response.get_data(as_text=True))


def forge(world: World, *, now: float, **changes: str) -> None:
    pushed = codec.render_inbound(world.message("电子书"))
    query, body = crypto.push(world.bot.credentials, pushed, mode=world.mode, now=now)
    response = world.client.post("/wechat", query_string=query | changes, data=body)
    assert response.status_code == 403


def test_a_day_of_a_bot_in_numbers(make_world: Callable[..., World]) -> None:
    world = make_world(budget_daily=50)
    for text in ("大厂内推", "大厂内推", "一只橘猫"):
        world.say(text)
    told = scrape(world)
    reserved = told["huaxin_money_reserved", "day"]
    assert told.of("huaxin_messages_total") == {
        ("keyword", "text", "yes"): 2,
        ("image", "text", "no"): 1,
    }
    assert told["huaxin_webhook_seconds_count", "answered"] == 3
    assert told["huaxin_webhook_seconds_bucket", "+Inf", "answered"] == 3
    assert (told["huaxin_jobs", "queued"], told["huaxin_jobs", "waiting"]) == (1, 0)
    assert 0 <= told["huaxin_oldest_job_seconds", "queued"] < 60
    assert reserved > 0
    assert told["huaxin_money_spent", "day"] == 0
    assert told.of("huaxin_money_budget") == {("day",): 50}
    assert told["huaxin_database_up"] == 1

    world.work()  # the cat is pushed
    world.sandbox.script({"match": "/cgi-bin/message/custom/send", "errcode": 45015})
    world.say("一只白猫")
    world.work()  # this one waits
    world.say("取图")
    told = scrape(world)
    assert told.of("huaxin_deliveries_total") == {
        ("0", "pushed"): 1,
        ("45015", "refused"): 1,
        ("0", "waiting"): 1,
        ("0", "collected"): 1,
    }
    assert told.of("huaxin_provider_calls_total") == {("ok", "openai"): 2}
    assert told["huaxin_wechat_calls_total", "message/custom/send", "45015"] == 1
    assert told["huaxin_wechat_calls_total", "stable_token", "ok"] == 1
    assert told.of("huaxin_moderation_total") == {("input", "passed"): 2}
    steps = told.of("huaxin_job_seconds_count")
    assert steps == {("queued",): 2, ("called",): 2, ("generated",): 1, ("delivered",): 1}
    assert told["huaxin_money_reserved", "day"] == 0
    assert told["huaxin_money_spent", "month"] == told["huaxin_money_spent", "day"] > 0


def test_trouble_in_numbers(world: World) -> None:
    now = time.time()
    forge(world, now=now, msg_signature="0" * 40)
    forge(world, now=now - 600)
    strange = UnknownEvent(to="x", openid=world.openid, created=int(now), name="a_new_event")
    assert world.push(strange) == b"success"
    down = {"status": 500, "json": {"error": {"message": "down", "type": "server_error"}}}
    world.sandbox.script({"match": GENERATIONS, "times": 3, **down})
    world.sandbox.script({"match": "/cgi-bin/message/custom/send", "errcode": 99999})
    world.say("一只橘猫")
    for _ in range(3):
        world.work()
        with world.bot.db.write() as tx:
            tx.execute(update(image_job).values(not_before=0))
    leases.take(world.bot.db, leases.ALIVE + "x", owner="x", seconds=60)
    told = scrape(world)

    assert told.of("huaxin_refused_pushes_total") == {("forged",): 1, ("stale",): 1}
    assert told["huaxin_webhook_seconds_count", "refused"] == 2
    assert told.of("huaxin_messages_total") == {
        ("", "other", "no"): 1,
        ("image", "text", "no"): 1,
    }
    assert told.of("huaxin_provider_calls_total") == {("provider_down", "openai"): 3}
    assert told.of("huaxin_failed_jobs_total") == {("provider_down", "failed"): 1}
    assert told["huaxin_wechat_calls_total", "message/custom/send", "other"] == 1
    assert told.of("huaxin_provider_breaker_open") == {("openai",): 1}
    assert told.of("huaxin_provider_failures") == {("openai",): 3}
    assert told["huaxin_workers"] == 1
    ready = world.client.get("/readyz").get_json()
    assert ready["providers"] == {"openai": "left alone: provider_down"}
    assert ready["disk"] == ready["schema"] == ready["database"] == ready["worker"] == "ok"
    world.bot.buffer.flush()
    stale = world.client.get("/readyz").get_json()["clock"]
    assert stale == "1 pushes were refused today: is it right?"


def test_a_database_that_is_away_is_told_and_costs_two_seconds(
    make_world: Callable[..., World], postgresql: Server
) -> None:
    world = make_world(database_url=postgresql.filled("metrics"))
    assert scrape(world)["huaxin_jobs", "queued"] == 0
    world.bot.snapshots.stop()
    with postgresql.frozen():
        begun = time.monotonic()
        told = scrape(world)
        took = time.monotonic() - begun
    world.bot.stop()
    postgresql.drop("metrics")

    assert took < 3.5
    assert told["huaxin_database_up"] == 0
    assert not told.of("huaxin_jobs")
    assert not told.of("huaxin_money_spent")
    assert told["huaxin_disk_free_bytes"] > 0
    assert told["huaxin_snapshot_age_seconds", "0"] > 0


def test_a_full_buffer_counts_what_it_drops(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffer, "MOST", 2)
    filling = buffer.Buffer(world.bot.db, world.bot.counts)
    heard = world.bot._heard(turn(world), 1)
    for _ in range(5):
        filling.add(heard)

    assert len(filling) == 2
    assert world.bot.counts.read().numbers[LOST,] == 3


def turn(world: World) -> Turn:
    return Turn(
        inbound=world.message("猫"),
        key="k",
        text="猫",
        snapshot=world.bot.snapshots.current,
        now=datetime.now(UTC),
    )


class TestWhoMaySee:
    """The token opens it; without one it is open to nobody but the simulated world's machine."""

    @pytest.mark.parametrize(
        ("sandbox", "token", "asked", "address", "open_"),
        [
            (True, "", "", "127.0.0.1", True),
            (True, "", "", "192.0.2.1", False),
            (True, "", "", "", False),
            (False, "", "", "127.0.0.1", False),
            (False, "", "Bearer ", "127.0.0.1", False),
            (False, TOKEN, f"Bearer {TOKEN}", "192.0.2.1", True),
            (False, TOKEN, f"Bearer {TOKEN}x", "127.0.0.1", False),
            (True, TOKEN, "", "127.0.0.1", False),
            (True, TOKEN, "Bearer 猫", "127.0.0.1", False),
        ],
    )
    def test_at_the_web_service(
        self, sandbox: bool, token: str, asked: str, address: str, *, open_: bool
    ) -> None:
        settings = Settings(wechat_app_id="wx1", sandbox=sandbox, metrics_token=token)
        environ = {"REMOTE_ADDR": address, "HTTP_AUTHORIZATION": asked.encode().decode("latin-1")}

        assert metrics.may_scrape(settings, environ) is open_

    def test_a_stranger_is_told_nothing(self, make_world: Callable[..., World]) -> None:
        response = make_world(metrics_token=TOKEN).client.get("/metrics")

        assert response.status_code == 404
        assert b"huaxin_" not in response.data

    def test_at_the_worker(self, make_world: Callable[..., World]) -> None:
        world = make_world(metrics_token=TOKEN)
        world.say("大厂内推")
        with metrics.serve(world.bot, "127.0.0.1:0") as server:
            address = f"http://127.0.0.1:{server.server_port}"
            assert get(f"{address}/healthz") == (200, "ok")
            assert get(f"{address}/metrics") == (404, "")
            status, text = get(f"{address}/metrics", f"Bearer {TOKEN}")
            server.shutdown()

        assert status == 200
        assert Told(text)["huaxin_messages_total", "keyword", "text", "yes"] == 1
        assert not Told(text).of("huaxin_jobs")  # the web service tells those


def get(address: str, authorization: str = "") -> tuple[int, str]:
    request = urllib.request.Request(address, headers={"Authorization": authorization})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()

"""The capacity program in miniature: real rows, real plans, and a day whose sums are known."""

import random
from dataclasses import replace

import pytest

from bot.store import messages
from bot.store.database import Database
from capacity import database, day, filling, installation, plans, questions, report
from capacity.day import World
from capacity.filling import Sizes
from capacity.installation import Idle
from soak.samples import Sample
from tests.servers import Server

SIZES = Sizes(followers=300, messages=400, jobs=200)


def test_an_installation_is_all_but_the_sandbox_and_what_just_began() -> None:
    def look(*cpu: float, **more: Sample) -> dict[str, Sample]:
        names = ("总进程 1", "网页主进程 2", "网页 3", "网页 4", "画图 5", "模拟环境 6")
        one = Sample(rss=90, pss=50, descriptors=9, threads=2, cpu=0)
        return {name: replace(one, cpu=used) for name, used in zip(names, cpu, strict=True)} | more

    new = Sample(rss=9, pss=9, descriptors=9, threads=9, cpu=9)
    whole, web = installation.compare(
        look(1, 1, 1, 1, 1, 1), look(1, 1, 1.5, 1.25, 2, 9), seconds=10
    )

    assert (whole, web) == (Idle(memory=250, cpu=17.5), Idle(memory=50, cpu=5))
    assert whole - web == Idle(memory=200, cpu=12.5)
    assert installation.compare(look(*[1] * 6), look(*[1] * 6, 网页7=new), seconds=1)[0].cpu == 0


# ---- the database ----


@pytest.mark.slow
def test_a_filled_database_is_asked_what_a_small_one_is(
    postgresql: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    report.databases(postgresql, SIZES, rounds=1, small=SIZES)

    printed = capsys.readouterr().out
    # The model of each, and what was asked meanwhile.
    asked = 1 + database.WARM_UP + 1
    cells = [line.split() for line in printed.splitlines()]
    rows = {words[0]: int(words[1]) for words in cells if words and words[0] in filling.FILLED}
    assert rows["follower"] == 301
    assert rows["message"] == 400 + asked
    assert rows["image_job"] == rows["decision"] == 200 + asked
    assert "整表读" not in printed.replace("没有整表读", "")
    assert "任务：接单 " in printed


@pytest.mark.slow
def test_a_missing_index_is_seen(postgresql: Server) -> None:
    db = Database(postgresql.new_database("unindexed"), timeout=10)
    account_id = filling.fill(db, Sizes(followers=10, messages=50_000, jobs=10))
    heard = questions.heard(account_id, questions.openid_of(1), "default|new")

    def scanned() -> set[str]:
        with plans.noted(db) as asked:
            messages.write(db, [heard])
        return {name for name, _statement in plans.scans(db, asked)}

    before = scanned()
    with db.write() as tx:
        tx.exec_driver_sql("ALTER TABLE message DROP CONSTRAINT uq_message_account_id_message_key")
    after = scanned()
    db.close()

    assert (before, after) == (set(), {"message"})


# ---- the day ----


def test_pictures_wait_for_their_minute_and_for_a_thread() -> None:
    lot = random.Random(1)
    steady = World(seconds=30, sigma=0, threads=2)

    assert day.waits([0, 0, 10, 70], steady, lot, images_per_minute=2) == [0, 0, 50, 0]
    assert day.waits([0, 0, 0, 40], steady, lot, images_per_minute=100) == pytest.approx(
        [0, 0, 30, 0]
    )


def test_a_day_has_the_messages_it_should() -> None:
    world = World(followers=200_000, accounts=5, messages=0.1, prompts=0.1, moved=0.02)
    days = [*day.accounts(world, random.Random(2))]

    assert sum(one.followers for one in days) == pytest.approx(200_000, abs=5)
    assert days[0].followers > 2 * days[4].followers
    assert sum(len(one.prompts) for one in days) == pytest.approx(2_000, rel=0.1)
    assert sum(sum(one.messages) for one in days) == pytest.approx(20_000 + 4_000, rel=0.05)
    assert all(one.prompts == sorted(one.prompts) for one in days)
    assert day.busiest(days) >= max(days[0].messages)


def test_a_day_is_printed_with_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    world = World(followers=10_000, accounts=2)
    report.simulated_day(world, Idle(memory=3072, cpu=50), push_cpu=2, job_cpu=100)

    printed = capsys.readouterr().out
    assert "10,000 粉丝，2 个号" in printed
    assert "闲着的进程 1.0" in printed
    assert "内存 6 GB" in printed
    assert "内存用到 75% 要 1 台" in printed


def test_quantiles_are_of_the_sorted_values() -> None:
    assert day.share([*range(100)], 0.99) == 99
    assert day.share([], 0.5) == 0

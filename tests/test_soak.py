"""The soak in miniature, and what it would find: growth, losses, doubles."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.models import JobState
from bot.store import claims, jobs
from bot.store.database import Database
from soak import growth, judge, samples
from soak.__main__ import main
from soak.door import Heard
from soak.judge import Record
from soak.samples import Sample
from tests.store.orders import claim_all, order


@pytest.mark.slow
def test_nothing_is_lost_doubled_or_wrong_in_a_few_seconds() -> None:
    done = CliRunner().invoke(main, ["--minutes", "0.07", "--rate", "40", "--seed", "3"])

    assert done.exit_code == 0, done.output
    assert "结论：合格" in done.output
    assert "消息 168 条" in done.output
    assert "画图 " in done.output


# ---- growth ----


def held(*rss: float, descriptors: int = 20) -> list[Sample]:
    return [Sample(rss=one, pss=one, descriptors=descriptors, threads=8, cpu=0) for one in rss]


def test_what_stays_is_flat_whatever_the_warm_up_took() -> None:
    grown = growth.of(held(20, 60, 90, 100, 100, 100, 107, 108, 100))

    assert {name: one.flat for name, one in grown.items()} == dict.fromkeys(growth.MORE, True)
    assert (grown["rss"].middle, grown["rss"].last) == (100, 107)


def test_a_leak_is_seen() -> None:
    memory = growth.of(held(*range(100, 190, 2)))
    files = growth.of(held(*[100] * 6) + held(*[100] * 3, descriptors=25))

    assert not memory["rss"].flat
    assert files["rss"].flat
    assert not files["descriptors"].flat


def test_a_process_is_seen_with_what_it_holds(tmp_path: Path) -> None:
    holding = (
        "import sys; files = [open(f'{sys.argv[3]}{n}', 'w') for n in range(50)];"
        "ballast = bytearray(64_000_000); print(flush=True); sys.stdin.read()"
    )
    # Its words are those of a worker.
    command = [sys.executable, "-c", holding, "bot.cli", "worker", str(tmp_path / "held")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        found = samples.take(process.pid)
        process.communicate()

    (seen,) = found.values()
    assert list(found) == [f"画图 {process.pid}"]
    assert 53 <= seen.descriptors < 60
    assert 61 < seen.pss <= seen.rss < 90
    assert seen.threads == 1
    assert seen.cpu > 0


# ---- losses and doubles ----


def call(path: str, answer: Any = None, *, at: int, status: int | None = 200, **sent: Any) -> Any:
    return {"id": at, "path": path, "status": status, "answer": answer or {}, **sent}


def drawing(number: int, *, at: int, status: int | None = 200, answer: Any = None) -> Any:
    words = {"prompt": f"一座第{number}号灯塔，海边的黄昏"}
    return call(judge.DRAWING, answer or {"data": []}, at=at, status=status, json=words)


def sending(media_id: str, *, at: int, errcode: int = 0) -> Any:
    sent = {"msgtype": "image", "image": {"media_id": media_id}}
    return call(judge.SENDS, {"errcode": errcode}, at=at, json=sent)


def upload(media_id: str, sha256: str, *, at: int) -> Any:
    return call(judge.UPLOADS, {"media_id": media_id}, at=at, files=[{"sha256": sha256}])


def counted(db: Database, heard: Heard, record: Record) -> dict[str, int]:
    return {one.name: one.found for one in judge.counts(db, heard, record) if not one.good}


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_pictures_bought_or_sent_twice_are_counted(db: Database) -> None:
    record = Record()
    record.read(
        [
            drawing(1, at=1),
            drawing(1, at=2, status=None),  # a reset may have been paid for, too
            drawing(2, at=3, status=500, answer={"error": {"type": "server_error"}}),  # surely not
            drawing(2, at=4),
            drawing(3, at=5, status=502, answer="<html>"),  # a page says nothing
            drawing(3, at=6),
            upload("a", "one", at=7),
            upload("b", "one", at=8),
            upload("c", "two", at=9),
            sending("a", at=10, errcode=45015),
            sending("b", at=11),
            sending("c", at=12),
        ]
    )
    heard = Heard(handed={"k": "c"})

    assert counted(db, heard, record) == {"可能付过两次钱的图": 2, "送出两次的图": 1}


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_the_journal_is_read_once_and_its_gaps_are_counted(db: Database) -> None:
    record = Record()
    record.read([drawing(1, at=1), drawing(2, at=2)])
    record.read([drawing(2, at=2), drawing(3, at=3)])
    record.read([drawing(9, at=9)])

    assert record.calls[judge.DRAWING] == 4
    assert counted(db, Heard(), record) == {"没读到的接口调用": 5}


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_promises_without_a_job_and_jobs_without_an_end_are_counted(
    db: Database, account_id: int
) -> None:
    for key in ("kept", "other words", "nobody's"):
        accepted = order(key, openid=key, acknowledge=lambda _queue: "收到，正在画")
        jobs.submit(db, account_id, accepted)
    for claim in claim_all(db)[1:]:
        claims.save(db, claim, state=JobState.DELIVERED)
    told = {"kept": "收到，正在画", "other words": "收到", "lost": "收到", "busy": "太忙了"}

    assert counted(db, Heard(prompts=told, keys={"lost"}, missing=1), Record()) == {
        "没有回答的推送": 1,
        "没记进消息记录的消息": 1,
        "答应了却没有任务的画图请求": 1,
        "没有人要的任务": 1,
        "和存下的不一样的答应": 1,
        "没做完的任务": 1,
    }
    busy = dict.fromkeys("abc", "太忙了，请稍后再发")
    assert counted(db, Heard(prompts=busy), Record())["明说没接下的画图请求"] == 3

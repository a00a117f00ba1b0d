"""`make chaos` in short, and its judge: what is lost, doubled or paid twice does not go unseen."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete

from bench.children import BenchError
from bench.waiting import until
from bot.failpoints import Point
from bot.settings import ROOT
from bot.store.tables import image_job
from chaos import kills, scripted
from chaos.__main__ import main, play
from chaos.crowd import Crowd
from chaos.experiments import Fault, Scene
from chaos.plant import Plant

pytestmark = pytest.mark.slow
NO_HEADERS: Mapping[str, str] = {}
LEASES = (Point.PICTURE_STORED, Point.SEND_ANSWERED, "整机断电")  # each waits for half a minute
ANSWERS = (
    Point.JOB_SUBMITTED,
    "500 一次",
    "画好了，回话丢了",
    "半张图",
    "40001 一次",
    "发送回网页",
    "图片不收 40009",
)


def chosen(*names: str) -> list[Fault]:
    every = [fault for one in (*kills.scenes(), *scripted.scenes()) for fault in one.faults]
    found = [fault for fault in every if any(fault.name.endswith(name) for name in names)]
    assert len(found) == len(names)
    return found


def test_no_fault_loses_doubles_or_pays_twice(capsys: pytest.CaptureFixture[str]) -> None:
    waiting = [Scene(f"租约：{name}", chosen(name)) for name in LEASES]
    harmed = play([*waiting, Scene("坏", chosen(*ANSWERS))], at_once=4)

    printed = capsys.readouterr().out
    assert (harmed, printed.count("✓")) == (0, len(LEASES) + len(ANSWERS)), printed


def test_a_scene_that_falls_over_is_harm(capsys: pytest.CaptureFixture[str]) -> None:
    """And the others are played all the same."""

    def broken() -> AbstractContextManager[Plant]:
        raise BenchError("没有 nginx")

    assert play([Scene(name, [], broken) for name in ("一", "二")]) == 2
    assert capsys.readouterr().out.count("没演成：BenchError：没有 nginx") == 2


def test_an_unknown_scene_is_named_with_those_there_are() -> None:
    done = CliRunner().invoke(main, ["nosuch"])

    assert done.exit_code == 2
    assert "没有叫“nosuch”的场景" in done.output
    assert "三推风暴：SQLite" in done.output


def test_ctrl_c_leaves_no_process_behind(tmp_path: Path) -> None:
    """Both are in the middle of it: one scene draws for three minutes, the other has no room."""
    words = ("-X", "faulthandler", "-m", "chaos", "图片接口很慢", "图片盘满")
    env = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        until(lambda: len(below(tmp_path)) >= 6, seconds=60, what="所有进程都起来了")
        process.send_signal(signal.SIGINT)
        try:
            printed, _ = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)  # has it say where it stands
            raise

    assert (process.returncode, printed.strip()) == (130, "已中断，启动的进程都停了。")
    assert below(tmp_path) == []
    assert [*tmp_path.iterdir()] == []


def below(folder: Path) -> list[int]:
    """The processes that run in a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "cwd").readlink().is_relative_to(folder):
                found.append(int(entry.name))
    return found


def test_the_judge_sees_every_kind_of_harm() -> None:
    harms = (forget, send_again, pay_again, say_otherwise)
    faults = [Fault(harm.__name__, harm, scripted_ends(harm.__name__)) for harm in harms]
    found = {one.name: one.problems for one in Scene("害", faults).played()}

    assert [len(problems) for problems in found.values()] == [1, 1, 1, 1], found
    assert "答应了，却没有任务" in found["forget"][0]
    assert "2 张图" in found["send_again"][0]
    assert "多付了" in found["pay_again"][0]
    assert "结局是“送达”，该是“不明，已告知”" in found["say_otherwise"][0]


def scripted_ends(name: str) -> frozenset[str]:
    ends = {"forget": "refused", "say_otherwise": "unknown"}
    return frozenset({ends.get(name, "delivered")})


def delivered(_plant: Plant, crowd: Crowd) -> None:
    crowd.ask()
    crowd.settle(within=30)


def forget(plant: Plant, crowd: Crowd) -> None:
    """A job that was accepted is gone."""
    delivered(plant, crowd)
    with plant.database() as db, db.write() as tx:
        tx.execute(delete(image_job))


def send_again(plant: Plant, crowd: Crowd) -> None:
    """The picture is pushed a second time, as a worker without `send_at` would."""
    delivered(plant, crowd)
    (sent,) = [
        call
        for call in plant.outside.calls(scripted.SEND)
        if call["json"]["touser"] == crowd.people[0]
    ]
    token = post(plant, scripted.TOKEN, **credentials(plant))
    address = f"{scripted.SEND}?access_token={token['access_token']}"
    post(plant, address, **sent["json"])


def pay_again(plant: Plant, crowd: Crowd) -> None:
    """The picture is bought a second time."""
    delivered(plant, crowd)
    prompt = crowd.asked[0].prompt
    key = {"Authorization": f"Bearer {plant.settings.openai_api_key}"}
    model = plant.settings.openai_image_model
    post(plant, "/v1/images/generations", headers=key, model=model, prompt=prompt)


def say_otherwise(plant: Plant, crowd: Crowd) -> None:
    """It ends in another way than the table says."""
    delivered(plant, crowd)


def credentials(plant: Plant) -> dict[str, Any]:
    own = plant.settings
    grant = {"grant_type": "client_credential"}
    return grant | {"appid": own.wechat_app_id, "secret": own.wechat_app_secret}


def post(
    plant: Plant, path: str, *, headers: Mapping[str, str] = NO_HEADERS, **body: Any
) -> dict[str, Any]:
    request = urllib.request.Request(
        plant.outside.address + path,
        data=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json", **headers},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        found: dict[str, Any] = json.load(answer)
        return found

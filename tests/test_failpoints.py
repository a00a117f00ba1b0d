"""Failpoints strike once, where they are told to, and never for a real account."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.failpoints import Failpoints, Point, struck
from bot.settings import ROOT, Settings

PASSING_BY = """
import sys
from pathlib import Path
from bot import failpoints
failpoints.arm(sys.argv[1], Path(sys.argv[2]))
for point in failpoints.Point:
    failpoints.hit(point)
    print(point, flush=True)
"""
REAL = {
    "WECHAT_APP_ID": "wx0123456789abcdef",
    "WECHAT_APP_SECRET": "s",
    "WECHAT_TOKEN": "tok",
    "OPENAI_API_KEY": "sk-1",
    "SECRET_KEY": "0123456789abcdef",
}


def pass_by(wanted: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Let a process come by every place."""
    return subprocess.run(
        [sys.executable, "-c", PASSING_BY, wanted, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_process_is_killed_where_it_was_told_and_the_next_one_is_not(tmp_path: Path) -> None:
    first, second = (pass_by("job.begun:kill", tmp_path) for _ in range(2))

    assert first.returncode == -signal.SIGKILL
    assert first.stdout.split()[-1] == "job.leased"
    assert struck(tmp_path, Point.JOB_BEGUN).exists()
    assert (second.returncode, second.stdout.split()) == (0, list(Point))


def test_without_the_variable_nothing_strikes(tmp_path: Path) -> None:
    assert pass_by("", tmp_path).returncode == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wanted", ["job.begun:explode", "nowhere:kill", "job.begun"])
def test_what_is_not_a_place_or_an_action_is_refused(wanted: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="地点:kill"):
        Failpoints().arm(wanted, tmp_path)


def test_a_real_account_does_not_start_with_them(tmp_path: Path) -> None:
    environ = {**REAL, "DATA_DIR": str(tmp_path), "FAIL": "job.begun:kill"}
    with pytest.raises(ConfigError, match="FAIL 是故障测试用的"):
        Settings.load(environ, dotenv=tmp_path / "none")
    assert Settings.load({**environ, "FAIL": ""}, dotenv=tmp_path / "none").sandbox is False


def test_every_place_is_in_the_product() -> None:
    """A place that nobody comes by would let an experiment wait in vain."""
    files = [*ROOT.glob("bot/**/*.py")]
    text = "".join(path.read_text("utf-8") for path in files if path.name != "failpoints.py")
    assert [point for point in Point if f"hit(Point.{point.name})" not in text] == []
    assert os.environ.get("FAIL") is None

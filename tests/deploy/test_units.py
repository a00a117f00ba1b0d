"""The systemd units are understood by systemd, and exposed little."""

import re
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from bot import processes
from tests.deploy.paths import DEPLOY, ROOT, program

SYSTEMD = DEPLOY / "systemd"
SERVICES = sorted(SYSTEMD.glob("*.service"))
MOST = 15  # tenths of systemd's own measure of exposure, of 100


@pytest.fixture(name="units", scope="module")
def _units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units as they are, but for where the program lies on this machine."""
    folder = tmp_path_factory.mktemp("units")
    for file in SYSTEMD.iterdir():
        text = file.read_text(encoding="utf-8").replace("/opt/huaxin/", f"{ROOT}/")
        (folder / file.name).write_text(text, encoding="utf-8")
    return folder


def analyze(*words: object) -> subprocess.CompletedProcess[str]:
    command = [program("systemd-analyze"), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_systemd_finds_nothing_to_say(units: Path) -> None:
    found = sorted(one for one in units.iterdir() if one.suffix != ".sysusers")
    done = analyze("verify", "--man=no", *found)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("name", [one.name for one in SERVICES])
def test_a_service_is_exposed_little(units: Path, name: str) -> None:
    done = analyze("security", "--offline=true", f"--threshold={MOST}", units / name)

    assert done.returncode == 0, done.stdout[-400:]


def read(name: str) -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # names keep their case
    parser.read(SYSTEMD / name, encoding="utf-8")
    return parser


def test_the_services_are_hardened_alike() -> None:
    """One block, copied: a line that is missing in one of them is a hole."""
    block = re.compile(r"^User=.*?^SystemCallErrorNumber=\w+$", re.MULTILINE | re.DOTALL)
    blocks = [block.findall(one.read_text(encoding="utf-8")) for one in SERVICES]

    assert len(SERVICES) == 4
    assert blocks[0]
    assert blocks == [blocks[0]] * 4


def test_a_stop_leaves_time_for_what_is_at_hand() -> None:
    options = processes.gunicorn(bind="", processes=1, threads=1)

    assert int(read("huaxin-worker.service")["Service"]["TimeoutStopSec"]) > processes.GRACE + 10
    web = int(read("huaxin-web.service")["Service"]["TimeoutStopSec"])
    assert web > options["graceful_timeout"] + 5

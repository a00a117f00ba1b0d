"""Where the operations files are, and the programs that check them."""

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"


def program(name: str) -> str:
    """Return the path of a program, wherever the system or the environment has it."""
    folders = [str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin"]
    found = shutil.which(name, path=os.pathsep.join(folders))
    assert found, f"{name} is missing: run make test, which installs it"
    return found

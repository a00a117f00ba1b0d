"""Whether Redis answers is known within a second, whatever has become of it."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

from bot.jobs.broker import answers


def test_redis_alive_frozen_and_dead(tmp_path: Path) -> None:
    binary = shutil.which("redis-server")
    assert binary, "redis-server is missing: run tools/test-packages"
    socket = tmp_path / "redis.sock"
    server = subprocess.Popen(
        [binary, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    while not socket.exists():
        assert server.poll() is None
        time.sleep(0.02)
    address = f"unix://{socket}"
    assert answers(address)

    server.send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    assert not answers(address)
    assert time.monotonic() - begun < 1.5

    server.kill()
    server.wait()
    assert not answers(address)

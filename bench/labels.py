"""What fitting and labelling a picture costs, beside one bare decoding and encoding of it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image

from bench.children import BenchError
from bot.images import label
from bot.images.picture import finish
from bot.settings import ROOT

SIZES = ((1024, 1024), (1536, 1024))
FORMATS = ("JPEG", "PNG")
IN_FLIGHT = 100
QUALITY = 90
_GRAINS = ((8, 0.5), (32, 0.4), (128, 0.3), (512, 0.1))


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of CPU, the best of rounds that take turns: other processes only add to it."""

    name: str
    ours: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.ours / self.bare


def costs(*, rounds: int = 25, sizes: tuple[tuple[int, int], ...] = SIZES) -> Iterator[Cost]:
    """Measure what a worker does with a picture, reading both labels back included."""
    for width, height in sizes:
        for format_ in FORMATS:
            data = picture(width, height, format_)
            ours, bare = _take_turns(partial(_ours, data), partial(_bare, data), rounds)
            yield Cost(f"{width}×{height} {format_}", ours, bare)


def memory(*, pictures: int = IN_FLIGHT) -> float:
    """Return the megabytes each of *pictures* takes that are finished by a thread each, at once.

    The file that came and the file that goes are counted, as a process of its own is measured.
    """
    words = [sys.executable, "-m", "bench.labels", str(pictures)]
    try:
        done = subprocess.run(words, cwd=ROOT, capture_output=True, timeout=60, check=True)  # noqa: S603 — our own module
    except subprocess.SubprocessError as error:
        raise BenchError(str(error)) from error
    taken: int = json.loads(done.stdout)
    return taken / pictures / 1_000_000


def picture(width: int, height: int, format_: str) -> bytes:
    """Return a picture as hard to code as a photo: grains of many sizes, one over the other."""
    random = Random(1)  # noqa: S311 — the same every time
    image = Image.new("RGB", (width, height))
    for grains, share in _GRAINS:
        size = (grains, grains * height // width)
        coarse = Image.frombytes("RGB", size, random.randbytes(3 * size[0] * size[1]))
        fine = coarse.resize(image.size, Image.Resampling.BICUBIC)
        image = Image.blend(image, fine, share)
    target = BytesIO()
    image.save(target, format_, quality=QUALITY)
    return target.getvalue()


def _ours(data: bytes) -> bytes:
    made = finish(data, produce_id="1", producer="huaxin").data
    label.verify(made)
    return made


def _bare(data: bytes) -> bytes:
    target = BytesIO()
    with Image.open(BytesIO(data)) as image:
        image.save(target, "JPEG", quality=QUALITY)
    return target.getvalue()


def _take_turns(
    one: Callable[[], object], other: Callable[[], object], rounds: int
) -> tuple[float, float]:
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for call, times in zip((one, other), taken, strict=True):
            begun = time.process_time()
            call()
            if number:  # the first time fonts are loaded
                times.append(1000 * (time.process_time() - begun))
    return min(taken[0]), min(taken[1])


def _main(pictures: int) -> None:
    """Print the bytes by which *pictures* at once raise this process's peak."""
    data = picture(*SIZES[-1], "JPEG")
    _ours(data)
    files = [bytes(bytearray(data)) for _ in range(pictures)]
    before = _resident("VmRSS") - pictures * len(data)
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # proc(5): begin the peak anew
    with ThreadPoolExecutor(pictures) as pool:
        kept = list(pool.map(_ours, files))
    print(_resident("VmHWM") - before)  # noqa: T201 — what this process is for
    assert len(kept) == pictures


def _resident(name: str) -> int:
    """Return *name* of /proc/self/status in bytes."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split(f"{name}:")[1].split()[0]) * 1024


if __name__ == "__main__":
    _main(int(sys.argv[1]))

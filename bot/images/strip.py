"""A JPEG's parts: its lowest rows, decoded without the rest, and how often all is gone over."""

from io import BytesIO
from struct import error, unpack

from PIL import Image

_START_OF_FRAME, _RESTART_INTERVAL, _START_OF_SCAN = 0xC0, 0xDD, 0xDA
_SCAN = b"\xff\xda"
_SAID_BEFORE_THE_SCAN = {0xC0, 0xC4, 0xDA, 0xDB, 0xDD}  # frame, Huffman, scan, quantiser, interval
_LAST_RESTART = b"\xff\xd7"
_RESTARTS = 8  # their markers count from 0 to 7


def bottom(data: bytes, rows: int) -> Image.Image | None:
    """Return at least the lowest *rows* of a JPEG in grey, as wide as the picture.

    ITU T.81, F.2.1.3: after a restart marker decoding begins anew, so what stands before it need
    not be read. None where the file has no such markers once in a row of blocks, or is no plain
    baseline JPEG: then only decoding all of it will do.
    """
    try:
        segments, scan = _segments(data)
        frame = segments[_START_OF_FRAME]
        height, width, across, down = _grid(frame)
        (interval,) = unpack(">H", segments[_RESTART_INTERVAL][4:6])
    except (LookupError, ValueError, error):
        return None
    if interval != -(-width // across):
        return None
    # Of the lowest band of blocks the picture may hold a row only.
    begin, first = _cut(data, scan, bands=-(-height // down), last=(height - rows) // down)
    left = (height - first * down).to_bytes(2, "big")
    segments[_START_OF_FRAME] = frame[:5] + left + frame[7:]
    head = b"\xff\xd8" + b"".join(segments[kind] for kind in segments)
    with Image.open(BytesIO(head + data[begin:]), formats=("JPEG",)) as image:
        image.draft("L", image.size)
        return image.convert("L")


def scans(data: bytes) -> int:
    """Return how often a decoder may go over a whole JPEG; 1 for what is none.

    A baseline picture whose first scan holds all components ends with it, whatever follows.
    """
    if not data.startswith(b"\xff\xd8"):
        return 1
    try:
        segments, _ = _segments(data)
        whole = segments[_START_OF_FRAME][9] == segments[_START_OF_SCAN][4]
    except (LookupError, ValueError):
        whole = False
    return 1 if whole else data.count(_SCAN)


def _segments(data: bytes) -> tuple[dict[int, bytes], int]:
    """Return what a decoder must know, in order, and where the scan's data begin."""
    found: dict[int, bytes] = {}
    at = 2
    while True:
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at] != 0xFF:  # noqa: PLR2004 — how every marker begins
            raise ValueError("no marker where one must stand")
        if kind in _SAID_BEFORE_THE_SCAN:
            # Tables may come in several segments of a kind.
            found[kind] = found.get(kind, b"") + data[at : at + 2 + length]
        at += 2 + length
        if kind == _START_OF_SCAN:
            return found, at


def _grid(frame: bytes) -> tuple[int, int, int, int]:
    """Return the picture's height and width, and those of its blocks in reverse: across, down."""
    height, width, components = unpack(">HHB", frame[5:10])
    if components != len("YCC"):
        raise ValueError("a grey picture's blocks are counted otherwise")
    sampling = [frame[11 + 3 * number] for number in range(components)]
    across = 8 * max(one >> 4 for one in sampling)
    return height, width, across, 8 * max(one & 15 for one in sampling)


def _cut(data: bytes, scan: int, *, bands: int, last: int) -> tuple[int, int]:
    """Return where to begin, and in which band of blocks: the *last* that will do, or above it.

    It is the nearest one whose marker is counted 0 again.
    """
    first = (bands - 1) // _RESTARTS * _RESTARTS
    at = len(data)
    while first > 0:
        at = data.rfind(_LAST_RESTART, scan, at)
        if at < 0:
            break
        if first <= last:
            return at + len(_LAST_RESTART), first
        first -= _RESTARTS
    return scan, 0

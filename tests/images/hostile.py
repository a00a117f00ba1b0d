"""Pictures made to do harm, and a process in which what they cost is measured.

As a program: take the files named on standard input, one JSON list, through `finish` or `draw`
(uploaded pictures) and print what came of each, with the most memory it took.
"""

import contextlib
import io
import json
import resource
import struct
import sys
import time
import zipfile
import zlib
from pathlib import Path

from PIL import Image

from bot.errors import ProviderError, Unfit
from bot.images import label, uploaded
from bot.images.picture import finish
from tests.images.grounds import encoded, ground

ADDRESS_SPACE = 2_000_000_000
SECRET = b"<script>canary()</script>"


def chunk(kind: bytes, body: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + checksum


def png(width: int, height: int, *chunks: bytes, pixels: bytes | None = None) -> bytes:
    """Return a grey PNG of *width* × *height*, black unless *pixels* (packed) say otherwise."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    packed = zlib.compress(bytes((width + 1) * height), 9) if pixels is None else pixels
    parts = (header, *chunks, chunk(b"IDAT", packed), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg_flood() -> bytes:
    """Return a JPEG whose header claims 65,500 × 65,500 pixels."""
    data = encoded(ground("gray", 64, 64))
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", 65_500, 65_500) + data[at + 4 :]


def webp_flood() -> bytes:
    """Return an animated WebP whose canvas is 16,384 × 16,384, though its frames are small."""
    frames = [ground(kind, 64, 64) for kind in ("red", "white")]
    data = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    at = data.index(b"VP8X") + 12
    return data[:at] + b"\xff\x3f\x00\xff\x3f\x00" + data[at + 6 :]


def moving(format_: str) -> bytes:
    frames = [ground(kind, 200, 200) for kind in ("red", "white", "black")]
    return encoded(frames[0], format_, save_all=True, append_images=frames[1:], duration=50)


def archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("canary.html", SECRET)
    return target.getvalue()


def photo() -> bytes:
    """Return a photo held on its side, with a place, a thumbnail, a profile and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x9286] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (39.9, 54.0, 26.0), 29: "2026:05:01"})
    source = Image.new("RGB", (400, 300), "blue")
    source.paste((255, 255, 0), (0, 0, 60, 60))
    return encoded(source, exif=exif, icc_profile=SECRET * 9, comment=SECRET, quality=95)


def many_scans(count: int) -> bytes:
    """Return a progressive JPEG with one of its scans *count* times over."""
    data = encoded(Image.new("L", (500, 500)), progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + data[-2:]


def _outcome(way: str, data: bytes) -> str:
    try:
        if way == "finish":
            done = finish(data, produce_id="1", producer="h")
            label.verify(done.data)
            return f"{done.width}x{done.height}"
        drawn = uploaded.draw(data)
    except (ProviderError, Unfit):
        return "refused"
    return f"{drawn.width}x{drawn.height}"


def _peak() -> int:
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def main() -> None:
    """Say of each file what came of it, the seconds and the bytes of memory it took."""
    _outcome("finish", encoded(ground("gray", 1024, 1024)))  # fonts and libraries
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    found = []
    for name, way in json.load(sys.stdin):
        data = Path(name).read_bytes()
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", "ascii")  # begin the peak anew
        before, began = _peak(), time.process_time()
        came = _outcome(way, data)
        found.append((came, time.process_time() - began, _peak() - before))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()

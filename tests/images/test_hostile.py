"""Pictures made to do harm: refused or drawn anew, in bounded memory, and nothing comes through."""

import io
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import ProviderError, Reason, Unfit
from bot.images import label, uploaded
from bot.images.picture import MAX_SCANS, finish
from bot.settings import ROOT
from tests.images import hostile
from tests.images.grounds import encoded, ground
from tests.images.hostile import SECRET, chunk, png

Take = Callable[[bytes], bytes]
MEGABYTE = 1_000_000
ALLOWED = 420 * MEGABYTE  # for the largest picture taken, 25 million pixels; a WebP is held twice
PACKED = zlib.compress(bytes(50 * MEGABYTE), 9)
SMALL_TEXTS = [
    chunk(b"zTXt", b"a%d\0\0" % one + zlib.compress(bytes(MEGABYTE))) for one in range(99)
]


def finished(data: bytes) -> bytes:
    return finish(data, produce_id="job-42", producer="huaxin").data


def drawn(data: bytes) -> bytes:
    return uploaded.draw(data).data


def sizes() -> dict[str, tuple[bytes, str, int]]:
    """Return files, what must come of each, and the most memory it may take."""
    alpha = encoded(Image.new("RGBA", (5000, 5000)), "PNG", compress_level=1)
    deep = encoded(Image.new("I;16", (5000, 5000)), "PNG", compress_level=1)
    webp = encoded(Image.new("RGB", (5000, 5000)), "WEBP", method=0, quality=10)
    little = 20 * MEGABYTE
    return {
        "text": (png(300, 300, chunk(b"zTXt", b"a\0\0" + PACKED)), "refused", little),
        "xmp": (
            png(300, 300, chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + PACKED)),
            "refused",
            little,
        ),
        "profile": (png(300, 300, chunk(b"iCCP", b"a\0\0" + PACKED)), "refused", little),
        # Pillow's own bound for all of a file's texts is 64 MB.
        "texts": (png(300, 300, *SMALL_TEXTS), "refused", 90 * MEGABYTE),
        "flood": (png(60_000, 60_000, pixels=zlib.compress(b"0")), "refused", little),
        "jpeg": (hostile.jpeg_flood(), "refused", little),
        "webp": (hostile.webp_flood(), "refused", little),
        "empty": (png(5000, 5000, pixels=zlib.compress(b"0")), "refused", ALLOWED),
        "long": (png(12_000, 2_000), "12000x2000", ALLOWED),
        "alpha": (alpha, "5000x5000", ALLOWED),
        "deep": (deep, "5000x5000", ALLOWED),
        "lossy": (webp, "5000x5000", ALLOWED),
    }


def test_no_picture_takes_more_memory_than_the_largest_that_is_taken(tmp_path: Path) -> None:
    wanted, jobs = [], []
    for name, (data, came, most) in sizes().items():
        (tmp_path / name).write_bytes(data)
        for way in ("finish", "draw"):
            jobs.append((str(tmp_path / name), way))
            wanted.append((name, way, came, most))
    run = subprocess.run(
        [sys.executable, "-m", "tests.images.hostile"],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=120,
    )

    for (name, way, came, most), (got, seconds, memory) in zip(
        wanted, json.loads(run.stdout), strict=True
    ):
        assert (name, way, got) == (name, way, came)
        assert memory <= most, (name, way)
        assert seconds < 20, (name, way)


@pytest.mark.parametrize("take", [finished, drawn])
def test_nothing_of_a_second_file_in_a_picture_comes_through(take: Take) -> None:
    picture = ground("gradient", 300, 200)
    for front in (
        encoded(picture, comment=SECRET),
        encoded(picture, "PNG"),
        encoded(picture, "WEBP"),
        png(300, 200, chunk(b"prVt", SECRET), chunk(b"tEXt", b"Comment\0" + SECRET)),
    ):
        for tail in (hostile.archive(), SECRET, b"<?php system('canary'); ?>"):
            made = take(front + tail)

            assert b"canary" not in made
            assert b"PK\x03\x04" not in made
            with Image.open(io.BytesIO(made)) as image:
                assert image.size == (300, 200)


@pytest.mark.parametrize("take", [finished, drawn])
def test_a_photos_place_and_profile_go_and_its_turn_is_made(take: Take) -> None:
    source = hostile.photo()
    assert b"canary" in source
    made = take(source)

    assert b"canary" not in made
    with Image.open(io.BytesIO(made)) as image:
        assert image.size == (300, 400)
        assert not image.getexif()
        assert not image.info.keys() & {"icc_profile", "exif", "comment"}
        yellow = image.convert("RGB").getpixel((270, 20))
    assert isinstance(yellow, tuple)
    assert yellow[0] > 200
    assert yellow[2] < 80


@pytest.mark.parametrize("format_", ["WEBP", "PNG"])
def test_of_a_moving_picture_the_first_frame_is_taken(format_: str) -> None:
    for take in (finished, drawn):
        with Image.open(io.BytesIO(take(hostile.moving(format_)))) as image:
            assert getattr(image, "n_frames", 1) == 1
            pixel = image.convert("RGB").getpixel((20, 20))
        assert pixel == pytest.approx((255, 0, 0), abs=8)


WRONG = [
    b"",
    b"<svg xmlns='http://www.w3.org/2000/svg' width='99' height='99'/>",
    b"%PDF-1.7\n" + SECRET,
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n" + SECRET,
    b"<!doctype html>" + SECRET,
    hostile.archive(),
    b"GIF89a" + SECRET,
    b"\x89PNG\r\n\x1a\n" + SECRET,
    b"RIFF\xff\xff\xff\xffWEBPVP8 " + SECRET,
    b"\xff\xd8\xff" + SECRET,
    encoded(Image.new("RGB", (99, 99)), "TIFF"),
    hostile.many_scans(MAX_SCANS + 1),
]


@pytest.mark.parametrize("data", WRONG, ids=range(len(WRONG)))
def test_what_is_no_picture_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(ProviderError) as refused:
        finished(data)
    assert refused.value.reason is Reason.BAD_PICTURE
    with pytest.raises(Unfit):
        drawn(data)


def test_a_progressive_picture_of_usual_make_is_taken() -> None:
    label.verify(finished(encoded(ground("gradient", 500, 400), progressive=True)))
    label.verify(finished(hostile.many_scans(MAX_SCANS // 2)))


def test_a_palette_keeps_its_colours_and_its_hole_is_white() -> None:
    image = Image.new("P", (300, 300), 1)
    image.putpalette([255, 0, 0, 0, 128, 0])
    image.paste(0, (0, 0, 150, 300))
    with Image.open(io.BytesIO(finished(encoded(image, "PNG", transparency=0)))) as made:
        assert made.getpixel((50, 50)) == pytest.approx((255, 255, 255), abs=3)
        assert made.getpixel((220, 50)) == pytest.approx((0, 128, 0), abs=6)


def test_printers_colours_become_the_screens() -> None:
    ink = Image.new("CMYK", (300, 300), (0, 255, 255, 0))
    with Image.open(io.BytesIO(finished(encoded(ink)))) as made:
        assert made.getpixel((50, 50)) == pytest.approx((255, 0, 0), abs=8)

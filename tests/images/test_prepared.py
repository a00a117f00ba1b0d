"""Whatever a follower sends, a model is shown a small clean picture, or it is refused."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from bot.errors import Unfit
from bot.images.prepared import Shown, prepare
from tests.images.grounds import encoded, ground


def image_of(shown: Shown) -> Image.Image:
    with Image.open(io.BytesIO(shown.data)) as image:
        image.load()
        return image


def flood(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that claims to be that large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def deep_grey() -> bytes:
    ramp = Image.frombytes("I;16", (64, 64), struct.pack("<4096H", *range(0, 65536, 16)))
    return encoded(ramp, "PNG")


def animation() -> bytes:
    frames = [ground(colour, 120, 90) for colour in ("red", "lime", "blue")]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)


def hidden() -> bytes:
    """A JPEG that is a ZIP as well, with words in every place that takes some."""
    exif = Image.Exif()
    exif[0x010E] = "SECRET"  # ImageDescription
    plain = encoded(ground("red", 120, 90), exif=exif, comment=b"SECRET")
    return plain + b"PK\x03\x04SECRET<?php ?>"


def chatty() -> bytes:
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "SECRET")
    return encoded(ground("red", 120, 90), "PNG", pnginfo=told)


@pytest.mark.parametrize(
    ("data", "mode", "middle"),
    [
        (animation(), "RGB", (254, 0, 0)),
        (encoded(ground("red", 120, 90).convert("CMYK")), "RGB", (254, 0, 0)),
        (encoded(ground("red", 120, 90).convert("P"), "PNG"), "RGB", (254, 0, 0)),
        (encoded(ground("red", 120, 90), "WEBP", lossless=True), "RGB", (254, 0, 0)),
        (encoded(ground("red", 120, 90), "BMP"), "RGB", (254, 0, 0)),
        (deep_grey(), "RGB", (130, 130, 130)),
        (encoded(Image.new("RGBA", (120, 90), (255, 0, 0, 99)), "PNG"), "RGBA", (255, 0, 0, 99)),
        (hidden(), "RGB", (254, 0, 0)),
        (chatty(), "RGB", (254, 0, 0)),
    ],
    ids=["gif", "cmyk", "palette", "webp", "bmp", "16-bit", "clear", "polyglot", "chatty"],
)
def test_every_kind_is_shown_as_it_looks_and_says_nothing_else(
    data: bytes, mode: str, middle: tuple[int, ...]
) -> None:
    shown = prepare(data)
    image = image_of(shown)
    pixel = image.getpixel((image.width // 2, image.height // 2))

    assert (image.format, image.mode) == ("PNG" if mode == "RGBA" else "JPEG", mode)
    assert shown.ending == (".png" if mode == "RGBA" else ".jpg")
    assert isinstance(pixel, tuple)
    assert max(abs(a - b) for a, b in zip(pixel, middle, strict=True)) <= 2
    assert b"SECRET" not in shown.data
    assert not image.getexif()
    assert Shown.of(shown.data) == shown


@pytest.mark.parametrize(
    ("stored", "seen"),
    [((4032, 3024), (1536, 1152)), ((640, 3000), (328, 1536)), ((300, 200), (300, 200))],
)
def test_a_large_photo_becomes_small_and_a_small_one_stays(
    stored: tuple[int, int], seen: tuple[int, int]
) -> None:
    shown = prepare(encoded(ground("gradient", *stored), quality=80))
    assert (shown.width, shown.height) == seen == image_of(shown).size


@pytest.mark.parametrize("turned", range(2, 9))
def test_a_turned_photo_stands_upright(turned: int) -> None:
    upright = ground("red", 64, 96)
    upright.paste((0, 0, 255), (0, 48, 64, 96))
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[turned]
    exif = Image.Exif()
    exif[0x0112] = turned
    image = image_of(prepare(encoded(upright.transpose(back), exif=exif)))

    assert image.size == (64, 96)
    above, below = image.getpixel((32, 10)), image.getpixel((32, 86))
    assert isinstance(above, tuple)
    assert isinstance(below, tuple)
    assert above[0] > 200 + above[2]
    assert below[2] > 200 + below[0]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg onload=alert(1)>",
        b"%PDF-1.7",
        flood(12_001, 10),
        flood(9_000, 9_000),
        flood(65_000, 65_000),
        flood(2_000, 2_000),
        encoded(ground("noise", 300, 200))[:9_000],
        encoded(ground("red", 31, 400)),
    ],
    ids=["empty", "gif", "svg", "pdf", "long", "flood", "bomb", "short", "truncated", "sliver"],
)
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    with pytest.raises(Unfit):
        prepare(data)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_damage_anywhere_is_refused_or_shown(data: st.DataObject) -> None:
    whole = bytearray(
        encoded(ground("checks", 96, 64), data.draw(st.sampled_from(["PNG", "JPEG"])))
    )
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        shown = prepare(bytes(whole))
    except Unfit:
        return
    assert max(image_of(shown).size) <= 1536

"""From what a provider sent to what WeChat accepts."""

import io
import random
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from bot.errors import ProviderError, Reason
from bot.images import label
from bot.images.picture import Picture, finish
from tests.images.grounds import encoded, ground
from tests.images.hostile import png

SEGMENT_MARKERS = range(0xE0, 0xFF)
"""APP0 … APP15 and COM."""


def done(data: bytes, **options: int) -> Picture:
    return finish(data, produce_id="job-42", producer="huaxin", **options)


def reopened(picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.data))
    image.load()
    return image


def refused(data: bytes, **options: int) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        done(data, **options)
    assert raised.value.reason is Reason.BAD_PICTURE
    assert raised.value.billed is True
    assert raised.value.retry_after is None
    return raised.value


def segments(data: bytes) -> list[tuple[int, bytes]]:
    """Return the application segments and comments of a JPEG."""
    found, at = [], 2
    while data[at + 1] != 0xDA:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in SEGMENT_MARKERS:
            found.append((marker, data[at + 4 : at + 2 + length]))
        at += 2 + length
    return found


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(1024, 1024), (1536, 864), (1968, 656), (256, 256), (64, 64)])
def test_a_picture_keeps_its_size_and_bears_both_labels(
    format_: str, size: tuple[int, int]
) -> None:
    picture = done(encoded(ground("gradient", *size), format_))
    image = reopened(picture)

    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", size)
    assert (picture.width, picture.height) == size
    found = label.read(picture.data)
    assert found is not None
    assert found["ProduceID"] == "job-42"
    corner = image.convert("L").crop((size[0] * 3 // 4, size[1] * 9 // 10, *size)).histogram()
    assert any(corner[201:])  # white letters
    assert any(corner[:90])  # on a dark plate


def test_the_file_holds_no_metadata_but_the_label() -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret description"
    source = encoded(
        ground("gradient", 512, 512),
        exif=exif,
        comment=b"a secret comment",
        icc_profile=b"a secret profile" * 20,
        xmp=label.packet(produce_id="another", producer="somebody"),
    )

    picture = done(source)
    kinds = [(marker, body[:4]) for marker, body in segments(picture.data)]

    assert kinds == [(0xE0, b"JFIF"), (0xE1, b"http")]
    assert b"secret" not in picture.data
    assert b"somebody" not in picture.data
    found = label.read(picture.data)
    assert found is not None
    assert found["ProduceID"] == "job-42"


def test_png_text_does_not_survive() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("parameters", "a secret prompt")

    assert b"secret" not in done(encoded(ground("red", 512, 512), "PNG", pnginfo=text)).data


@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, (5, 5)), (3, (395, 295)), (6, (295, 5)), (8, (5, 395))]
)
def test_the_exif_orientation_is_applied(orientation: int, corner: tuple[int, int]) -> None:
    source = Image.new("RGB", (400, 300), "blue")
    source.paste((255, 255, 0), (0, 0, 40, 40))
    exif = Image.Exif()
    exif[0x0112] = orientation

    image = reopened(done(encoded(source, exif=exif, quality=95)))

    assert image.size == ((400, 300) if orientation in (1, 3) else (300, 400))
    pixel = image.getpixel(corner)
    assert isinstance(pixel, tuple)
    assert pixel[0] > 200
    assert pixel[2] < 80


@pytest.mark.parametrize("format_", ["PNG", "WEBP"])
def test_transparency_lies_on_white(format_: str) -> None:
    source = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    source.paste((255, 0, 0, 255), (0, 0, 100, 100))

    image = reopened(done(encoded(source, format_)))

    assert image.getpixel((300, 200)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "I;16", "CMYK", "RGBA"])
def test_every_colour_mode_becomes_rgb_of_the_same_brightness(mode: str) -> None:
    if mode == "I;16":
        source = Image.frombytes("I;16", (300, 300), struct.pack("<H", 128 * 257) * 90_000)
    else:
        source = Image.new("RGB", (300, 300), (128, 128, 128)).convert(mode)
    picture = done(encoded(source, "JPEG" if mode == "CMYK" else "PNG"))

    mean = reopened(picture).convert("L").resize((1, 1), box=(0, 0, 200, 200)).getpixel((0, 0))

    assert mean == pytest.approx(128, abs=3)


def test_a_picture_too_heavy_is_coded_harder_before_it_is_made_smaller() -> None:
    noise = encoded(ground("noise", 1024, 1024), quality=95)
    easy, hard, smaller = (done(noise, max_bytes=most) for most in (2_000_000, 800_000, 300_000))

    assert (easy.width, easy.height) == (hard.width, hard.height) == (1024, 1024)
    assert len(hard.data) <= 800_000 < len(easy.data)
    assert 500 < smaller.width == smaller.height < 1024
    assert 200_000 < len(smaller.data) <= 300_000


@pytest.mark.parametrize("size", [(3840, 2160), (4992, 4992)])
def test_the_largest_noise_fits(size: tuple[int, int]) -> None:
    picture = done(encoded(ground("noise", *size), quality=95))

    assert 1_000_000 < len(picture.data) <= 2_000_000
    assert picture.width / picture.height == pytest.approx(size[0] / size[1], rel=0.01)
    assert label.read(picture.data) is not None


def test_finishing_again_changes_neither_size_nor_label() -> None:
    once = done(encoded(ground("noise", 1024, 1024), quality=95), max_bytes=500_000)
    again = done(once.data, max_bytes=500_000)

    assert (again.width, again.height) == (once.width, once.height)
    assert len(again.data) <= 500_000
    assert label.read(again.data) == label.read(once.data)


def flood(width: int, height: int) -> bytes:
    """Return a small PNG that claims *width* × *height* pixels of grey."""
    return png(width, height, pixels=zlib.compress(b"\0" * 10_000))


@pytest.mark.parametrize(
    "size", [(12_001, 100), (100, 12_001), (5_001, 5_000), (9_000, 9_000), (10_000, 9_500)]
)
def test_a_picture_of_too_many_pixels_is_refused_by_its_header(size: tuple[int, int]) -> None:
    message = str(refused(flood(*size)))

    # Above Pillow's own limit it is Pillow that refuses, with warnings as errors.
    assert "larger than any picture" in message or "DecompressionBomb" in message


def test_a_truncated_picture_is_refused() -> None:
    for format_ in ("JPEG", "PNG", "WEBP"):
        data = encoded(ground("noise", 256, 256), format_)
        for length in (0, 3, 20, len(data) // 2, len(data) - 1000):
            refused(data[:length])


@pytest.mark.parametrize("format_", ["GIF", "BMP", "TIFF", "PPM", "ICO"])
def test_other_formats_are_refused(format_: str) -> None:
    refused(encoded(Image.new("RGB", (100, 100)), format_))


@pytest.mark.parametrize("size", [(1, 1), (63, 500), (500, 63)])
def test_a_picture_too_small_for_a_legible_label_is_refused(size: tuple[int, int]) -> None:
    refused(encoded(Image.new("RGB", size), "PNG"))


def test_a_picture_that_cannot_be_made_small_enough_is_refused() -> None:
    refused(encoded(ground("noise", 256, 256)), max_bytes=500)


SAMPLES = [encoded(ground("gradient", 70, 64), format_) for format_ in ("JPEG", "PNG", "WEBP")]


@settings(max_examples=2000, deadline=None)
@given(st.integers(0, 2), st.integers(0, 2**32))
def test_a_damaged_file_gives_a_picture_or_a_refusal(which: int, seed: int) -> None:
    draw = random.Random(seed)
    data = bytearray(SAMPLES[which])
    for _ in range(draw.randint(1, 12)):
        data[draw.randrange(len(data))] = draw.randrange(256)

    try:
        picture = done(bytes(data))
    except ProviderError:
        return
    assert label.read(picture.data) is not None

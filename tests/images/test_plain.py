"""Plain grounds: exact to the hex, subjects untouched, everything else left alone."""

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

from bot.images import picture, plain
from bot.sandbox.scenery import paint
from tests.images.grounds import encoded, ground

BLUE, RED, WHITE = "#1E90FF", "#D9001B", "#FFFFFF"
SIZE = (480, 600)


def portrait(colour: str, *, quality: int = 90) -> tuple[Image.Image, Image.Image]:
    """Return a person before a ground, as a JPEG holds it, and where the person is."""
    big = (2 * SIZE[0], 2 * SIZE[1])
    image, mask = Image.new("RGB", big, colour), Image.new("L", big)
    width, height = big
    for shape, box, fill in (
        ("ellipse", (0.1, 0.72, 0.9, 1.5), (30, 40, 70)),
        ("rectangle", (0.43, 0.55, 0.57, 0.78), (226, 180, 150)),
        ("ellipse", (0.33, 0.16, 0.67, 0.66), (28, 22, 20)),
        ("ellipse", (0.36, 0.24, 0.64, 0.66), (236, 192, 162)),
        ("ellipse", (0.41, 0.4, 0.47, 0.43), (255, 255, 255)),
        ("ellipse", (0.53, 0.4, 0.59, 0.43), (255, 255, 255)),
    ):
        place = [part * side for part, side in zip(box, (width, height) * 2, strict=True)]
        getattr(ImageDraw.Draw(image), shape)(place, fill=fill)
        getattr(ImageDraw.Draw(mask), shape)(place, fill=255)
    small = image.resize(SIZE, Image.Resampling.LANCZOS)
    with Image.open(BytesIO(encoded(small, quality=quality))) as opened:
        return opened.convert("RGB"), mask.resize(SIZE, Image.Resampling.BOX)


def farthest(image: Image.Image, other: Image.Image, where: Image.Image) -> int:
    """Return the greatest difference of a channel where the mask is 255."""
    solid = where.point(lambda value: 255 * (value == 255))
    masked = Image.composite(image, other, solid)
    bands = ImageChops.difference(masked, other).split()
    return max(value for band in bands for value, count in enumerate(band.histogram()) if count)


@pytest.mark.parametrize(
    ("drawn", "wanted"),
    [("#2A86F0", BLUE), ("#F4F6F8", RED), (WHITE, "#438EDB"), (RED, WHITE), ("#3A7BD5", RED)],
)
def test_the_ground_is_the_hex_and_the_subject_stays(
    drawn: str, wanted: str, keep_picture: Callable[[str, Any], None]
) -> None:
    image, subject = portrait(drawn)
    made, found = plain.correct_ground(image, wanted)
    flat = Image.new("RGB", SIZE, wanted)
    away = ImageChops.invert(subject.filter(ImageFilter.MaxFilter(7)))
    inside = subject.filter(ImageFilter.MinFilter(9))
    keep_picture(f"ground-{drawn[1:]}-{wanted[1:]}.png", made)

    assert found.plain
    assert 0.5 < found.share < 0.75
    assert max(abs(a - b) for a, b in zip(found.colour, ImageColor.getrgb(drawn), strict=True)) <= 2
    assert farthest(made, flat, away) == 0
    assert farthest(made, image, inside) == 0
    assert plain.verify_ground(made, wanted).deviation == 0


def test_the_ground_survives_the_jpeg() -> None:
    made, _ = plain.correct_ground(portrait("#2A86F0")[0], BLUE)
    finished = picture.finish(encoded(made, "PNG"), produce_id="1", producer="huaxin")
    with Image.open(BytesIO(finished.data)) as opened:
        sent = opened.convert("RGB")
    _, subject = portrait("#2A86F0")
    away = ImageChops.invert(subject.filter(ImageFilter.MaxFilter(33)))
    away.paste(0, (SIZE[0] // 2, SIZE[1] - 80, *SIZE))  # the label

    assert farthest(sent, Image.new("RGB", SIZE, BLUE), away) <= 2


def test_no_fringe_of_the_old_ground_is_left() -> None:
    """Red → white: along the edge no pixel is redder than the subject beside it."""
    image, subject = portrait(RED)
    made, _ = plain.correct_ground(image, WHITE)
    edge = ImageChops.subtract(
        subject.filter(ImageFilter.MaxFilter(7)), subject.filter(ImageFilter.MinFilter(7))
    )
    red, _, blue = made.split()
    redness = ImageChops.subtract(red, blue).histogram(edge.point(lambda v: 255 * (v > 0)))

    # Skin is 74 redder than blue; the old ground 190.
    assert sum(redness[110:]) <= 0.01 * sum(redness)


@pytest.mark.parametrize("kind", ["noise", "checks", "gradient"])
def test_what_is_not_plain_is_left_alone(kind: str) -> None:
    image = ground(kind, 256, 256)
    made, found = plain.correct_ground(image, BLUE)

    assert made is image
    assert not found.plain
    assert plain.cut_out(image) is None


def test_scenery_is_no_ground() -> None:
    image = paint("城市", size=SIZE, seed=1)

    assert plain.correct_ground(image, BLUE)[0] is image


def test_a_hostile_comb_takes_no_time() -> None:
    image = Image.new("RGB", (2000, 400), "white")
    draw = ImageDraw.Draw(image)
    for x in range(20, 1980, 8):
        draw.rectangle((x, 40, x + 3, 360), fill="black")
    started = time.process_time()
    plain.region(image)

    assert time.process_time() - started < 2


def test_the_subject_is_cut_out(keep_picture: Callable[[str, Any], None]) -> None:
    image, subject = portrait("#F4F6F8")
    made = plain.cut_out(image)
    assert made is not None
    keep_picture("cut-out.png", made)
    alpha = made.getchannel("A")

    away = ImageChops.invert(subject.filter(ImageFilter.MaxFilter(7)))
    assert farthest(alpha, Image.new("L", SIZE, 0), away) == 0
    assert farthest(alpha, Image.new("L", SIZE, 255), subject.filter(ImageFilter.MinFilter(9))) == 0
    on_black = Image.new("RGB", SIZE)
    on_black.paste(made, mask=alpha)
    keep_picture("cut-out-on-black.png", on_black)


def test_fine_stripes_are_a_pattern_and_are_left_alone() -> None:
    """Followed one by one, they take a minute and a gigabyte of the largest picture."""
    row = bytes([255, 255, 255] * 2 + [0, 0, 0] * 2) * 256
    image = Image.frombytes("RGB", (1024, 1024), row * 1024)
    for top in (0, 960):
        image.paste("white", (0, top, 1024, top + 64))
    assert plain.cut_out(image) is None
    assert plain.correct_ground(image, "#1E90FF")[0] is image

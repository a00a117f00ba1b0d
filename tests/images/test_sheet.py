"""Contact sheets: every count and shape, and what is missing said where it is missing."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageStat

from bot.images import label
from bot.images.picture import MAX_BYTES, Picture, finish
from bot.images.sheet import MOST, contact_sheet
from tests.images.grounds import encoded, ground

Keep = Callable[[str, Any], None]
COLOURS = ("#c0392b", "#27ae60", "#2980b9", "#d4ac0d")


def made(colour: str, size: tuple[int, int]) -> bytes:
    picture = encoded(Image.new("RGB", size, colour), quality=90)
    return finish(picture, produce_id="draft", producer="huaxin").data


def sheet(pictures: list[bytes | None], shape: tuple[int, int], counter: str = "张") -> Picture:
    return contact_sheet(
        pictures, shape=shape, produce_id="sheet-1", producer="huaxin", counter=counter
    )


def opened(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.data)).convert("RGB")


def colour_at(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """Return the mean colour about a point given as shares of width and height."""
    left, top = round(x * image.width), round(y * image.height)
    return tuple(
        round(one) for one in ImageStat.Stat(image.crop((left, top, left + 9, top + 9))).mean
    )


@pytest.mark.parametrize(
    "shape", [(1024, 1024), (1024, 1536), (1536, 864), (1968, 656), (656, 1968)]
)
def test_four_drafts_stand_two_by_two_in_their_order(
    shape: tuple[int, int], keep_picture: Keep
) -> None:
    drafts: list[bytes | None] = [made(colour, shape) for colour in COLOURS]
    picture = sheet(drafts, shape)
    keep_picture(f"sheet-four-{shape[0]}x{shape[1]}.jpg", picture.data)
    image = opened(picture)
    foot = 1 - (picture.height - 2 * picture.width * shape[1] / shape[0] / 2) / picture.height

    label.verify(picture.data)
    assert len(picture.data) <= MAX_BYTES
    for colour, (x, y) in zip(
        COLOURS, [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)], strict=True
    ):
        wanted = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert colour_at(image, x, y * foot) == pytest.approx(wanted, abs=6)


@pytest.mark.parametrize("count", range(1, MOST + 1))
def test_a_deck_of_any_length_is_one_labelled_sheet(count: int, keep_picture: Keep) -> None:
    page = made(COLOURS[2], (1536, 864))
    picture = sheet([page] * count, (1536, 864), "页")
    if count in {1, 5, 20}:
        keep_picture(f"sheet-deck-{count}.jpg", picture.data)

    label.verify(picture.data)
    assert label.read(picture.data) is not None
    assert len(picture.data) <= MAX_BYTES
    assert 0.3 < picture.width / picture.height < 3
    assert picture.width >= 1000


def test_what_is_missing_or_broken_is_said_in_its_cell(keep_picture: Keep) -> None:
    whole: list[bytes | None] = [made(COLOURS[1], (1024, 1024))] * 4
    missing = sheet([*whole[:2], None, whole[3]], (1024, 1024))
    broken = sheet([*whole[:2], b"\xff\xd8 no picture", whole[3]], (1024, 1024))
    keep_picture("sheet-missing.jpg", missing.data)
    image = opened(missing)
    cell = image.crop((0, image.height // 2, image.width // 2, round(0.85 * image.height)))
    words = cell.convert("L").point(lambda value: 255 * (value < 130))

    assert missing == broken
    # Grey words on a light cell, none of the picture's green.
    assert colour_at(image, 0.1, 0.75) == pytest.approx((230, 230, 227), abs=4)
    assert words.histogram()[255] > 1000
    assert colour_at(image, 0.3, 0.3)[1] > 150


def test_each_cell_has_a_number_of_its_own() -> None:
    blank = sheet([None] * 4, (1024, 1024))
    image = opened(blank)
    corners = [
        image.crop((left, top, left + 110, top + 110)).convert("L")
        for top in (20, round(0.5 * (image.width + 20)))
        for left in (20, round(0.5 * (image.width + 20)))
    ]

    for corner in corners:
        assert sum(corner.histogram()[:100]) > 1000  # the dark plate
        assert sum(corner.histogram()[250:]) > 100  # the white figure
    assert len({corner.tobytes() for corner in corners}) == 4


@pytest.mark.parametrize("size", [(512, 900), (900, 512)])
def test_a_picture_of_another_shape_is_shown_whole(size: tuple[int, int]) -> None:
    source = ground("black", *size)
    for corner in ((0, 0, 40, 40), (size[0] - 40, 0, size[0], 40)):
        source.paste((255, 0, 0), corner)
    picture = sheet([encoded(source)], (1024, 1024))
    image = opened(picture)
    red = image.getchannel("R").point(lambda value: 255 * (value > 200))
    dark = image.getchannel("G").point(lambda value: 255 * (value < 90))

    box = Image.composite(red, Image.new("L", red.size), dark).getbbox()
    assert box is not None
    # From the one red corner to the other lies the whole width.
    assert (box[2] - box[0]) / image.width > (0.9 if size[0] > size[1] else 0.5)


@pytest.mark.parametrize("count", [0, MOST + 1])
def test_no_sheet_is_made_of_none_or_too_many(count: int) -> None:
    with pytest.raises(ValueError, match=f"of {count} pictures"):
        sheet([None] * count, (1024, 1024))

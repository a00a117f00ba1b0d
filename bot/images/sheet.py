"""Contact sheets: many pictures on one, numbered, and honest about what is missing."""

from collections.abc import Sequence
from functools import lru_cache
from math import sqrt

from PIL import Image, ImageDraw, ImageFont, ImageOps

from bot.errors import ProviderError
from bot.images import label, masks
from bot.images.picture import Picture, decode, finished, turns
from bot.settings import ASSETS

MOST = 20
MISSING = "第{number}{counter}没画成"

_FONT = str(ASSETS / "fonts" / "NotoSansSC-Bold.woff2")
_WIDTH = 1440
_MOST_PIXELS = 3_000_000
_COLUMNS = ((2, 1), (8, 2), (15, 3), (MOST, 4))  # up to so many pictures: so many columns
_PAPER, _BLANK, _EDGE, _GREY, _WHITE = "#f4f4f2", "#e6e6e3", "#c9c9c5", "#5c5c5c", "white"
_BADGE = (24, 24, 24, 190)
Size = tuple[int, int]


def contact_sheet(
    pictures: Sequence[bytes | None],
    *,
    shape: Size,
    produce_id: str,
    producer: str,
    counter: str = "张",
) -> Picture:
    """Return up to `MOST` *pictures* on one labelled JPEG, numbered from 1 in their order.

    None, or what cannot be decoded, leaves a cell that says so in words ("第3张没画成"; *counter*
    is its measure word). *shape* is the width and height the pictures were ordered in. The label
    has the foot of the sheet to itself: a picture's own stands in its corner already.
    """
    if not 0 < len(pictures) <= MOST:
        raise ValueError(f"a contact sheet of {len(pictures)} pictures")
    columns = next(number for most, number in _COLUMNS if len(pictures) <= most)
    if len(pictures) == len("ab") and shape[0] < shape[1]:
        columns = len(pictures)
    rows = -(-len(pictures) // columns)
    cell, gap = _cell(shape, columns=columns, rows=rows)
    size = (columns * (cell[0] + gap) + gap, rows * (cell[1] + gap) + gap)
    with turns:
        sheet = Image.new("RGB", (size[0], size[1] + _foot(size) - gap), _PAPER)
        for index, data in enumerate(pictures):
            row, column = divmod(index, columns)
            made = _made(data, cell) or blank(cell, number=index + 1, counter=counter)
            left = gap + column * (cell[0] + gap) + (cell[0] - made.width) // 2
            top = gap + row * (cell[1] + gap) + (cell[1] - made.height) // 2
            sheet.paste(made, (left, top))
            _number(sheet, (left, top), index + 1, height=max(round(0.13 * min(cell)), 34))
        return finished(sheet, produce_id=produce_id, producer=producer)


def blank(size: Size, *, number: int, counter: str) -> Image.Image:
    """Return the picture that stands for one that was not drawn."""
    image = Image.new("RGB", size, _BLANK)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] - 1, size[1] - 1), outline=_EDGE, width=2)
    words = MISSING.format(number=number, counter=counter)
    height = min(round(0.11 * min(size)), size[0] // (len(words) + 2))
    middle = (size[0] / 2, size[1] / 2)
    draw.text(middle, words, fill=_GREY, font=_font(height), anchor="mm")
    return image


def _cell(shape: Size, *, columns: int, rows: int) -> tuple[Size, int]:
    """Return the size of a picture on the sheet, and the gap between two."""
    gap = 20 if columns < len("abc") else 14
    width = (_WIDTH - gap) / columns - gap
    height = width * shape[1] / shape[0]
    shrink = min(sqrt(_MOST_PIXELS / (columns * rows * width * height)), 1)
    return (max(round(shrink * width), 1), max(round(shrink * height), 1)), gap


def _foot(size: Size) -> int:
    """Return the height of a foot that holds the label of a sheet so large without it."""
    # The label grows with the shorter side, which the foot may lengthen.
    taller = (size[0], round(1.15 * size[1]))
    _, top, _, bottom = label.place(taller)
    return bottom - top + 2 * (taller[1] - bottom)


def _made(data: bytes | None, cell: Size) -> Image.Image | None:
    if data is None:
        return None
    try:
        image = decode(data, about=cell)
    except ProviderError:
        return None
    return ImageOps.contain(image, cell, Image.Resampling.LANCZOS)


def _number(sheet: Image.Image, corner: Size, number: int, *, height: int) -> None:
    """Set a number upon the upper left corner of a picture."""
    font, text = _font(round(0.72 * height)), str(number)
    width = max(height, round(font.getlength(text) + 0.6 * height))
    plate = masks.plate((width, height), radius=height / 4, opacity=_BADGE[3])
    inset = max(height // 5, 6)
    left, top = corner[0] + inset, corner[1] + inset
    sheet.paste(_BADGE[:3], (left, top), plate)
    middle = (left + width / 2, top + height / 2)
    # Figures have no descenders: their own middle is above the line's.
    draw = ImageDraw.Draw(sheet)
    box = draw.textbbox(middle, text, font=font, anchor="mm")
    down = middle[1] - (box[1] + box[3]) / 2
    draw.text((middle[0], middle[1] + down), text, fill=_WHITE, font=font, anchor="mm")


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONT, size)

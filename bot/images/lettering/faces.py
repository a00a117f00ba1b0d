"""The typefaces: which file writes which character, how wide it is, and its strokes."""

from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

from bot.images import titles
from bot.images.lettering.breaking import is_han
from bot.settings import ASSETS

GAP = 0.1
"""Between Chinese and Latin, in ems."""
ASCENT = 0.88
"""Of the square a Chinese character stands in, above the baseline, in ems."""
_MEASURED = 200  # pixels an em: widths are rounded there


@lru_cache(maxsize=8)  # some megabytes each, once unpacked
def _font(file: str, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout is the same everywhere; Raqm needs a library that may be missing.
    path = str(ASSETS / "fonts" / f"{file}.woff2")
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def font_of(character: str, face: str, size: int) -> ImageFont.FreeTypeFont:
    """Return the font that writes *character*: the face's own, else the sans or its rare part."""
    return _font(_file(character, face), size)


def _file(character: str, face: str) -> str:
    for file in (titles.FACES[face], titles.FACES["sans"]):
        if character in titles.characters(file):
            return file
    return titles.RARE


@lru_cache(maxsize=4096)
def width(character: str, face: str) -> float:
    """Return the advance of *character*, in ems."""
    return font_of(character, face, _MEASURED).getlength(character) / _MEASURED


def advances(text: str, face: str) -> list[float]:
    """Return how far each character of *text* takes the pen, gaps between scripts included."""
    made = [width(one, face) for one in text]
    for at, (before, after) in enumerate(pairwise(text)):
        if is_han(before) != is_han(after) and before.isalnum() and after.isalnum():
            made[at] += GAP
    return made


def length(text: str, face: str) -> float:
    return sum(advances(text, face))


def row(text: str, *, face: str, size: int) -> tuple[Image.Image, int]:
    """Return the mask of *text* in one line, cut to its ink from left to right, and its baseline.

    *size* is pixels an em; the mask is two ems high, for what hangs below or stands above.
    """
    mask = Image.new("L", (round(length(text, face) * size) + 2 * size, 2 * size))
    pen, baseline = float(size), round(1.35 * size)
    draw = ImageDraw.Draw(mask)
    for one, advance in zip(text, advances(text, face), strict=True):
        draw.text((pen, baseline), one, fill=255, font=font_of(one, face, size), anchor="ls")
        pen += advance * size
    left, _, right, _ = mask.getbbox() or (0, 0, 1, 1)
    return mask.crop((left, 0, right, mask.height)), baseline

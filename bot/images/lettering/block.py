"""Sets a title as one block of ink: headline and subtitle, in lines or in columns (竖排)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.images import titles
from bot.images.lettering import faces
from bot.images.lettering.breaking import break_lines, is_han

LEADING = 1.24
"""From one line or column to the next, in ems."""
_MOST_LINES = 4
_LARGEST, _LARGEST_OF_FEW, _FEW = 0.145, 0.2, 4.2  # ems of the shorter side; a title that short
_SUBTITLE, _SUBTITLE_LEAST, _SUBTITLE_MOST = 0.46, 0.034, 0.068
_GAP = 0.5  # between headline and subtitle, in the headline's ems
_SHRINK = 0.92
# A second line must make the letters so much larger; more so where it may tear a word apart.
_PAYS, _PAYS_WHEN_UNSURE, _SURE = 0.86, 0.66, 0.5

_HANGING = "，。、：；"  # so light at the end of a centred line that they hang over it

_UPRIGHT = str.maketrans(
    "，、。：；！？…—（）《》〈〉「」『』【】“”‘’",
    "︐︑︒︓︔︕︖︙︱︵︶︽︾︿﹀﹁﹂﹃﹄︻︼﹃﹄﹁﹂",
)
_CELLS = re.compile(r"[^\s\u2e80-\uffff]+|.")
_ABREAST = 1.2  # ems of Latin that stand upright in one cell of a column: 5.1, 12, No
_TRACKING = 1.06  # a cell's height in a column

Measure = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Block:
    """*mask* is cut to its ink, a centred one evenly about its axis.

    *size* is an em of the headline, in pixels.
    """

    mask: Image.Image
    size: int


@dataclass(frozen=True, slots=True)
class _Setting:
    lines: tuple[str, ...]
    size: int


def lines(title: str, *, room: tuple[int, int], short: int, face: str, align: str) -> Block:
    """Set *title* in horizontal lines within *room*, *align* ``center`` or ``left``."""

    def piece(text: str, size: int) -> Image.Image:
        mask, baseline = faces.row(text, face=face, size=size)
        # Every line is one em high here, so that lines keep their distance.
        top = baseline - round(faces.ASCENT * size) - size // 4
        return mask.crop((0, top, mask.width, top + size + size // 2))

    head, sub = _settings(title, room, short, lambda text: faces.length(text, face))
    width = room[0] + 2 * head.size
    canvas = Image.new("L", (width, room[1] + 4 * head.size))
    pen = head.size
    for setting, before in ((head, 0), (sub, round((_GAP + 1 - LEADING) * head.size))):
        pen += before
        for line in setting.lines:
            mask = piece(line, setting.size)
            core = line.rstrip(_HANGING)
            centred = mask.width if core == line else piece(core, setting.size).width
            left = (width - centred) // 2 if align == "center" else head.size
            canvas.paste(255, (left, pen - setting.size // 4), mask)
            pen += round(LEADING * setting.size)
    left, top, right, bottom = canvas.getbbox() or (0, 0, 1, 1)
    if align == "center":
        # As much on either side of the axis, so that what hangs does not move it.
        left = min(left, width - right)
        right = width - left
    return Block(canvas.crop((left, top, right, bottom)), head.size)


def columns(title: str, *, room: tuple[int, int], short: int, face: str) -> Block:
    """Set *title* in vertical columns within *room*, the first one at the right."""
    head, sub = _settings(
        title, (room[1], room[0]), short, lambda text: _depth(text, face) * _TRACKING, indent=1
    )
    canvas = Image.new("L", (room[0] + 4 * head.size, room[1] + 6 * head.size))
    pen = canvas.width - 2 * head.size  # the axis of the column
    for setting, before, indent in ((head, 0, 0), (sub, _GAP, 1)):
        pen -= round(before * head.size)
        for line in setting.lines:
            mask = _column(line, face=face, size=setting.size)
            place = (pen - mask.width // 2, head.size + indent * head.size)
            canvas.paste(255, place, mask)
            pen -= round(LEADING * setting.size)
    return Block(canvas.crop(canvas.getbbox()), head.size)


def _settings(
    title: str, room: tuple[int, int], short: int, measure: Measure, *, indent: int = 0
) -> tuple[_Setting, _Setting]:
    """Return headline and subtitle; *room* is along and across the lines.

    *indent* is how much later the subtitle begins, in the headline's ems.
    """
    along, across = room
    first, second = titles.parts(title)
    few = measure(first) <= _FEW
    largest = round((_LARGEST_OF_FEW if few else _LARGEST) * short)
    while True:
        head = _arranged(first.split("\n"), along, across, largest, measure)
        small = min(max(_SUBTITLE * head.size, _SUBTITLE_LEAST * short), _SUBTITLE_MOST * short)
        small = min(small, 0.8 * head.size)
        paragraphs = second.split("\n") if second else []
        left = along - indent * head.size
        sub = _arranged(paragraphs, left, across, round(small), measure)
        needed = LEADING * (len(head.lines) * head.size + len(sub.lines) * sub.size)
        needed += _GAP * head.size if second else 0
        if needed <= across + head.size or largest <= 1:
            return head, sub
        largest = min(int(largest * _SHRINK), head.size)


def _arranged(
    paragraphs: list[str], along: int, across: int, largest: int, measure: Measure
) -> _Setting:
    """Return the *paragraphs* in lines, all of one size: as large as fits and reads well."""
    made = [_paragraph(one, along, across, largest, measure) for one in paragraphs]
    size = min((one.size for one in made), default=0)
    return _Setting(tuple(line for one in made for line in one.lines), size)


def _paragraph(text: str, along: int, across: int, largest: int, measure: Measure) -> _Setting:
    best, value = _Setting((text,), 1), 0.0
    for count in range(1, min(_MOST_LINES, len(text)) + 1):
        broken = break_lines(text, lines=count, width=measure)
        if broken is None:
            continue
        widest = max(map(measure, broken.lines))
        size = min(largest, along / widest, across / (LEADING * (count - 1) + 1))
        pays = _PAYS if broken.cost < _SURE else _PAYS_WHEN_UNSURE
        if size * pays ** (count - 1) > value:
            value = size * pays ** (count - 1)
            best = _Setting(broken.lines, max(int(size), 1))
    return best


def _depth(text: str, face: str) -> float:
    """Return how far *text* reaches down a column, in cells."""
    return sum(_cell_depth(cell, face) for cell in _CELLS.findall(text))


def _cell_depth(cell: str, face: str) -> float:
    if cell == " ":
        return 0.4
    if is_han(cell[0]) or faces.length(cell, face) <= _ABREAST:
        return 1.0
    return faces.length(cell, face) + 0.2


def _column(text: str, *, face: str, size: int) -> Image.Image:
    """Return the mask of one column, two ems wide, its axis in the middle."""
    cells = _CELLS.findall(text.translate(_UPRIGHT))
    depth = sum(_cell_depth(cell, face) for cell in cells)
    mask = Image.new("L", (2 * size, round((depth * _TRACKING + 1) * size)))
    pen = 0.0
    for cell in cells:
        deep = _cell_depth(cell, face) * _TRACKING * size
        if cell != " ":
            _put(mask, cell, pen + (_TRACKING - 1) / 2 * size, face, size)
        pen += deep
    return mask


def _put(mask: Image.Image, cell: str, top: float, face: str, size: int) -> None:
    """Draw *cell* into the column *mask* at *top*: upright, or a long run of Latin on its side."""
    drawn, baseline = faces.row(cell, face=face, size=size)
    long = not is_han(cell[0]) and faces.length(cell, face) > _ABREAST
    if long:
        turned = drawn.transpose(Image.Transpose.ROTATE_270)
        mask.paste(255, (0, round(top + 0.1 * size)), turned)
        return
    left = size - drawn.width // 2
    if is_han(cell[0]):
        # A sign keeps its place within its square: 、 stands at the right.
        square = Image.new("L", (size, 2 * size))
        pen = ImageDraw.Draw(square)
        font = faces.font_of(cell, face, size)
        pen.text((0, baseline), cell, fill=255, font=font, anchor="ls")
        drawn, left = square, size // 2
    mask.paste(255, (left, round(top) - (baseline - round(faces.ASCENT * size))), drawn)

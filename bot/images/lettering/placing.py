"""The places a title may stand in: how much room each has, its corner there, its band of shade."""

from collections.abc import Iterable

from PIL import Image

from bot.images import label
from bot.images.lettering.ground import Box

Size = tuple[int, int]

# What a place must be calmer by to be taken before the first one.
ACROSS = {"top": 0.0, "left": 4.0, "right": 6.0, "bottom": 8.0}
DOWN = {"right": 0.0, "left": 3.0}

_MARGIN = 0.07  # of the shorter side
_HEADROOM = 0.075  # of the height, above a title at the top
_BESIDE = 1.25  # the ratio from which a title may stand beside the subject
_BAND, _COLUMN, _HALF, _TALL = 0.34, 0.42, 0.46, 0.62
_OPTICAL_MIDDLE = 0.42
_FADING, _FADING_SIDEWAYS = 0.14, 0.3  # of the picture, from full shade to none


def open_to(size: Size, *, vertical: bool) -> Iterable[str]:
    """Return the places a title may choose from in a picture of *size*."""
    if vertical:
        return DOWN
    wide = size[0] >= _BESIDE * size[1]
    return ACROSS if wide else [one for one in ACROSS if one in ("top", "bottom")]


def room(place: str, size: Size, *, vertical: bool) -> Size:
    """Return the width and height a title may take at *place*."""
    (width, height), margin = size, _margin(size)
    if vertical:
        # Columns end above the label wherever they stand, so that both sides look alike.
        return round(_COLUMN * width), min(_above_label(size) - margin, round(0.78 * height))
    if place in ("left", "right"):
        return round(_HALF * width) - margin, round(_TALL * height)
    return width - 2 * margin, round(_BAND * height)


def corner(block: Size, place: str, size: Size, *, vertical: bool) -> tuple[int, int]:
    """Return where the upper left corner of a *block* goes, so that the label stays free."""
    (width, height), margin = size, _margin(size)
    centre = (width - block[0]) // 2
    headroom = max(round(_HEADROOM * height), margin)
    if place == "top" and not vertical:
        return centre, headroom
    if place == "bottom" and not vertical:
        return centre, _above_label(size) - block[1]
    left = width - margin - block[0] if place == "right" else margin
    if vertical:
        return left, min(headroom, _above_label(size) - block[1])
    return left, min(round(_OPTICAL_MIDDLE * (height - block[1])), _above_label(size) - block[1])


def band(box: Box, place: str, size: Size, *, vertical: bool) -> Image.Image:
    """Return the mask of the shade behind *box*: from the picture's edge, fading out beyond it.

    A band that comes from the edge looks like light, a patch behind the letters like dirt.
    """
    sideways = vertical or place in ("left", "right")
    length = size[0] if sideways else size[1]
    fading = round((_FADING_SIDEWAYS if sideways else _FADING) * length)
    far = {"top": box[3], "left": box[2], "bottom": length - box[1], "right": length - box[0]}[
        place
    ]
    full = far + round(0.02 * length)
    values = [_eased((full + fading - at) / fading) for at in range(length)]
    if place in ("bottom", "right"):
        values.reverse()
    strip = Image.new("L", (length, 1) if sideways else (1, length))
    strip.putdata(values)
    return strip.resize(size, Image.Resampling.NEAREST)


def _eased(share: float) -> int:
    share = min(max(share, 0.0), 1.0)
    return round(255 * share * share * (3 - 2 * share))


def _margin(size: Size) -> int:
    return round(_MARGIN * min(size))


def _above_label(size: Size) -> int:
    return label.place(size)[1] - _margin(size) // 2

"""Sets exact titles into pictures (精准文字), in our own typefaces."""

from dataclasses import dataclass

from PIL import Image

from bot.images import titles
from bot.images.lettering import block, ink, placing
from bot.images.lettering.ground import Box, Calm

__all__ = ["Plan", "plan", "set_title"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a title goes and how: *letters* is its mask, of the whole picture's size.

    *size* is the headline's em in pixels, *band* the mask of the shade behind it.
    """

    letters: Image.Image
    band: Image.Image
    box: Box
    size: int
    place: str
    ink: ink.Ink


def set_title(
    image: Image.Image,
    title: str,
    *,
    face: str = "sans",
    place: str = "auto",
    vertical: bool = False,
) -> Image.Image:
    """Return *image* (RGB) with *title* set into it; the arguments are those of `plan`."""
    made = plan(image, title, face=face, place=place, vertical=vertical)
    return ink.laid(image, made.letters, made.ink, made.band, size=made.size)


def plan(
    image: Image.Image,
    title: str,
    *,
    face: str = "sans",
    place: str = "auto",
    vertical: bool = False,
) -> Plan:
    """Return how *title* is set into *image* (RGB).

    *face* is ``sans``, ``serif`` or ``kai`` (the sans where those lack a character), *place*
    ``top``, ``bottom``, ``left`` or ``right`` or, by itself, the calmest. *vertical* sets columns
    (竖排), at the right or the left. Nothing is set under the label. Raises ValueError for an
    empty title, one that is too long, or one with characters no typeface has.
    """
    text = titles.clean(title)
    if not text or len(text) > titles.MAX_CHARACTERS or titles.missing(text):
        raise ValueError(f"not to be set: {title!r}")
    face, calm = titles.face_for(text, face), Calm(image)
    reluctance = placing.DOWN if vertical else placing.ACROSS
    wanted = [place] if place in reluctance else placing.open_to(image.size, vertical=vertical)
    found = [(one, _set(text, one, image.size, face, vertical=vertical)) for one in wanted]
    where, (made, box) = min(found, key=lambda each: calm.unrest(each[1][1]) + reluctance[each[0]])
    letters = Image.new("L", image.size)
    letters.paste(made.mask, box[:2])
    band = placing.band(box, where, image.size, vertical=vertical)
    near = _around(box, made.size, image.size)
    chosen = ink.choose(image.crop(near), letters.crop(near), band.crop(near), size=made.size)
    return Plan(letters, band, box, made.size, where, chosen)


def _set(
    text: str, place: str, size: tuple[int, int], face: str, *, vertical: bool
) -> tuple[block.Block, Box]:
    """Return the block of *text* for *place* and where it lands."""
    room, short = placing.room(place, size, vertical=vertical), min(size)
    if vertical:
        made = block.columns(text, room=room, short=short, face=face)
    else:
        align = "left" if place in ("left", "right") else "center"
        made = block.lines(text, room=room, short=short, face=face, align=align)
    left, top = placing.corner(made.mask.size, place, size, vertical=vertical)
    return made, (left, top, left + made.mask.width, top + made.mask.height)


def _around(box: Box, pixels: int, size: tuple[int, int]) -> Box:
    """Return *box* and *pixels* on every side of it, as far as the picture goes."""
    return (
        max(box[0] - pixels, 0),
        max(box[1] - pixels, 0),
        min(box[2] + pixels, size[0]),
        min(box[3] + pixels, size[1]),
    )

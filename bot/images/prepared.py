"""Photos and earlier pictures → what a model is shown: upright, small, drawn anew.

Nothing of a photo's metadata (place, time, camera) and nothing that was hidden in its file is left.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Self

from PIL import Image, ImageOps

from bot.errors import Unfit
from bot.images.picture import DAMAGE, MAX_PIXELS, MAX_SIDE, check_scans, rgb, turns

LONGEST = 1536
"""Pixels of the longer side: models see no more, and their makers charge by size."""
SMALLEST = 32
"""Pixels of the shorter side: less is no photo."""
JPEG_PIXELS = 2 * MAX_PIXELS
"""A phone's 48 megapixels; a JPEG is unpacked at a fraction of its size."""
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
_QUALITY = 92


@dataclass(frozen=True, slots=True)
class Shown:
    """A JPEG, or a PNG where one can see through it."""

    data: bytes
    width: int
    height: int

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Take a file that `prepare` made."""
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as image:
            return cls(data, *image.size)

    @property
    def ending(self) -> str:
        return ".png" if self.data.startswith(b"\x89PNG") else ".jpg"


def prepare(data: bytes) -> Shown:
    """Return the picture in *data*, the first of an animation, as a model may be shown it.

    Raises:
        Unfit: it is damaged, no picture, too small or too large.
    """
    with turns:
        image = _decode(data)
        image.thumbnail((LONGEST, LONGEST))
        target = BytesIO()
        if image.mode == "RGBA":
            image.save(target, "PNG")
        else:
            image.save(target, "JPEG", quality=_QUALITY)
        return Shown(target.getvalue(), *image.size)


def _decode(data: bytes) -> Image.Image:
    """Return the upright picture in RGB, or RGBA where one can see through it."""
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            # Known from the header, before a pixel is unpacked.
            width, height = image.size
            most = JPEG_PIXELS if image.format == "JPEG" else MAX_PIXELS
            if width * height > most or max(width, height) > MAX_SIDE:
                raise _unfit("too large", width, height)
            if min(width, height) < SMALLEST:
                raise _unfit("too small", width, height)
            scale = LONGEST / max(width, height)
            check_scans(data)
            image.draft("RGB", (round(width * scale), round(height * scale)))
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            upright = image.convert("RGBA") if image.has_transparency_data else rgb(image)
    except DAMAGE as damage:
        said = "the photo is damaged or none: %(what)s"
        raise Unfit((said, {"what": type(damage).__name__})) from damage
    upright.info = {}
    return upright


def _unfit(what: str, width: int, height: int) -> Unfit:
    said = "a photo of %(width)s×%(height)s is %(what)s"
    return Unfit((said, {"width": width, "height": height, "what": what}))

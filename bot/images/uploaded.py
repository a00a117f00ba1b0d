"""An operator's picture → what WeChat accepts: decoded and drawn anew.

Of its metadata the label of an AI's picture is kept, and nothing else.
"""

import threading
from dataclasses import dataclass
from io import BytesIO
from math import sqrt

from PIL import Image, ImageOps

from bot.errors import Unfit
from bot.images import label
from bot.images.picture import DAMAGE, MAX_BYTES, MAX_PIXELS, MAX_SIDE, check_scans, rgb

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
THUMB_BYTES = 64 * 1024
THUMB_SIDE = 800
SMALL_SIDE = 360
_QUALITIES = (90, 85, 78, 70)
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
# A picture of 25 million pixels takes a few hundred megabytes on its way.
_turns = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Drawn:
    """*small* is the console's thumbnail, *still* says that an animation lost its movement."""

    data: bytes
    small: bytes
    width: int
    height: int
    still: bool


def draw(data: bytes, *, thumb: bool = False) -> Drawn:
    """Return the picture as a JPEG or PNG that WeChat takes, a *thumb* as JPEG of at most 64 KB.

    Raises:
        Unfit: the picture is damaged, or larger than anything a reply needs.
    """
    with _turns:
        image, still = _decode(data)
        packet = label.kept(data)
        if thumb:
            image.thumbnail((THUMB_SIDE, THUMB_SIDE))
            encoded, size = _fitted(rgb(image), packet, most=THUMB_BYTES)
        else:
            drawing = image.mode != "RGB" or data.startswith((b"\x89PNG", b"GIF8"))
            encoded, size = _kept(image, packet, png=drawing and len(data) <= 2 * MAX_BYTES)
        small = rgb(image)
        small.thumbnail((SMALL_SIDE, SMALL_SIDE))
        return Drawn(encoded, _jpeg(small, 80, packet), *size, still=still)


def _kept(image: Image.Image, packet: bytes, *, png: bool) -> tuple[bytes, tuple[int, int]]:
    """Return the picture at its full size; as PNG where that is sharper and small enough."""
    if png:
        target = BytesIO()
        image.save(target, "PNG", pnginfo=label.chunks(packet))
        if target.tell() <= MAX_BYTES:
            return target.getvalue(), image.size
    return _fitted(rgb(image), packet, most=MAX_BYTES)


def _fitted(image: Image.Image, packet: bytes, *, most: int) -> tuple[bytes, tuple[int, int]]:
    scaled = image
    while True:
        for quality in _QUALITIES:
            encoded = _jpeg(scaled, quality, packet)
            if len(encoded) <= most:
                return encoded, scaled.size
        # Bytes follow area.
        shrink = 0.9 * min(sqrt(most / len(encoded)), 1)
        size = (max(1, round(scaled.width * shrink)), max(1, round(scaled.height * shrink)))
        scaled = image.resize(size)


def _jpeg(image: Image.Image, quality: int, packet: bytes) -> bytes:
    target = BytesIO()
    image.save(target, "JPEG", quality=quality, **({"xmp": packet} if packet else {}))
    return target.getvalue()


def _decode(data: bytes) -> tuple[Image.Image, bool]:
    """Return the upright picture in *data* without metadata, and whether it moved."""
    try:
        check_scans(data)
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            # Known from the header, before a pixel is unpacked.
            width, height = image.size
            if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
                raise _too_large(width, height)
            still = getattr(image, "n_frames", 1) > 1
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            upright = image.convert("RGBA") if image.has_transparency_data else rgb(image)
    except _BOMBS as bomb:
        raise Unfit(("图片的像素太多，最多 2500 万像素", {})) from bomb
    except DAMAGE as damage:
        raise Unfit(("图片打不开：文件不完整，或者不是图片", {})) from damage
    upright.info = {}
    return upright, still


def _too_large(width: int, height: int) -> Unfit:
    said = "图片是 %(width)s×%(height)s，太大了：每边最多 12000，总共最多 2500 万像素"
    return Unfit((said, {"width": width, "height": height}))

"""What a provider sent → the labelled JPEG that WeChat accepts."""

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from math import sqrt

from PIL import Image, ImageOps

from bot.errors import ProviderError, Reason
from bot.images import label

MAX_BYTES = 2_000_000
"""Of an image uploaded as media: WeChat's page names both 2 MB and 10 MB."""
MAX_PIXELS = 25_000_000
MAX_SIDE = 12_000

_QUALITIES = (90, 85, 80, 74)
_SHRINK = 0.9
DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What Pillow's readers raise over damaged files."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished JPEG: labelled twice, free of any other metadata."""

    data: bytes
    width: int
    height: int


def finish(data: bytes, *, produce_id: str, producer: str, max_bytes: int = MAX_BYTES) -> Picture:
    """Return *data* as a labelled JPEG of at most *max_bytes*; the size in pixels stays if it can.

    Raises ProviderError (paid for: there is no second picture) if *data* is damaged, too small to
    carry a legible label, or larger than any picture that was ordered.
    """
    return finished(decode(data), produce_id=produce_id, producer=producer, max_bytes=max_bytes)


def finished(
    image: Image.Image, *, produce_id: str, producer: str, max_bytes: int = MAX_BYTES
) -> Picture:
    """Return *image* (RGB, as `decode` returns it) as `finish` does."""
    packet = label.packet(produce_id=produce_id, producer=producer)
    scaled = image
    while min(scaled.size) >= label.SMALLEST_SIDE:
        # The label last: scaled down with the picture, its height might fall short.
        labelled = scaled.copy() if scaled is image else scaled
        label.burn(labelled)
        for quality in _QUALITIES:
            encoded = _encode(labelled, quality, packet)
            if len(encoded) <= max_bytes:
                return Picture(encoded, *labelled.size)
        # Bytes follow area.
        shrink = _SHRINK * min(sqrt(max_bytes / len(encoded)), 1)
        scaled = image.resize((round(scaled.width * shrink), round(scaled.height * shrink)))
    raise _bad_picture("the picture is too small for its label, or cannot be made small enough")


def _encode(image: Image.Image, quality: int, packet: bytes) -> bytes:
    target = BytesIO()
    image.save(target, "JPEG", quality=quality, xmp=packet)
    return target.getvalue()


def decode(data: bytes, *, transparency: bool = False) -> Image.Image:
    """Return the upright picture in *data*, without metadata, in RGB.

    With *transparency* a picture that has some comes in RGBA, else it is laid on white. Raises
    ProviderError (paid for) if *data* is damaged or larger than any picture that was ordered.
    """
    try:
        with Image.open(BytesIO(data), formats=label.FORMATS) as image:
            # Known from the header, before a pixel is unpacked.
            width, height = image.size
            if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
                raise _bad_picture(f"{width}×{height} is larger than any picture ordered")
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            clear = transparency and image.has_transparency_data
            upright = image.convert("RGBA") if clear else rgb(image)
    except DAMAGE as damage:
        raise _bad_picture(f"the picture is damaged: {type(damage).__name__}") from damage
    upright.info = {}
    return upright


def rgb(image: Image.Image) -> Image.Image:
    """Return *image* in eight-bit RGB, transparency laid on white."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    if image.mode.startswith("I"):
        # Sixteen bits of grey: a plain conversion would clip them to white.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    return image if image.mode == "RGB" else image.convert("RGB")


def _bad_picture(message: str) -> ProviderError:
    return ProviderError(Reason.BAD_PICTURE, message, billed=True)

"""What a provider sent → the labelled JPEG that WeChat accepts."""

import struct
import threading
import zlib
from dataclasses import dataclass
from io import BytesIO
from math import sqrt

from PIL import Image, ImageOps

from bot.errors import ProviderError, Reason
from bot.images import label, strip

MAX_BYTES = 2_000_000
"""Of an image uploaded as media: WeChat's page names both 2 MB and 10 MB."""
MAX_PIXELS = 25_000_000
MAX_SIDE = 12_000
MAX_SCANS = 100
"""Of a JPEG. A progressive one has about ten, and every one takes as long as the whole picture."""

_QUALITIES = (90, 85, 80, 74)
_SHRINK = 0.9
turns = threading.BoundedSemaphore(2)
"""For whoever holds a picture's pixels: 25 million of them take 100 MB and more, and there are as
many threads as calls of the model to wait for."""
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
    with turns:
        image = decode(data)
        return finished(image, produce_id=produce_id, producer=producer, max_bytes=max_bytes)


def finished(
    image: Image.Image, *, produce_id: str, producer: str, max_bytes: int = MAX_BYTES
) -> Picture:
    """Return *image* (RGB, drawn upon) as `finish` does; raises as it does. Needs a turn."""
    packet = label.packet(produce_id=produce_id, producer=producer)
    scaled = image
    while min(scaled.size) >= label.SMALLEST_SIDE:
        corner = label.place(scaled.size)
        beneath = scaled.crop(corner)
        # The label last: scaled down with the picture, its height might fall short.
        label.burn(scaled)
        for quality in _QUALITIES:
            encoded = _encode(scaled, quality, packet)
            if len(encoded) <= max_bytes:
                return Picture(encoded, *scaled.size)
        scaled.paste(beneath, corner)
        # Bytes follow area.
        shrink = _SHRINK * min(sqrt(max_bytes / len(encoded)), 1)
        scaled = image.resize((round(scaled.width * shrink), round(scaled.height * shrink)))
    raise _bad_picture("the picture is too small for its label, or cannot be made small enough")


def _encode(image: Image.Image, quality: int, packet: bytes) -> bytes:
    target = BytesIO()
    # With the marks of a new beginning in every row, the label is proven without reading it all.
    image.save(target, "JPEG", quality=quality, xmp=packet, restart_marker_rows=1)
    return target.getvalue()


def decode(
    data: bytes, *, transparency: bool = False, about: tuple[int, int] | None = None
) -> Image.Image:
    """Return the upright picture in *data*, without metadata, in RGB. Needs a turn.

    With *transparency* a picture that has some comes in RGBA, else it is laid on white. Where it
    will be shown at *about* some smaller size, a JPEG is not decoded in full. Raises ProviderError
    (paid for) if *data* is damaged or larger than any picture that was ordered.
    """
    try:
        check_scans(data)
        with Image.open(BytesIO(data), formats=label.FORMATS) as image:
            # Known from the header, before a pixel is unpacked.
            width, height = image.size
            if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
                raise _bad_picture(f"{width}×{height} is larger than any picture ordered")
            if about:
                image.draft("RGB", about)
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            clear = transparency and image.has_transparency_data
            upright = image.convert("RGBA") if clear else rgb(image)
    except DAMAGE as damage:
        raise _bad_picture(f"the picture is damaged: {type(damage).__name__}") from damage
    upright.info = {}
    return upright


def check_scans(data: bytes) -> None:
    """Raise ValueError (one of DAMAGE) if *data* is a JPEG that would take minutes to decode."""
    if strip.scans(data) > MAX_SCANS:
        raise ValueError("too many scans")


def rgb(image: Image.Image) -> Image.Image:
    """Return *image* in eight-bit RGB, transparency laid on white."""
    if image.has_transparency_data:
        image = image if image.mode == "RGBA" else image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    if image.mode.startswith("I"):
        # Sixteen bits of grey: a plain conversion would clip them to white.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    return image if image.mode == "RGB" else image.convert("RGB")


def _bad_picture(message: str) -> ProviderError:
    return ProviderError(Reason.BAD_PICTURE, message, billed=True)

"""The labels GB 45438-2025 demands of a generated picture: in its pixels and in its metadata."""

import json
import re
from functools import lru_cache
from html import unescape
from io import BytesIO
from math import ceil
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont, ImageStat

from bot.settings import ASSETS

TEXT = "AI生成"
"""Clause 5.2: the words hold "AI" or 人工智能, and 生成 or 合成."""
FORMATS = ("JPEG", "PNG", "WEBP")
SMALLEST_SIDE = 64
LONGEST_PACKET = 10_000  # bytes; a JPEG holds 64 KB, and a label says little

_FONT = ASSETS / "fonts" / "NotoSansSC-Bold.woff2"
_SHARE = 0.051
_LEAST_PIXELS = 9
_PLATE_OPACITY = 0.6
_DARK, _LIGHT = (0, 0, 0), (255, 255, 255)
_MIDDLE_GREY = 128

NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
KEYS = (
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
)
_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    f'<rdf:Description rdf:about="" xmlns:TC260="{NAMESPACE}">'
    "<TC260:AIGC>%s</TC260:AIGC>"
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
    '<?xpacket end="w"?>'
)
_PROPERTY = re.compile(r"<TC260:AIGC>([^<]*)</TC260:AIGC>")


def place(size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return where `burn` sets the label into a picture of *size*: left, top, right, bottom."""
    width, height = size
    plate = _stencils(_height(size))[1]
    margin = max(round(0.02 * min(size)), 2)
    return (
        width - plate.width - margin,
        height - plate.height - margin,
        width - margin,
        height - margin,
    )


def _height(size: tuple[int, int]) -> int:
    return max(ceil(_SHARE * min(size)), _LEAST_PIXELS)


def burn(image: Image.Image) -> None:
    """Set the visible label into the lower right corner of *image* (RGB), in place.

    Clause 5.2: on an edge or in a corner, legible, its text at least 5 % of the shortest side
    high. Here that holds for its lowest letter, not only for the tallest.
    """
    letters, plate = _stencils(_height(image.size))
    box = place(image.size)
    # A plate of the ground's own kind disturbs the picture least, and makes noise legible.
    bright = ImageStat.Stat(image.crop(box).convert("L")).mean[0] > _MIDDLE_GREY
    ground, ink = (_LIGHT, _DARK) if bright else (_DARK, _LIGHT)
    image.paste(ground, box, plate)
    image.paste(ink, box, letters)


def burn_clear(image: Image.Image) -> None:
    """Set the visible label into the lower right corner of *image* (RGBA), in place.

    Its plate hides what is behind it: nobody knows on what ground the picture will lie.
    """
    plate = _stencils(_height(image.size))[1]
    box = place(image.size)
    flat = Image.new("RGB", image.size, _LIGHT)
    flat.paste(image, mask=image.getchannel("A"))
    burn(flat)
    solid = plate.point(lambda value: min(round(value / _PLATE_OPACITY), 255))
    image.paste(flat.crop(box).convert("RGBA"), box, solid)


@lru_cache(maxsize=64)
def _stencils(height: int) -> tuple[Image.Image, Image.Image]:
    """Return the masks of the letters and of their plate, for capitals *height* pixels high."""
    font = _font_with_capitals(height)
    left, top, right, bottom = (int(edge) for edge in font.getbbox(TEXT))
    pad = max(round(0.3 * height), 2)
    size = (right - left + 2 * pad, bottom - top + 2 * pad)
    letters = Image.new("L", size)
    ImageDraw.Draw(letters).text((pad - left, pad - top), TEXT, fill=255, font=font)
    # Drawn four times as large: Pillow's own rounded corners are jagged.
    plate = Image.new("L", (4 * size[0], 4 * size[1]))
    ImageDraw.Draw(plate).rounded_rectangle(
        (0, 0, plate.width - 1, plate.height - 1),
        radius=4 * round(0.45 * height),
        fill=round(255 * _PLATE_OPACITY),
    )
    return letters, plate.resize(size, Image.Resampling.BOX)


def _font_with_capitals(height: int) -> ImageFont.FreeTypeFont:
    """Return the smallest font whose capitals, the label's lowest letters, are *height* high."""
    # A capital is 0.73 em high, so that no smaller size needs to be tried: each costs 20 ms.
    size = max(int(1.36 * (height - 2)), 1)
    while True:
        font = ImageFont.truetype(str(_FONT), size)
        _, top, _, bottom = font.getbbox("AI")
        if bottom - top >= height:
            return font
        size += 1


def packet(*, produce_id: str, producer: str) -> bytes:
    """Return the XMP packet of the implicit label (clause 6.1, appendix E).

    "1" says generated; on first writing the propagator is the producer. Values are printable
    ASCII: ValueError otherwise.
    """
    if not all(value.isascii() and value.isprintable() for value in (produce_id, producer)):
        raise ValueError("the label's values are printable ASCII")
    values = ("1", producer, produce_id, "", producer, produce_id, "")
    content = json.dumps(dict(zip(KEYS, values, strict=True)), separators=(",", ":"))
    return (_PACKET % escape(content)).encode()


def kept(data: bytes) -> bytes:
    """Return the packet that says again what a file's implicit label says; empty without one.

    Who passes a labelled picture on must not lose its label.
    """
    found = read(data)
    content = json.dumps(found, separators=(",", ":")) if found else ""
    made = (_PACKET % escape(content)).encode() if content else b""
    return made if len(made) <= LONGEST_PACKET else b""


def read(data: bytes) -> dict[str, str] | None:
    """Return a picture file's implicit label; None unless it holds exactly one, well formed."""
    if data.count(NAMESPACE.encode()) != 1:
        return None
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            xmp = image.info.get("xmp", b"")
    except OSError:
        return None
    found = _PROPERTY.findall(xmp.decode("utf-8", "replace"))
    if len(found) != 1:
        return None
    try:
        content = json.loads(unescape(found[0]))
    except ValueError:
        return None
    return content if _is_well_formed(content) else None


def _is_well_formed(content: object) -> bool:
    return (
        isinstance(content, dict)
        and tuple(content) == KEYS
        and all(isinstance(value, str) for value in content.values())
    )

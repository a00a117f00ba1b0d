"""The labels GB 45438-2025 demands of a generated picture: in its pixels and in its metadata."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from io import BytesIO
from math import ceil
from xml.sax.saxutils import escape

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat
from PIL.PngImagePlugin import PngInfo

from bot.errors import Unlabelled
from bot.images import masks
from bot.images.strip import bottom
from bot.settings import ASSETS

TEXT = "AI生成"
"""Clause 5.2: the words hold "AI" or 人工智能, and 生成 or 合成."""
FORMATS = ("JPEG", "PNG", "WEBP")
SMALLEST_SIDE = 64
LONGEST_PACKET = 10_000  # bytes; a JPEG holds 64 KB, and a label says little

_FONT = ASSETS / "fonts" / "NotoSansSC-Bold.woff2"
_LEAST_PIXELS = 9
_PLATE_OPACITY = 0.6
Box = tuple[int, int, int, int]

_DARK, _LIGHT = (0, 0, 0), (255, 255, 255)
_MIDDLE_GREY = 128

_LEAST_SHARE = 0.05  # clause 5.2
_LEAST_CONTRAST = 110  # of 255; burnt, it is 150 at the least
_LEAST_MATCH = 0.66  # of each quarter of the label; the worst burnt measured 0.71

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
_PACKET = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>%s<?xpacket end="w"?>'
_DESCRIPTION = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    f'<rdf:Description rdf:about="" xmlns:TC260="{NAMESPACE}">'
    "<TC260:AIGC>%s</TC260:AIGC>"
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)
_PROPERTY = re.compile(r"<TC260:AIGC>([^<]*)</TC260:AIGC>")


def place(size: tuple[int, int]) -> Box:
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
    # A JPEG of a restless picture may take a row of pixels off the letters: one is to spare.
    return max(ceil(_LEAST_SHARE * min(size)) + 1, _LEAST_PIXELS)


def burn(image: Image.Image) -> None:
    """Set the visible label into the lower right corner of *image* (RGB), in place.

    Clause 5.2: on an edge or in a corner, legible, its text at least 5 % of the shortest side
    high. Here that holds for its lowest letter, not only for the tallest.
    """
    box = place(image.size)
    # A plate of the ground's own kind disturbs the picture least, and makes noise legible.
    bright = ImageStat.Stat(image.crop(box).convert("L")).mean[0] > _MIDDLE_GREY
    patch, mask = _patch(_height(image.size), bright=bright)
    image.paste(patch, box, mask)


@lru_cache(maxsize=64)
def _patch(height: int, *, bright: bool) -> tuple[Image.Image, Image.Image]:
    """Return the label in its colours, and how much of each of its pixels covers the picture."""
    letters, plate = _stencils(height)
    ground, ink = (_LIGHT, _DARK) if bright else (_DARK, _LIGHT)
    under, over = Image.new("RGBA", plate.size, ground), Image.new("RGBA", letters.size, ink)
    under.putalpha(plate)
    over.putalpha(letters)
    whole = Image.alpha_composite(under, over)
    return whole.convert("RGB"), whole.getchannel("A")


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
    opacity = round(255 * _PLATE_OPACITY)
    return letters, masks.plate(size, radius=round(0.45 * height), opacity=opacity)


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

    Raises ValueError as `content` does.
    """
    return _packet(content(produce_id=produce_id, producer=producer))


def content(*, produce_id: str, producer: str) -> str:
    """Return what the implicit label says: a JSON object of seven strings.

    "1" says generated; on first writing the propagator is the producer. Values are printable
    ASCII: ValueError otherwise.
    """
    if not all(value.isascii() and value.isprintable() for value in (produce_id, producer)):
        raise ValueError("the label's values are printable ASCII")
    values = ("1", producer, produce_id, "", producer, produce_id, "")
    return json.dumps(dict(zip(KEYS, values, strict=True)), separators=(",", ":"))


def description(content: str) -> str:
    """Return the XMP element that holds the label, for files that wrap it themselves."""
    return _DESCRIPTION % escape(content)


def _packet(content: str) -> bytes:
    return (_PACKET % description(content)).encode()


def chunks(packet: bytes) -> PngInfo:
    """Return the chunks of a PNG that hold *packet*, if any: an iTXt one (XMP part 3, 1.1.5)."""
    made = PngInfo()
    if packet:
        made.add_itxt("XML:com.adobe.xmp", packet.decode())
    return made


def kept(data: bytes) -> bytes:
    """Return the packet that says again what a file's implicit label says; empty without one.

    Who passes a labelled picture on must not lose its label.
    """
    found = read(data)
    made = _packet(json.dumps(found, separators=(",", ":"))) if found else b""
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


def verify(data: bytes) -> None:
    """Prove from a file's own bytes that it is labelled both ways.

    Raises:
        Unlabelled: it is not, or cannot be read.
    """
    if read(data) is None:
        raise Unlabelled("the implicit label is missing, doubled or malformed")
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            size = image.size
            box = place(size)
            rows = bottom(data, size[1] - box[1])
            if rows is None:
                rows = image.convert("RGB").convert("L")
    except OSError as damage:
        raise Unlabelled("the picture cannot be read back") from damage
    above = size[1] - rows.height
    _see(rows.crop((box[0], box[1] - above, box[2], box[3] - above)), size)


def _see(corner: Image.Image, size: tuple[int, int]) -> None:
    """Find the visible label in the grey *corner* where it must stand; raise Unlabelled if not."""
    inked, clear, plate = _masks(_height(size))
    ink, ground = (ImageStat.Stat(corner, mask).mean[0] for mask in (inked, clear))
    if abs(ink - ground) < _LEAST_CONTRAST:
        raise Unlabelled(f"the visible label has a contrast of {abs(ink - ground):.0f}")
    middle, bright = (ink + ground) / 2, ink > ground
    seen = corner.point([255 * ((value > middle) == bright) for value in range(256)])
    # At the plate's round corners the picture itself shows.
    seen = ImageChops.darker(seen, plate)
    left, _, right, _ = inked.getbbox() or (0, 0, 1, 1)
    if (worst := min(_alike(inked, seen, (left, 0, right, corner.height)))) < _LEAST_MATCH:
        raise Unlabelled(f"the visible label is not at its place: {worst:.0%} of a letter")
    # The first fifth is its lowest letter, a capital.
    first = (left, 0, left + (right - left) // 5, corner.height)
    capital = seen.crop(first).getbbox() or (0, 0, 0, 0)
    if (height := capital[3] - capital[1]) < _LEAST_SHARE * min(size):
        raise Unlabelled(f"the visible label is {height} pixels high")


def _alike(wanted: Image.Image, seen: Image.Image, box: Box) -> Iterator[float]:
    """Return what wanted and seen ink have in common, as a share of all there is, by quarters."""
    both, either = (
        # The mean of each quarter.
        joined.resize((4, 1), Image.Resampling.BOX, box=box).tobytes()
        for joined in (ImageChops.darker(wanted, seen), ImageChops.lighter(wanted, seen))
    )
    return (common / max(whole, 1) for common, whole in zip(both, either, strict=True))


@lru_cache(maxsize=64)
def _masks(height: int) -> tuple[Image.Image, Image.Image, Image.Image]:
    """Return where, for letters *height* high, ink, bare plate and any of the plate must be."""
    letters, plate = _stencils(height)
    whole = plate.point([255 * (value == round(255 * _PLATE_OPACITY)) for value in range(256)])
    inked = letters.point([255 * (value > _MIDDLE_GREY) for value in range(256)])
    bare = letters.point([255 * (value == 0) for value in range(256)])
    return inked, ImageChops.darker(bare, whole), whole


def _is_well_formed(content: object) -> bool:
    return (
        isinstance(content, dict)
        and tuple(content) == KEYS
        and all(isinstance(value, str) for value in content.values())
    )

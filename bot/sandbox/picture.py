"""Draws the sample picture: a landscape that shows the prompt and says that it is a sample."""

import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from bot.sandbox.scenery import paint
from bot.settings import ASSETS

FONT = ASSETS / "fonts" / "NotoSansSC-Bold.woff2"
RIBBON = "示例 SAMPLE"
DUSK = (16, 24, 66)
SHOWN_CHARACTERS = 300
CLOSING = "，。！？；：、）】》”’…,.!?;:)"


def draw(
    prompt: str,
    *,
    size: tuple[int, int],
    index: int = 0,
    source: bytes | None = None,
    clear: bool = False,
) -> Image.Image:
    """Return the picture for *prompt*; *source* is a photo to stand behind it (an edit).

    The same arguments give the same pixels. The bottom right corner stays free of text: the bot
    burns its label in there. With *clear* it is a sticker: one sees through its corners.
    """
    seed = int.from_bytes(sha256(f"{prompt}|{index}".encode()).digest()[:8], "big")
    if source is None:
        canvas = paint(prompt, size=size, seed=seed)
    else:
        with Image.open(BytesIO(source)) as photo:
            canvas = ImageOps.fit(ImageOps.exif_transpose(photo).convert("RGB"), size)
        canvas = _edited(canvas, prompt)
    _caption(canvas, prompt)
    _ribbon(canvas)
    if clear:
        sticker = Image.new("L", size, 0)
        edges = (0, 0, size[0] - 1, size[1] - 1)
        ImageDraw.Draw(sticker).rounded_rectangle(edges, radius=min(size) // 5, fill=255)
        canvas.putalpha(sticker)
    return canvas


def encode(picture: Image.Image, *, form: str, compression: int = 100) -> bytes:
    """Return *picture* as ``png``, ``jpeg`` or ``webp``; *compression* is OpenAI's 0–100."""
    out = BytesIO()
    if form == "png":
        picture.save(out, "PNG", compress_level=1)
    else:
        picture.save(out, form.upper(), quality=max(min(compression, 95), 5))
    return out.getvalue()


def printable(text: str) -> str:
    """Return *text* with □ for what the font lacks (it has GB 2312 and ASCII)."""
    return "".join(character if _has_glyph(character) else "□" for character in text)


def _has_glyph(character: str) -> bool:
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(Path(FONT), size)


def _edited(canvas: Image.Image, prompt: str) -> Image.Image:
    """Show that something was done to the picture: dusk falls on it where *prompt* wants night.

    What an earlier caption said is blurred away, where the next one comes.
    """
    width, height = canvas.size
    place = (0, round(height * 0.42), width, round(height * 0.89))
    blurred = canvas.crop(place).filter(ImageFilter.GaussianBlur(min(canvas.size) / 24))
    canvas.paste(blurred, place)
    if any(word in prompt for word in "夜晚月"):
        canvas = Image.blend(
            ImageEnhance.Brightness(canvas).enhance(0.6), Image.new("RGB", canvas.size, DUSK), 0.35
        )
    return canvas


def _caption(canvas: Image.Image, prompt: str) -> None:
    """Write the prompt on a dark card over the lower part, above the label's corner."""
    width, height = canvas.size
    short = min(width, height)
    margin, padding = round(short * 0.05), round(short * 0.035)
    room = width - 2 * (margin + padding)
    for share in (0.058, 0.05, 0.042, 0.035, 0.03):
        font = _font(max(round(short * share), 8))
        lines = list(_wrap(_shortened(prompt), font=font, room=room))
        line_height = round(font.size * 1.45)
        if len(lines) * line_height <= height * 0.3:
            break
    most = max(int(height * 0.4) // line_height, 1)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][:-1] + "…"]
    bottom = round(height * 0.87)
    top = bottom - len(lines) * line_height - 2 * padding
    _card(canvas, (margin, top, width - margin, bottom), radius=round(short * 0.03))
    pen = ImageDraw.Draw(canvas)
    for number, line in enumerate(lines):
        pen.text(
            (margin + padding, top + padding + line_height * (number + 0.5)),
            line,
            font=font,
            fill=(255, 255, 255),
            anchor="lm",
        )


def _card(canvas: Image.Image, box: tuple[int, int, int, int], *, radius: int) -> None:
    size = (box[2] - box[0], box[3] - box[1])
    mask = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, size[0] * 2 - 1, size[1] * 2 - 1), radius=radius * 2, fill=165
    )
    canvas.paste(Image.new("RGB", size, (14, 18, 34)), box[:2], mask.reduce(2))


def _shortened(prompt: str) -> str:
    text = printable(re.sub(r"\s+", " ", prompt).strip())
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def _wrap(text: str, *, font: ImageFont.FreeTypeFont, room: int) -> Iterator[str]:
    """Break *text* into lines no wider than *room*, words whole where they fit.

    One closing mark may hang over the end of a line rather than begin the next.
    """
    line = ""
    words = re.findall(r"[!-~]+|.", text)
    for token in (part for word in words for part in _fitting(word, font=font, room=room)):
        hangs = token in CLOSING and line[-1:] not in CLOSING
        if line and not hangs and font.getlength(line + token) > room:
            yield line.strip()
            line = ""
        line += token
    yield line.strip()


def _fitting(word: str, *, font: ImageFont.FreeTypeFont, room: int) -> str | tuple[str]:
    return (word,) if font.getlength(word) <= room else word


def _ribbon(canvas: Image.Image) -> None:
    """Lay the ribbon over the top right corner."""
    short = min(canvas.size)
    font = _font(max(round(short * 0.036), 8))
    length, band = round(short * 0.62), round(short * 0.068)
    ribbon = Image.new("RGBA", (length, length), (0, 0, 0, 0))
    pen = ImageDraw.Draw(ribbon)
    middle = length // 2
    pen.rectangle((0, middle - band // 2, length, middle + band // 2), fill=(214, 60, 62, 235))
    for edge in (middle - band // 2, middle + band // 2):
        pen.line((0, edge, length, edge), fill=(255, 255, 255, 150), width=max(short // 400, 1))
    pen.text((middle, middle), RIBBON, font=font, fill=(255, 255, 255), anchor="mm")
    ribbon = ribbon.rotate(-45, Image.Resampling.BICUBIC)
    offset = round(short * 0.145)
    canvas.paste(ribbon, (canvas.width - offset - middle, offset - middle), ribbon)

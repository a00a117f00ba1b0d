"""Chooses the ink of a title from its ground, and helps the ground where that is not enough."""

import colorsys
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageStat

Colour = tuple[int, int, int]

CONTRAST = 4.5
"""WCAG AA, held against what is around the letters."""
_LINEAR = 0.03928  # up to here sRGB is, by WCAG
_RESTLESS = 0.02  # the share of that ground which may fall short: single sparks

_LIGHT: Colour = (255, 253, 247)
_DARK_LUMINANCE, _PALE = 0.022, 0.93
_BANDS = (0.0, 0.3, 0.45, 0.6, 0.74)  # opacities of the band of shade, tried in this order
_BAND_UNDER_OUTLINE = 0.4
_SHADOW = 0.45
_HALF = 128  # of a mask's 255


@dataclass(frozen=True, slots=True)
class Ink:
    """*band* is the opacity of the shade behind the letters, *outline* drawn around them."""

    colour: Colour
    shade: Colour
    band: float
    outline: bool

    @property
    def light(self) -> bool:
        return self.colour == _LIGHT


def luminance(image: Image.Image) -> Image.Image:
    """Return the relative luminance (WCAG 2) of an RGB *image*, 255 for white, as grey."""
    linear = [
        part / 12.92 if part <= _LINEAR else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in range(256))
    ]
    table = [round(255 * value) for value in linear] * 3
    return image.point(table).convert("L", (0.2126, 0.7152, 0.0722, 0))


def grown(mask: Image.Image, pixels: float) -> Image.Image:
    """Return *mask* with round edges *pixels* further out."""
    # A blur falls to about a sixth one radius out.
    soft = mask.filter(ImageFilter.GaussianBlur(pixels))
    return soft.point([min(max(round((value - 26) * 8), 0), 255) for value in range(256)])


def choose(around: Image.Image, letters: Image.Image, fade: Image.Image, *, size: int) -> Ink:
    """Return the ink for *letters* on *around* (RGB): the one that needs the least help.

    *fade* is the full shade's mask, of the same size; *size* is the letters' em.
    """
    dark, pale = _tints(around)
    near = ImageChops.subtract(grown(letters, 0.07 * size), grown(letters, 0.012 * size))
    bright = ImageStat.Stat(luminance(around), letters).mean[0] > 0.3 * 255
    options = [Ink(_LIGHT, dark, band, outline=False) for band in _BANDS]
    others = [Ink(dark, pale, band, outline=False) for band in _BANDS]
    pairs = zip(others, options, strict=True) if bright else zip(options, others, strict=True)
    for ink in (one for pair in pairs for one in pair):
        ground = shaded(around, ink, fade)
        if reads(ground, near, ink.colour):
            return ink
    return Ink(_LIGHT, dark, _BAND_UNDER_OUTLINE, outline=True)


def reads(ground: Image.Image, near: Image.Image, colour: Colour) -> bool:
    """Whether *colour* stands out from what *ground* is where the mask *near* is."""
    own = _luminance_of(colour)
    counts = luminance(ground).histogram(near.point(lambda value: 255 * (value >= _HALF)))
    low = sum(
        count
        for value, count in enumerate(counts)
        if (max(own, value / 255) + 0.05) / (min(own, value / 255) + 0.05) < CONTRAST
    )
    return low <= _RESTLESS * max(sum(counts), 1)


def shaded(ground: Image.Image, ink: Ink, fade: Image.Image) -> Image.Image:
    if not ink.band:
        return ground
    made = ground.copy()
    made.paste(ink.shade, mask=fade.point(lambda value: round(value * ink.band)))
    return made


def laid(
    ground: Image.Image, letters: Image.Image, ink: Ink, fade: Image.Image, *, size: int
) -> Image.Image:
    """Return *ground* with its shade, and *letters* on it."""
    made = shaded(ground, ink, fade)
    if ink.light:
        shadow = ImageChops.offset(letters, 0, round(0.03 * size))
        shadow = shadow.filter(ImageFilter.GaussianBlur(0.07 * size))
        made.paste(ink.shade, mask=shadow.point(lambda value: round(value * _SHADOW)))
    if ink.outline:
        made.paste(ink.shade, mask=grown(letters, 0.07 * size))
    made.paste(ink.colour, mask=letters)
    return made


def _tints(around: Image.Image) -> tuple[Colour, Colour]:
    """Return the picture's own hue, very dark and very pale: softer than black and white."""
    red, green, blue = (value / 255 for value in ImageStat.Stat(around).mean)
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    saturation = min(saturation, 0.55)
    light = 0.24
    while True:
        dark = _of_hls(hue, light, saturation)
        if _luminance_of(dark) <= _DARK_LUMINANCE:
            return dark, _of_hls(hue, _PALE, saturation)
        light -= 0.01


def _of_hls(hue: float, light: float, saturation: float) -> Colour:
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue, light, saturation))
    return red, green, blue


def _luminance_of(colour: Colour) -> float:
    return luminance(Image.new("RGB", (1, 1), colour)).tobytes()[0] / 255

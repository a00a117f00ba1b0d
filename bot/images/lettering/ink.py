"""Chooses the ink of a title from its ground, and helps the ground where that is not enough."""

import colorsys
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageStat

from bot.images.masks import wider

Colour = tuple[int, int, int]

CONTRAST = 4.5
"""WCAG AA, held against what is around the letters."""
_LINEAR = 0.03928  # up to here sRGB is, by WCAG
_RESTLESS = 0.02  # the share of that ground which may fall short: single sparks

_LIGHT: Colour = (255, 253, 247)
_DARK_LUMINANCE, _PALE = 0.022, 0.93
# Opacities of the band of shade, tried in this order; under the last one white is dark enough.
_BANDS = (0.0, 0.3, 0.45, 0.6, 0.74)
# The same for a glow close around the letters: a plain ground keeps its colour everywhere else.
_GLOWS = (0.0, 0.3, 0.5, 0.7)
_PLAIN = 4.0  # the standard deviation up to which a ground is
_SHADOW = 0.45
_NIGHT, _DAY = 0.16, 0.5  # mean luminances: light letters below, dark ones above, or either


@dataclass(frozen=True, slots=True)
class Ink:
    """*shade* helps the letters: in a *band* behind them or a *glow* around them, opacities."""

    colour: Colour
    shade: Colour
    band: float = 0.0
    glow: float = 0.0

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


def around(letters: Image.Image, *, size: int) -> Image.Image:
    """Return the mask of the ground that *letters* are read against.

    It begins past their soft edge and is as wide as a stroke.
    """
    edge = wider(letters.point(lambda value: 255 * (value > 0)), 1)
    return ImageChops.subtract(wider(edge, _reach(size)), edge)


def _reach(size: int) -> int:
    return max(round(0.05 * size), 2)


def choose(ground: Image.Image, letters: Image.Image, fade: Image.Image, *, size: int) -> Ink:
    """Return the ink for *letters* on *ground* (RGB): the one that needs the least help.

    *fade* is the full shade's mask, of the same size; *size* is the letters' em.
    """
    dark, pale = _tints(ground)
    near = around(letters, size=size)
    bright = ImageStat.Stat(luminance(ground), letters).mean[0] / 255
    plain = max(ImageStat.Stat(ground).stddev) <= _PLAIN
    helps = [{"glow": one} for one in _GLOWS] if plain else [{"band": one} for one in _BANDS]
    for more in helps:
        # Light letters first: they suit any scene but a bright one, dark ones would fog the night.
        for ink in (Ink(_LIGHT, dark, **more), Ink(dark, pale, **more)):
            suits = bright < _DAY if ink.light else bright > _NIGHT
            helped = shaded(ground, letters, ink, fade, size=size)
            if suits and reads(helped, near, ink.colour):
                return ink
    return Ink(_LIGHT, dark, _BANDS[-1])


def reads(ground: Image.Image, near: Image.Image, colour: Colour) -> bool:
    """Whether *colour* stands out from what *ground* is where the mask *near* is."""
    own = _luminance_of(colour)
    counts = luminance(ground).histogram(near)
    low = sum(
        count
        for value, count in enumerate(counts)
        if (max(own, value / 255) + 0.05) / (min(own, value / 255) + 0.05) < CONTRAST
    )
    return low <= _RESTLESS * sum(counts)


def shaded(
    ground: Image.Image, letters: Image.Image, ink: Ink, fade: Image.Image, *, size: int
) -> Image.Image:
    """Return a copy of *ground* with the help that *ink* gives to its *letters*."""
    made = ground.copy()
    if ink.band:
        made.paste(ink.shade, mask=fade.point(lambda value: round(value * ink.band)))
    if ink.glow:
        left, top, right, bottom = letters.getbbox() or (0, 0, 1, 1)
        near = (left - size // 2, top - size // 2, right + size // 2, bottom + size // 2)
        glow = wider(letters.crop(near), 2 * _reach(size))
        glow = glow.filter(ImageFilter.GaussianBlur(0.05 * size))
        made.paste(ink.shade, near, glow.point(lambda value: round(value * ink.glow)))
    return made


def laid(
    ground: Image.Image, letters: Image.Image, ink: Ink, fade: Image.Image, *, size: int
) -> Image.Image:
    """Return *ground* with its shade, and *letters* on it."""
    made = shaded(ground, letters, ink, fade, size=size)
    if ink.light:
        shadow = ImageChops.offset(letters, 0, round(0.03 * size))
        shadow = shadow.filter(ImageFilter.GaussianBlur(0.07 * size))
        made.paste(ink.shade, mask=shadow.point(lambda value: round(value * _SHADOW)))
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

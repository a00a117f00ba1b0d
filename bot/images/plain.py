"""Plain grounds: told from subjects, recoloured to the very hex, or cut away."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

from PIL import Image, ImageChops, ImageColor, ImageFilter, ImageMath, ImageStat

from bot.images.masks import wider

Colour = tuple[int, int, int]
Run = tuple[int, int]

_FRAME = 0.02  # of the shorter side: the strip along the edges in which a ground shows
_TOLERANCE = 26  # of a channel; JPEG's noise and a light vignette stay within
_BORDER_SHARE = 0.55  # of that strip: a portrait's shoulders take much of the lower edge
_LEAST_SHARE = 0.08  # of the picture; a narrower margin is no ground
_MOST_RUNS = 100  # of the ground, in a row on average: more is a pattern, and would take minutes
_EDGE = 2  # pixels over which a subject's edge blends into its ground
_NEAR = 5  # pixels: where the subject's own colour is looked for
_WHOLE = 0.93  # of that colour's distance is all subject: texture and JPEG's ringing


@dataclass(frozen=True, slots=True)
class Ground:
    """What stands behind a subject, joined to the picture's edges.

    *share* is its part of the picture, *colour* its mean, *spread* the greatest standard deviation
    of a channel, *deviation* the greatest distance of the mean's channels from the colour asked
    for. *plain* says whether it is one colour at all; if not, the rest describes what came nearest.
    """

    plain: bool
    share: float
    colour: Colour
    spread: float
    deviation: int


def verify_ground(image: Image.Image, colour: str) -> Ground:
    """Return what the ground of *image* (RGB) is, beside the asked *colour* (``#1E90FF``)."""
    return _verified(image, region(image), ImageColor.getrgb(colour)[:3])


def correct_ground(image: Image.Image, colour: str) -> tuple[Image.Image, Ground]:
    """Return *image* (RGB) with its ground in exactly *colour*, and the ground as it was found.

    What is not plain is left alone: the very *image* comes back. The subject's edges keep their
    softness, their share of the old colour becomes the same share of the new one.
    """
    wanted = ImageColor.getrgb(colour)[:3]
    mask = region(image)
    found = _verified(image, mask, wanted)
    if not found.plain:
        return image, found
    cover = coverage(image, mask, found.colour)
    made = _subject(image, cover, found.colour)
    ground = Image.new("RGB", image.size, wanted)
    ground.paste(made, mask=cover)
    return ground, found


def cut_out(image: Image.Image) -> Image.Image | None:
    """Return *image* (RGB) as RGBA without its plain ground; None if that is not plain."""
    mask = region(image)
    found = _verified(image, mask, (0, 0, 0))
    if not found.plain:
        return None
    cover = coverage(image, mask, found.colour)
    made = _subject(image, cover, found.colour)
    made.putalpha(cover)
    return made


# ---- the ground ----


def region(image: Image.Image) -> Image.Image:
    """Return the mask of what has the edges' colour and is joined to them."""
    distance = _distance(image, _edge_colour(image)).filter(ImageFilter.MedianFilter(3))
    near = distance.point(lambda value: 255 if value <= _TOLERANCE else 0)
    return _joined_to_the_edges(near)


def _frame(size: tuple[int, int]) -> Image.Image:
    """Return the mask of the strip along the edges."""
    wide = max(round(_FRAME * min(size)), 1)
    mask = Image.new("L", size, 255)
    mask.paste(0, (wide, wide, max(size[0] - wide, wide), max(size[1] - wide, wide)))
    return mask


def _edge_colour(image: Image.Image) -> Colour:
    red, green, blue = ImageStat.Stat(image, _frame(image.size)).median
    return int(red), int(green), int(blue)


def _distance(image: Image.Image, colour: Colour) -> Image.Image:
    """Return how far each pixel is from *colour*, in its most distant channel."""
    red, green, blue = ImageChops.difference(image, Image.new("RGB", image.size, colour)).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _joined_to_the_edges(near: Image.Image) -> Image.Image:
    """Return the parts of *near* (0 or 255) that touch an edge of the picture; none of a pattern.

    Works on runs of pixels in rows, not on pixels: Pillow's own flood fill takes seconds.
    """
    width, height = near.size
    pixels = near.tobytes()
    rows = [
        [match.span() for match in re.finditer(b"\xff+", pixels[y * width : (y + 1) * width])]
        for y in range(height)
    ]
    if sum(map(len, rows)) > _MOST_RUNS * height:
        return Image.new("L", near.size)
    touching = [
        (y, run)
        for y, runs in enumerate(rows)
        for run in runs
        if y in (0, height - 1) or run[0] == 0 or run[1] == width
    ]
    reached = set(touching)
    while touching:
        y, run = touching.pop()
        for beside in (y - 1, y + 1):
            if 0 <= beside < height:
                found = {(beside, other) for other in _overlapping(rows[beside], run)} - reached
                reached |= found
                touching += found
    made = bytearray(width * height)
    for y, (start, end) in reached:
        made[y * width + start : y * width + end] = b"\xff" * (end - start)
    return Image.frombytes("L", near.size, bytes(made))


def _overlapping(runs: list[Run], run: Run) -> Iterator[Run]:
    """Yield those of the sorted *runs* that share a column with *run*."""
    at = bisect_right(runs, run[0], key=itemgetter(1))
    while at < len(runs) and runs[at][0] < run[1]:
        yield runs[at]
        at += 1


def _verified(image: Image.Image, mask: Image.Image, wanted: tuple[int, ...]) -> Ground:
    share = ImageStat.Stat(mask).mean[0] / 255
    if not share:
        return Ground(plain=False, share=0.0, colour=_edge_colour(image), spread=0.0, deviation=255)
    border = ImageStat.Stat(mask, _frame(image.size)).mean[0] / 255
    stat = ImageStat.Stat(image, mask)
    red, green, blue = (round(value) for value in stat.mean)
    return Ground(
        plain=border >= _BORDER_SHARE and share >= _LEAST_SHARE,
        share=share,
        colour=(red, green, blue),
        spread=max(stat.stddev),
        deviation=max(abs(a - b) for a, b in zip((red, green, blue), wanted, strict=True)),
    )


# ---- the subject's edge ----


def coverage(image: Image.Image, mask: Image.Image, colour: Colour) -> Image.Image:
    """Return how much of each pixel is subject: 0 in the ground *mask*, 255 away from it.

    In between, along the edge, it is the pixel's distance from the ground's *colour* beside that
    of the subject nearby.
    """
    distance = _distance(image, colour)
    subject = wider(distance, _NEAR)
    share = ImageMath.lambda_eval(
        lambda of: of["convert"](
            of["min"](255 * of["d"] / of["max"](of["s"] * _WHOLE, 1), 255), "L"
        ),
        d=distance,
        s=subject,
    )
    assert isinstance(share, Image.Image)
    cover = Image.composite(share, Image.new("L", image.size, 255), wider(mask, _EDGE))
    cover.paste(0, mask=mask)
    return cover


def _subject(image: Image.Image, cover: Image.Image, colour: Colour) -> Image.Image:
    """Return *image* with the ground's *colour* taken out of what it covers only in part."""
    bands = [
        ImageMath.lambda_eval(
            lambda of: of["convert"](
                of["max"](
                    of["min"](
                        (255 * of["p"] - (255 - of["a"]) * of["g"]) / of["max"](of["a"], 1), 255
                    ),
                    0,
                ),
                "L",
            ),
            p=band,
            a=cover,
            g=Image.new("L", image.size, own),
        )
        for band, own in zip(image.split(), colour, strict=True)
    ]
    return Image.merge("RGB", [band for band in bands if isinstance(band, Image.Image)])

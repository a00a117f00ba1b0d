"""Paints the landscape behind a sample picture: sky, sun or moon, and city, hills or sea."""

import math
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Palette:
    """*sky* runs from top to horizon, *land* from far to near; *night* brings stars and lights."""

    sky: tuple[Colour, Colour, Colour]
    light: Colour
    land: tuple[Colour, Colour]
    night: bool = False


PALETTES = (
    Palette(
        ((64, 82, 153), (226, 122, 130), (255, 207, 141)),
        (255, 240, 201),
        ((196, 106, 128), (58, 44, 88)),
    ),
    Palette(
        ((98, 174, 222), (168, 219, 232), (247, 243, 214)),
        (255, 250, 224),
        ((126, 186, 178), (34, 92, 96)),
    ),
    Palette(
        ((16, 20, 58), (53, 48, 118), (150, 96, 160)),
        (246, 240, 214),
        ((78, 64, 130), (16, 16, 42)),
        night=True,
    ),
    Palette(
        ((240, 158, 108), (250, 199, 134), (255, 236, 190)),
        (255, 246, 220),
        ((222, 148, 108), (118, 62, 66)),
    ),
    Palette(
        ((52, 128, 140), (138, 200, 178), (250, 234, 184)),
        (255, 244, 206),
        ((104, 166, 148), (22, 68, 78)),
    ),
    Palette(
        ((10, 36, 68), (20, 88, 120), (96, 178, 176)),
        (232, 250, 240),
        ((40, 110, 130), (6, 26, 48)),
        night=True,
    ),
)
SUBJECTS = {
    "city": "城街楼市路车赛博科幻建筑",
    "sea": "海水湖江河船岛鱼滩",
    "forest": "林树花草竹春叶园田",
    "hills": "山雪峰云谷原",
}
SMOOTHED_PIXELS = 2_500_000
LIT_WINDOWS = 0.42
NIGHT = "夜星月宙空暗科幻赛博"


def paint(prompt: str, *, size: tuple[int, int], seed: int) -> Image.Image:
    """Return a landscape of *size* pixels that depends on *prompt* and *seed* alone."""
    random = Random(seed)  # noqa: S311 - reproducible scenery, no secret
    night = _mentions(prompt, NIGHT)
    palette = random.choice([each for each in PALETTES if each.night == night])
    named = [subject for subject, words in SUBJECTS.items() if _mentions(prompt, words)]
    subject = named[0] if named else random.choice(list(SUBJECTS))
    # Edges are drawn at twice the size and reduced, as Pillow's shapes are not smoothed.
    factor = 2 if size[0] * size[1] <= SMOOTHED_PIXELS else 1
    canvas = _sky(palette, (size[0] * factor, size[1] * factor))
    _light(canvas, palette, random)
    DRAW[subject](canvas, palette, random)
    return canvas.reduce(factor) if factor > 1 else canvas


def _mentions(prompt: str, words: str) -> bool:
    return any(word in prompt for word in words)


def _mix(start: Colour, end: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
    return red, green, blue


def _sky(palette: Palette, size: tuple[int, int]) -> Image.Image:
    steps = 96
    strip = Image.new("RGB", (1, steps))
    for step in range(steps):
        share = min(step / (steps * 0.72), 1) * 2
        top, middle, horizon = palette.sky
        colour = _mix(top, middle, share) if share < 1 else _mix(middle, horizon, share - 1)
        strip.putpixel((0, step), colour)
    return strip.resize(size, Image.Resampling.BICUBIC)


def _light(canvas: Image.Image, palette: Palette, random: Random) -> None:
    """Put the sun or the moon in the sky, with its glow, and stars at night."""
    width, height = canvas.size
    short = min(width, height)
    draw = ImageDraw.Draw(canvas)
    if palette.night:
        for _ in range(110):
            x, y = random.uniform(0, width), random.uniform(0, height * 0.55)
            radius = short * random.uniform(0.0006, 0.0022)
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=palette.light)
    x, y = width * random.uniform(0.2, 0.62), height * random.uniform(0.2, 0.38)
    radius = short * random.uniform(0.065, 0.1)
    glow = Image.radial_gradient("L").resize((round(radius * 9), round(radius * 9)))
    # Pillow's gradient reaches 181 at the middle of an edge; there the glow has to be nothing.
    glow = glow.point([round(140 * max(1 - value / 180, 0) ** 1.7) for value in range(256)])
    corner = (round(x - radius * 4.5), round(y - radius * 4.5))
    canvas.paste(Image.new("RGB", glow.size, palette.light), corner, glow)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=palette.light)


def _ridge(width: int, *, base: float, swing: float, random: Random, rough: float = 1) -> Points:
    """Return a smooth skyline from left to right: three waves laid over each other."""
    waves = [
        (random.uniform(0.6, 1.4) * (wave + 1) * rough, random.uniform(0, math.tau), 1 / (wave + 1))
        for wave in range(3)
    ]
    step = max(width // 160, 1)
    return [
        (
            x,
            base
            - swing
            * sum(part * math.sin(f * x / width * math.tau + p) for f, p, part in waves)
            / 2,
        )
        for x in range(0, width + step, step)
    ]


def _hills(canvas: Image.Image, palette: Palette, random: Random, *, rough: float = 1) -> None:
    width, height = canvas.size
    draw = ImageDraw.Draw(canvas)
    for layer in range(5):
        share = layer / 4
        base = height * (0.58 + 0.085 * layer)
        swing = height * (0.1 - 0.014 * layer)
        ridge = _ridge(width, base=base, swing=swing, random=random, rough=rough + layer * 0.3)
        draw.polygon([*ridge, (width, height), (0, height)], fill=_mix(*palette.land, share))


def _forest(canvas: Image.Image, palette: Palette, random: Random) -> None:
    width, height = canvas.size
    short = min(width, height)
    draw = ImageDraw.Draw(canvas)
    for layer in range(4):
        colour = _mix(*palette.land, layer / 3)
        base = height * (0.62 + 0.1 * layer)
        ridge = _ridge(width, base=base, swing=height * 0.05, random=random)
        draw.polygon([*ridge, (width, height), (0, height)], fill=colour)
        for x, y in ridge[:: random.randint(4, 6)]:
            tall = short * random.uniform(0.07, 0.12) * (0.7 + 0.3 * layer)
            for tier in range(3):
                top, half = y - tall * (1 - tier * 0.26), tall * (0.13 + tier * 0.07)
                draw.polygon(
                    [(x, top), (x - half, top + tall * 0.45), (x + half, top + tall * 0.45)],
                    fill=colour,
                )


def _city(canvas: Image.Image, palette: Palette, random: Random) -> None:
    width, height = canvas.size
    short = min(width, height)
    draw = ImageDraw.Draw(canvas)
    for layer in range(3):
        colour = _mix(*palette.land, layer / 2)
        lit = _mix(colour, palette.light, 0.75 if palette.night else 0.35)
        x = -short * random.uniform(0, 0.08)
        while x < width:
            wide = short * random.uniform(0.06, 0.13)
            tall = short * random.uniform(0.16, 0.46) * (1.15 - 0.2 * layer)
            top = height * (0.72 + 0.1 * layer) - tall
            _tower(draw, (x, top, x + wide, height), colour, random)
            if layer:
                _windows(draw, (x, top, x + wide, height), lit, random)
            x += wide * random.uniform(0.9, 1.25)


def _tower(
    draw: ImageDraw.ImageDraw,
    box: tuple[float, float, float, float],
    colour: Colour,
    random: Random,
) -> None:
    left, top, right, _ = box
    wide = right - left
    draw.rectangle(box, fill=colour)
    match random.randrange(5):
        case 0:
            draw.polygon([(left, top), (right, top - wide * 0.6), (right, top)], fill=colour)
        case 1:
            draw.rectangle(
                (left + wide * 0.2, top - wide * 0.4, right - wide * 0.2, top), fill=colour
            )
            draw.rectangle(
                (left + wide * 0.48, top - wide * 1.3, left + wide * 0.53, top), fill=colour
            )
        case 2:
            draw.pieslice((left, top - wide * 0.5, right, top + wide * 0.5), 180, 360, fill=colour)
        case _:
            pass


def _windows(
    draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float], lit: Colour, random: Random
) -> None:
    left, top, right, bottom = box
    cell = (right - left) / 6
    for row in range(1, int((bottom - top) / cell / 1.5)):
        for column in range(1, 5):
            if random.random() < LIT_WINDOWS:
                x, y = left + cell * (column + 0.15), top + cell * 1.5 * row
                draw.rectangle((x, y, x + cell * 0.55, y + cell * 0.7), fill=lit)


def _sea(canvas: Image.Image, palette: Palette, random: Random) -> None:
    width, height = canvas.size
    draw = ImageDraw.Draw(canvas)
    horizon = height * 0.6
    island = _ridge(width, base=horizon - height * 0.02, swing=height * 0.07, random=random)
    draw.polygon([*island, (width, horizon), (0, horizon)], fill=_mix(*palette.land, 0.1))
    for layer in range(7):
        base = horizon + (height - horizon) * (layer / 7) ** 1.2
        swing = height * 0.004 * layer
        ridge = _ridge(width, base=base, swing=swing, random=random, rough=2 + layer * 0.4)
        draw.polygon(
            [*ridge, (width, height), (0, height)], fill=_mix(*palette.land, 0.15 + layer * 0.12)
        )
    _boat(
        draw,
        width * random.uniform(0.15, 0.75),
        horizon + height * 0.07,
        min(width, height),
        palette,
    )


def _boat(draw: ImageDraw.ImageDraw, x: float, y: float, short: int, palette: Palette) -> None:
    unit = short * 0.03
    hull = [
        (x - 2 * unit, y),
        (x + 2 * unit, y),
        (x + 1.3 * unit, y + unit * 0.8),
        (x - 1.4 * unit, y + unit * 0.8),
    ]
    draw.polygon(hull, fill=palette.land[1])
    draw.polygon(
        [(x, y - 3.4 * unit), (x, y - 0.2 * unit), (x + 1.8 * unit, y - 0.2 * unit)],
        fill=palette.light,
    )
    draw.polygon(
        [
            (x - 0.2 * unit, y - 2.7 * unit),
            (x - 0.2 * unit, y - 0.2 * unit),
            (x - 1.4 * unit, y - 0.2 * unit),
        ],
        fill=_mix(palette.light, palette.land[0], 0.3),
    )


DRAW = {"city": _city, "hills": _hills, "sea": _sea, "forest": _forest}

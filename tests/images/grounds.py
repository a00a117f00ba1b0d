"""Pictures to label: one colour, noise, checks, gradients."""

import io
import random
from typing import Any

from PIL import Image


def encoded(image: Image.Image, format_: str = "JPEG", **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, format_, **options)
    return target.getvalue()


def ground(kind: str, width: int, height: int) -> Image.Image:
    """Return a picture of one colour, of noise, of fine checks or of a gradient."""
    size = (width, height)
    if kind == "noise":
        return Image.frombytes("RGB", size, random.Random(1).randbytes(3 * width * height))
    if kind == "checks":
        check = Image.new("L", (2, 2))
        check.putpixel((0, 0), 255)
        check.putpixel((1, 1), 255)
        tile = check.resize((16, 16), Image.Resampling.NEAREST)
        image = Image.new("RGB", size)
        for left in range(0, width, 16):
            for top in range(0, height, 16):
                image.paste(tile, (left, top))
        return image
    if kind == "gradient":
        ramp = Image.linear_gradient("L").resize(size)
        return Image.merge("RGB", (ramp, ramp.rotate(180), ramp))
    return Image.new("RGB", size, kind)

"""Brings a picture to the wanted ratio where a model drew another."""

from PIL import Image

MOST_CUT = 0.2
"""The share of a side that may be lost; beyond it the subject would be."""
_SAME = 0.005


def fit_ratio(image: Image.Image, width: int, height: int) -> Image.Image:
    """Return the middle of *image* in the ratio *width*:*height*, its pixels untouched.

    The very *image* comes back if it has that ratio already, to within half a per cent, or if more
    than `MOST_CUT` of a side would be lost.
    """
    wanted, own = width / height, image.width / image.height
    kept = min(wanted / own, own / wanted)
    if kept > 1 - _SAME or kept < 1 - MOST_CUT:
        return image
    size = (
        (round(image.height * wanted), image.height)
        if wanted < own
        else (image.width, round(image.width / wanted))
    )
    left, top = (image.width - size[0]) // 2, (image.height - size[1]) // 2
    return image.crop((left, top, left + size[0], top + size[1]))

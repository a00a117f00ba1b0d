"""Where a picture is calm enough for letters."""

from PIL import Image, ImageChops, ImageFilter, ImageStat

Box = tuple[int, int, int, int]

_SEEN = 256  # pixels of the longer side: finer texture disturbs no headline


class Calm:
    """How restless each part of a picture is, as one sees it from some way off."""

    def __init__(self, image: Image.Image) -> None:
        self._scale = min(_SEEN / max(image.size), 1)
        size = [max(round(side * self._scale), 1) for side in image.size]
        self._grey = image.convert("L").resize((size[0], size[1]), Image.Resampling.BOX)
        smooth = self._grey.filter(ImageFilter.GaussianBlur(3))
        self._detail = ImageChops.difference(self._grey, smooth)

    def unrest(self, box: Box) -> float:
        """Return 0 for a plain ground, some 20 for a skyline, 40 and more for noise."""
        left, top, right, bottom = (round(edge * self._scale) for edge in box)
        small = (left, top, max(right, left + 1), max(bottom, top + 1))
        detail = ImageStat.Stat(self._detail.crop(small)).mean[0]
        return 2.0 * detail + 0.4 * ImageStat.Stat(self._grey.crop(small)).stddev[0]

"""What masks have done to them in more than one place."""

from PIL import Image, ImageDraw, ImageFilter


def wider(mask: Image.Image, pixels: int) -> Image.Image:
    """Return *mask* (L) grown by *pixels* on every side; small steps cost less than a large one."""
    for _ in range(pixels):
        mask = mask.filter(ImageFilter.MaxFilter(3))
    return mask


def plate(size: tuple[int, int], *, radius: float, opacity: int) -> Image.Image:
    """Return the mask of a rectangle with round corners, *opacity* of 255 within."""
    # Drawn four times as large: Pillow's own rounded corners are jagged.
    large = Image.new("L", (4 * size[0], 4 * size[1]))
    ends = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(ends, radius=4 * radius, fill=opacity)
    return large.resize(size, Image.Resampling.BOX)

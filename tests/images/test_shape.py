"""Ratios: the middle is kept, no more than a fifth is cut, else nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.images.shape import fit_ratio


@pytest.mark.parametrize(
    ("drawn", "wanted", "fitted"),
    [
        ((1024, 1024), (1024, 1024), (1024, 1024)),
        ((1000, 1200), (1, 1), (1000, 1000)),
        ((1200, 1000), (1, 1), (1000, 1000)),
        ((1536, 1024), (16, 9), (1536, 864)),
        ((1000, 1300), (1, 1), (1000, 1300)),
        ((1024, 1536), (16, 9), (1024, 1536)),
        ((1000, 1001), (1, 1), (1000, 1001)),
    ],
)
def test_a_picture_near_its_ratio_is_cut_to_it(
    drawn: tuple[int, int], wanted: tuple[int, int], fitted: tuple[int, int]
) -> None:
    assert fit_ratio(Image.new("RGB", drawn), *wanted).size == fitted


def test_the_middle_is_kept() -> None:
    image = Image.new("RGB", (120, 100))
    image.putpixel((10, 0), (255, 0, 0))
    image.putpixel((109, 99), (0, 255, 0))
    fitted = fit_ratio(image, 1, 1)

    assert fitted.getpixel((0, 0)) == (255, 0, 0)
    assert fitted.getpixel((99, 99)) == (0, 255, 0)


@given(*[st.integers(1, 400)] * 4)
def test_a_cut_loses_at_most_a_fifth(width: int, height: int, wide: int, high: int) -> None:
    image = Image.new("L", (width, height))
    fitted = fit_ratio(image, wide, high)

    assert fitted.width >= 0.8 * width - 1
    assert fitted.height >= 0.8 * height - 1
    assert fitted is image or abs(fitted.width - fitted.height * wide / high) <= max(wide / high, 1)

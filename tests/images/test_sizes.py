"""Every size is one the models accept, whatever is asked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.images import sizes

NUMBERS = st.floats(min_value=0.01, max_value=9999, allow_nan=False)


def is_legal(size: tuple[int, int]) -> bool:
    width, height = size
    return (
        width % 16 == height % 16 == 0
        and 655_360 <= width * height <= 8_294_400
        and max(size) <= 3 * min(size)
        and max(size) <= 3840
    )


@pytest.mark.parametrize(
    ("ratio", "size"),
    [
        ((1, 1), (1024, 1024)),
        ((3, 2), (1536, 1024)),
        ((2, 3), (1024, 1536)),
        ((4, 3), (1280, 960)),
        ((3, 4), (960, 1280)),
        ((16, 9), (1536, 864)),
        ((9, 16), (864, 1536)),
        ((21, 9), (1792, 768)),
        ((2.35, 1), (1616, 688)),
        ((1920, 1080), (1536, 864)),
        ((10, 1), (1968, 656)),
        ((1, 10), (656, 1968)),
    ],
)
def test_the_size_of_a_ratio(ratio: tuple[float, float], size: tuple[int, int]) -> None:
    assert sizes.fitting(*ratio) == size


@settings(max_examples=2000, deadline=None)
@given(NUMBERS, NUMBERS)
def test_any_ratio_gives_a_legal_size_near_to_it(width: float, height: float) -> None:
    size = sizes.fitting(width, height)
    wanted = min(max(width / height, 1 / 3), 3)

    assert is_legal(size)
    assert size[0] / size[1] == pytest.approx(wanted, rel=0.02)


@settings(max_examples=2000, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from("画一只猫，。 \n16:：9324x*×横竖版方图手机壁纸比例的不要海报足球"),
        max_size=80,
    )
)
def test_splitting_only_takes_away(text: str) -> None:
    size, rest = sizes.split(text)

    assert is_legal(size)
    letters = iter(text)
    assert all(letter in letters for letter in rest.replace(" ", ""))

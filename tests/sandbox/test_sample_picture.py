"""The sample picture: the right size, its own for each prompt, marked, its corner free."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from bot.sandbox.picture import _font, _wrap, draw, encode, printable
from tests.sandbox.sandbox_stage import jpeg

RED = (214, 60, 62)


@pytest.mark.parametrize(
    "size", [(1024, 1024), (1536, 1024), (1024, 1536), (3840, 2160), (816, 816)]
)
def test_it_has_the_size_asked_for(size: tuple[int, int]) -> None:
    assert draw("一座城市", size=size).size == size


def test_the_same_prompt_gives_the_same_pixels() -> None:
    pictures = [draw("雪山", size=(816, 816)) for _ in range(2)]

    assert ImageChops.difference(*pictures).getbbox() is None


@pytest.mark.parametrize(
    ("one", "other"),
    [(("雪山", 0), ("雪山 ", 0)), (("雪山", 0), ("雪山", 1)), (("海", 0), ("林", 0))],
)
def test_another_prompt_or_index_gives_another_scene(
    one: tuple[str, int], other: tuple[str, int]
) -> None:
    first, second = (draw(text, size=(816, 816), index=index) for text, index in (one, other))
    difference = (
        ImageChops.difference(first, second).convert("L").point(lambda value: value > 8 and 255)
    )

    assert sum(difference.histogram()[255:]) > 816 * 816 // 10


def test_the_ribbon_is_in_the_top_right_corner() -> None:
    picture = draw("雪山", size=(1024, 1024))
    corner = picture.crop((724, 0, 1024, 300))

    red = sum(
        count
        for count, colour in corner.getcolors(maxcolors=90_000) or ()
        if isinstance(colour, tuple)
        and all(abs(a - b) < 40 for a, b in zip(colour, RED, strict=True))
    )
    assert red > 8_000


def test_the_prompt_is_written_on_the_card_and_nowhere_below() -> None:
    blank, written = (draw(text, size=(1024, 1024), source=jpeg()) for text in ("", "电子书城市"))

    changed = ImageChops.difference(blank, written).getbbox()

    assert changed is not None
    assert changed[3] <= 1024 * 0.87
    assert changed[1] >= 1024 * 0.5


@pytest.mark.parametrize("prompt", ["很长的描述，" * 500, "x" * 32_000, "🐱" * 400, "\n\n", "a\tb"])
def test_the_label_corner_stays_free_of_text(prompt: str) -> None:
    plain, written = (draw(text, size=(1024, 1024), source=jpeg()) for text in ("", prompt))
    corner = (512, 891, 1024, 1024)

    difference = ImageChops.difference(plain.crop(corner), written.crop(corner))

    assert difference.getbbox() is None


def test_an_edit_shows_the_photo() -> None:
    picture = draw("加一顶帽子", size=(1024, 1024), source=jpeg(colour="yellow"))

    assert picture.getpixel((20, 20)) == pytest.approx((255, 255, 0), abs=3)


@pytest.mark.parametrize(("form", "name"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_each_format_opens(form: str, name: str) -> None:
    data = encode(draw("猫", size=(816, 816)), form=form, compression=80)

    with Image.open(BytesIO(data)) as picture:
        assert (picture.format, picture.size) == (name, (816, 816))


def test_compression_makes_smaller_files() -> None:
    picture = draw("城市", size=(816, 816))

    assert len(encode(picture, form="jpeg", compression=20)) < len(encode(picture, form="jpeg"))


@settings(max_examples=2000)
@given(st.text(st.characters(codec="gb2312", exclude_categories=["C"])), st.integers(60, 900))
def test_lines_keep_every_word_and_fit_but_for_a_hanging_mark(text: str, room: int) -> None:
    font = _font(24)

    lines = list(_wrap(text, font=font, room=room))

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(font.getlength(line) <= room + 24 for line in lines)


@settings(max_examples=2000)
@given(st.text())
def test_what_the_font_lacks_becomes_a_square(text: str) -> None:
    shown = printable(text)

    assert len(shown) == len(text)
    for given_character, shown_character in zip(text, shown, strict=True):
        assert shown_character in (given_character, "□")
        assert shown_character.encode("gb2312")


def test_ascii_and_chinese_are_kept() -> None:
    assert printable("画 a cat，像素 16×16 🐱") == "画 a cat，像素 16×16 □"

"""Stickers: transparent by link, flat in the chat, labelled both ways."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw

from bot.errors import ProviderError
from bot.images import label, transparent
from bot.sandbox.scenery import paint
from tests.images.grounds import encoded

SIZE = (512, 512)


def sticker() -> Image.Image:
    image = Image.new("RGBA", (1024, 1024), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.ellipse((160, 160, 864, 864), fill=(250, 200, 60, 255))
    for x in (400, 620):
        pen.ellipse((x - 40, 400, x + 40, 500), fill=(60, 40, 20, 255))
    pen.arc((360, 480, 664, 720), 20, 160, fill=(60, 40, 20, 255), width=28)
    return image.resize(SIZE, Image.Resampling.LANCZOS)


def finish(data: bytes) -> transparent.Sticker:
    return transparent.finish(data, produce_id="job-7", producer="huaxin")


def opened(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as image:
        image.load()
        return image


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_a_transparent_picture_comes_twice(
    form: str, keep_picture: Callable[[str, Any], None]
) -> None:
    options = {"lossless": True} if form == "WEBP" else {}
    made = finish(encoded(sticker(), form, **options))
    clear, flat = opened(made.clear), opened(made.flat.data)
    keep_picture(f"sticker-{form}.png", made.clear)
    keep_picture(f"sticker-{form}-flat.jpg", made.flat.data)
    box = label.place(SIZE)

    assert not made.cut
    assert (clear.format, clear.mode, clear.size) == ("PNG", "RGBA", SIZE)
    assert (flat.format, flat.mode, flat.size) == ("JPEG", "RGB", SIZE)
    for data in (made.clear, made.flat.data):
        found = label.read(data)
        assert found is not None
        assert found["ProduceID"] == "job-7"
    untouched = sticker()
    for image in (clear, untouched):
        image.paste((0, 0, 0, 0), box)
    difference = ImageChops.difference(clear.getchannel("A"), untouched.getchannel("A"))
    assert difference.getextrema() == (0, 0)
    assert flat.getpixel((3, 3)) == (255, 255, 255)


@pytest.mark.parametrize("behind", ["white", "black", "red", "gray"])
def test_the_label_is_legible_on_any_ground_it_may_lie_on(behind: str) -> None:
    """Inside the plate nothing of what is behind shows through."""
    made = opened(finish(encoded(sticker(), "PNG")).clear)
    ground = Image.new("RGB", SIZE, behind)
    ground.paste(made, mask=made.getchannel("A"))
    left, top, right, bottom = label.place(SIZE)
    radius = (bottom - top) // 3
    inner = (left + radius, top + 1, right - radius, bottom - 1)
    expected = Image.new("RGB", SIZE, "white")
    label.burn(expected)

    shown = ImageChops.difference(ground.crop(inner), expected.crop(inner)).convert("L")
    assert sum(shown.histogram()[3:]) == 0


def test_a_plain_ground_is_cut_away(keep_picture: Callable[[str, Any], None]) -> None:
    drawn = Image.new("RGB", SIZE, "#F2F4F6")
    drawn.paste(sticker(), mask=sticker().getchannel("A"))
    made = finish(encoded(drawn, quality=90))
    clear = opened(made.clear)
    keep_picture("sticker-cut.png", made.clear)

    assert made.cut
    assert clear.getchannel("A").getpixel((5, 5)) == 0
    assert clear.getchannel("A").getpixel((256, 150)) == 255
    assert opened(made.flat.data).getpixel((5, 5)) == (255, 255, 255)


def test_a_scene_stays_flat_and_says_so() -> None:
    made = finish(encoded(paint("城市", size=SIZE, seed=1)))

    assert made.clear == b""
    assert not made.cut
    assert label.read(made.flat.data) is not None


def test_a_damaged_picture_is_an_error() -> None:
    with pytest.raises(ProviderError, match="damaged"):
        finish(encoded(sticker(), "PNG")[:200])

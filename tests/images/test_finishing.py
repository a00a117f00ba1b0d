"""A raw picture gets ratio, ground, title and labels; the words for the model fit to that."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image, ImageDraw

from bot.images import label
from bot.images.finishing import finish
from bot.images.wording import said, sets_title
from bot.models import ImageRequest
from tests.images.grounds import encoded, ground

Keep = Callable[[str, Any], None]
MAY_DAY = ImageRequest(
    prompt=(
        "帮我生成一个五一劳动节的海报，标题是“五一劳动节快乐”，背景是学校，学校门口有一些卖东西的学生"
    ),
    width=1024,
    height=1536,
    title="五一劳动节快乐",
    lettering="ours",
)


def made(data: bytes, request: ImageRequest) -> tuple[Image.Image, bytes]:
    finished = finish(data, request, produce_id="1-a", producer="huaxin")
    label.verify(finished.flat)
    with Image.open(io.BytesIO(finished.flat)) as image:
        image.load()
        return image, finished.clear


def badge(colour: str) -> bytes:
    image = ground(colour, 512, 512)
    ImageDraw.Draw(image).ellipse((128, 100, 384, 400), fill="#C03020")
    return encoded(image, quality=90)


def test_a_title_of_ours_is_in_the_picture_and_not_in_the_words(keep_picture: Keep) -> None:
    raw = encoded(ground("gradient", 1024, 1536))
    with_title, _ = made(raw, MAY_DAY)
    without, _ = made(raw, replace(MAY_DAY, lettering="model"))

    keep_picture("finished-title.jpg", with_title)
    assert with_title.tobytes() != without.tobytes()
    assert "五一劳动节快乐" not in said(MAY_DAY)
    assert "不要出现任何文字" in said(MAY_DAY)
    assert "背景是学校" in said(MAY_DAY)
    assert "“五一劳动节快乐”" in said(replace(MAY_DAY, lettering="model"))


@pytest.mark.parametrize(
    "request_",
    [
        replace(MAY_DAY, title=""),
        replace(MAY_DAY, title="  "),
        replace(MAY_DAY, title="快乐🎉"),
        replace(MAY_DAY, title="长" * 61),
        replace(MAY_DAY, transparent=True),
        replace(MAY_DAY, lettering=""),
    ],
)
def test_what_we_cannot_set_is_left_to_the_model(request_: ImageRequest) -> None:
    assert not sets_title(request_)


def test_a_plain_ground_becomes_the_very_colour_and_another_ratio_is_cut(
    keep_picture: Keep,
) -> None:
    wanted = ImageRequest(prompt="一个苹果", width=864, height=1024, ground="#1E90FF")
    image, clear = made(badge("#2A88EE"), wanted)

    keep_picture("finished-ground.jpg", image)
    assert image.size == (432, 512)
    red, green, blue = image.convert("RGB").getpixel((5, 5))  # type: ignore[misc] # RGB
    assert max(abs(red - 0x1E), abs(green - 0x90), abs(blue - 0xFF)) <= 2
    assert clear == b""
    assert "纯色 #1E90FF" in said(wanted)


def test_a_sticker_is_flat_for_the_chat_and_clear_beside() -> None:
    wanted = ImageRequest(prompt="一个苹果贴纸", transparent=True, width=512, height=512)
    image, clear = made(badge("#EEEEEE"), wanted)
    label.verify(clear)

    assert image.convert("RGB").getpixel((5, 5)) == (255, 255, 255)
    with Image.open(io.BytesIO(clear)) as png:
        assert png.getchannel("A").getpixel((5, 5)) == 0
        assert png.getchannel("A").getpixel((256, 250)) == 255
    assert "背景透明" in said(wanted)


REST = (
    "除了上面要求的，其余都不变：人物的长相、表情、姿态，物体的样子和位置，"
    "构图、光线和背景都和原图一样。"
)


def test_an_edit_says_each_time_what_has_to_stay() -> None:
    one = ImageRequest(prompt="换成夜晚", sources=("job:1",))
    several = replace(one, prompt="put the cat into the room", sources=("photo:1", "photo:2"))

    assert said(one) == f"换成夜晚\n{REST}"
    assert said(one, style="watercolour").splitlines()[1:] == ["watercolour", REST]
    painted = replace(one, prompt="变成水彩风格")
    assert said(painted, style="watercolour", reshaped=True).splitlines()[1:] == [
        "watercolour",
        "只换画风：人物的长相、表情、姿态，物体和构图都和原图一样，不增加、不去掉任何东西。",
        "画幅和原图不同：把场景自然地延伸到新的画幅，主体完整，不拉伸，不裁掉。",
    ]
    assert said(several).splitlines() == [
        "2 pictures are given, in this order: picture 1, picture 2.",
        "put the cat into the room",
        "People and things keep the looks and colours they have in each picture.",
    ]

"""Titles in pictures: every glyph is there, legible, inside, and clear of the label."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageStat

from bot.images import label, lettering, titles
from bot.images.lettering import ink, placing
from bot.sandbox.scenery import paint
from bot.settings import ASSETS
from tests.images.grounds import ground

MAY_DAY, VACATION = "五一劳动节快乐", "5.1 vacation happy"
SCENE = "帮我生成一个五一劳动节的海报，背景是学校，学校门口有一些卖东西的学生"
LONG = "让每一次出发都成为更好的相遇——2026年春季校园招聘宣讲会，期待你的加入"
LEFT = {"place": "left", "face": "serif"}
COUPLET = "落霞与孤鹜齐飞，秋水共长天一色"
MENU = "夏日菜单\n西瓜汁 12元\n酸梅汤 8元\n柠檬茶 10元"
SIZES = {"1x1": (1024, 1024), "2x3": (1024, 1536), "16x9": (1536, 864), "9x16": (864, 1536)}


def contrast(first: float, second: float) -> float:
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def shares(image: Image.Image, plan: lettering.Plan) -> tuple[float, float]:
    """Return the median luminance of the letters, and the share of legible ground around them.

    Legible is a contrast of 4.5 (WCAG AA); around is as far as a stroke is wide.
    """
    reach = max(round(0.05 * plan.size), 2)
    left, top, right, bottom = plan.box
    box = (left - reach - 3, top - reach - 3, right + reach + 3, bottom + reach + 3)
    brightness, letters = ink.luminance(image.crop(box)), plan.letters.crop(box)
    solid = letters.point(lambda value: 255 * (value > 250))
    counts = brightness.histogram(solid)
    own = next(v for v in range(256) if sum(counts[: v + 1]) * 2 >= sum(counts)) / 255
    # Past the soft edge of the letters.
    soft = letters.point(lambda value: 255 * (value > 0)).filter(ImageFilter.MaxFilter(3))
    near = ImageChops.subtract(soft.filter(ImageFilter.MaxFilter(2 * reach + 1)), soft)
    around = brightness.histogram(near)
    good = sum(n for v, n in enumerate(around) if contrast(own, v / 255) >= 4.5)
    return own, good / sum(around)


def is_clear_of_label(plan: lettering.Plan, size: tuple[int, int]) -> bool:
    return plan.letters.crop(label.place(size)).getbbox() is None


def ink_of(title: str, plan: lettering.Plan) -> list[Image.Image]:
    """Return each character of the headline drawn alone, straight by Pillow, cut to its ink."""
    font = ImageFont.truetype(ASSETS / "fonts" / "NotoSansSC-Bold.woff2", plan.size)
    made = []
    for one in title.replace(" ", ""):
        mask = Image.new("L", (2 * plan.size, 2 * plan.size))
        ImageDraw.Draw(mask).text((plan.size // 2, plan.size // 4), one, fill=255, font=font)
        made.append(mask.crop(mask.getbbox()))
    return made


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("title", [MAY_DAY, VACATION])
def test_the_articles_posters(
    title: str, shape: str, keep_picture: Callable[[str, Any], None]
) -> None:
    image = paint(SCENE, size=SIZES[shape], seed=5)
    plan = lettering.plan(image, title)
    made = lettering.set_title(image, title)
    _, legible = shares(made, plan)

    assert made.size == image.size
    assert legible > 0.97
    assert is_clear_of_label(plan, image.size)
    left, top, right, bottom = plan.box
    assert 0 < left < right < image.width
    assert 0 < top < bottom < image.height
    assert plan.size >= 0.1 * min(image.size)
    label.burn(made)
    keep_picture(f"poster-{title[:3].strip()}-{shape}.png", made)


def test_every_glyph_is_where_it_belongs() -> None:
    """Each character, drawn alone, is found in the title's mask, one after the other."""
    for title in (MAY_DAY, VACATION):
        plan = lettering.plan(Image.new("RGB", (512, 288), "white"), title)
        left = plan.box[0]
        for glyph in ink_of(title, plan):
            best = max(
                (
                    ImageStat.Stat(
                        ImageChops.difference(
                            plan.letters.crop((x, y, x + glyph.width, y + glyph.height)), glyph
                        )
                    ).mean[0]
                    * -1,
                    x,
                )
                for x in range(left, left + plan.size)
                for y in range(plan.box[1] - 2, plan.box[3] - glyph.height + 3)
            )
            assert best[0] > -12
            left = best[1] + glyph.width // 2


def test_what_is_not_title_stays_as_it_was() -> None:
    """A calm ground needs no shade: nothing changes beyond the letters and their soft shadow."""
    image = Image.new("RGB", (512, 512), (20, 40, 90))
    plan = lettering.plan(image, MAY_DAY)
    made = lettering.set_title(image, MAY_DAY)
    changed = ImageChops.difference(image, made).getbbox()

    assert plan.ink.band == 0
    assert changed is not None
    left, top, right, bottom = plan.box
    reach = plan.size // 2
    assert left - reach <= changed[0]
    assert top - reach <= changed[1]
    assert changed[2] <= right + reach
    assert changed[3] <= bottom + reach
    solid = plan.letters.point(lambda value: 255 * (value == 255))
    flat = Image.new("RGB", image.size, plan.ink.colour)
    assert ImageChops.multiply(
        ImageChops.difference(made, flat).convert("L"), solid
    ).getextrema() == (0, 0)


@pytest.mark.parametrize("colour", ["#FF0000", "#808080", "#1E90FF", "#FFFFFF", "#D9001B"])
def test_a_plain_ground_keeps_its_colour_around_the_title(colour: str) -> None:
    image = Image.new("RGB", (512, 512), colour)
    plan = lettering.plan(image, MAY_DAY)
    made = lettering.set_title(image, MAY_DAY)
    changed = ImageChops.difference(image, made).getbbox()

    assert shares(made, plan)[1] > 0.97
    assert changed is not None
    assert changed[3] - changed[1] < 2 * plan.size


@pytest.mark.parametrize("vertical", [False, True])
@pytest.mark.parametrize("kind", ["white", "black", "gray", "red", "noise", "checks", "gradient"])
def test_titles_are_legible_on_any_ground(kind: str, vertical: bool) -> None:
    for size, title in (((320, 480), MAY_DAY), ((512, 288), LONG), ((384, 384), VACATION)):
        image = ground(kind, *size)
        plan = lettering.plan(image, title, vertical=vertical)
        _, legible = shares(lettering.set_title(image, title, vertical=vertical), plan)

        assert legible > 0.95
        assert is_clear_of_label(plan, size)


@pytest.mark.parametrize("place", [*placing.ACROSS])
@pytest.mark.parametrize("title", [LONG, MENU, "开业", "W" * 60, "春" * 60])
def test_any_title_fits_in_any_place(title: str, place: str) -> None:
    for size in ((512, 288), (288, 512), (64, 192)):
        plan = lettering.plan(Image.new("RGB", size, "white"), title, place=place)

        assert is_clear_of_label(plan, size)
        assert plan.box[0] >= 0
        assert plan.box[1] >= 0
        assert plan.box[2] <= size[0]
        assert plan.box[3] <= size[1]


@pytest.mark.parametrize(
    ("name", "words", "title", "asked"),
    [
        ("long-2x3", "海边", LONG, {}),
        ("long-16x9", "海边", LONG, {}),
        ("menu-9x16", "森林", MENU, {"face": "kai"}),
        ("menu-1x1", "森林", MENU, {}),
        ("vertical-9x16", "竹林", "竹林听雨——江南旧梦", {"vertical": True, "face": "kai"}),
        ("vertical-2x3", "夜 海", COUPLET, {"vertical": True, "face": "serif"}),
        ("vertical-1x1", "山", "5.1 vacation happy", {"vertical": True}),
        ("vertical-16x9", "山", "“五一”大促：全场8.5折！", {"vertical": True}),
        ("night-16x9", "科幻城市 夜", "未来之城 FUTURE CITY 2077", {}),
        ("left-16x9", "城市 白天", "城市漫步指南：周末去哪儿", LEFT),
        ("right-16x9", "城市 白天", "城市漫步指南：周末去哪儿", {"place": "right"}),
        ("bottom-2x3", "雪山", "繁體標題與龍鳳龘：雪山之巔", {"place": "bottom"}),
    ],
)  # fmt: skip
def test_titles_of_many_kinds(
    name: str,
    words: str,
    title: str,
    asked: dict[str, Any],
    keep_picture: Callable[[str, Any], None],
) -> None:
    shape = name.rpartition("-")[2]
    image = paint(words, size=SIZES[shape], seed=3)
    plan = lettering.plan(image, title, **asked)
    made = lettering.set_title(image, title, **asked)

    assert shares(made, plan)[1] > 0.95
    assert is_clear_of_label(plan, image.size)
    label.burn(made)
    keep_picture(f"title-{name}.png", made)


def test_noise_is_legible(keep_picture: Callable[[str, Any], None]) -> None:
    random = Random(1)
    coarse = Image.frombytes("RGB", (64, 96), random.randbytes(64 * 96 * 3))
    image = coarse.resize((1024, 1536), Image.Resampling.NEAREST)
    plan = lettering.plan(image, MAY_DAY)
    made = lettering.set_title(image, MAY_DAY)

    assert shares(made, plan)[1] > 0.95
    label.burn(made)
    keep_picture("title-noise-2x3.png", made)


def test_the_calmer_place_is_taken() -> None:
    busy = ground("noise", 512, 768)
    busy.paste((200, 220, 240), (0, 384, 512, 768))

    assert lettering.plan(busy, MAY_DAY).place == "bottom"
    assert lettering.plan(ImageChops.offset(busy, 0, 384), MAY_DAY).place == "top"


@pytest.mark.parametrize("title", ["", " \n", "春" * 61, "开业🎉"])
def test_what_cannot_be_set_is_refused(title: str) -> None:
    with pytest.raises(ValueError, match="not to be set"):
        lettering.set_title(Image.new("RGB", (64, 64)), title)


def test_rare_characters_are_set_from_the_wide_font() -> None:
    image = Image.new("RGB", (512, 512), "white")
    masks = {one: lettering.plan(image, one * 2, face="kai").letters for one in "龘燚垚"}

    assert all(titles.missing(one) == "" for one in masks)
    assert ImageChops.difference(masks["龘"], masks["燚"]).getbbox() is not None
    assert ImageChops.difference(masks["垚"], masks["燚"]).getbbox() is not None

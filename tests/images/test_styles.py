"""The list of styles: read with clear errors, found in sentences, told to a model."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.images import styles

ONE = '[[styles]]\nname = "水彩"\nwords = "watercolour"\nexample = "变成水彩"\n'
FILE = styles.first()
PROTECTED = ("宫崎骏", "吉卜力", "皮克斯", "迪士尼", "ghibli", "pixar", "disney", "lego", "乐高")


@pytest.mark.parametrize(
    ("said", "style"),
    [
        ("变成吉卜力风格", "吉卜力"),
        ("换成宫崎骏画风", "吉卜力"),
        ("水彩风格的猫", "水彩"),
        ("一只猫，水彩", "水彩"),
        ("把照片做成皮克斯3D", "3D动画"),
        ("皮克斯3D风格的小狗", "3D动画"),
        ("赛博朋克的城市", "赛博朋克"),
        ("像素风的夜市", "像素"),
        ("国潮插画风格", "扁平插画"),
        ("水墨山水", "水墨"),
        ("素描", "素描"),
        ("把照片做成证件照，蓝底", "证件照"),
        ("从水彩风格换成油画", "油画"),
        ("Ghibli style village", "吉卜力"),
        # Words that are no style here.
        ("不要水彩风格", ""),
        ("铅笔和橡皮", ""),
        ("素描老师", ""),
        ("积木散落一地", ""),
        ("卡通人物在跑", ""),
        ("莫奈工作室", ""),
        ("水彩笔", ""),
        ("一只橘猫", ""),
    ],
)
def test_a_style_is_found(said: str, style: str) -> None:
    assert FILE.find(said) == style


@pytest.mark.parametrize(
    ("said", "only"),
    [
        *(
            (one, True)
            for one in ("变成水彩", "把这张照片变成吉卜力风格", "图1变成水彩画", "水彩风格")
        ),
        *(
            (one, False)
            for one in ("变成水彩，加一只猫", "水彩风格的猫", "把猫变成水彩", "再亮一点")
        ),
    ],
)
def test_a_change_of_nothing_but_the_style(said: str, *, only: bool) -> None:
    assert FILE.is_only(said) is only
    assert FILE.is_only(FILE.unnamed(said, FILE.find(said))) is only


def test_every_style_is_found_by_its_own_example_and_names() -> None:
    for style in FILE.known:
        assert FILE.find(style.example) == style.name
        for called in style.called:
            assert FILE.find(f"变成{called}风格") == style.name
            assert FILE.find(f"{called}风格的小镇") == style.name
            assert FILE.is_all(called)


def test_models_are_told_what_it_looks_like_and_not_whose_it_is() -> None:
    assert len(FILE.known) >= 16
    for style in FILE.known:
        told = FILE.words(style.name) + FILE.unnamed(style.example, style.name)
        assert not any(name in told.lower() for name in PROTECTED)
    assert FILE.unnamed("变成皮克斯3D的小狗", "3D动画") == "变成三维动画电影的小狗"
    assert FILE.unnamed("变成水彩", "水彩") == "变成水彩"
    assert (FILE.words("没有"), FILE.unnamed("猫", "没有")) == ("", "猫")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[styles]", "读不懂"),
        ("styles = 3", "每种画风写成一段 [[styles]]"),
        ("", "一种画风也没有"),
        ("styles = [3]", "第 1 种画风：写成一段"),
        ('[[styles]]\nname = "水彩"\n', "第 1 种画风“水彩”：words 没有写"),
        (ONE + 'aliases = "水彩画"\n', 'aliases 写成 ["叫法", "叫法"]'),
        (ONE + "common = 1\n", "common 写 true 或 false"),
        (ONE + "instead = 1\n", "instead 写成一段文字"),
        (ONE + 'word = "x"\n', "不认识 word"),
        (ONE.replace("水彩", "一二三四五六七八九十一"), "name 太长，最多 10 个字"),
        (ONE + ONE, "“水彩”既是“水彩”又是“水彩”"),
        (ONE + ONE.replace('"水彩"', '"油画"') + 'aliases = ["水彩"]', "既是“水彩”又是“油画”"),
    ],
)
def test_a_list_that_cannot_be_used_says_why(text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        styles.load(text)

    assert problem in str(refused.value)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_any_text_has_a_known_style_or_none(text: str) -> None:
    assert FILE.find(text) in {"", *(style.name for style in FILE.known)}

"""Titles in words: what can be written, how they part, what a prompt says of them."""

import subprocess
import sys
import unicodedata

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from bot.images import titles
from bot.settings import ASSETS

MAY_DAY = (
    "帮我生成一个五一劳动节的海报，标题是“五一劳动节快乐”，背景是学校，学校门口有一些卖东西的学生"
)
VACATION = MAY_DAY.replace("五一劳动节快乐", "5.1 vacation happy")
FONTS = (*titles.FACES.values(), titles.RARE)
SANS = (titles.FACES["sans"], titles.RARE)


@pytest.mark.parametrize("font", FONTS)
def test_the_list_beside_a_font_is_what_the_font_has(font: str) -> None:
    with TTFont(ASSETS / "fonts" / f"{font}.woff2") as opened:
        own = {chr(code) for code in opened.getBestCmap()}

    assert titles.characters(font) == own


def test_asking_needs_no_pillow() -> None:
    asked = (
        "import sys; from bot.images import titles;"
        "print(titles.missing('劳动🎉'), 'PIL' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, check=True, encoding="utf-8"
    )

    assert told.stdout.split() == ["🎉", "False"]


@pytest.mark.parametrize(
    ("title", "missing"),
    [
        ("五一劳动节快乐", ""),
        ("5.1 vacation happy", ""),
        ("“春”——《雅》·ÀÉñ…，。！？：；「」¥€①★→", ""),
        ("羊羴羴，喆垚淼燚", ""),
        ("繁體標題與龍鳳龘", ""),
        ("さくらカフェ", ""),
        ("开业🎉大吉🎊🎉", "🎉🎊"),
        ("家👨‍👩‍👧", "👨👩👧"),
        ("爱❤️你", "❤"),
        ("안녕 สวัสดี", "안녕สวัดี"),
        ("第一行\n第二行", ""),
    ],
)
def test_what_no_typeface_has_is_named(title: str, missing: str) -> None:
    assert titles.missing(title) == missing


@given(st.text(max_size=30))
def test_missing_is_exact(title: str) -> None:
    shown = set(titles.clean(title)) - {"\n"}

    gone = {one for one in shown if not any(one in titles.characters(font) for font in SANS)}
    assert set(titles.missing(title)) == gone


@given(st.text(max_size=30))
def test_cleaning_is_done_once(title: str) -> None:
    cleaned = titles.clean(title)

    assert titles.clean(cleaned) == cleaned
    assert not {unicodedata.category(one) for one in cleaned.replace("\n", "")} & {"Cc", "Cf"}


@pytest.mark.parametrize(
    ("title", "wanted", "face"),
    [
        ("竹林听雨", "kai", "kai"),
        ("竹林聽雨龘", "kai", "sans"),
        ("竹林听雨", "serif", "serif"),
        ("a\nb", "kai", "kai"),
    ],
)
def test_a_face_that_lacks_a_character_gives_way(title: str, wanted: str, face: str) -> None:
    assert titles.face_for(title, wanted) == face


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("五一劳动节快乐", ("五一劳动节快乐", "")),
        ("青春——我的大学", ("青春", "——我的大学")),
        ("夏日菜单\n西瓜汁 12元\n酸梅汤 8元", ("夏日菜单", "西瓜汁 12元\n酸梅汤 8元")),
        ("主题：读书", ("主题：读书", "")),
        ("夏日特惠：全场饮品第二杯半价", ("夏日特惠：", "全场饮品第二杯半价")),
        ("营业时间10:30至22:00，欢迎光临", ("营业时间10:30至22:00，欢迎光临", "")),
        ("落霞与孤鹜齐飞，秋水共长天一色", ("落霞与孤鹜齐飞，秋水共长天一色", "")),
        (
            "春季招聘开始啦！简历请投人力资源部，欢迎加入我们",
            ("春季招聘开始啦！", "简历请投人力资源部，欢迎加入我们"),
        ),
        ("官网https://example.com", ("官网https://example.com", "")),
    ],
)
def test_a_long_title_has_a_subtitle(title: str, parts: tuple[str, str]) -> None:
    assert titles.parts(title) == parts


@given(st.text(alphabet="春a5，。：— \n！", max_size=40))
def test_parting_loses_nothing(title: str) -> None:
    whole = titles.clean(title)

    assert "".join("".join(titles.parts(title)).split()) == "".join(whole.split())


@pytest.mark.parametrize(
    ("prompt", "title", "left"),
    [
        (
            MAY_DAY,
            "五一劳动节快乐",
            "帮我生成一个五一劳动节的海报，背景是学校，学校门口有一些卖东西的学生",
        ),
        (
            VACATION,
            "5.1 vacation happy",
            "帮我生成一个五一劳动节的海报，背景是学校，学校门口有一些卖东西的学生",
        ),
        ("春天的海报，上面写着“春分”两个大字", "春分", "春天的海报"),
        ("写着「春分」的海报，竹林。", "春分", "海报，竹林"),
        ("奶茶店菜单，标题：夏日特惠", "夏日特惠", "奶茶店菜单"),
        ("一张海报，五一劳动节快乐", "五一劳动节快乐", "一张海报"),
        ("学校门口", "五一", "学校门口"),
    ],
)
def test_the_clean_prompt_has_no_title(prompt: str, title: str, left: str) -> None:
    made = titles.prompt_without(prompt, title)

    assert made == (
        f"{left}。画面上方三分之一留出一片干净、平整的空白（如天空、墙面或柔和的渐变），供后期排版；"
        "画面中不要出现任何文字、字母、数字、标志或水印。"
    )


def test_an_english_prompt_is_answered_in_english() -> None:
    prompt = 'a poster of a school gate with the title "Happy May Day", warm light'

    assert titles.prompt_without(prompt, "Happy May Day", place="right") == (
        "a poster of a school gate, warm light. Leave a clean, calm, empty area in the right third"
        " for typography to be added later."
        " The picture must contain no text, letters, numbers, logos or watermarks."
    )
    assert titles.prompt_with(prompt, "Happy May Day").endswith("“Happy May Day”, spelled exactly.")


def test_a_model_that_letters_is_given_the_title_verbatim() -> None:
    assert titles.prompt_with(MAY_DAY, "五一劳动节快乐") == (
        f"{MAY_DAY}。画面中唯一的文字是标题“五一劳动节快乐”，字形清晰，逐字准确，不多字、不少字、不改写。"
    )

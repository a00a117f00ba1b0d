"""What a sentence names beside its picture: titles, grounds, transparency, quality; and edits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Reason, Refused
from bot.images import named, prompts
from bot.models import ImageRequest, JobKind

QUOTES = ("“”", '""', "《》", "''", "「」", "『』", "‘’")


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("标题是“五一劳动节快乐”，背景是学校", "五一劳动节快乐"),
        ("海报，标题为《春天》", "春天"),
        ("横幅，写着「欢迎回家」", "欢迎回家"),
        ("贺卡，写上'生日快乐'", "生日快乐"),
        ('文字是"OPEN"的招牌', "OPEN"),
        ("把标题改成“六一快乐”", "六一快乐"),
        ("主标题“读书会”，副标题“周六见”", "读书会\n周六见"),
        ("副标题“周六见”，标题“读书会”", "读书会\n周六见"),
        ("招牌写着“老王面馆”，标题是“美食节”", "美食节"),
        ("海报，标题：周末市集，热闹的街", "周末市集"),
        ("标题是”引号反了“", "引号反了"),
        ("海報，標題是“龍年大吉”", "龍年大吉"),
        ("标题是红色的大字", ""),
        ("一只叫“小花”的猫", ""),
        ("标题是“" + "长" * 61 + "”", ""),
    ],
)
def test_exact_titles(said: str, title: str) -> None:
    assert named.title(said) == title


@given(st.sampled_from(QUOTES), st.text("春夏秋冬ABC 1.，", min_size=1, max_size=30))
def test_a_title_is_exact_in_any_quotes(quotes: str, title: str) -> None:
    said = f"做一张海报，标题是{quotes[0]}{title}{quotes[1]}，背景是海"

    assert named.title(said) == title.strip()


@pytest.mark.parametrize(
    ("said", "exact"),
    [
        ("精准文字", True),
        ("文字要准确", True),
        ("标题的字不能错，字不能错", True),
        ("不要写错别字", True),
        ("标题是“精准文字”", False),
        ("文字大一点", False),
    ],
)
def test_letters_that_must_be_right(said: str, *, exact: bool) -> None:
    assert named.wants_exact_letters(said) is exact


@pytest.mark.parametrize(
    ("said", "ground"),
    [
        ("#1E90FF 背景的苹果", "#1E90FF"),
        ("背景换成#1e90ff", "#1E90FF"),
        ("#fff底", "#FFFFFF"),
        ("纯色背景，#1E90FF", "#1E90FF"),
        ("白底", "#FFFFFF"),
        ("蓝底证件照", "#438EDB"),
        ("底色换成红色", "#FF0000"),
        ("白底换成蓝底", "#438EDB"),
        ("粉色背景", "#FFC0CB"),
        ("背景是白色的", "#FFFFFF"),
        ("不要白底", ""),
        ("蓝底白花的旗袍", ""),
        ("背景是蓝色的大海", ""),
        ("黑色背景里的城市", ""),
        ("海底世界", ""),
        ("#1E90FF 的苹果", ""),
        ("写着“白底”的牌子", ""),
    ],
)
def test_plain_grounds(said: str, ground: str) -> None:
    assert named.ground(said) == ground


@pytest.mark.parametrize(
    ("said", "clear"),
    [
        *((one, True) for one in ("透明背景的猫", "背景透明", "猫咪贴纸", "免抠")),
        *((one, True) for one in ("做成表情包", "一个表情", "抠图")),
        *((one, False) for one in ("不要透明背景", "背景不透明", "表情严肃的老人")),
        *((one, False) for one in ("抠图，白底", "透明雨伞", "写着“透明背景”的牌子")),
        ("墙上贴满贴纸的房间", False),
    ],
)  # fmt: skip
def test_transparency(said: str, *, clear: bool) -> None:
    assert named.transparent(said) is clear


@pytest.mark.parametrize(
    ("said", "quality"),
    [
        *((one, "high") for one in ("高清壁纸", "4K雪山", "精修一下", "清晰一点")),
        *((one, "low") for one in ("先来个草图", "快速出图", "草图就行")),
        *((one, "") for one in ("高清电视", "快递员", "快乐的人", "建筑草图风格")),
        ("写着“高清”的盒子", ""),
    ],
)  # fmt: skip
def test_quality(said: str, quality: str) -> None:
    assert named.quality(said) == quality


TEXTS = st.text(max_size=120) | st.lists(
    st.sampled_from(
        [
            *("标题是", "“", "”", "《", "》", "写着", "精准文字", "背景", "白底", "#1E90FF"),
            *("贴纸", "高清", "草图", "水彩风格", "换成", "横版", "猫", "，", "的", " ", "不要"),
            *("#fff", "透明背景", "把它"),
        ]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(TEXTS)
def test_whatever_is_said_a_request_is_whole(text: str) -> None:
    before = ImageRequest(prompt="猫", width=1536, height=1024, quality="low", transparent=True)
    try:
        new = prompts.parse(text)
        edit = prompts.edit(text, sources=("job:1",), like=before)
    except Refused:
        return

    for one in (new, edit):
        assert one.quality in {"", "low", "high"}
        assert one.ground == "" or (one.ground[0] == "#" and len(one.ground) == 7)
        assert one.title in {"", *one.title.splitlines()} or "\n" in one.title
        assert all(part in one.prompt for part in one.title.split("\n"))
        assert one.lettering == "" or one.title
        assert one.width % 16 == one.height % 16 == 0
    assert (new.kind, edit.kind) == (JobKind.DRAW, JobKind.EDIT)
    assert edit.quality in {"low", "high"}


def test_an_edit_keeps_what_it_does_not_speak_of() -> None:
    before = prompts.parse("柴犬贴纸，横版，高清")
    kept = prompts.edit("戴上帽子", sources=("job:1",), like=before)
    grounded = prompts.edit("换成蓝底", sources=("job:1",), like=before)
    turned = prompts.edit("换成方图", sources=("job:1",), like=before)
    poster = prompts.edit("把海报上的字换成“六一”", sources=("job:1",), like=before)

    assert (kept.width, kept.height, kept.quality, kept.transparent) == (1536, 1024, "high", True)
    assert (grounded.ground, grounded.transparent) == ("#438EDB", False)
    assert (turned.width, turned.height, turned.prompt) == (1024, 1024, "把画面改成方图")
    assert (poster.width, poster.height) == (1536, 1024)


def test_a_photo_keeps_its_shape_unless_another_is_named() -> None:
    sources = ("photo:1",)

    assert prompts.edit("变成水彩", sources=sources, like=None).keeps_shape
    wallpaper = prompts.edit("做成手机壁纸", sources=sources, like=None)
    assert not wallpaper.keeps_shape
    assert (wallpaper.width, wallpaper.height) == (864, 1536)


@pytest.mark.parametrize("said", ["横版", "变成竖版吧"])
def test_a_shape_alone_is_an_edit_and_no_prompt(said: str) -> None:
    assert "画面改成" in prompts.edit(said, sources=("job:1",), like=None).prompt


def test_traditional_letters_are_understood() -> None:
    request = prompts.parse("變成油画，背景是藍色")

    assert (request.style, request.ground) == ("油画", "#438EDB")


def test_a_title_we_are_to_set_needs_its_glyphs() -> None:
    with pytest.raises(Refused) as refused:
        prompts.parse("海报，标题是“派对😀😀🎉”，精准文字")

    assert refused.value.reason is Reason.NO_GLYPH
    assert refused.value.details == {"characters": "😀、🎉"}
    assert prompts.parse("海报，标题是“派对😀”").lettering == ""

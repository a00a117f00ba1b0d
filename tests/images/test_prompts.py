"""What followers write, and what the model is asked to draw."""

import re
import subprocess
import sys
import time
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Reason, Refused
from bot.images import prompts
from bot.images.sizes import split

# The article that started this project: four prompts, word for word.
CITY = (
    "一座科幻风格的城市，路上有一些未来的车辆，空中还有浮空设备，路上有一些行人，有机械改造的行人"
)
CYBER = (
    "一座赛博朋克风格的城市，路上有一些车辆，空中还有浮空船，路上有一些行人，"
    "有的行人装了机械假肢等。夜晚。"
)
MAY_DAY = "五一劳动节的海报，标题是“五一劳动节快乐”，背景是学校，学校门口有一些卖东西的学生"
MAY_DAY_ENGLISH = (
    "五一劳动节的海报，标题是“5.1 vacation happy”，背景是学校，学校门口有一些卖东西的学生"
)
SQUARE, PORTRAIT, LANDSCAPE = (1024, 1024), (1024, 1536), (1536, 1024)
WIDE, TALL = (1536, 864), (864, 1536)


def parsed(text: str) -> tuple[str, tuple[int, int]]:
    request = prompts.parse(text)
    return request.prompt, (request.width, request.height)


@pytest.mark.parametrize(
    ("text", "prompt", "size"),
    [
        (f"帮我生成一个图片，是{CITY}", f"是{CITY}", SQUARE),
        (f"帮我生成一个图片，是{CYBER}", f"是{CYBER}", SQUARE),
        (f"帮我生成一个{MAY_DAY}", MAY_DAY, PORTRAIT),
        (f"帮我生成一个{MAY_DAY_ENGLISH}", MAY_DAY_ENGLISH, PORTRAIT),
    ],
)
def test_the_articles_prompts_keep_every_word(
    text: str, prompt: str, size: tuple[int, int]
) -> None:
    assert parsed(text) == (prompt, size)


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("画 电子表", "电子表"),
        ("画一只猫", "一只猫"),
        ("画一张猫", "猫"),
        ("请帮我画猫", "猫"),
        ("请帮我画一张图片：猫", "猫"),
        ("麻烦您帮我画一下月亮", "月亮"),
        ("你好，帮我画一只猫", "一只猫"),
        ("请 画 猫", "猫"),
        ("请，画猫", "猫"),
        ("帮我画一张😀", "😀"),
        ("生成：山水", "山水"),
        ("再画一只猫", "一只猫"),
        ("我想要一张猫的图", "猫的图"),
        ("做一个五一晚会背景", "五一晚会背景"),
        ("畫一隻貓", "一隻貓"),
        ("draw a cat", "a cat"),
        ("please draw me a picture of a cat", "a cat"),
    ],
)
def test_asking_words_are_not_drawn(text: str, prompt: str) -> None:
    assert parsed(text) == (prompt, SQUARE)


@pytest.mark.parametrize(
    "text",
    [
        "画家在海边",
        "请画家来画一座山",
        "画展开幕",
        "画面里有一只猫",
        "整个天空都是鱼",
        "出租车在雨中",
        "来电显示",
        "我想要的生活",
        "给我的猫画像",
        "一张张笑脸",
        "设计师的工作室",
        "AI画一只猫",
        "Paint splashes on a wall",
        "一只猫\n在月亮上\n\n水彩",
        "正方形的蛋糕",
        "  缩进  和\t空白 ",
    ],
)
def test_words_that_only_look_like_asking_stay(text: str) -> None:
    assert parsed(text) == (text.strip(), SQUARE)


@pytest.mark.parametrize(
    ("text", "prompt", "size"),
    [
        ("一只猫，16:9", "一只猫", WIDE),
        ("一只猫，16：9，水彩", "一只猫，水彩", WIDE),
        ("一只猫１６：９", "一只猫", WIDE),
        ("一只猫16:9水彩", "一只猫 水彩", WIDE),
        ("画一张16:9的城市", "城市", WIDE),
        ("用16:9的比例画一只猫", "一只猫", WIDE),
        ("一只猫，要16:9的", "一只猫", WIDE),
        ("帮我画一张比例为9:16的猫", "猫", TALL),
        ("一只猫，图片比例是3:2", "一只猫", LANDSCAPE),
        ("一只猫 2:3", "一只猫", PORTRAIT),
        ("一只猫 7:4", "一只猫 7:4", SQUARE),
        ("一只猫 比例7:4", "一只猫", (1456, 832)),
        ("一只猫 --ar 21:9", "一只猫", (1792, 768)),
        ("1920x1080像素的赛博城市", "赛博城市", WIDE),
        ("尺寸：900*383 公众号配图", "公众号配图", (1616, 688)),
        ("横版的城市夜景", "城市夜景", LANDSCAPE),
        ("横版，帮我画一只猫", "一只猫", LANDSCAPE),
        ("一只猫竖版", "一只猫", PORTRAIT),
        ("竖屏，一只猫", "一只猫", TALL),
        ("方图 柴犬", "柴犬", SQUARE),
        ("手机壁纸，星空", "手机壁纸，星空", TALL),
        ("桌面壁纸：星空", "桌面壁纸：星空", WIDE),
        ("朋友圈封面，海", "朋友圈封面，海", SQUARE),
        ("公众号封面，AI 主题", "公众号封面，AI 主题", (1616, 688)),
        ("海报：读书会", "海报：读书会", PORTRAIT),
        ("画一张16:9的😀", "😀", WIDE),
        ("900x900比例16:9#1E90FF 的苹果", "#1E90FF 的苹果", WIDE),
        # Numbers beat orientation words, those beat the purpose.
        ("手机壁纸，星空，16:9", "手机壁纸，星空", WIDE),
        ("竖版，一只猫，16:9", "一只猫", WIDE),
        ("横版海报，五一", "海报，五一", LANDSCAPE),
        ("不要横版，要竖版，一只猫", "不要横版，一只猫", PORTRAIT),
        # A marker that is part of what is drawn stays.
        ("横版过关游戏截图", "横版过关游戏截图", LANDSCAPE),
        ("一只猫 3:2 水彩", "一只猫 3:2 水彩", LANDSCAPE),
        ("#1E90FF 背景的苹果，比例为4:3", "#1E90FF 背景的苹果", (1280, 960)),
    ],
)
def test_size_words(text: str, prompt: str, size: tuple[int, int]) -> None:
    assert parsed(text) == (prompt, size)


@pytest.mark.parametrize(
    "text",
    [
        "足球赛，比分3:2",
        "巴西队3:2德国队",
        "计分牌上写着 2:1",
        "比分是 21:9",
        "下午4:30的咖啡馆",
        "早上9:16的地铁站",
        "时间 10:16:09",
        "按1:1还原的兵马俑",
        "版本 1.2.3:2 的界面",
    ],
)
def test_scores_and_times_are_no_ratios(text: str) -> None:
    assert parsed(text) == (text, SQUARE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "？？？",
        "……",
        "画",
        "画一张",
        "画一张图",
        "帮我画张图吧",
        "再来一张",
        "16:9",
        "横版",
    ],
)
def test_nothing_to_draw(text: str) -> None:
    with pytest.raises(Refused) as refused:
        prompts.parse(text)

    assert refused.value.reason is Reason.EMPTY_PROMPT


def test_the_length_bound_counts_what_is_drawn() -> None:
    longest = "猫" * 1000
    assert prompts.parse(f"帮我画一张图片，{longest}，16:9").prompt == longest

    with pytest.raises(Refused) as refused:
        prompts.parse(longest + "猫")

    assert refused.value.reason is Reason.PROMPT_TOO_LONG
    assert refused.value.details == {"limit": 1000, "length": 1001}


def test_control_characters_are_dropped_and_emoji_kept() -> None:
    text = "一只\x00猫\x07\u202e在\ufeff海边\r\n\x1b[31m👩‍👩‍👧 \ud800#1E90FF"

    assert prompts.parse(text).prompt == "一只猫在海边\n[31m👩‍👩‍👧 #1E90FF"


@pytest.mark.parametrize(
    "text",
    [
        *("你好", "您好呀", "你好，在吗？", "你好吗", "早上好", "谢谢你", "哈哈哈哈", "好的"),
        *("hi", "Hi~", "ＨＥＬＬＯ", "thank you!"),
        *("猫", "8", "1314", "？？？", "😀😀", "", " ", "你好！！！😊"),
    ],
)
def test_small_talk_gets_no_bill(text: str) -> None:
    assert prompts.is_small_talk(text)
    assert not prompts.is_prompt(text)


@pytest.mark.parametrize(
    "text",
    ["一只猫", "猫猫", "好大的雨", "早上好的咖啡馆", "hippo", "牛奶", "你好，一只猫", "哈" * 17],
)
def test_everything_else_is_a_prompt(text: str) -> None:
    assert not prompts.is_small_talk(text)
    assert prompts.is_prompt(text)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("画猫", True),
        ("生成一座城", True),
        ("帮我生成一个图片，是一座城", True),
        ("帮我做张海报", True),
        ("画中国风的山水", True),
        ("draw a cat", True),
        ("一只猫", False),
        ("画展几点开始", False),
        ("电子书", False),
        ("你好", False),
    ],
)
def test_the_prefix_trigger_wants_an_asking_word(text: str, *, drawn: bool) -> None:
    assert prompts.is_prompt(text, "prefix") is drawn


TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            [
                *("画", "一张", "帮我", "生成", "图片", "请", "再来", "猫", "家", "的", "海报"),
                *("16:9", "3:2", "1024x1024", "横版", "比例", "#1E90FF"),
                *("，", "。", " ", "\n", "\x00"),
            ]
        ),
        max_size=20,
    ).map("".join),
)


@settings(max_examples=2000, deadline=None)
@given(TEXTS)
def test_whatever_is_written_becomes_a_legal_request_or_a_refusal(text: str) -> None:
    try:
        request = prompts.parse(text)
    except Refused:
        return

    assert 0 < len(request.prompt) <= 1000
    assert request.width % 16 == request.height % 16 == 0
    assert not any(
        unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t"
        for letter in request.prompt
    )
    letters = iter(text.replace("\r", "\n"))
    assert all(letter in letters for letter in re.sub(r"\s", "", request.prompt))
    assert text.upper().count("#1E90FF") == request.prompt.upper().count("#1E90FF")


@settings(max_examples=2000, deadline=None)
@given(TEXTS, st.sampled_from(["any", "prefix"]))
def test_the_questions_have_an_answer_for_anything(text: str, trigger: str) -> None:
    if prompts.is_prompt(text, trigger):
        assert prompts.is_prompt(text, "any")
        assert not prompts.is_small_talk(text)


@pytest.mark.parametrize(
    "text", ["，" * 2000, "画" * 2000, "请" * 2000, "16:9 " * 400, " " * 1999 + "x", "一张" * 1000]
)
def test_hostile_texts_take_no_time(text: str) -> None:
    """A bound of half a second of this thread's own: the request thread has five."""
    started = time.thread_time()
    for question in (prompts.is_prompt, prompts.is_small_talk, split):
        question(text)
    with suppress(Refused):
        prompts.parse(text)

    assert time.thread_time() - started < 0.5


def test_prompts_prices_and_providers_load_neither_pillow_nor_the_sdk() -> None:
    code = (
        "import sys, bot.images.prompts, bot.images.prices, bot.images.providers.costs;"
        "import bot.images.text_model; from bot.images.providers.table import providers_of;"
        "from bot.settings import Settings;"
        "providers_of(Settings(wechat_app_id='wx1', openai_api_key='k'))[0].size(9, 16);"
        "print(*sorted({'PIL', 'openai', 'httpx2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""

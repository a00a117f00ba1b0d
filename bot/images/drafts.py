"""抽卡: several quick drafts of one picture, and the one that is chosen. Pure text."""

import re
from dataclasses import replace

from bot.images import prompts
from bot.images.styles import Styles
from bot.models import ImageRequest, JobKind

DRAFTS = 4
_NUMBERS = {"两": 2, "二": 2, "2": 2, "三": 3, "3": 3}
_COUNT = r"(?P<count>[两二三四五六七八九十几多\d]|10)\s*"
_WHAT = r"(?:草图|草稿|小样|方案|版本|候选|备选|构图方案|抽卡)"
_LEAD = (
    r"(?:(?:请|麻烦|[帮给替为]我|再|先|我想要?|我要|我需要|画|畫|出|来|來|做|生成|设计|要|看看?)"
    r"\s*)*"
)
# 抽卡游戏, 抽卡界面 … are things to draw.
_DRAWING_CARDS = re.compile(
    rf"{_LEAD}(?:一下)?抽[个個张張次]?卡(?!手?游戏?|机|池|牌|界面|页面|动画|系统|海报|场景|概率|图标|的)"
)
_SEVERAL = re.compile(rf"{_LEAD}{_COUNT}(?:[张張个個种種款版套幅份]\s*)?(?:不同的?)?{_WHAT}")
_AFTER = re.compile(r"(?:图|看看|吧|给我|来选|供我?选择?)?的?[\s：:，,。.、；;！!～~—-]*")
_NUMBER = r"\s*(?P<{0}>[1-4一二两三四①②③④])\s*"
_CHOICE = re.compile(
    rf"我?(?:(?:选|選|挑)第?{_NUMBER.format('one')}[号號张張个個幅]?"
    rf"|就?要第{_NUMBER.format('other')}[号號张張个個幅])[吧了。.！!\s]*"
)
_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4} | dict(
    zip("①②③④", range(1, 5), strict=True)
)

NOTES = (
    "主体居中，中景，构图平稳，光线柔和",
    "近景特写，突出主体的神态和细节，背景虚化",
    "大场景远景，主体较小，环境和氛围更突出",
    "低角度仰视，斜线构图，光影对比强烈，更有动感",
)
"""What makes each draft another one; what the follower said goes before it."""


def read(text: str) -> tuple[int, str] | None:
    """Return how many drafts *text* asks for, and of what; None if it asks for none."""
    text = text.strip()
    asked = _DRAWING_CARDS.match(text) or _SEVERAL.match(text)
    if asked is None:
        return None
    rest = text[asked.end() :]
    after = _AFTER.match(rest)
    count = _NUMBERS.get(asked.groupdict().get("count") or "", DRAFTS)
    return count, rest[after.end() if after else 0 :]


def requests(
    prompt: str, count: int, known: Styles | None = None
) -> tuple[ImageRequest, tuple[ImageRequest, ...]]:
    """Return the sheet's request and its drafts'; *known* and what it raises as `prompts.parse`."""
    wanted = prompts.parse(prompt, known)
    parts = tuple(
        replace(wanted, prompt=f"{wanted.prompt}\n\n{_note(number, count)}", quality="low")
        for number in range(1, count + 1)
    )
    # The sheet itself is on paper, whatever its drafts stand on.
    return replace(wanted, kind=JobKind.SHEET, transparent=False), parts


def choice(text: str) -> int | None:
    """Return the number of the draft that *text* chooses (选2, 要第三张), or None."""
    found = _CHOICE.fullmatch(text.strip())
    if found is None:
        return None
    number = found["one"] or found["other"]
    return _DIGITS.get(number) or int(number)


def final(sheet: ImageRequest, draft: ImageRequest, source: str, *, edits: bool) -> ImageRequest:
    """Return the request of the final picture of a *draft*, which is the picture *source*.

    Where no service *edits*, the draft's own recipe is drawn anew.
    """
    if not edits:
        return replace(draft, quality="high")
    prompt = (
        f"{sheet.prompt}\n\n这张图是选定的草图：构图、主体、姿态和配色保持不变，"
        "重画成完成稿，补足细节和质感，边缘清晰。草图角上的小字不要画。"
    )
    return replace(draft, kind=JobKind.EDIT, sources=(source,), prompt=prompt, quality="high")


def _note(number: int, count: int) -> str:
    own = f"同一要求的 {count} 个方案之 {number}：{NOTES[number - 1]}"
    return f"（{own}；与上面的要求冲突时以上面为准。）"

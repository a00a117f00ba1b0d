"""Ratio and orientation words in a prompt → a picture size the GPT image models accept."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

Size = tuple[int, int]

STEP = 16
MIN_PIXELS, MAX_PIXELS = 655_360, 8_294_400
MAX_RATIO = 3
DEFAULT: Size = (1024, 1024)

# Follows what the models know best; any other ratio is searched for.
_COMMON: dict[tuple[float, float], Size] = {
    (1, 1): DEFAULT,
    (3, 2): (1536, 1024),
    (2, 3): (1024, 1536),
    (21, 9): (1792, 768),
    (9, 21): (768, 1792),
}
_TARGET_PIXELS = 1_280_000
_LARGEST_SQUARE: Size = (1184, 1184)
_PHOTO_PIXELS = _LARGEST_SQUARE[0] * _LARGEST_SQUARE[1]

# Pure size markers, taken out of the prompt. The screen forms are as long as screens are.
_MARKERS: tuple[tuple[str, Size], ...] = (
    (r"[横橫](?:版|图|圖|构图|式)", (1536, 1024)),
    (r"[横橫]屏|宽屏", (1536, 864)),
    (r"[竖豎](?:版|图|圖|构图)|直式", (1024, 1536)),
    (r"[竖豎]屏", (864, 1536)),
    (r"方[图圖版]|(?:正方形|方形)(?:构图|画幅|图片|图|版)", DEFAULT),
)
# Words that say what the picture is for: they choose a size and stay in the prompt.
_PURPOSES: tuple[tuple[str, tuple[float, float]], ...] = (
    (r"手机(?:锁屏|桌面)?(?:壁纸|屏保)|锁屏壁纸", (9, 16)),
    (r"(?:电脑|桌面|[Pp][Cc])壁纸", (16, 9)),
    (r"朋友圈(?:封面|背景)", (1, 1)),
    (r"(?:书籍?|杂志|小说|小红书|绘本)封面", (3, 4)),
    (r"(?:视频|[Bb]站)封面|[Pp][Pp][Tt]|幻灯片", (16, 9)),
    (r"(?:公众号|文章|推文)(?:封面|头图|首图)|封面图", (2.35, 1)),
    (r"海报|海報|传单", (2, 3)),
    (r"明信片", (3, 2)),
    (r"头像|頭像|表情包|正方形|方形", (1, 1)),
)

_NOT = r"(?<!不要)(?<!不是)(?<!不用)"
_UNIT = r"比例|画幅|尺寸|宽高比|长宽比|纵横比|分辨率"
_BEFORE = (
    rf"(?:(?:要|用|(?:做|改|换|变|弄|调)[成为]|按|以|采用)\s*(?=\S))?"
    rf"(?P<unit>(?:(?:图片|画面|图像)的?)?(?:{_UNIT}|大小|--ar|ratio)\s*(?:为|是|用|选|要)?[:：=]?\s*)?"
)
_END = r"(?=[，,。.;；、!！?？\s]|$)"
_AFTER = (
    rf"(?P<after>\s*的?(?:{_UNIT})|\s*(?:像素|px))?"
    rf"(?:\s?的?(?:图片|图|画面|画){_END}|\s?的(?!比分|时候|时间))?"
)
_RATIO = re.compile(
    rf"{_BEFORE}{_NOT}(?<![\d.:：∶])(?P<w>\d{{1,2}}(?:\.\d{{1,2}})?)\s?[:：∶]\s?"
    rf"(?P<h>\d{{1,2}}(?:\.\d{{1,2}})?)(?![\d:：∶]|\.\d){_AFTER}"
)
_PIXELS = re.compile(
    rf"{_BEFORE}{_NOT}(?<![\d.])(?P<w>\d{{3,4}})\s?[xX×*＊]\s?(?P<h>\d{{3,4}})(?!\d){_AFTER}"
)
_MARKER = tuple(
    (re.compile(rf"{_BEFORE}{_NOT}(?:{word}){_AFTER}"), size) for word, size in _MARKERS
)
_BECOMES = re.compile(r"(?:(?:做|改|换|变|弄|调)[成为]|适合(?:做|当)?)[^，,。；;\n]{1,8}")
_PURPOSE = tuple((re.compile(_NOT + f"(?:{word})"), ratio) for word, ratio in _PURPOSES)

# A side-scrolling game or a phone held sideways is a subject, not an orientation.
_SUBJECT_AFTER = re.compile(r"过关|闯关|游戏|卷轴|动作|射击|冒险|玩|拍|操作|播放|手机")
_CLAUSE = re.compile(r"[，,。;；、!！?？\n]")
_SCORE = re.compile(
    r"比分|得分|比赛|足球|篮球|排球|乒乓|羽毛球|球赛|球队|决赛|战胜|击败|领先|落后|大胜|险胜|获胜"
    r"|取胜|赢|绝杀|战平|逆转|[计记]分|写着|[队隊]|(?i:score|vs)"
)
_SCORE_BEFORE = re.compile(r"(?:比分|得分|比数|战胜|领先|大胜|(?i:score))[^，,。;；\d]{0,6}$")
_TIME_BEFORE = re.compile(
    r"(?:早上|早晨|清晨|上午|中午|下午|傍晚|晚上|今晚|凌晨|夜里|深夜|时间|时钟|钟表|闹钟|时刻)"
    r"(?:是|为|指向|显示|到|在)?[:：]?\s*$"
)
_NO_RATIO_AFTER = re.compile(
    r"\s*(?:还原|复刻|复原|仿|缩|等比|模型|[胜负]|战胜|击败|领先|获胜|(?i:[ap]\.?m))"
)
_KNOWN = {(a, b) for a in (1, 2, 3, 4, 5) for b in (1, 2, 3, 4, 5)} | {
    (16, 9), (9, 16), (16, 10), (10, 16), (21, 9), (9, 21), (18, 9), (9, 18), (20, 9), (9, 20),
    (2.35, 1), (1, 2.35), (1.85, 1), (3, 7), (7, 3), (5, 7), (7, 5),
}  # fmt: skip
_SMALL = 7


def fitting(width: float, height: float, *, most: int = MAX_PIXELS) -> Size:
    """Return the legal size nearest to the ratio *width*:*height*, of about 1.3 megapixels.

    One of the search has at most *most* pixels.
    """
    if common := _COMMON.get((width, height)):
        return common
    ratio = min(max(width / height, 1 / MAX_RATIO), MAX_RATIO)
    long_over_short = max(ratio, 1 / ratio)
    long, short = min(
        (
            (long, short)
            for long in range(1024, 2049, STEP)
            if (short := round(long / long_over_short / STEP) * STEP)
            and long <= MAX_RATIO * short
            and MIN_PIXELS <= long * short <= most
        ),
        key=lambda size: (
            round(abs(size[0] / size[1] / long_over_short - 1), 3),
            abs(size[0] * size[1] - _TARGET_PIXELS),
        ),
    )
    return (long, short) if ratio >= 1 else (short, long)


def of_photo(width: int, height: int) -> Size:
    """Return the size for a picture of a photo's own ratio, never dearer than one of `DEAREST`.

    Nearly square ones have exact sizes at four megapixels only, and those cost the double.
    """
    return fitting(width, height, most=_PHOTO_PIXELS)


DEAREST: tuple[Size, ...] = (
    # A model charges by the shorter side over the longer and by the area: the largest square is
    # above all of the search, the others are what services with a short list of sizes make of it.
    _LARGEST_SQUARE,
    *(fitting(*ratio) for ratio in ((1, 1), (3, 2), (2, 3), (3, 1), (1, 3))),
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A size named in the prompt at *start*…*end*; *marker*: it says nothing else there."""

    start: int
    end: int
    size: Size
    marker: bool


def split(text: str) -> tuple[Size, str]:
    """Return the size *text* asks for and the text without its pure size markers.

    Numbers beat orientation words, those beat words of purpose; of equals the last one holds.
    """
    size, rest = _named(text)
    return size or _purpose(text) or DEFAULT, rest


def changed(text: str) -> tuple[Size | None, str]:
    """Return the size a picture is to get, None where *text* leaves it, and the text as in `split`.

    A word of purpose counts only where the picture is to become that: the poster in 海报上的字
    is the picture as it is.
    """
    size, rest = _named(text)
    becoming = _BECOMES.search(text)
    return size or (_purpose(becoming.group()) if becoming else None), rest


def _named(text: str) -> tuple[Size | None, str]:
    numbers = [*_ratios(text), *_pixels(text)]
    words = list(_markers(text))
    last = max(numbers or words, key=lambda found: found.start, default=None)
    rest = _without(text, [found for found in (*numbers, *words) if found.marker])
    return (last.size if last else None), rest


def _ratios(text: str) -> Iterator[_Found]:
    for match in _RATIO.finditer(text):
        width, height = float(match["w"]), float(match["h"])
        explicit = bool(match["unit"] or match["after"])
        if not (width and height) or not (explicit or (width, height) in _KNOWN):
            continue
        before, after = text[: match.start("w")], text[match.end("h") :]
        if not explicit and _is_score_or_time(before, after, width, height):
            continue
        small = not explicit and max(width, height) <= _SMALL
        marker = not small or _at_edge(text, match)
        yield _Found(match.start(), match.end(), fitting(width, height), marker)


def _is_score_or_time(before: str, after: str, width: float, height: float) -> bool:
    if _SCORE_BEFORE.search(before) or _NO_RATIO_AFTER.match(after):
        return True
    if height >= 10 and _TIME_BEFORE.search(before):  # noqa: PLR2004 -- minutes have two digits
        return True
    clause = _CLAUSE.split(before)[-1] + " " + _CLAUSE.split(after)[0]
    return max(width, height) <= _SMALL and _SCORE.search(clause) is not None


def _pixels(text: str) -> Iterator[_Found]:
    for match in _PIXELS.finditer(text):
        width, height = int(match["w"]), int(match["h"])
        if width and height:
            yield _Found(match.start(), match.end(), fitting(width, height), marker=True)


def _markers(text: str) -> Iterator[_Found]:
    for pattern, size in _MARKER:
        for match in pattern.finditer(text):
            marker = _at_edge(text, match) and not _SUBJECT_AFTER.match(text, match.end())
            yield _Found(match.start(), match.end(), size, marker)


def _purpose(text: str) -> Size | None:
    for pattern, ratio in _PURPOSE:
        if pattern.search(text):
            return fitting(*ratio)
    return None


def _at_edge(text: str, match: re.Match[str]) -> bool:
    """Whether *match* begins or ends a clause, or its own 的 makes it an attribute."""
    before, after = text[: match.start()], text[match.end() :]
    return (
        not before.strip()
        or not after.strip()
        or _CLAUSE.match(before[-1]) is not None
        or _CLAUSE.match(after[0]) is not None
        or match.group().endswith("的")
    )


_GAP = re.compile(r"[，,、;；\s]*\0[，,、;；\s\0]*")


def _without(text: str, markers: list[_Found]) -> str:
    """Return *text* without *markers*; of the separators around one, the first stays."""
    if not markers:
        return text
    pieces, at = [], 0
    for found in sorted(markers, key=lambda found: found.start):
        pieces.append(text[at : found.start])
        at = max(at, found.end)
    text = "\0".join([*pieces, text[at:]])

    def gap(match: re.Match[str]) -> str:
        if match.start() == 0 or match.end() == len(text):
            return ""
        return match.group().replace("\0", "")[:1] or " "

    return _GAP.sub(gap, text)

"""Outlines of image decks (图像PPT), out of a follower's own words. Pure text."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.images.points import Page, of_line, of_lines

MOST_PAGES, USUAL_PAGES = 20, 5
LONGEST_TOPIC, LONGEST_REQUEST = 40, 4_000

_DECK = re.compile(r"(?:图像|图片|AI|ai)?\s*(?:[Pp][Pp][Tt][Xx]?|幻灯片|演示文稿)")
_COUNT = re.compile(
    r"(?<!第)[（(]?(?:一共|总共|共|大概|大约|约)?\s*"
    r"(?P<count>\d{1,4}|[一二两三四五六七八九十]{1,3})\s*(?:[页頁张張]|[Pp](?![A-Za-z]))"
    r"(?:左右)?[）)]?\s*的?"
)
_ASKING = re.compile(
    r"(?:你好|您好|请你?|麻烦你?|帮忙|[帮给替为]我们?|我想要?|我要|我需要|能不能|可以|[，,\s])*"
    r"(?:把?(?:下面|以下|这些|这几)[个条点页句的]*(?:内容|文字|大纲|提纲|要点)?)?"
    r"(?:(?:做|画|畫|生成|制作|製作|设计|設計|创作|写|来|要|出|整|弄|变|转)"
    r"(?=一|[个個份套成出]|\d|关于|介绍|\s|$)(?:一下|[成出])?)?(?:一?[个個份套]|一组)?\s*"
)
_MAKING = re.compile(r"做|画|畫|生成|制作|製作|设计|設計|创作|变成|转成")
_MADE = re.compile(rf"(?:{_MAKING.pattern})(?:成|出)?(?:一?[个個份套])?$")
_NOT_ASKED = re.compile(r"不要|不用|不想|别")
_QUESTION = re.compile(r"怎么|怎樣|怎样|如何|哪里|哪儿|什么|模板|下载|教程|软件|吗|[？?]")
# PPT封面, PPT的封面, 做PPT的猫 … are single pictures.
_PART_OF_IT = re.compile(
    r"\s*(?:的(?!主题|题目|标题|内容|大纲|提纲|要求)|封面|背景|配图|插图|插画|底图|图标|素材|风格|版式|配色"
    r"|首图|头图|海报|图片|里|上面)"
)
_HEAD = 60  # characters in which the word PPT must come
_MARKS = " \t\u3000：:，,。.、；;！!—-~～"
_ABOUT = re.compile(r"^(?:(?:主题|题目|标题)(?:是|为|叫)?|关于|有关|介绍|讲述|讲|以)[：:\s]*")
_AS_THEME = re.compile(r"(?:为主题|为题)?的?$")
_AS_FOLLOWS = re.compile(r"(?:具体|每页|的)*(?:内容|大纲|提纲)?(?:如下|分别)?[是为]?")
_DIGITS = "零一二三四五六七八九"

_COVERS = ("封面", "首页", "封面页", "标题页")
_END = "总结与展望"
_MIDDLE = (
    *("背景与由来", "核心要点", "典型案例", "关键细节", "方法与步骤", "挑战与机遇", "现状一览"),
    *("发展历程", "重要人物", "亮点特色", "数据与对比", "常见误区", "实践建议", "应用场景"),
    *("相关影响", "经验教训", "未来趋势", "行动计划"),
)
_SHOWS_COVER = "封面：用一幅有冲击力的主视觉表现“{topic}”"
_SHOWS = "围绕“{topic}”，用画面表现“{title}”"
_SHOWS_END = "结尾：收束全篇，呼应封面的主视觉"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A deck as it will be drawn.

    *cut* says that more pages were asked for than `MOST_PAGES`; *own* that every page is in the
    follower's words, so that no text model need be asked for better ones.
    """

    topic: str
    pages: tuple[Page, ...]
    cut: bool = False
    own: bool = False


def read(text: str) -> Outline | None:
    """Return the deck that *text* asks for; None if it asks for none, or says nothing of it.

    Lines, a numbered list, or points between ；are pages. A page count (5页, 五页) holds: points
    beyond it share pages, missing pages are made up from the topic, as all are without points.
    """
    text = text[:LONGEST_REQUEST].replace("\r\n", "\n").strip()
    found = _DECK.search(text[:_HEAD])
    if found is None or "\n" in text[: found.start()]:
        return None
    before, (first, _, more) = text[: found.start()], text[found.end() :].partition("\n")
    rest = first.lstrip(_MARKS)
    counted = _COUNT.search(before)
    if counted is None and (counted := _COUNT.match(rest)):
        rest = rest[counted.end() :]
    if not _is_asked(before, first, counted=counted is not None):
        return None
    said, points = _told(rest.strip(_MARKS), more)
    topic = _topic(_COUNT.sub("", before, count=1)) or said or _named(points)
    topic = topic[:LONGEST_TOPIC]
    return outline(topic, points, wanted=_number(counted["count"]) if counted else 0)


def outline(topic: str, points: list[Page], *, wanted: int = 0) -> Outline | None:
    """Return the deck of *wanted* pages (0: as many as there are points) on a topic."""
    if not topic:
        return None
    count = min(wanted or len(points) or USUAL_PAGES, MOST_PAGES)
    own = len(points) >= count
    pages = _shared(points, count) if own else _filled(points, count, topic)
    named = (replace(page, title=topic) if page.title in _COVERS else page for page in pages)
    cut = max(wanted, len(points)) > MOST_PAGES
    return Outline(topic=topic, pages=tuple(named), cut=cut, own=own)


def _is_asked(before: str, first: str, *, counted: bool) -> bool:
    """Whether a deck is asked for, and not only spoken of."""
    told = first.lstrip().startswith(("：", ":"))
    asking = _ASKING.match(before)
    begins = not before.strip() or _COUNT.fullmatch(before.strip()) is not None
    asked = begins or bool(asking and asking[0].strip()) or _MAKING.search(before) is not None
    if _NOT_ASKED.search(before) or _PART_OF_IT.match(first) or not (told or asked):
        return False
    return told or counted or not _QUESTION.search(before + first)


def _topic(before: str) -> str:
    """Return what the words before PPT say of its topic."""
    asking = _ASKING.match(before)
    rest = before[asking.end() :] if asking else before
    rest = _MADE.sub("", rest.strip(_MARKS))
    return _AS_THEME.sub("", _ABOUT.sub("", rest.strip(_MARKS))).strip(_MARKS)


def _told(first: str, more: str) -> tuple[str, list[Page]]:
    """Return the topic and the points in the rest of PPT's own line and the lines under it."""
    lines = [line for line in more.split("\n") if line.strip()]
    if lines:
        head, points = of_lines(lines)
        said = "" if _AS_FOLLOWS.fullmatch(first) else first
    else:
        head, points = of_line(first)
        said = ""
    named = _ABOUT.sub("", said or head).strip(_MARKS)
    return named, points


def _named(points: list[Page]) -> str:
    """Return a topic for *points* that came without one."""
    spoken = (page.text if page.title in _COVERS else page.title for page in points)
    return next(filter(None, spoken), "")


def _number(words: str) -> int:
    """Return 12 for 12 and 十二."""
    if words.isdecimal():
        return int(words)
    words = words.replace("两", "二")
    tens, ten, ones = words.partition("十")
    if not ten:
        return _DIGITS.find(tens[-1])
    return 10 * (_DIGITS.find(tens) if tens else 1) + max(_DIGITS.find(ones), 0)


def _shared(points: list[Page], count: int) -> list[Page]:
    """Return *points* on *count* pages, in their order, none lost."""
    edges = [number * len(points) // count for number in range(count + 1)]
    groups = [points[start:end] for start, end in pairwise(edges)]
    return [_together(group) for group in groups]


def _together(group: list[Page]) -> Page:
    if len(group) == 1:
        return group[0]
    text = "；".join(f"{one.title}：{one.text}" if one.text else one.title for one in group)
    return Page(title=group[0].title, text=text)


def _filled(points: list[Page], count: int, topic: str) -> list[Page]:
    """Return *points* with a cover, an end and what goes between, until they are *count*."""
    pages, missing = list(points), count - len(points)
    ends = []
    if not (pages and pages[0].title in _COVERS):
        pages.insert(0, Page(title=topic, text=_SHOWS_COVER.format(topic=topic)))
        missing -= 1
    if missing and count > len("ab"):
        ends = [Page(title=_END, text=_SHOWS_END)]
        missing -= 1
    used = {page.title for page in pages}
    free = (title for title in _MIDDLE if title not in used)
    made = [
        Page(title=title, text=_SHOWS.format(topic=topic, title=title))
        for title, _ in zip(free, range(missing), strict=False)
    ]
    return [*pages, *made, *ends]

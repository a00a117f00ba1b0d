"""Exact titles in words: what our typefaces can write, and how a prompt speaks of its title.

No Pillow here: the web process asks `missing` before it accepts a title.
"""

import re
import unicodedata
from functools import cache

from bot.settings import ASSETS

MAX_CHARACTERS = 60
FACES = {"sans": "NotoSansSC-Bold", "serif": "NotoSerifSC-Bold", "kai": "HuaxinKai"}
"""黑体, 宋体, 楷体: what a title may be set in, and the files of `assets/fonts/`."""
RARE = "NotoSansSC-Bold-rare"
"""The sans for what GB 2312 lacks: rare names and traditional characters (GBK)."""

_SHORT, _ONE_SENTENCE = 10, 20  # up to this long a title keeps its colon, its commas
_LONGEST_HEAD = 24


@cache
def characters(font: str) -> frozenset[str]:
    """Return what the font file *font* can write, as `tools/fonts.py` found in it."""
    return frozenset((ASSETS / "fonts" / f"{font}.txt").read_text("utf-8"))


def clean(title: str) -> str:
    """Return *title* as it is set: composed, without what has no shape, spaces single.

    Line breaks stay; a variation selector after a sign goes, as do joiners and controls.
    """
    shown = (
        " " if unicodedata.category(one) == "Zs" or one == "\t" else one
        for one in unicodedata.normalize("NFC", title.replace("\r\n", "\n"))
        if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cf")
        if one not in "\ufe0e\ufe0f"
    )
    lines = (re.sub(" +", " ", line).strip() for line in "".join(shown).split("\n"))
    return "\n".join(line for line in lines if line)


def missing(title: str) -> str:
    """Return the characters of *title* that no typeface of ours has, each once, in their order.

    Emoji are among them, as are scripts other than Chinese, Japanese kana, Latin, Greek and
    Cyrillic. A title with a missing character is refused, never set with a gap.
    """
    known = characters(FACES["sans"]) | characters(RARE) | {"\n"}
    return "".join(dict.fromkeys(one for one in clean(title) if one not in known))


def face_for(title: str, wanted: str) -> str:
    """Return the face for *title*: the *wanted* one if it has every character, else the sans.

    Raises KeyError for an unknown face.
    """
    return wanted if characters(FACES[wanted]) >= set(clean(title)) - {"\n"} else "sans"


def parts(title: str) -> tuple[str, str]:
    """Return headline and subtitle of *title*; the subtitle of a plain title is empty.

    A line break or —— parts them always, a colon in a longer title, a comma or full stop in one
    too long for two lines. No character is lost: —— begins the subtitle, a colon ends the headline.
    """
    text = clean(title)
    head, broken, rest = text.partition("\n")
    if broken:
        return head, rest
    if found := re.match(r"(.+?)\s*((?:——|－－|--).+)", text):
        return found[1], found[2]
    for longest, marks in ((_SHORT, "[：:](?!//)"), (_ONE_SENTENCE, "[。！？!?；;，,]")):
        found = re.match(rf"(.{{2,{_LONGEST_HEAD - 1}}}?{marks})\s*(.{{2,}})", text)
        if found and len(text) > longest and not _within_number(text, found.end(1)):
            return found[1], found[2]
    return text, ""


def _within_number(text: str, end: int) -> bool:
    """Whether the mark before *end* stands in a number: 10:30, 1,000."""
    return text[end - 2].isdecimal() and text[end].isdecimal()


# ---- the prompt ----

_QUOTED = r"[“\"'‘「『《【]\s*%s\s*[”\"'’」』》】]"
_NAMED = (
    r"(?:(?:图片|图中|图上|画面|海报|封面|上面|中间|顶部|上方)?(?:的|上|里|中)?(?:(?:带有?|加上?|配上?|写着?|写上|有)\s*)?"
    r"(?:大|主)?(?:标题|題目|题目|文字|字样|标语|口号|title|Title)(?:文字|内容)?"
    r"(?:\s*(?:是|为|叫|写|写着|写上|内容是|用|is|reads|says))?\s*[:：]?\s*"
    r"|(?:上面|图上|画面上|中间|顶部|上方)?(?:写着?|写上|印着)\s*[:：]?\s*"
    r"|with (?:the )?(?:title|text|words)\s*)"
)
_AFTER = r"(?:\s*(?:的|这|[一两二三四五六七八九几]个)*(?:大?标题|文字|大?字样?)|的)?"
_SPARE = {
    True: "画面{place}留出一片干净、平整的空白（如天空、墙面或柔和的渐变），供后期排版；"
    "画面中不要出现任何文字、字母、数字、标志或水印。",
    False: "Leave a clean, calm, empty area in {place} for typography to be added later. "
    "The picture must contain no text, letters, numbers, logos or watermarks.",
}
_PLACES = {
    True: {"top": "上方三分之一", "right": "右侧三分之一", "left": "左侧三分之一"},
    False: {
        "top": "the upper third",
        "right": "the right third",
        "left": "the left third",
    },
}
_VERBATIM = {
    True: "画面中唯一的文字是标题“{title}”，字形清晰，逐字准确，不多字、不少字、不改写。",
    False: "The only text in the picture is the title “{title}”, spelled exactly.",
}


def prompt_without(prompt: str, title: str, *, place: str = "top") -> str:
    """Return the prompt for a picture we set *title* into: no title, no lettering, room for it.

    *place* is ``top``, ``left`` or ``right``.
    """
    chinese = is_chinese(prompt)
    rest = _drop_title(prompt, title)
    return _joined(rest, _SPARE[chinese].format(place=_PLACES[chinese][place]), chinese=chinese)


def prompt_with(prompt: str, title: str) -> str:
    """Return the prompt for a model that draws *title* itself: the title verbatim, in quotes."""
    chinese = is_chinese(prompt)
    one_line = clean(title).replace("\n", " ").replace("“", "‘").replace("”", "’")
    return _joined(prompt, _VERBATIM[chinese].format(title=one_line), chinese=chinese)


def _drop_title(prompt: str, title: str) -> str:
    """Return *prompt* without *title*, the quotes around it and the words that announce it."""
    exact = r"\s+".join(map(re.escape, title.split()))
    quoted = _QUOTED % exact
    for pattern in (rf"{_NAMED}(?:{quoted}|{exact}){_AFTER}", f"{quoted}{_AFTER}", exact):
        rest, found = re.subn(rf"\s*{pattern}\s*", "\0", prompt)
        if found:
            break
    # Of the marks around a gap the first stays, and none before the end of a sentence.
    rest = re.sub(r"[，,、；;\s]*\0[，,、；;\s\0]*(?=[。.!！?？])", "", rest)
    rest = re.sub(r"[，,、；;。\s]*\0[，,、；;\s\0]*", lambda gap: _mark(gap[0]), rest)
    return rest.strip("，,、；; \n")


def _mark(gap: str) -> str:
    marks = gap.replace("\0", "").strip()
    return (f"{marks[0]} " if marks[0].isascii() else marks[0]) if marks else "，"


def _joined(prompt: str, more: str, *, chinese: bool) -> str:
    stop = "。" if chinese else ". "
    return f"{prompt.rstrip('，,、；;。. ')}{stop}{more}" if prompt else more


def is_chinese(text: str) -> bool:
    return re.search(r"[\u3400-\u9fff]", text) is not None

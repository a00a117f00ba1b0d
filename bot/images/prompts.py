"""What a follower wrote → what the model is asked to draw. Pure: no I/O, no Pillow, no SDK."""

import re
import unicodedata
from dataclasses import replace
from typing import Final

from bot.errors import Reason, Refused
from bot.images import named, sizes, styles, titles
from bot.images.styles import Styles
from bot.models import ImageRequest, JobKind

MAX_CHARACTERS = 1_000

# ---- asking words: "请帮我画一张图片，" ----

_LEAD = (
    r"(?:(?:你好|您好|请|請|麻烦|麻煩|拜托|能不能|能否|可不可以|可以|你能|我想要?|我要|我需要"
    r"|[帮幫]我|[帮幫]忙|[给給]我|替我|为我|再|来|來)[你您]?[，,\s]*)*+"
)
_DRAW = r"画出|画|畫|绘制|繪製|绘|繪|生成"
_MAKE = r"制作|製作|设计|設計|创作|創作|做|弄|出|来|來"
# 画家, 画展, 画面 … are subjects; 画家里的猫, 画风景, 画面包 are not.
_SUBJECT = (
    r"(?!家(?!里|中|乡|具|庭|人|园)|面(?!包|条|具|孔)|布(?!偶|娃|丁)|笔(?!记|筒)|作(?!业)"
    r"|风(?!景|筝|车|铃|暴)|中(?!国|式|秋|年)|龙点睛|蛇添足"
    r"|[展框像卷廊册眉皮室板报報质質师師舫境意外押法派坛院稿集刊]|[器式]|一[画畫])"
)
_SEPARATORS = r"[\s，,。.：:；;、!！]*"
_PICTURE = r"(?:(?:图片|圖片|图像|图画|图|圖|画|畫)(?=[\s，,。.：:；;、!！]|$))?"
_ONE = r"\s*(?:[一1]\s*[张張幅副个個]|[张張幅副]|[个個](?![人性体]))(?![张張幅个個])"
_ASKING = re.compile(
    rf"(?:{_LEAD}(?:(?:{_DRAW}|{_MAKE})(?:一下|出)?{_ONE}"
    rf"|(?:{_DRAW})(?:一下)?+{_SUBJECT}(?=[\s，,。：:一两二三四五六七八九十几\d]|$))"
    # After a 请 or 帮我 less is enough.
    rf"|{_LEAD}(?!\A)(?:[一1]?[张張幅副](?![张張幅])|(?:{_DRAW})(?:一下)?+{_SUBJECT}))"
    rf"{_PICTURE}{_SEPARATORS}"
)
_ASKING_ENGLISH = re.compile(
    r"(?i)(?:please\s+|can you\s+|could you\s+|help me\s+)*+(?:draw|paint|generate|create|make)\s+"
    r"(?:me\s+)?(?:(?:an?|one)\s+(?:picture|image|drawing|painting)\s+of\s+"
    r"|(?=(?:an?|the|one|some)\s))"
)
_NOTHING = re.compile(r"(?:的|图片?|圖片?|图像|画|畫|东西|吧|呗|呀|啊|吗|谢谢|你)*")
_DRAWS = re.compile(rf"{_LEAD}(?:(?:{_DRAW}){_SUBJECT})|(?i:draw|paint|generate)\s")

# ---- small talk ----

_GREETING = re.compile(
    "(?:你好|您好|大家好|哈喽|哈啰|哈罗|嗨|嘿|喂|在吗|在么|在不在|在不|有人吗|有人在吗|你在吗"
    "|早上好|早安|上午好|中午好|午安|下午好|晚上好|晚安|新年好|新年快乐|节日快乐"
    "|谢谢|多谢|感谢|谢了|辛苦了|不客气|再见|拜拜|回头见|好的|好吧|好滴|可以|收到|知道了|明白|明白了|了解"
    "|没事|没有|是的|不是|对的|行|好|早|哈|呵|嘻|嗯|哦|噢|额|呃|啊|呀|哇|唉|对|是|不|嘛|啦|了|呢|吧"
    "|你|您|吗|么|们|小助手|机器人|你是谁|你叫什么|你会什么|你能做什么|怎么用|怎么玩|测试|試試|试试|厉害|牛|棒|赞"
    "|hello|hi|hey|thanks|thankyou|thx|ok|okay|bye|byebye|goodmorning|goodnight|goodevening|test"
    "|yes|no|lol|haha|ha)+"
)
_LONGEST_SMALL_TALK = 16

_KEPT_CONTROLS = "\n\t"
# Bidirectional overrides and invisible spaces; the joiners of emoji stay.
_INVISIBLE = frozenset("\u200b\u200e\u200f\u2028\u2029\ufeff\ufffe\uffff") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


RESHAPED: Final = {1: "把画面改成横版", 0: "把画面改成方图", -1: "把画面改成竖版"}
"""What is said to a model where only the shape is to change, by the sign of width - height."""
SHARPER: Final = "画得更精细、更清晰，补足细节"


def parse(text: str, known: Styles | None = None) -> ImageRequest:
    """Return what *text* asks to be drawn; *known* are the styles, by default the file's.

    Raises:
        Refused: EMPTY_PROMPT or PROMPT_TOO_LONG; NO_GLYPH: a title we are to set ourselves has
            characters no typeface of ours has.
    """
    asked = _without_asking(_bounded(text))
    (width, height), prompt = sizes.split(asked)
    if prompt != asked:
        prompt = _without_asking(prompt.strip())
    prompt = _not_too_long(prompt)
    return _with_what_is_named(ImageRequest(prompt=prompt, width=width, height=height), known)


def edit(
    text: str,
    known: Styles | None = None,
    *,
    sources: tuple[str, ...],
    like: ImageRequest | None,
) -> ImageRequest:
    """Return what *text* asks to be changed in *sources*.

    *like* is what the picture was asked for that is edited, None for photos: what the words leave
    open stays as it is there.

    Raises:
        Refused: as `parse`.
    """
    text = _bounded(text)
    size, prompt = sizes.changed(text)
    if size and _UNSAID.fullmatch(_words(prompt)):
        prompt = RESHAPED[(size[0] > size[1]) - (size[0] < size[1])]
    before = like or ImageRequest(prompt="")
    width, height = size or (before.width, before.height)
    request = ImageRequest(
        prompt=_not_too_long(prompt),
        width=width,
        height=height,
        kind=JobKind.EDIT,
        sources=sources,
        keeps_shape=like is None and size is None,
    )
    request = _with_what_is_named(request, known)
    request = replace(request, quality=request.quality or before.quality)
    if before.lettering and not request.title and not _NO_TITLE.search(named.bare(text)):
        # The picture we edit is the one before its title was set.
        request = replace(
            request,
            title=before.title,
            lettering=before.lettering,
            face=before.face,
            vertical=before.vertical,
        )
    if _GROUND_SAID.search(named.bare(text)):
        return request
    return replace(request, ground=before.ground, transparent=before.transparent)


def sharper(like: ImageRequest, *, source: str) -> ImageRequest:
    """Return the request that makes the picture *source*, asked for as *like*, finer."""
    return replace(
        like,
        prompt=SHARPER,
        kind=JobKind.EDIT,
        sources=(source,),
        keeps_shape=False,
        style="",
        # A title that the model drew is in the picture; one that we set is set again.
        title=like.title if like.lettering else "",
        quality="high",
    )


_UNSAID = re.compile(r"(?:[请把将它这那张个幅图片画面整换变改做弄调成为的一下吧呗])*")
_NO_TITLE = re.compile(r"(?:去掉|删掉|去除|不要|别写)(?:这个|那个|上面的)?(?:标题|文字|字)")
_GROUND_SAID = re.compile(r"背景|底色|[白红蓝黑灰]底|透明|抠")


def _with_what_is_named(request: ImageRequest, known: Styles | None) -> ImageRequest:
    """Return *request* with everything its words say beside what is to be seen."""
    text = request.prompt
    title = named.title(text)
    face, vertical = named.face(text), named.vertical(text)
    ours = bool(title) and (named.wants_exact_letters(text) or bool(face) or vertical)
    if ours and (strange := titles.missing(title)):
        raise Refused(Reason.NO_GLYPH, characters="、".join(strange))
    return replace(
        request,
        style=(known or styles.first()).find(named.bare(text)),
        title=title,
        lettering="ours" if ours else "",
        face=face if ours else "",
        vertical=vertical and ours,
        ground=named.ground(text),
        transparent=named.transparent(text),
        quality=named.quality(text),
    )


def _bounded(text: str) -> str:
    """Return *text* clean; raise Refused before any pattern takes quadratic time on it."""
    text = clean(text)
    if len(text) > 2 * MAX_CHARACTERS:
        raise Refused(Reason.PROMPT_TOO_LONG, limit=MAX_CHARACTERS, length=len(text))
    return text


def _not_too_long(prompt: str) -> str:
    prompt = prompt.strip()
    if not _words(prompt):
        raise Refused(Reason.EMPTY_PROMPT)
    if len(prompt) > MAX_CHARACTERS:
        raise Refused(Reason.PROMPT_TOO_LONG, limit=MAX_CHARACTERS, length=len(prompt))
    return prompt


def is_prompt(text: str, trigger: str = "any") -> bool:
    """Whether *text* is for the image model under PROMPT_TRIGGER's value *trigger*."""
    if is_small_talk(text):
        return False
    if trigger == "any":
        return True
    text = clean(text)[:MAX_CHARACTERS]
    asks = _DRAWS.match(text) or _ASKING.match(text) or _ASKING_ENGLISH.match(text)
    return asks is not None


def is_small_talk(text: str) -> bool:
    """Whether *text* is a greeting, one character, or has no letter at all: no bill for that."""
    letters = "".join(
        character
        for character in unicodedata.normalize("NFKC", text[: 2 * MAX_CHARACTERS]).casefold()
        if character.isalpha()
    )
    if len(letters) <= 1:
        return True
    return len(letters) <= _LONGEST_SMALL_TALK and _GREETING.fullmatch(letters) is not None


def _without_asking(text: str) -> str:
    """Return *text* without leading asking words; empty if it holds nothing else."""
    asking = _ASKING.match(text) or _ASKING_ENGLISH.match(text)
    if asking is None:
        return text
    rest = text[asking.end() :]
    return "" if _NOTHING.fullmatch(_words(rest)) else rest


def clean(text: str) -> str:
    """Return *text* without control characters and invisible marks, and without spaces around."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(character for character in text if _is_kept(character)).strip()


def _is_kept(character: str) -> bool:
    if character in _KEPT_CONTROLS:
        return True
    return character not in _INVISIBLE and unicodedata.category(character) not in ("Cc", "Cs")


def _words(text: str) -> str:
    """Return *text* without spaces and punctuation; emoji are words too."""
    return "".join(
        character
        for character in text
        if character.isalnum() or unicodedata.category(character) in ("So", "Sm", "Sc")
    )

"""What a follower's sentence is about: a new picture, or a change of one that is there. Pure.

The rules, in this order (`decide`); the words that carry them stand in `changes.py`:

1. 新图 / 重新画 / 另画 at the beginning: a new picture. 改图: a change.
2. A picture that is named (第2张…, 128号…, 上一张…) and said what to change of: that picture.
3. A photo sent since the last picture, at most ten minutes ago: the photo.
4. A sentence about a photo (把这张照片…) with none there: the photo is asked for.
5. A sentence that can only be a change (再亮一点, 背景换成夜晚): the current picture, at most half
   an hour old; with none there it is said so, and nothing is drawn.
6. A sentence that may be a change (加一只猫, 水彩风格): the current picture; with none, a new one.
7. Everything else: a new picture.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.images import changes
from bot.images.changes import Change
from bot.images.script import simplified
from bot.images.styles import Styles

_ASKING: Final = r"(?:(?:请|麻烦|帮我|给我|你|再|那就?|我要|我想要?)[，,\s]*)*"
_FRESH: Final = re.compile(
    rf"{_ASKING}(?:新图(?![书纸案形腾标层像])|(?:重新|另外|另|重)(?:再)?(?:画|生成|绘制)(?!面|家|[大小上])"
    r"|从头(?:开始|再)?(?:画|来)|画(?:一?[张幅个])?新的)"
    r"(?:一?[张幅个](?:新的?)?)?(?:图片?|画)?(?:吧|一下)?[：:，,。！!\s]*"
)
_CHANGE: Final = re.compile(r"改图(?![书纸案形层])(?:片)?[：:，,。\s]*")

_TO: Final = r"(?:把|将|给|让|对|在|用)?"
_NTH: Final = re.compile(
    rf"(?P<to>{_TO})\s*第\s*(?P<n>\d{{1,2}}|[一二两三四五六七八九十]{{1,3}})\s*[张幅]"
    r"(?![桌脸床椅嘴票牌弓纸照])(?:图片?|画)?(?:的|里的?|上的?|中的?)?[：:，,\s]*"
)
_NUMBER: Final = re.compile(
    rf"(?P<to>{_TO})\s*(?:第\s*)?(?:[#＃]\s*(?P<a>[1-9]\d{{0,8}})(?![0-9A-Fa-f])"
    r"|(?P<b>[1-9]\d{0,8})\s*号(?!楼|线|店|院|机|球|选手|房|公路|文件|码|召|角|称))"
    r"(?:图片?|画|作品)?(?:的|里的?|上的?|中的?)?[：:，,\s]*"
)
_LAST: Final = re.compile(
    rf"(?P<to>{_TO})\s*(?:(?P<two>上上[张幅个])|上一?[张幅](?!桌)|前一[张幅]|(?:刚才|刚刚)的?+(?:那?[张幅个])?+(?![照相自头])"
    r"|(?:这|那|上面那|上面这)[张幅](?![桌脸床椅嘴票牌弓纸照老旧相自合证])|最后一?[张幅]|最新(?:那|一)?[张幅]|原图)"
    r"(?:图片?|画|作品)?(?:的|里的?|上的?|中的?)?[：:，,\s]*"
)
_DIGITS: Final = {digit: place for place, digit in enumerate("一二三四五六七八九", 1)} | {"两": 2}


class Reading(StrEnum):
    """What the sentence comes to, given what is there."""

    NEW = "new"
    PICTURE = "picture"  # a change of an earlier picture
    PHOTO = "photo"  # a change of the photos just sent
    ASK_PHOTO = "ask_photo"  # a photo is meant, and none is there
    ASK_PICTURE = "ask_picture"  # a picture is meant, and none is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A follower's sentence, looked at by itself.

    *words* are what is left without the prefix and the picture it names. *nth* counts the pictures
    of the last hour from 1, *number* is a picture's own, *back* is 1 for the last and 2 for the one
    before; 0 names none. *fresh* and *insists* are the prefixes 新图 and 改图.
    """

    words: str
    change: Change
    photo: bool = False
    fresh: bool = False
    insists: bool = False
    nth: int = 0
    number: int = 0
    back: int = 0

    @property
    def names_a_picture(self) -> bool:
        return bool(self.nth or self.number or self.back)


def read(text: str, known: Styles | None = None) -> Sentence:
    """Return what *text* is by itself. *text* is clean (`prompts.clean`).

    *known* are the styles, by default those of the file.
    """
    plain = simplified(text)
    if fresh := _FRESH.match(plain):
        return Sentence(words=text[fresh.end() :].strip(), change=Change.NO, fresh=True)
    insists = _CHANGE.match(plain)
    if insists:
        text = text[insists.end() :].strip()
        plain = simplified(text)
    named = _named(text, plain, known)
    if named is None:
        named = Sentence(
            words=text, change=changes.change(text, known), photo=changes.of_photo(text)
        )
    if insists:
        return Sentence(
            **{name: getattr(named, name) for name in ("words", "nth", "number", "back")},
            change=Change.SURE,
            photo=named.photo,
            insists=True,
        )
    return named


def _named(text: str, plain: str, known: Styles | None) -> Sentence | None:
    """Return the sentence of a picture that is named, if it says something to be done to it."""
    for pattern in (_NTH, _NUMBER, _LAST):
        match = pattern.match(plain)
        if match is None:
            continue
        rest = text[match.end() :].strip()
        # 把第2张的帽子换成… loses what it names, 把第2张变成… also its 把.
        within = match.group().rstrip("：:，, ").endswith(("的", "里", "上", "中"))
        words = match["to"] + rest if within and rest else rest
        change = changes.change(words, known) or changes.change(rest, known)
        if rest and not change:
            continue
        groups = match.groupdict()
        return Sentence(
            words=words,
            change=change,
            nth=_count(groups["n"]) if groups.get("n") else 0,
            number=int(groups.get("a") or groups.get("b") or 0),
            back=(2 if groups.get("two") else 1) if pattern is _LAST else 0,
        )
    return None


def _count(written: str) -> int:
    if written.isdecimal():
        return int(written)
    tens, _, ones = written.rpartition("十")
    ten = 10 * (_DIGITS.get(tens, 1) if "十" in written else 0)
    return ten + _DIGITS.get(ones, 0)


def decide(sentence: Sentence, *, photos: bool, current: bool) -> Reading:
    """Return what the sentence means.

    *photos*: some were sent since the last picture; *current*: there is a picture to change.
    """
    if sentence.fresh:
        return Reading.NEW
    if sentence.names_a_picture:
        return Reading.PICTURE
    if photos:
        return Reading.PHOTO
    if sentence.photo and not sentence.insists:
        return Reading.ASK_PHOTO
    if current and sentence.change:
        return Reading.PICTURE
    return Reading.ASK_PICTURE if sentence.change is Change.SURE else Reading.NEW

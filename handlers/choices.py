"""What can be said after a picture: 再来一张, 高清, 换风格, 横版; a number will do, too."""

from dataclasses import replace
from enum import StrEnum
from math import gcd

from bot import recipes
from bot.engine import Bot, Turn
from bot.images import prompts
from bot.images.styles import Styles
from bot.keywords.normalise import normalise
from bot.models import ClickEvent, JobKind, Reply, TextMessage, TextReply, VoiceMessage
from bot.sentences import Ready
from bot.store import chains
from bot.taps import tap
from handlers import drafts, scene
from handlers.accepting import accept, again
from handlers.image import edit_picture, unready


class Choice(StrEnum):
    """Each by the word that says it."""

    REPEAT = "再来一张"
    SHARPER = "高清"
    STYLES = "换风格"
    TURN = "换方向"


NUMBERS = {str(number): choice for number, choice in enumerate(Choice, 1)}
WORDS = {
    **dict.fromkeys(
        (
            "再来一张吧",
            "再画一张",
            "再来一幅",
            "换一张",
            "重来一张",
            "再来",
            "再画一次",
            "再试一次",
            "再来一次",
            "换张图",
            "重来",
        ),
        Choice.REPEAT,
    ),
    **dict.fromkeys(("高清版", "放大", "精修", "高清一点", "清晰一点", "要高清"), Choice.SHARPER),
    **dict.fromkeys(("换个风格", "换一种风格", "换种风格", "风格"), Choice.STYLES),
    **dict.fromkeys(("换个方向",), Choice.TURN),
    **{choice.value: choice for choice in Choice},
}
LONGEST_LIST = 1_300  # bytes of taps; an answer of WeChat's holds 2,048


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if not isinstance(turn.inbound, TextMessage | VoiceMessage | ClickEvent):
        return None
    said = normalise(turn.text)
    if said in NUMBERS:
        return _numbered(turn, bot, said)
    return _chosen(turn, bot, WORDS[said]) if said in WORDS else None


def _numbered(turn: Turn, bot: Bot, said: str) -> Reply | None:
    """A bare number means something only while there is a picture it can be about."""
    if known := again(turn, bot):
        return known
    picture = scene.current(turn, bot)
    if picture is None:
        return None
    if picture.kind is JobKind.SHEET:
        return drafts.choose(replace(turn, text=f"选{said}"), bot)
    return _chosen(turn, bot, NUMBERS[said])


def _chosen(turn: Turn, bot: Bot, choice: Choice) -> Reply | None:
    if known := again(turn, bot):
        return known
    match choice:
        case Choice.STYLES:
            return TextReply(bot.sentences.say("styles", list=Ready(_listed(bot.styles))))
        case Choice.REPEAT:
            return _repeat(turn, bot)
        case _:
            return _changed(turn, bot, choice)


def _repeat(turn: Turn, bot: Bot) -> Reply | None:
    """The same request once more, as another attempt."""
    found = chains.latest(bot.db, bot.account_id, turn.openid)
    job = scene.current(turn, bot, within_ms=None) or next(iter(found), None)
    if job and job.kind is JobKind.SHEET:
        side = gcd(job.width, job.height)
        words = f"抽卡 {job.prompt}，比例 {job.width // side}:{job.height // side}"
        return drafts.draw(replace(turn, text=words), bot)
    if job is None or job.kind not in (JobKind.DRAW, JobKind.EDIT):
        return None
    return accept(turn, bot, recipes.of(job), parent_id=job.id)


def _changed(turn: Turn, bot: Bot, choice: Choice) -> Reply:
    """Have the current picture drawn finer, or from landscape to portrait and back."""
    picture = scene.current(turn, bot, within_ms=None)
    if picture is None:
        return TextReply(bot.sentences.say("last.none"))
    if refusal := unready(bot, picture, words=choice):
        return refusal
    like, source = recipes.drawn(picture), f"{chains.OF_JOB}{picture.id}"
    if choice is Choice.SHARPER:
        return edit_picture(turn, bot, picture, prompts.sharper(like, source=source))
    words = "换成竖版" if like.width > like.height else "换成横版"
    request = prompts.edit(words, bot.styles, sources=(source,), like=like)
    return edit_picture(turn, bot, picture, request)


def _listed(styles: Styles) -> str:
    """The styles to tap, as many as fit, and the names of the others."""
    taps: list[str] = []
    length = 0
    for style in styles.known:
        one = tap(f"变成{style.name}风格", style.name)
        length += len(one.encode()) + 3
        if length > LONGEST_LIST:
            break
        taps.append(one)
    others = [style.name for style in styles.known[len(taps) :]]
    return "\u3000".join(taps) + ("\n" + "、".join(others) if others else "")

"""What can be said after a picture: 再来一张, 高清, 换风格, 横版; a number will do, too."""

from dataclasses import replace

from bot import recipes
from bot.engine import Bot, Turn
from bot.images import prompts, sizes, styles
from bot.keywords.normalise import normalise
from bot.models import ImageJob, JobKind, Reply, TextMessage, TextReply, VoiceMessage
from bot.sentences import Ready
from bot.store import chains
from bot.taps import tap
from handlers import scene
from handlers.accepting import accept, again
from handlers.image import edit_picture

REPEAT, SHARPER, STYLES, TURN = "再来一张", "高清", "换风格", "换方向"
NUMBERS = {"1": REPEAT, "2": SHARPER, "3": STYLES, "4": TURN}
WORDS = {
    **dict.fromkeys(
        ("再来一张", "再来一张吧", "再画一张", "再来一幅", "换一张", "重来一张", "再来"), REPEAT
    ),
    **dict.fromkeys(("高清", "高清版", "放大", "精修", "高清一点", "清晰一点", "要高清"), SHARPER),
    **dict.fromkeys(("换风格", "换个风格", "换一种风格", "换种风格", "风格"), STYLES),
    **dict.fromkeys(("换方向", "换个方向"), TURN),
}
LONGEST_LIST = 1_300  # bytes of taps; an answer of WeChat's holds 2,048


def answer(turn: Turn, bot: Bot) -> Reply | None:
    choice = _choice(turn, bot)
    if choice is None:
        return None
    if known := again(turn, bot):
        return known
    if choice == STYLES:
        return TextReply(bot.sentences.say("styles", list=Ready(_listed())))
    if choice == REPEAT:
        return _repeat(turn, bot)
    picture = scene.current(turn, bot, within_ms=None)
    if picture is None:
        return TextReply(bot.sentences.say("last.none"))
    if not picture.picture.endswith(".jpg"):
        return TextReply(bot.sentences.say("edit.drawing", text=choice))
    if picture.kind is JobKind.SHEET:
        return TextReply(bot.sentences.say("edit.sheet"))
    return _finer(turn, bot, picture) if choice == SHARPER else _turned(turn, bot, picture)


def _choice(turn: Turn, bot: Bot) -> str | None:
    if not isinstance(turn.inbound, TextMessage | VoiceMessage):
        return None
    said = normalise(turn.text)
    if said in NUMBERS:
        # A bare number means something only while there is a picture it can be about.
        picture = scene.current(turn, bot)
        about = picture is not None and picture.kind is not JobKind.SHEET
        return NUMBERS[said] if about else None
    return WORDS.get(said)


def _repeat(turn: Turn, bot: Bot) -> Reply | None:
    """The same request once more, as another attempt."""
    found = chains.latest(bot.db, bot.account_id, turn.openid)
    job = scene.current(turn, bot, within_ms=None) or next(iter(found), None)
    if job is None or job.kind not in (JobKind.DRAW, JobKind.EDIT):
        return None
    return accept(turn, bot, recipes.of(job), parent_id=job.id)


def _finer(turn: Turn, bot: Bot, picture: ImageJob) -> Reply:
    request = prompts.sharper(recipes.of(picture), source=f"{chains.OF_JOB}{picture.id}")
    return edit_picture(turn, bot, picture, request)


def _turned(turn: Turn, bot: Bot, picture: ImageJob) -> Reply:
    """A landscape picture becomes a portrait one, any other a landscape one."""
    like = recipes.of(picture)
    words = "换成竖版" if like.width > like.height else "换成横版"
    request = prompts.edit(words, sources=(f"{chains.OF_JOB}{picture.id}",), like=like)
    return edit_picture(turn, bot, picture, request)


def _listed() -> str:
    """The styles to tap, as many as fit, and the names of the others."""
    taps: list[str] = []
    length = 0
    for style in styles.known():
        one = tap(f"变成{style.name}风格", style.name)
        length += len(one.encode()) + 3
        if length > LONGEST_LIST:
            break
        taps.append(one)
    others = [style.name for style in styles.known()[len(taps) :]]
    return "\u3000".join(taps) + ("\n" + "、".join(others) if others else "")

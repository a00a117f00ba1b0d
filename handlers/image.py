"""Any other text is a prompt: a new picture, or a change of one that is there.

What it is stands in `bot.images.meaning`; here it meets what the follower has: photos, pictures.
"""

import logging
from dataclasses import dataclass

from bot import recipes
from bot.engine import Bot, Turn
from bot.errors import Reason, Refused, StoreError
from bot.images import meaning, prompts
from bot.images.changes import Change
from bot.images.meaning import Reading, Sentence
from bot.models import (
    ClickEvent,
    ImageJob,
    ImageRequest,
    JobKind,
    Reply,
    TextMessage,
    TextReply,
    VoiceMessage,
)
from bot.store import chains, conversations
from handlers import scene, together
from handlers.accepting import accept, again
from handlers.last import hand_out
from handlers.scene import Scene

log = logging.getLogger(__name__)

LONGEST_TAP = 80  # characters of a sentence that a tap can say again: an answer has 2,048 bytes
MOST_EDITS = 8  # one upon the other


def draw(turn: Turn, bot: Bot) -> Reply | None:
    text = prompts.clean(turn.text)
    if not isinstance(turn.inbound, TextMessage | VoiceMessage | ClickEvent) or not text:
        return None
    try:
        if known := again(turn, bot):
            return known
        standing = conversations.read(bot.db, bot.account_id, turn.openid)
    except StoreError as error:
        if _is_prompt(turn, bot) or _speaks_of_a_picture(text, bot):
            raise
        # Whether it is meant for us cannot be known: what is canned can be said all the same.
        log.warning("what a follower has could not be looked up: %s", error)
        return None
    if prompts.is_small_talk(text):
        return None
    if standing.waits_since(turn.key, text):
        return _ask_photo(turn, bot, text)
    return _understood(turn, bot, text)


def _understood(turn: Turn, bot: Bot, text: str) -> Reply | None:
    is_prompt = _is_prompt(turn, bot)
    if len(text) > 2 * prompts.MAX_CHARACTERS:
        # No pattern of ours runs over that.
        return accept(turn, bot, prompts.parse(text, bot.styles)) if is_prompt else None
    sentence = meaning.read(text, bot.styles)
    around = scene.look(turn, bot, other=other_reading(turn, bot, sentence))
    reading = _read(sentence, around)
    if not is_prompt and not _is_meant(turn, sentence, reading):
        return None
    return _answer(turn, bot, Said(text, sentence, around, reading))


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, what is there when it is said, and what it comes to."""

    text: str
    sentence: Sentence
    around: Scene
    reading: Reading


def _read(sentence: Sentence, around: Scene) -> Reading:
    if sentence.photo and around.earlier and not sentence.fresh:
        return Reading.PHOTO
    photos = bool(around.photos) and around.other is None
    return meaning.decide(sentence, photos=photos, current=around.current is not None)


def _is_prompt(turn: Turn, bot: Bot) -> bool:
    # A menu key is a prompt only where it says so.
    tapped = isinstance(turn.inbound, ClickEvent)
    trigger = "prefix" if tapped else bot.settings.prompt_trigger
    return prompts.is_prompt(turn.text, trigger=trigger)


def _speaks_of_a_picture(text: str, bot: Bot) -> bool:
    """Whether it can be said to nobody but the image model, whatever there is."""
    if len(text) > 2 * prompts.MAX_CHARACTERS:
        return False
    said = meaning.read(text, bot.styles)
    return said.fresh or said.insists or said.photo or said.change is Change.SURE


def _is_meant(turn: Turn, sentence: Sentence, reading: Reading) -> bool:
    """Whether it is said to the image model even where only prefixes are (PROMPT_TRIGGER)."""
    if isinstance(turn.inbound, ClickEvent):
        return False
    change = reading is Reading.PICTURE and sentence.change is Change.SURE
    return sentence.fresh or sentence.insists or change or reading is Reading.PHOTO


def _answer(turn: Turn, bot: Bot, said: Said) -> Reply:
    sentence = said.sentence
    if not sentence.words and not sentence.names_a_picture and (sentence.fresh or sentence.insists):
        return _only_a_prefix(turn, bot, sentence)
    match said.reading:
        case Reading.NEW:
            return _new(turn, bot, said)
        case Reading.PHOTO:
            return _photos(turn, bot, said)
        case Reading.PICTURE:
            return _picture(turn, bot, said)
        case Reading.ASK_PHOTO:
            return _ask_photo(turn, bot, said.text)
        case Reading.ASK_PICTURE:
            return _offer(bot, "edit.nothing", sentence.words)


def _ask_photo(turn: Turn, bot: Bot, text: str) -> Reply:
    """Keep the words for the photo that is to come."""
    if not together.most(bot):
        raise Refused(Reason.NOT_OFFERED)
    conversations.wish(bot.db, bot.account_id, turn.openid, text, message_key=turn.key)
    return _offer(bot, "photo.send", text)


def _only_a_prefix(turn: Turn, bot: Bot, sentence: Sentence) -> Reply:
    if sentence.insists:
        return TextReply(bot.sentences.say("edit.how"))
    conversations.turn_to(bot.db, bot.account_id, turn.openid, 0, message_key=turn.key)
    return TextReply(bot.sentences.say("fresh"))


def _new(turn: Turn, bot: Bot, said: Said) -> Reply:
    request = prompts.parse(said.sentence.words, bot.styles)
    other = said.around.other
    return accept(
        turn,
        bot,
        request,
        line=_line(bot, said),
        instead_of=other.id if other and said.sentence.fresh else 0,
    )


def _picture(turn: Turn, bot: Bot, said: Said) -> Reply:
    sentence = said.sentence
    picture = scene.named(turn, bot, sentence) if sentence.names_a_picture else said.around.current
    if picture is None:
        return TextReply(bot.sentences.say("picture.unknown"))
    if not sentence.words:
        conversations.turn_to(bot.db, bot.account_id, turn.openid, picture.id, message_key=turn.key)
        return hand_out(bot, picture)
    if refusal := unready(bot, picture, words=sentence.words):
        return refusal
    other = said.around.other if sentence.insists else None
    like = recipes.drawn(picture)
    source = f"{chains.OF_JOB}{picture.id}"
    request = prompts.edit(sentence.words, bot.styles, sources=(source,), like=like)
    return edit_picture(
        turn,
        bot,
        picture,
        request,
        line=_line(bot, said),
        instead_of=other.id if other else 0,
    )


def unready(bot: Bot, picture: ImageJob, *, words: str) -> Reply | None:
    """What is said where the picture cannot be edited yet; None where it can."""
    if not picture.picture.endswith(".jpg"):
        return _offer(bot, "edit.drawing", words)
    if picture.kind is JobKind.SHEET:
        return TextReply(bot.sentences.say("edit.sheet"))
    return None


def edit_picture(
    turn: Turn,
    bot: Bot,
    picture: ImageJob,
    request: ImageRequest,
    *,
    line: str = "",
    instead_of: int = 0,
) -> Reply:
    """Accept an edit of an earlier picture.

    Raises:
        Refused: CHAIN_TOO_LONG, or as `accept`.
    """
    if chains.edits(bot.db, picture, most=MOST_EDITS) >= MOST_EDITS:
        raise Refused(Reason.CHAIN_TOO_LONG, limit=MOST_EDITS)
    return accept(turn, bot, request, line=line, parent_id=picture.id, instead_of=instead_of)


def _photos(turn: Turn, bot: Bot, said: Said) -> Reply:
    """Accept an edit of the photos, which the words number 图1, 图2 in their order."""
    most = together.most(bot)
    if not most:
        raise Refused(Reason.NOT_OFFERED)
    sources = tuple(f"photo:{one.id}" for one in said.around.photos) or said.around.earlier
    request = prompts.edit(said.sentence.words, bot.styles, sources=sources[:most], like=None)
    return accept(turn, bot, request, line=_line(bot, said))


def _offer(bot: Bot, name: str, words: str) -> Reply:
    """Say the text of that name, with the words to tap unless they are too many."""
    if len(words) > LONGEST_TAP:
        return TextReply(bot.sentences.say(f"{name}.long"))
    return TextReply(bot.sentences.say(name, text=words))


def other_reading(turn: Turn, bot: Bot, sentence: Sentence) -> ImageJob | None:
    """Return the job of the same words taken the other way, if it was the follower's last."""
    if not sentence.words or not (sentence.fresh or sentence.insists):
        return None
    found = chains.latest(bot.db, bot.account_id, turn.openid)
    if not found:
        return None
    (job,) = found
    wanted = JobKind.EDIT if sentence.fresh else JobKind.DRAW
    if job.kind is not wanted:
        return None
    try:
        same = (
            prompts.edit(sentence.words, bot.styles, sources=recipes.of(job).sources, like=None)
            if sentence.fresh
            else prompts.parse(sentence.words, bot.styles)
        )
    except Refused:
        return None
    return job if same.prompt == job.prompt else None


def _line(bot: Bot, said: Said) -> str:
    """What the sentence was taken for, where it could be taken for something else."""
    sentence, around = said.sentence, said.around
    if sentence.fresh or sentence.insists or sentence.names_a_picture:
        return ""
    name = {Reading.PICTURE: "read.edit", Reading.PHOTO: "read.photo"}.get(said.reading)
    if name is None:
        if around.current is None or not around.current.picture.endswith(".jpg"):
            return ""
        name = "read.new"
    if len(said.text) > LONGEST_TAP:
        return "" if name == "read.new" else bot.sentences.say("read.long")
    return bot.sentences.say(name, text=said.text)

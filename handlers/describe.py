"""反推: a photo that was sent becomes the words it could have been drawn from."""

from bot.engine import Bot, Turn
from bot.errors import Reason, Refused
from bot.images import describing
from bot.models import ImageRequest, JobKind, Reply, TextReply
from bot.store import conversations
from bot.store.jobs import Queue
from bot.store.photos import Photo
from handlers import together
from handlers.accepting import again
from handlers.groups import take


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if not describing.asks(turn.text):
        return None
    if known := again(turn, bot):
        return known
    if bot.writer is None:
        raise Refused(Reason.NO_WRITER)
    if row := together.row(bot, turn.openid):
        return describe(turn, bot, row[-1])
    conversations.wish(bot.db, bot.account_id, turn.openid, turn.text, message_key=turn.key)
    return TextReply(bot.sentences.say("describe.send"))


def describe(turn: Turn, bot: Bot, photo: Photo) -> Reply:
    """Have a photo described; it counts as a picture."""
    say = bot.sentences.say
    way = "describe.push" if turn.snapshot.can_push else "describe.pull"

    def lines(_queue: Queue) -> list[str]:
        return [say("describe.accepted"), say(way)]

    source = f"photo:{photo.id}"
    request = ImageRequest(kind=JobKind.DESCRIBE, prompt=describing.QUESTION, sources=(source,))
    return take(turn, bot, request, lines=lines, held=True)

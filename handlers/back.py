"""退一步: the picture that the current one was made from comes back, and is the current one."""

from bot.engine import Bot, Turn
from bot.models import Reply, TextReply
from bot.store import chains, conversations, jobs
from handlers import scene
from handlers.commands import says
from handlers.last import hand_out


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if not says(turn, "退一步", "上一版", "撤销", "撤回", "退回", "回到上一版", "返回上一步"):
        return None
    current = scene.current(turn, bot, within_ms=None)
    if current is None:
        return TextReply(bot.sentences.say("last.none"))
    talk = conversations.read(bot.db, bot.account_id, turn.openid)
    if talk.changed_key == turn.key and talk.current_id:
        # An earlier push of this message has gone back already.
        return hand_out(bot, jobs.get(bot.db, talk.current_id))
    picture = chains.before(bot.db, current)
    if picture is None:
        return TextReply(bot.sentences.say("back.first"))
    conversations.turn_to(bot.db, bot.account_id, turn.openid, picture.id, message_key=turn.key)
    return hand_out(bot, picture)

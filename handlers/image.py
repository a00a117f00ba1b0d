"""Any other text is a prompt: accepted, acknowledged, drawn by the worker."""

from bot.engine import Bot, Turn
from bot.images import prompts
from bot.models import ClickEvent, Reply, TextMessage, VoiceMessage
from handlers import together
from handlers.accepting import accept


def draw(turn: Turn, bot: Bot) -> Reply | None:
    if not _asks_for_a_picture(turn, bot):
        return None
    row = together.row(bot, turn.openid)[: together.most(bot)]
    request = together.edit_of(turn.text, row) if row else prompts.parse(turn.text)
    return accept(turn, bot, request)


def _asks_for_a_picture(turn: Turn, bot: Bot) -> bool:
    match turn.inbound:
        case TextMessage() | VoiceMessage():
            trigger = bot.settings.prompt_trigger
        case ClickEvent():
            trigger = "prefix"  # a menu key is a prompt only where it says so
        case _:
            return False
    return bool(turn.text.strip()) and prompts.is_prompt(turn.text, trigger=trigger)

"""取消: queued pictures are dropped and their quota returned."""

from bot.engine import Bot, Turn
from bot.models import Reply, TextReply
from bot.store import jobs
from handlers.commands import says


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if not says(turn, "取消"):
        return None
    cancelled, drawing = jobs.cancel(
        bot.db,
        bot.account_id,
        openid=turn.openid,
        message_key=turn.key,
        asked_at=turn.inbound.created,
    )
    if cancelled and drawing:
        return TextReply(
            f"已取消 {cancelled} 张，次数退回了。"
            f"另有 {drawing} 张已经在画，停不下来，画好照样给你。"
        )
    if cancelled:
        return TextReply(f"已取消 {cancelled} 张，次数退回了。")
    if drawing:
        return TextReply(f"有 {drawing} 张已经在画，停不下来了，画好就给你。")
    return TextReply("没有在排队的图，不用取消。")

"""帮助, and a greeting answered with it: what the bot can do, each with an example."""

from bot.engine import Bot, Turn
from bot.images.prompts import is_small_talk
from bot.models import Reply, TextMessage, TextReply, VoiceMessage
from handlers.collect import waiting_picture
from handlers.commands import says
from handlers.taps import tap

HELP = f"""我会两件事：
① 领资料：发关键词就回，例如 {tap("电子书")}、{tap("AI")}、{tap("MySQL知识图谱")}、{tap("大厂内推")}
② 画图：把画面说给我听，例如
{tap("画一只在雪山下喝茶的猫，横版")}

常用：{tap("取图")}　{tap("上一张")}　{tap("我的作品")}　{tap("额度")}　{tap("取消")}
图片由 AI 生成，请勿用于违法用途。"""


def answer(turn: Turn, bot: Bot) -> Reply | None:
    if not says(turn, "帮助", "help", "怎么用", "使用说明"):
        return None
    return waiting_picture(turn, bot) or TextReply(HELP)


def small_talk(turn: Turn, bot: Bot) -> Reply | None:
    spoken = isinstance(turn.inbound, TextMessage | VoiceMessage) and turn.text
    if not spoken or not is_small_talk(turn.text):
        return None
    return waiting_picture(turn, bot) or TextReply(HELP)

"""Operators edit the replies from the chat: #加 #改 #看 #删 #撤销, with the console's checks."""

import re
from collections.abc import Callable

from bot.editing import chat
from bot.editing.cells import reply_cell, to_cells
from bot.editing.chat import Spoken
from bot.editing.desk import Desk
from bot.engine import Bot, Turn
from bot.errors import ConfigError, NotThere
from bot.models import Reply, TextMessage, TextReply
from bot.store import members
from bot.store.history import Actor, Entry
from bot.store.members import Role
from bot.store.rules import Stored
from handlers.taps import plain

MOST_BYTES = 1900  # WeChat takes 2048 of a text
LIVE = "一秒内生效。改错了回 #撤销"
HELP = """直接在这里改关键词回复：
#加 关键词 回复内容
#改 关键词 新的回复
#看 关键词
#删 关键词
#撤销　退回你的上一次修改

例：#加 优惠券 满一百减二十
几个关键词用、隔开：#加 优惠券、折扣 满一百减二十
只要包含就回：#加 包含：优惠 满一百减二十
回复可以有好几行。"""
ADD = "这样写：#加 关键词 回复内容\n例：#加 优惠券 满一百减二十"
CHANGE = "这样写：#改 关键词 新的回复"
_COMMAND = re.compile(
    r"[#＃]\s*(添加|加|修改|改|查看|看|删除|删|撤销|撤回)?\s*(\S*)\s*(.*)", re.DOTALL
)


def answer(turn: Turn, bot: Bot) -> Reply | None:
    """Do what an operator's ``#…`` says; anybody else's falls through."""
    if not isinstance(turn.inbound, TextMessage) or not turn.text.startswith(("#", "＃")):
        return None
    member = members.speaking(bot.db, bot.account_id, turn.openid)
    if member is None or not member.role.may(Role.EDITOR):
        return None
    found = _COMMAND.fullmatch(turn.text)
    act = _ACTS.get(found[1] or "", _help) if found else _help
    desk = Desk(bot.db, bot.account_id, Actor(name=member.name, via="chat"))
    spoken = Spoken(desk=desk, zone=bot.settings.zone, key=turn.key)
    said = act(spoken, found[2] if found else "", found[3].strip() if found else "")
    return TextReply(_cut(plain(said)))


def _help(_spoken: Spoken, _word: str, _rest: str) -> str:
    return HELP


def _add(spoken: Spoken, word: str, rest: str) -> str:
    if not word or not rest:
        return ADD

    def attempt() -> str:
        keywords = [one for one in word.split("、") if one]
        there = [one for keyword in keywords for one in chat.find(spoken.desk, keyword)]
        if there:
            return f"已经有「{there[0].document['name']}」了。要换回复：#改 {word} 新的回复"
        chat.add(spoken, keywords, rest)
        return ""

    return _once(spoken, attempt, lambda entry: f"已加上「{entry.title}」，{LIVE}")


def _change(spoken: Spoken, word: str, rest: str) -> str:
    if not word or not rest:
        return CHANGE

    def attempt() -> str:
        one, said = _one(spoken, word)
        if one is None:
            return said
        if one.document["replies"] == [{"type": "text", "content": rest}]:
            return f"「{one.document['name']}」的回复本来就是这样，没有改。"
        chat.change(spoken, one, rest)
        return ""

    return _once(
        spoken, attempt, lambda entry: f"已改好「{entry.title}」{_replaced(entry)}，{LIVE}"
    )


def _replaced(entry: Entry) -> str:
    """Say what a change has replaced, where that was more than one text."""
    before = entry.before["replies"] if entry.before else []
    if len(before) > 1:
        return f"（原来 {len(before)} 条回复换成这一条）"
    return "" if all(one["type"] == "text" for one in before) else "（原来的不是文字）"


def _show(spoken: Spoken, word: str, _rest: str) -> str:
    if not word:
        return "这样写：#看 关键词"
    one, said = _one(spoken, word)
    if one is None:
        return said
    cells = to_cells(one.document, zone=spoken.zone)
    about = [f"{key}：{cell}" for key, cell in cells.items() if not key.startswith("回复")]
    replies = [reply_cell(reply) for reply in one.document["replies"]]
    return "\n".join([*about, "— 回复 —", *replies])


def _delete(spoken: Spoken, word: str, _rest: str) -> str:
    if not word:
        return "这样写：#删 关键词"

    def attempt() -> str:
        one, said = _one(spoken, word)
        if one is not None:
            chat.delete(spoken, one)
        return said

    return _once(spoken, attempt, lambda entry: f"已删除「{entry.title}」，{LIVE}")


def _undo(spoken: Spoken, _word: str, _rest: str) -> str:
    def attempt() -> str:
        chat.undo(spoken)
        return ""

    def said(entry: Entry) -> str:
        deed = "删掉了新加的" if entry.after is None else "恢复了"
        return f"已撤销：{deed}「{entry.title}」，一秒内生效。"

    return _once(spoken, attempt, said)


def _once(spoken: Spoken, attempt: Callable[[], str], said: Callable[[Entry], str]) -> str:
    """Make the change unless this very message has made it, and say so; else say why not.

    WeChat repeats a message, also while the first push is still being answered.
    """
    refused = ""
    if not spoken.done():
        try:
            refused = attempt()
        except (ConfigError, NotThere) as error:
            refused = f"没有改：{error}"
    done = spoken.done()
    return said(done[0]) if done else refused


def _one(spoken: Spoken, word: str) -> tuple[Stored | None, str]:
    """Return the rule that is meant, or what to say where it is none or not clear which."""
    match chat.find(spoken.desk, word):
        case [one]:
            return one, ""
        case []:
            close = "、".join(chat.near(spoken.desk, word))
            hint = f"相近的有：{close}" if close else f"要新加：#加 {word} 回复内容"
            return None, f"没有关键词或名称是“{word}”的规则。\n{hint}"
        case many:
            names = "、".join(one.document["name"] for one in many[:8])
            return None, f"有 {len(many)} 条规则用“{word}”：{names}\n请用规则的名称再说一次。"


def _cut(text: str) -> str:
    kept = text.encode()[:MOST_BYTES].decode(errors="ignore")
    return text if kept == text else f"{kept}…"


_ACTS: dict[str, Callable[[Spoken, str, str], str]] = {
    **dict.fromkeys(("加", "添加"), _add),
    **dict.fromkeys(("改", "修改"), _change),
    **dict.fromkeys(("看", "查看"), _show),
    **dict.fromkeys(("删", "删除"), _delete),
    **dict.fromkeys(("撤销", "撤回"), _undo),
}

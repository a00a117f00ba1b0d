"""What operators read of a rule: names of modes and types, problems, and a version in lines."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.admin import rule_form
from bot.admin.translate import _
from bot.keywords.problems import split

Document = Mapping[str, Any]

MODES: Final = {
    "exact": "完全匹配",
    "contains": "包含",
    "prefix": "开头是",
    "all_of": "全部包含",
    "regex": "正则",
}
TRIGGERS: Final = {"keyword": "关键词", "subscribe": "关注回复", "default": "默认回复"}
# type → (icon, words)
TYPES: Final = {
    "text": ("message-2", "文字"),
    "image": ("photo", "图片"),
    "voice": ("microphone", "语音"),
    "video": ("video", "视频"),
    "music": ("player-play", "音乐"),
    "news": ("news", "图文"),
    "miniprogram": ("apps", "小程序"),
    "transfer": ("headset", "转人工"),
}
PICKS: Final = {"all": "全部", "random": "随机一条"}
LABELS: Final = {
    "name": "规则名",
    "keywords": "关键词",
    "excluding": "排除词",
    "replies": "回复",
    "pick": "怎么回复",
    "weights": "权重",
    "tags": "标签",
    "enabled": "启用",
    "starts_at": "开始时间",
    "ends_at": "结束时间",
    "content": "正文",
    "media": "文件",
    "alt": "替代文字",
    "title": "标题",
    "description": "描述",
    "url": "链接",
    "hq_url": "高音质链接",
    "thumb": "封面",
    "articles": "图文",
    "pic_url": "图片地址",
    "app_id": "小程序 AppID",
    "path": "页面路径",
    "account": "客服账号",
}
OUTCOMES: Final = {
    "won": ("good", "就用这条"),
    "outranked": ("", "也命中，排在后面"),
    "excluded": ("warn", "有排除词"),
    "not_yet": ("warn", "还没到开始时间"),
    "ended": ("warn", "已经结束"),
    "disabled": ("warn", "已停用"),
}
_KEYS = re.compile(rf" ?(?<![A-Za-z_:])({'|'.join(LABELS)})(?![A-Za-z_:]) ?")
_QUOTED = re.compile("(「[^」]*」)")


@dataclass(frozen=True, slots=True)
class Problem:
    """*place* is ``reply-2``, ``keyword-1`` or empty, counted from 1."""

    place: str
    said: str


def problems(said: Iterable[str]) -> list[Problem]:
    """Return what a document's reader complained of, in the words of the form."""
    return [_problem(line) for line in said]


def _problem(line: str) -> Problem:
    place, said = split(line)
    pieces = _QUOTED.split(said)
    # Quotations are what the operator wrote.
    pieces[::2] = [_KEYS.sub(lambda found: LABELS[found[1]], piece) for piece in pieces[::2]]
    return Problem(place, "".join(pieces))


def versions(
    documents: Iterable[Document | None], zone: ZoneInfo
) -> list[tuple[str, tuple[tuple[str, ...], ...]]]:
    """Return (label, lines of each version) of every part in which the versions differ."""
    read = [_lines(document, zone) if document else {} for document in documents]
    parts = [(label, tuple(one.get(label, ()) for one in read)) for label in LABELS]
    return [(_(LABELS[label]), lines) for label, lines in parts if len(set(lines)) > 1]


def _lines(document: Document, zone: ZoneInfo) -> dict[str, tuple[str, ...]]:
    draft = rule_form.Draft.read(rule_form.fields(document, zone))
    keywords = (f"{text}（{_(MODES.get(mode, mode))}）" for text, mode in draft.keywords)
    return {
        "name": (draft.name,),
        "keywords": tuple(keywords),
        "excluding": tuple(filter(None, draft.excluding.split("\n"))),
        "replies": tuple(_reply_line(reply) for reply in draft.replies),
        "pick": (_(PICKS.get(draft.pick, draft.pick)),),
        "weights": tuple(reply.weight for reply in draft.replies if reply.weight),
        "tags": (draft.tags,),
        "enabled": (_("启用") if draft.enabled else _("停用"),),
        "starts_at": (draft.starts_at.replace("T", " "),),
        "ends_at": (draft.ends_at.replace("T", " "),),
    }


def _reply_line(reply: rule_form.ReplyDraft) -> str:
    words = [value for value in reply.values.values() if value]
    words += [value for _key, article in reply.articles for value in article.values() if value]
    return f"{_(TYPES[reply.type][1])}：{' · '.join(words)}"

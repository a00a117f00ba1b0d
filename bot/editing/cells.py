r"""A rule as the cells of one row, as people fill them in; nothing is lost on the way.

Keywords, excluding words, tags and weights stand one a line. A keyword that need not be the whole
message begins with how it matches, ``包含：优惠``. A reply of another kind than text begins with
its kind, and a line for each of its parts follows::

    [图片]
    文件：file:价目表.jpg
    替代文字：价目表正在上传

What a cell cannot hold as it is (unseen characters, spaces at the ends …) stands as ``\"…"``, a
backslash and a JSON string.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.editing.desk import Document

REPLIES = tuple(f"回复{number}" for number in range(1, 11))
COLUMNS = (
    *("名称", "关键词", *REPLIES, "发送方式", "权重", "排除词"),
    *("标签", "启用", "开始时间", "结束时间", "触发"),
)
MODES = {
    "exact": "完全匹配",
    "contains": "包含",
    "prefix": "开头是",
    "all_of": "全部包含",
    "regex": "正则",
}
PICKS = {"all": "全部", "random": "随机"}
TRIGGERS = {"keyword": "关键词", "subscribe": "关注时", "default": "默认"}
YES, NO = "是", "否"
_TITLE = {"title": "标题", "description": "描述"}
KINDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "image": ("图片", {"media": "文件", "alt": "替代文字"}),
    "voice": ("语音", {"media": "文件", "alt": "替代文字"}),
    "video": ("视频", {"media": "文件", **_TITLE, "alt": "替代文字"}),
    "music": (
        "音乐",
        {"thumb": "封面", **_TITLE, "url": "链接", "hq_url": "高清链接", "alt": "替代文字"},
    ),
    "news": ("图文", {**_TITLE, "url": "链接", "pic_url": "封面"}),
    "miniprogram": (
        "小程序",
        {"app_id": "AppID", "path": "路径", "title": "标题", "thumb": "封面", "url": "链接"},
    ),
    "transfer": ("转人工", {"account": "客服账号"}),
}

_BY_WORD = {word: mode for mode, word in MODES.items()} | {"开头": "prefix"}
_MODE = re.compile(f"({'|'.join(sorted(_BY_WORD, key=len, reverse=True))})[:：](.*)", re.DOTALL)
_KIND = re.compile(f"[\\[【]({'|'.join(word for word, _ in KINDS.values())})[\\]】]")
_SWITCH = {
    **dict.fromkeys(("是", "启用", "开", "true", "yes", "1", "1.0", "y"), True),
    **dict.fromkeys(("否", "停用", "关", "false", "no", "0", "0.0", "n"), False),
}
# What spreadsheets drop, change or take for a mark of their own (``_x000D_``).
_ODD = re.compile(
    "[^\n\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    "|_(?=x[0-9A-Fa-f]{4}_)|x(?=005F_)"
)
_MARK = '\\"'
_COLON = re.compile("[:：]")
_APART = re.compile(r"[\s,，、]+")


class CellError(Exception):
    """A cell cannot be understood; the message says which and what to do."""


def to_cells(document: Document, *, zone: ZoneInfo) -> dict[str, str]:
    """Return the cells of a rule's document, empty ones left out."""
    cells = {
        "名称": quote(document["name"]),
        "关键词": "\n".join(map(_keyword, document.get("keywords", ()))),
        "排除词": "\n".join(map(quote, document.get("excluding", ()))),
        "发送方式": PICKS[document.get("pick", "all")],
        "权重": "\n".join(map(str, document.get("weights", ()))),
        "标签": "\n".join(map(quote, document.get("tags", ()))),
        "启用": YES if document.get("enabled", True) else NO,
        "开始时间": _moment(document.get("starts_at"), zone),
        "结束时间": _moment(document.get("ends_at"), zone),
        "触发": TRIGGERS[document.get("trigger", "keyword")],
    }
    cells |= {
        column: reply_cell(reply)
        for column, reply in zip(REPLIES, document.get("replies", ()), strict=False)
    }
    return {column: cells[column] for column in COLUMNS if cells.get(column)}


def from_cells(cells: Mapping[str, str], *, zone: ZoneInfo) -> Document:
    """Return the document that the cells say; what it says is not checked yet.

    Raises:
        CellError: a cell cannot be understood.
    """
    made: Document = {
        "name": unquote(cells.get("名称", "").strip()),
        "trigger": _word(cells, "触发", TRIGGERS, "keyword"),
        "keywords": [_read_keyword(line) for line in _lines(cells.get("关键词", ""))],
        "excluding": [unquote(line) for line in _lines(cells.get("排除词", ""))],
        "replies": [_read_reply(column, cells[column]) for column in REPLIES if cells.get(column)],
        "pick": _word(cells, "发送方式", PICKS, "all"),
        "weights": list(map(_number, filter(None, _APART.split(cells.get("权重", ""))))),
        "tags": [
            unquote(each.strip())
            for line in _lines(cells.get("标签", ""))
            for each in ([line] if line.startswith(_MARK) else re.split("[,，]", line))
            if each.strip()
        ],
        "enabled": _switch(cells.get("启用", "")),
    }
    for column, key in (("开始时间", "starts_at"), ("结束时间", "ends_at")):
        if cells.get(column, "").strip():
            made[key] = _read_moment(column, cells[column].strip(), zone)
    return {key: value for key, value in made.items() if value != []}


def quote(text: str) -> str:
    """Return *text* as one line of a cell can hold it."""
    whole = text == text.strip() and "\n" not in text and text
    return text if whole and not text.startswith(_MARK) and not _ODD.search(text) else _json(text)


def unquote(text: str) -> str:
    if not text.startswith(_MARK):
        return text
    try:
        said = json.loads(text[1:])
    except ValueError:
        return text
    return said if isinstance(said, str) else text


def _json(text: str) -> str:
    escaped = _ODD.sub(lambda odd: f"\\u{ord(odd[0]):04x}", text.replace("\\", "\\\\"))
    for plain, spelt in (('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        escaped = escaped.replace(plain, spelt)
    return f'\\"{escaped}"'


def _lines(cell: str) -> Iterator[str]:
    return filter(None, map(str.strip, _unified(cell).split("\n")))


def _unified(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def _keyword(keyword: str | Mapping[str, str]) -> str:
    if isinstance(keyword, str):
        plain = quote(keyword)
        return f"{MODES['exact']}：{plain}" if _MODE.fullmatch(plain) else plain
    return f"{MODES[keyword['mode']]}：{quote(keyword['text'])}"


def _read_keyword(line: str) -> str | dict[str, str]:
    found = _MODE.fullmatch(line)
    if found is None:
        return unquote(line)
    return {"text": unquote(found[2].strip()), "mode": _BY_WORD[found[1]]}


def reply_cell(reply: str | Mapping[str, object]) -> str:
    """Return a reply as one cell holds it."""
    if isinstance(reply, str) or reply["type"] == "text":
        text = reply if isinstance(reply, str) else str(reply["content"])
        odd = text.startswith(_MARK) or _ODD.search(text) or _kind_of(text)
        return _json(text) if odd else text
    word, parts = KINDS[str(reply["type"])]
    articles = reply.get("articles")
    blocks: list[Any] = articles if isinstance(articles, list) else [reply]
    said = ["\n".join(_parts(block, parts)) for block in blocks]
    return f"[{word}]\n" + "\n".join(said) if any(said) else f"[{word}]"


def _parts(block: Mapping[str, str], parts: Mapping[str, str]) -> Iterator[str]:
    return (f"{word}：{quote(block[key])}" for key, word in parts.items() if block.get(key))


def _kind_of(cell: str) -> str:
    """Return the kind a cell begins with, "" for a text."""
    found = _KIND.fullmatch(_unified(cell).lstrip("\n").partition("\n")[0].strip())
    return next(kind for kind, (word, _) in KINDS.items() if word == found[1]) if found else ""


def _read_reply(column: str, cell: str) -> Document | str:
    kind = _kind_of(cell)
    if not kind:
        return unquote(_unified(cell))
    labels = {word: key for key, word in KINDS[kind][1].items()}
    blocks: list[dict[str, str]] = [{}]
    for line in list(_lines(cell))[1:]:
        key, value = _part(column, kind, line, labels)
        if key in blocks[-1]:
            if kind != "news":
                raise CellError(f"{column}：“{KINDS[kind][1][key]}”写了两次")
            blocks.append({})
        blocks[-1][key] = value
    if kind == "news":
        return {"type": kind, "articles": blocks if blocks[0] else []}
    return {"type": kind, **blocks[0]}


def _part(column: str, kind: str, line: str, labels: Mapping[str, str]) -> tuple[str, str]:
    label, _, value = (one.strip() for one in _COLON.sub("\0", line, count=1).partition("\0"))
    if label not in labels:
        known = "、".join(labels)
        raise CellError(
            f"{column}：[{KINDS[kind][0]}] 下面每行写“名称：内容”，名称是 {known} 之一，"
            f"现在是“{line[:20]}”"
        )
    return labels[label], unquote(value)


def _word(cells: Mapping[str, str], column: str, words: Mapping[str, str], default: str) -> str:
    said = cells.get(column, "").strip()
    if not said:
        return default
    found = {word: key for key, word in words.items()} | {key: key for key in words}
    if said not in found:
        raise CellError(f"{column}：请填 {'、'.join(words.values())} 之一，现在是“{said[:20]}”")
    return found[said]


def _switch(cell: str) -> bool:
    said = cell.strip().lower() or YES
    if said not in _SWITCH:
        raise CellError(f"启用：请填 {YES} 或 {NO}，现在是“{cell.strip()[:20]}”")
    return _SWITCH[said]


def _number(said: str) -> int:
    try:
        return int(float(said))
    except (ValueError, OverflowError):
        raise CellError(f"权重：请填 1–100 的整数，一行一个，现在是“{said[:20]}”") from None


def _moment(said: str | None, zone: ZoneInfo) -> str:
    """Return a time in the operators' own zone; with its offset where that could be misread."""
    if not said:
        return ""
    moment = datetime.fromisoformat(said).astimezone(zone)
    bare = moment.replace(tzinfo=None)
    if bare.replace(tzinfo=zone).astimezone(UTC) != moment.astimezone(UTC):
        return moment.isoformat(sep=" ")
    whole = not bare.second and not bare.microsecond
    return bare.isoformat(sep=" ", timespec="minutes") if whole else bare.isoformat(sep=" ")


def _read_moment(column: str, said: str, zone: ZoneInfo) -> str:
    tidy = said.replace("/", "-").replace("T", " ").replace("：", ":")
    day, _, time = tidy.partition(" ")
    try:
        year, month, number = day.split("-")
        hour, colon, rest = (time.strip() or "0:00").partition(":")
        text = f"{year}-{int(month):02d}-{int(number):02d} {int(hour):02d}{colon}{rest}"
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return moment.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise CellError(f"{column}：请写成 2026-01-31 08:00 这样，现在是“{said[:30]}”") from None


# ---- spreadsheets run what begins like a formula ----

_FORMULA = re.compile("'*(?:\\s*[=+\\-@＝＋－＠]|[\t\r\n])")


def neutral(cell: str) -> str:
    """Return *cell* so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def plain(cell: str) -> str:
    """Undo what `neutral` does."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def used(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the columns that a sheet of *rows* needs: all, but only as many replies as there are.

    Three at least, so that there is room to write one more.
    """
    most = max((len([one for one in REPLIES if one in row]) for row in rows), default=0)
    return [one for one in COLUMNS if one not in REPLIES[max(3, most) :]]

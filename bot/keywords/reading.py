"""Reads a rule out of a plain document and notes every problem with its place."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from bot.keywords.compiled import MAX_KEYWORD, fault
from bot.keywords.normalise import normalise
from bot.keywords.replies import MAX_BYTES
from bot.models import (
    Article,
    ImageReply,
    Keyword,
    MatchMode,
    MiniprogramReply,
    MusicReply,
    NewsReply,
    Pick,
    Reply,
    Rule,
    TextReply,
    TransferReply,
    Trigger,
    VideoReply,
    VoiceReply,
)

MAX_NAME = 60
MAX_TAG = 20
MAX_WEIGHT = 100
# How each list's items are counted, and how many there may be.
LISTS = {
    "keywords": ("个关键词", 200),
    "excluding": ("个排除词", 200),
    "replies": ("条回复", 10),
    "articles": ("篇图文", 8),
    "weights": ("个权重", 10),
    "tags": ("个标签", 10),
}

REPLIES: Mapping[str, type[Any]] = {
    "text": TextReply,
    "image": ImageReply,
    "voice": VoiceReply,
    "video": VideoReply,
    "music": MusicReply,
    "news": NewsReply,
    "miniprogram": MiniprogramReply,
    "transfer": TransferReply,
}
_RULE = frozenset(field.name for field in fields(Rule)) - {"id", "position"}
_ADDRESSES = frozenset(("url", "pic_url", "hq_url"))
MAY_BE_EMPTY = frozenset(("description", "path"))

Read = TypeVar("Read")
Word = TypeVar("Word", bound=StrEnum)


class Reader:
    """What it returns is of use only while *problems* is empty."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def rule(self, data: object, where: str) -> Rule:
        table = self._table(data, where)
        name = self._text(table.get("name"), f"{where}的 name")
        place = f"{where}「{name[:MAX_NAME]}」" if name else where
        if len(name) > MAX_NAME:
            self._note(place, f"name 有 {len(name)} 个字，最多 {MAX_NAME} 个")
        self._only(table, _RULE, place)
        starts_at = self._moment(table.get("starts_at"), f"{place}的 starts_at")
        ends_at = self._moment(table.get("ends_at"), f"{place}的 ends_at")
        if starts_at and ends_at and starts_at >= ends_at:
            self._note(place, "ends_at 应该晚于 starts_at")
        rule = Rule(
            name=name,
            trigger=self._word(table, "trigger", Trigger.KEYWORD, place),
            keywords=self._each(table, "keywords", self._keyword, place),
            excluding=self._each(table, "excluding", self._excluded, place),
            replies=self._each(table, "replies", self._reply, place),
            pick=self._word(table, "pick", Pick.ALL, place),
            weights=self._each(table, "weights", self._weight, place),
            tags=self._each(table, "tags", self._tag, place),
            enabled=self._switch(table.get("enabled", True), f"{place}的 enabled"),
            starts_at=starts_at,
            ends_at=ends_at,
        )
        self._sense(rule.trigger, table, place)
        return rule

    def _sense(self, trigger: Trigger, table: Mapping[str, Any], place: str) -> None:
        about_texts = bool(table.get("keywords") or table.get("excluding"))
        if trigger is Trigger.KEYWORD and not table.get("keywords"):
            self._note(place, "缺少 keywords：至少一个关键词")
        if trigger is not Trigger.KEYWORD and about_texts:
            self._note(place, "trigger 是 subscribe 或 default 的规则没有 keywords 和 excluding")
        replies, weights = table.get("replies"), table.get("weights")
        if not replies:
            self._note(place, "缺少 replies：至少一条回复")
        elif weights and isinstance(weights, list | tuple) and len(weights) != len(replies):
            self._note(place, f"weights 应该和回复一样多：{len(replies)} 个")

    def _keyword(self, item: object, place: str) -> Keyword:
        if isinstance(item, Mapping):
            self._only(item, frozenset(("text", "mode")), place)
            mode = self._word(item, "mode", MatchMode.EXACT, place)
            keyword = Keyword(self._text(item.get("text"), f"{place}的 text"), mode)
        else:
            keyword = Keyword(self._text(item, place))
        if keyword.text and (problem := fault(keyword)):
            self._note(place, problem)
        return keyword

    def _excluded(self, item: object, place: str) -> str:
        word = self._text(item, place)
        if len(word) > MAX_KEYWORD:
            self._note(place, f"有 {len(word)} 个字，最多 {MAX_KEYWORD} 个")
        elif word and not normalise(word):
            self._note(place, f"「{word}」里没有文字")
        return word

    def _weight(self, item: object, place: str) -> int:
        if type(item) is not int or not 1 <= item <= MAX_WEIGHT:
            self._note(place, f"应该是 1–{MAX_WEIGHT} 的整数，现在是 {_shown(item)}")
            return 1
        return item

    def _tag(self, item: object, place: str) -> str:
        tag = self._text(item, place).strip()
        if len(tag) > MAX_TAG or "," in tag:
            self._note(place, f"最多 {MAX_TAG} 个字，不能有半角逗号")
        return tag

    def _reply(self, item: object, place: str) -> Reply:
        if isinstance(item, str):
            return TextReply(self._text(item, place))
        if not isinstance(item, Mapping):
            self._note(place, f"应该是文字或一张表，现在是 {_shown(item)}")
            return TextReply("")
        table = dict(item)
        kind = table.pop("type", None)
        record = REPLIES.get(kind) if isinstance(kind, str) else None
        if record is None:
            self._note(place, f"type 应该是 {'、'.join(REPLIES)} 之一，现在是 {_shown(kind)}")
            return TextReply("")
        if record is NewsReply:
            return self._news(table, place)
        texts = self._texts(record, table, place)
        self._file(texts, place)
        made: Reply = record(**texts)
        return made

    def _news(self, table: Mapping[str, Any], place: str) -> NewsReply:
        self._only(table, frozenset(("articles",)), place)
        articles = self._each(table, "articles", self._article, place)
        if not table.get("articles"):
            self._note(place, "缺少 articles：至少一篇")
        return NewsReply(articles)

    def _article(self, item: object, place: str) -> Article:
        return Article(**self._texts(Article, self._table(item, place), place))

    def _file(self, texts: Mapping[str, str], place: str) -> None:
        """Check the name after ``file:``, and that a text can stand in for the file."""
        media = texts.get("media") or texts.get("thumb") or ""
        if not media.startswith("file:"):
            return
        if not media.removeprefix("file:").strip(". ") or "/" in media or "\\" in media:
            self._note(place, f"「{media}」应该是 file: 加文件名，不带文件夹")
        if "alt" not in texts:
            self._note(place, "小程序的 thumb 要写微信的 media_id")
        elif not texts["alt"].strip():
            self._note(place, "缺少 alt：文件还没有传到微信时，用这句话代替")

    def _texts(self, record: type[Any], table: Mapping[str, Any], place: str) -> dict[str, str]:
        """Return the fields of a *record* that holds only texts."""
        known: dict[str, Field[Any]] = {field.name: field for field in fields(record)}
        self._only(table, frozenset(known), place)
        texts = {}
        for name, field in known.items():
            default = "" if name in MAY_BE_EMPTY else field.default
            required = default is MISSING
            value = table.get(name, None if required else default)
            texts[name] = self._text(value, f"{place}的 {name}", empty=not required)
            if name in _ADDRESSES and texts[name] and not _is_address(texts[name]):
                self._note(place, f"{name} 应该以 http:// 或 https:// 开头")
        return texts

    def _each(
        self,
        table: Mapping[str, Any],
        key: str,
        read: Callable[[object, str], Read],
        place: str,
    ) -> tuple[Read, ...]:
        items = table.get(key, ())
        if not isinstance(items, list | tuple):
            self._note(place, f"{key} 应该是一个列表")
            return ()
        counted, most = LISTS[key]
        if len(items) > most:
            self._note(place, f"{key} 有 {len(items)} {counted}，最多 {most} 个")
        return tuple(
            read(item, f"{place}第 {number} {counted}") for number, item in enumerate(items, 1)
        )

    def _text(self, value: object, place: str, *, empty: bool = False) -> str:
        if value is None:
            self._note(place, "没有写")
            return ""
        if not isinstance(value, str):
            self._note(place, f"应该是文字，现在是 {_shown(value)}；数字和日期要加引号")
            return ""
        if not value.strip() and not empty:
            self._note(place, "是空的")
        try:
            size = len(value.encode())
        except UnicodeEncodeError:
            size = 0
        if "\0" in value or (value and not size):  # NUL: PostgreSQL keeps none
            self._note(place, "含有不成字的字符")
            return ""
        if size > MAX_BYTES:
            self._note(place, f"有 {size} 字节，最多 {MAX_BYTES} 字节（一个汉字 3 字节）")
        return value

    def _word(self, table: Mapping[str, Any], key: str, default: Word, place: str) -> Word:
        """Return one word of the vocabulary that *default* is of."""
        value = table.get(key, default)
        words = list(type(default))
        if value not in words:
            self._note(place, f"{key} 应该是 {'、'.join(words)} 之一，现在是 {_shown(value)}")
            return default
        return type(default)(value)

    def _switch(self, value: object, place: str) -> bool:
        if not isinstance(value, bool):
            self._note(place, f"应该是 true 或 false，现在是 {_shown(value)}")
            return True
        return value

    def _moment(self, value: object, place: str) -> datetime | None:
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else value
            if isinstance(moment, datetime) and moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        example = "2026-01-01T08:00:00+08:00"
        self._note(place, f"应该是带时区的时间，如 {example}，现在是 {_shown(value)}")
        return None

    def _table(self, value: object, place: str) -> Mapping[str, Any]:
        if isinstance(value, Mapping):
            return value
        self._note(place, f"应该是一张表，现在是 {_shown(value)}")
        return {}

    def _only(self, table: Mapping[str, Any], known: frozenset[str], place: str) -> None:
        for key in table:
            if key not in known:
                self._note(place, f"不认识 {_shown(key)}，这里可以写 {'、'.join(sorted(known))}")

    def _note(self, place: str, problem: str) -> None:
        self.problems.append(f"{place}：{problem}")


def _shown(value: object) -> str:
    """Return *value* for a message that can always be printed."""
    shown = "空" if value is None else f"「{value}」".encode(errors="replace").decode()
    return shown if len(shown) <= MAX_NAME else f"{shown[:MAX_NAME]}…」"


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))

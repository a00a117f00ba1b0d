"""The automatic replies of WeChat's own console, as `get_current_autoreply_info` tells them."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.editing.desk import Document

MAX_NAME = 60
MAX_ARTICLES = 8
_MEDIA = {"img": "图片", "image": "图片", "voice": "语音", "video": "视频"}
_MODES = {"contain": "contains"}
GREETING, DEFAULT = "微信后台的关注回复", "微信后台的默认回复"


def rules(told: Mapping[str, Any]) -> list[tuple[Document, tuple[str, ...]]]:
    """Return the document of each rule, unchecked, and what to know about it.

    The media ids WeChat tells end after three days, so a text stands in for a picture, a voice or
    a video, and the rule waits, switched off, for the operator to upload the file.
    """
    made = [_rule(one) for one in _list(told.get("keyword_autoreply_info"))]
    for key, switch, name, trigger in (
        ("add_friend_autoreply_info", "is_add_friend_reply_open", GREETING, "subscribe"),
        ("message_default_autoreply_info", "is_autoreply_open", DEFAULT, "default"),
    ):
        if isinstance(reply := told.get(key), Mapping) and reply.get("content"):
            document, notes = _with_replies({"name": name, "trigger": trigger}, [reply])
            if not told.get(switch):
                document["enabled"] = False
                notes += ("在微信后台是关着的，先停用",)
            made.append((document, notes))
    return made


def _rule(told: Mapping[str, Any]) -> tuple[Document, tuple[str, ...]]:
    keywords = [
        {"text": one.get("content"), "mode": _MODES.get(str(one.get("match_mode")), "exact")}
        for one in _items(told.get("keyword_list_info"))
    ]
    first = keywords[0]["text"] if keywords else ""
    name = str(told.get("rule_name") or first or "")[:MAX_NAME]
    document: Document = {"name": name, "keywords": keywords}
    if told.get("reply_mode") == "random_one":
        document["pick"] = "random"
    return _with_replies(document, _items(told.get("reply_list_info")))


def _with_replies(
    document: Document, replies: list[Mapping[str, Any]]
) -> tuple[Document, tuple[str, ...]]:
    notes: tuple[str, ...] = ()
    document["replies"] = [_reply(one) for one in replies]
    missing = {word for one in replies if (word := _MEDIA.get(str(one.get("type"))))}
    if missing:
        document["enabled"] = False
        notes += (f"{'、'.join(sorted(missing))}没有带过来：先停用，到素材库上传并换上后再启用",)
    if any(len(_list(one.get("news_info"))) > MAX_ARTICLES for one in replies):
        notes += (f"图文超过 {MAX_ARTICLES} 篇，只带了前 {MAX_ARTICLES} 篇",)
    return document, notes


def _reply(told: Mapping[str, Any]) -> Document:
    kind = str(told.get("type"))
    if kind == "news":
        articles = [
            {
                "title": one.get("title"),
                "description": one.get("digest") or "",
                "url": one.get("content_url"),
                "pic_url": one.get("cover_url") or "",
            }
            for one in _list(told.get("news_info"))[:MAX_ARTICLES]
        ]
        return {"type": "news", "articles": articles}
    if word := _MEDIA.get(kind):
        return {"type": "text", "content": f"（{word}待上传）"}
    return {"type": "text", "content": told.get("content")}


def _list(told: object) -> list[Mapping[str, Any]]:
    return _items(told.get("list")) if isinstance(told, Mapping) else []


def _items(told: object) -> list[Mapping[str, Any]]:
    return list(_mappings(told)) if isinstance(told, list) else []


def _mappings(told: list[object]) -> Iterator[Mapping[str, Any]]:
    return (one for one in told if isinstance(one, Mapping))

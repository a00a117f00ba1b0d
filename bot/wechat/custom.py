"""Custom messages: records → the JSON that pushes them."""

from typing import Any

from bot.errors import WeChatError
from bot.models import (
    Article,
    ImageReply,
    MiniprogramReply,
    MusicReply,
    NewsReply,
    Reply,
    TextReply,
    TransferReply,
    VideoReply,
    VoiceReply,
)
from bot.wechat.replies import card_link, has_media, shown


def custom_message(reply: Reply) -> dict[str, Any]:
    """Return *reply* as a custom message, its text standing in while it lacks a medium.

    Raise WeChatError for a transfer, which can only be answered.
    """
    if isinstance(reply, MiniprogramReply) and not has_media(reply.thumb):
        reply = card_link(reply)
    kind, content = _typed(shown(reply))
    return {"msgtype": kind, kind: content}


def _typed(reply: Reply) -> tuple[str, dict[str, Any]]:
    match reply:
        case TextReply(content=content):
            typed: tuple[str, dict[str, Any]] = "text", {"content": content}
        case ImageReply(media=media):
            typed = "image", {"media_id": media}
        case VoiceReply(media=media):
            typed = "voice", {"media_id": media}
        case VideoReply():
            typed = "video", {"media_id": reply.media} | _titles(reply)
        case MusicReply():
            addresses = {"musicurl": reply.url, "hqmusicurl": reply.hq_url}
            typed = "music", _titles(reply) | addresses | {"thumb_media_id": reply.thumb}
        case NewsReply():
            # A custom message takes one article (45008).
            article = reply.articles[0]
            addresses = {"url": article.url, "picurl": article.pic_url}
            typed = "news", {"articles": [_titles(article) | addresses]}
        case MiniprogramReply():
            page = {"title": reply.title, "appid": reply.app_id, "pagepath": reply.path}
            typed = "miniprogrampage", page | {"thumb_media_id": reply.thumb}
        case TransferReply():
            raise WeChatError(0, "a transfer to agents can only be answered, not sent")
    return typed


def _titles(titled: VideoReply | MusicReply | Article) -> dict[str, str]:
    return {"title": titled.title, "description": titled.description}

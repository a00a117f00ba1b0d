"""What a message looks like on the phone: replies and custom messages as chat items."""

from http.client import HTTPException
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

from PIL import Image

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
from bot.sandbox.media import Library
from bot.sandbox.refusal import Refusal

Bubble = tuple[str, dict[str, Any]]  # kind, fields

LONGEST_TEXT = 2048
LARGEST_COVER = 2 * 1024 * 1024
COVER_SECONDS = 2
MEDIA_PATH = "/_media/"


class Bubbles:
    """Turns messages into chat items; a Refusal says that WeChat would not show them."""

    def __init__(self, library: Library, *, webhook_url: str) -> None:
        self._library = library
        self._bot = urlsplit(webhook_url).netloc
        self._custom = {
            "text": self._text,
            "image": self._image,
            "voice": self._voice,
            "video": self._video,
            "music": self._music,
            "news": self._news,
            "mpnews": self._published,
            "mpnewsarticle": self._published,
            "msgmenu": self._msgmenu,
            "wxcard": self._card,
            "miniprogrampage": self._miniprogram,
        }

    def passive(self, reply: Reply, *, article_limit: int) -> Bubble:
        bubble: Bubble
        match reply:
            case TextReply(content=content):
                bubble = "text", {"text": content}
            case ImageReply(media=media):
                bubble = "image", {"media": self._media(media, "image", animated=False)}
            case VoiceReply(media=media):
                bubble = "voice", {"media": self._media(media, "voice")}
            case VideoReply():
                shown = {"title": reply.title, "description": reply.description}
                bubble = "video", {"media": self._media(reply.media, "video"), **shown}
            case MusicReply():
                shown = {"title": reply.title, "description": reply.description, "url": reply.url}
                bubble = "music", {"media": self._media(reply.thumb, "thumb", "image"), **shown}
            case NewsReply(articles=articles):
                bubble = "news", {"articles": self._articles(articles[:article_limit])}
            case TransferReply():
                bubble = "notice", {"text": "会话已转接人工客服"}
            case MiniprogramReply():
                raise Refusal(40008)  # no passive reply has this type
        return bubble

    def custom(self, payload: dict[str, Any]) -> Bubble:
        """Validate the body of ``message/custom/send`` and return what it shows."""
        kind = payload.get("msgtype")
        content = payload.get(kind) if isinstance(kind, str) else None
        if not isinstance(kind, str) or kind not in self._custom or not isinstance(content, dict):
            raise Refusal(40008)
        return self._custom[kind](content)

    # ---- the kinds of custom messages ----

    def _text(self, content: dict[str, Any]) -> Bubble:
        text = _string(content, "content")
        if not text:
            raise Refusal(44004)
        if len(text.encode()) > LONGEST_TEXT:
            raise Refusal(45002)
        return "text", {"text": text}

    def _image(self, content: dict[str, Any]) -> Bubble:
        return "image", {"media": self._media(_string(content, "media_id"), "image")}

    def _voice(self, content: dict[str, Any]) -> Bubble:
        return "voice", {"media": self._media(_string(content, "media_id"), "voice")}

    def _video(self, content: dict[str, Any]) -> Bubble:
        media = self._media(_string(content, "media_id"), "video")
        return "video", {"media": media, **_titles(content)}

    def _music(self, content: dict[str, Any]) -> Bubble:
        thumb = self._media(_string(content, "thumb_media_id"), "thumb", "image")
        url = _string(content, "musicurl")
        return "music", {"media": thumb, "url": url, **_titles(content)}

    def _news(self, content: dict[str, Any]) -> Bubble:
        given = content.get("articles")
        if not isinstance(given, list) or not given or not isinstance(given[0], dict):
            raise Refusal(44003)
        if len(given) > 1:
            raise Refusal(45008)
        names = ("title", "description", "url", "picurl")
        article = Article(*(_string(given[0], name) for name in names))
        return "news", {"articles": self._articles((article,))}

    def _published(self, _content: dict[str, Any]) -> Bubble:
        # Articles come from the publishing API, which the sandbox does not play.
        raise Refusal(40007)

    def _msgmenu(self, content: dict[str, Any]) -> Bubble:
        choices = content.get("list")
        if not isinstance(choices, list) or not all(isinstance(each, dict) for each in choices):
            raise Refusal(47001)
        lines = [
            _string(content, "head_content"),
            *(_choice(_string(each, "id"), _string(each, "content")) for each in choices),
            _string(content, "tail_content"),
        ]
        return "msgmenu", {"text": "\n".join(line for line in lines if line)}

    def _card(self, content: dict[str, Any]) -> Bubble:
        if not _string(content, "card_id"):
            raise Refusal(40035)
        return "link", {"title": "卡券", "description": _string(content, "card_id")}

    def _miniprogram(self, content: dict[str, Any]) -> Bubble:
        if not all(_string(content, name) for name in ("title", "appid", "pagepath")):
            raise Refusal(40035)
        thumb = self._media(_string(content, "thumb_media_id"), "image", "thumb")
        shown = {"title": _string(content, "title"), "description": _string(content, "pagepath")}
        return "miniprogram", {"media": thumb, **shown}

    # ---- pictures ----

    def _media(self, media_id: str, *kinds: str, animated: bool = True) -> str:
        if not media_id:
            raise Refusal(41006)
        media = self._library.valid(media_id, *kinds)
        if media.mime == "image/gif" and not animated:
            raise Refusal(40005)
        return MEDIA_PATH + media_id

    def _articles(self, articles: tuple[Article, ...]) -> list[dict[str, str]]:
        return [
            {
                "title": each.title,
                "description": each.description,
                "url": each.url,
                "pic_url": self._cover(each.pic_url),
            }
            for each in articles
        ]

    def _cover(self, url: str) -> str:
        """Fetch a cover the bot serves, as WeChat does; the phone loads from the sandbox alone."""
        parts = urlsplit(url)
        if parts.path.startswith(MEDIA_PATH):
            return parts.path
        if parts.scheme not in ("http", "https") or parts.netloc != self._bot:
            return url
        try:
            with urlopen(url, timeout=COVER_SECONDS) as answer:  # noqa: S310 - http(s), the bot's own
                data = answer.read(LARGEST_COVER)
            with Image.open(BytesIO(data)) as picture:
                mime = picture.get_format_mimetype() or ""
        except (OSError, HTTPException):
            return url
        return MEDIA_PATH + self._library.keep(data, kind="cover", mime=mime).id


def _string(content: dict[str, Any], name: str) -> str:
    """Return a string member; 47001 where it is something else."""
    value = content.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int):
        raise Refusal(47001)
    return str(value)


def _titles(content: dict[str, Any]) -> dict[str, str]:
    return {name: _string(content, name) for name in ("title", "description")}


def _choice(menu_id: str, label: str) -> str:
    address = f"weixin://bizmsgmenu?msgmenucontent={quote(label)}&msgmenuid={quote(menu_id)}"
    return f'<a href="{address}">{label}</a>'

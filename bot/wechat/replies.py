"""Passive replies: records → XML that parses back to what was meant, and the way back."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

from bot.errors import BadRequest
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
from bot.wechat import markup
from bot.wechat.markup import Element

TEXT_LIMIT = 2000  # UTF-8 bytes; WeChat refuses a text from 2048 on
TITLE_LIMIT = 192
DESCRIPTION_LIMIT = 512
URL_LIMIT = 1024
ARTICLES = 8
UNRESOLVED = "file:"  # begins the media of a reply whose file has not been uploaded yet

_REFUSED_TEXT = 2048
_BLANK = "…"  # WeChat answers an empty Content with a fault notice
_ANCHOR = re.compile(r"<a[\s>]", re.IGNORECASE)
_ANCHOR_END = re.compile("</a>", re.IGNORECASE)
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")
_LONGEST_GLYPH = 16


# ---- cutting ----


def cut(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return the beginning of *text* that fits *limit* UTF-8 bytes, as XML can carry it.

    The cut is never inside a link, an emoji sequence or a letter and its accents.
    """
    text = markup.clean(text)
    data = text.encode()
    if len(data) <= limit:
        return text
    end = len(data[:limit].decode(errors="ignore"))
    start = max((match.start() for match in _ANCHOR.finditer(text, 0, end + 2)), default=0)
    closing = _ANCHOR_END.search(text, start)
    if start and closing and closing.end() > end:
        end = start
    for back in range(_LONGEST_GLYPH):
        if end - back > 0 and not _joined(text, end - back):
            return text[: end - back]
    return text[:end]


def _joined(text: str, index: int) -> bool:
    """Say whether the character at *index* belongs to the glyph of the one before it."""
    if index >= len(text):
        return False
    character = text[index]
    if _flag(character):
        flags = 0
        while flags < index and _flag(text[index - flags - 1]):
            flags += 1
        return flags % 2 == 1
    return (
        character in _JOINERS
        or text[index - 1] == "\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # tags of regional flags
        or unicodedata.category(character).startswith("M")
    )


def _flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _url(url: str) -> str:
    """Return *url*, empty where it is too long: half an address leads elsewhere."""
    url = markup.clean(url)
    return url if len(url.encode()) <= URL_LIMIT else ""


# ---- what can be shown ----


def shown(reply: Reply) -> Reply:
    """Return *reply*, or the text that stands in while it cannot be shown.

    That is a medium without a media id, news without articles and a text without characters.
    """
    match reply:
        case ImageReply(media=media) | VoiceReply(media=media) | VideoReply(media=media):
            return reply if has_media(media) else TextReply(_sentence(reply.alt))
        case MusicReply():
            if has_media(reply.thumb):
                return reply
            return TextReply(_sentence(reply.alt or f"{reply.title}\n{_url(reply.url)}"))
        case NewsReply(articles=()):
            return TextReply(_BLANK)
        case TextReply():
            return TextReply(_sentence(reply.content))
        case _:
            return reply


def has_media(media: str) -> bool:
    return bool(media.strip()) and not media.startswith(UNRESOLVED)


def card_link(card: MiniprogramReply) -> TextReply:
    """Return a mini-program card as a text link, for where cards cannot be sent."""
    attributes = {
        "data-miniprogram-appid": card.app_id,
        "data-miniprogram-path": card.path,
        "href": _url(card.url),
    }
    written = "".join(f' {name}="{_attribute(value)}"' for name, value in attributes.items())
    title = cut(card.title, TITLE_LIMIT).translate({ord("<"): "＜", ord(">"): "＞"})
    return TextReply(f"<a{written}>{title.strip() or _BLANK}</a>")


def _attribute(value: str) -> str:
    return value.replace('"', "%22").replace("<", "%3C").replace(">", "%3E")


def _sentence(text: str) -> str:
    text = cut(text)
    return text if text.strip() else _BLANK


# ---- writing ----


def render(
    reply: Reply, *, openid: str, sender: str, created: int, article_limit: int = 1
) -> bytes:
    """Return the XML of a passive *reply* to *openid* from *sender*, our gh_ id.

    WeChat shows one article in answer to a message, eight in answer to most events.
    """
    head = (
        markup.text("ToUserName", openid),
        markup.text("FromUserName", sender),
        markup.number("CreateTime", created),
    )
    return markup.group("xml", (*head, _own(reply, article_limit))).encode()


@lru_cache(maxsize=256)
def _own(reply: Reply, article_limit: int) -> str:
    """Return the reply's own tags; a canned one's are the same for everybody."""
    reply = card_link(reply) if isinstance(reply, MiniprogramReply) else reply
    return "".join(_body(shown(reply), article_limit))


def _body(reply: Reply, article_limit: int) -> Iterator[str]:
    match reply:
        case ImageReply(media=media):
            yield markup.text("MsgType", "image")
            yield markup.group("Image", (markup.text("MediaId", media),))
        case VoiceReply(media=media):
            yield markup.text("MsgType", "voice")
            yield markup.group("Voice", (markup.text("MediaId", media),))
        case VideoReply():
            yield markup.text("MsgType", "video")
            yield markup.group("Video", (markup.text("MediaId", reply.media), *_titles(reply)))
        case MusicReply():
            yield markup.text("MsgType", "music")
            yield markup.group("Music", (*_titles(reply), *_music(reply)))
        case NewsReply():
            articles = reply.articles[: min(article_limit, ARTICLES)]
            yield markup.text("MsgType", "news")
            yield markup.number("ArticleCount", len(articles))
            yield markup.group("Articles", map(_article, articles))
        case TransferReply():
            yield markup.text("MsgType", "transfer_customer_service")
            if reply.account:
                yield markup.group("TransInfo", (markup.text("KfAccount", reply.account),))
        case TextReply(content=content):
            yield markup.text("MsgType", "text")
            yield markup.text("Content", content)


def _titles(titled: VideoReply | MusicReply | Article) -> Iterator[str]:
    yield markup.text("Title", cut(titled.title, TITLE_LIMIT))
    yield markup.text("Description", cut(titled.description, DESCRIPTION_LIMIT))


def _music(music: MusicReply) -> Iterator[str]:
    yield markup.text("MusicUrl", _url(music.url))
    yield markup.text("HQMusicUrl", _url(music.hq_url))
    yield markup.text("ThumbMediaId", music.thumb)


def _article(article: Article) -> str:
    addresses = (
        markup.text("PicUrl", _url(article.pic_url)),
        markup.text("Url", _url(article.url)),
    )
    return markup.group("item", (*_titles(article), *addresses))


# ---- reading, as WeChat does ----


def parse_reply(xml: bytes) -> tuple[Reply, str, str]:
    """Return reply, openid and sender of a passive reply; BadRequest if WeChat would refuse it."""
    root = markup.read(xml)
    openid, sender = _need(root, "ToUserName"), _need(root, "FromUserName")
    if not re.fullmatch("[0-9]{1,10}", root.get("CreateTime")):
        raise BadRequest("CreateTime")
    if not (read := _READERS.get(root.get("MsgType"))):
        raise BadRequest("MsgType")
    return read(root), openid, sender


def _read_text(root: Element) -> Reply:
    content = _need(root, "Content")
    if len(content.encode()) >= _REFUSED_TEXT:
        raise BadRequest("Content is too long")
    return TextReply(content)


def _read_image(root: Element) -> Reply:
    return ImageReply(_need(root.child("Image"), "MediaId"))


def _read_voice(root: Element) -> Reply:
    return VoiceReply(_need(root.child("Voice"), "MediaId"))


def _read_video(root: Element) -> Reply:
    video = root.child("Video")
    return VideoReply(_need(video, "MediaId"), video.get("Title"), video.get("Description"))


def _read_music(root: Element) -> Reply:
    music = root.child("Music")
    tags = ("Title", "Description", "MusicUrl", "HQMusicUrl")
    return MusicReply(_need(music, "ThumbMediaId"), *map(music.get, tags))


def _read_news(root: Element) -> Reply:
    tags = ("Title", "Description", "Url", "PicUrl")
    items = root.child("Articles").each("item")
    articles = tuple(Article(*map(item.get, tags)) for item in items)
    if root.get("ArticleCount") != str(len(articles)) or not 0 < len(articles) <= ARTICLES:
        raise BadRequest("ArticleCount")
    return NewsReply(articles)


def _read_transfer(root: Element) -> Reply:
    return TransferReply(root.child("TransInfo").get("KfAccount"))


_READERS: dict[str, Callable[[Element], Reply]] = {
    "text": _read_text,
    "image": _read_image,
    "voice": _read_voice,
    "video": _read_video,
    "music": _read_music,
    "news": _read_news,
    "transfer_customer_service": _read_transfer,
}


def _need(element: Element, tag: str) -> str:
    if not (value := element.get(tag)).strip():
        raise BadRequest(f"{tag} is missing")
    return value

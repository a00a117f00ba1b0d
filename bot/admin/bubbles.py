"""Replies as the follower's phone shows them; text stays text, links only to the web."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs, urlsplit

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

_ANCHOR = re.compile(r"<a\s+([^>]*)>([^<]*)</a>", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[\w\-./?%&=#:~+@!$'()*,;]*[\w\-/%&=#~+@$*]", re.ASCII)
_MENU = "weixin://bizmsgmenu?"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a text: *href* is an http(s) address or empty; *tap* is what a tap says."""

    words: str
    href: str = ""
    tap: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """What one reply looks like. *media* is ``file:<name>`` or a media id."""

    kind: str
    segments: tuple[Segment, ...] = ()
    media: str = ""
    title: str = ""
    description: str = ""
    url: str = ""
    articles: tuple[Article, ...] = ()

    @property
    def file(self) -> str:
        return self.media.removeprefix("file:") if self.media.startswith("file:") else ""


def bubble(reply: Reply, *, articles: int = 1, pushed: bool = False) -> Bubble:
    """Return *reply* as it is shown, with at most so many *articles*; *pushed* after the answer."""
    made: Bubble
    match reply:
        case TextReply(content):
            made = Bubble("text", tuple(segments(content)))
        case ImageReply(media, alt):
            made = Bubble("image", media=media, title=alt)
        case VoiceReply(media, alt):
            made = Bubble("voice", media=media, title=alt)
        case VideoReply():
            made = Bubble(
                "video", media=reply.media, title=reply.title, description=reply.description
            )
        case MusicReply(thumb=media, title=title, description=description, url=url):
            made = Bubble("music", media=media, title=title, description=description, url=web(url))
        case NewsReply(many):
            made = Bubble("news", articles=tuple(map(_safe, many[:articles])))
        case MiniprogramReply():
            # Only a pushed card with its own thumb is a card; passively it is a link.
            if pushed and reply.thumb:
                made = Bubble("miniprogram", media=reply.thumb, title=reply.title)
            else:
                link = Segment(reply.title, href=web(reply.url), tap=reply.title)
                made = Bubble("text", (link,))
        case TransferReply(account):
            made = Bubble("transfer", title=account)
    return made


def _safe(article: Article) -> Article:
    return Article(article.title, article.description, web(article.url), article.pic_url)


def segments(text: str) -> Iterator[Segment]:
    """Yield *text* as WeChat shows it: anchors and bare addresses are links, the rest is text."""
    end = 0
    for match in _ANCHOR.finditer(text):
        found = _anchor(*match.groups())
        if found is None:
            continue
        yield from _bare(text[end : match.start()])
        yield found
        end = match.end()
    yield from _bare(text[end:])


def _anchor(attributes: str, words: str) -> Segment | None:
    found = _HREF.search(attributes)
    href = unescape(found[1] or found[2] or "") if found else ""
    if href.lower().startswith(_MENU):
        said = parse_qs(href[len(_MENU) :]).get("msgmenucontent", [""])[0]
        return Segment(words, tap=said) if said else None
    return Segment(words, href=href) if web(href) else None


def _bare(text: str) -> Iterator[Segment]:
    end = 0
    for match in _ADDRESS.finditer(text):
        yield Segment(text[end : match.start()])
        yield Segment(match[0], href=web(match[0]))
        end = match.end()
    yield Segment(text[end:])


def web(address: str) -> str:
    """Return *address* where it is one of the web, else ""."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in {"http", "https"} and parts.netloc else ""


def shown(replies: Sequence[Reply], *, articles: int, pushed: bool) -> list[Bubble]:
    return [bubble(reply, articles=articles, pushed=pushed) for reply in replies]

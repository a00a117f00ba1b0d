"""The XML of WeChat's pushes and replies: a strict, bounded reader and safe writing."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from bot.errors import BadRequest

MAX_BODY = 64 * 1024
# <xml> and four levels below it: PublishEventInfo › article_detail › item › article_url.
MAX_DEPTH = 5

# Siblings WeChat really repeats: pictures and articles, template results, failed articles.
_REPEATED = frozenset({"item", "List", "fail_idx"})
_ABSENT = "\ufdd0"
_FORBIDDEN = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff{_ABSENT}\ufffe\uffff]")
_LINE_END = re.compile("\r\n?")


@dataclass(slots=True)
class Element:
    """A tag with either text or children."""

    text: str = ""
    children: dict[str, list["Element"]] = field(default_factory=dict)

    def __contains__(self, tag: str) -> bool:
        return tag in self.children

    def get(self, tag: str) -> str:
        """Return the text of the child *tag*, empty where there is none."""
        found = self.children.get(tag)
        if not found:
            return ""
        if found[0].children or len(found) > 1:
            raise BadRequest(f"{tag} is not a text")
        return found[0].text

    def child(self, tag: str) -> "Element":
        """Return the child *tag*, an empty element where there is none."""
        found = self.children.get(tag)
        if not found:
            return Element()
        if len(found) > 1:
            raise BadRequest(f"{tag} is repeated")
        return found[0]

    def each(self, tag: str) -> Iterator["Element"]:
        return iter(self.children.get(tag, ()))


class _Reader:
    """Expat's handlers; everything WeChat never sends is refused where it begins."""

    def __init__(self) -> None:
        self.top = Element()
        self._open = [self.top]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if attributes:
            raise BadRequest("attributes")
        if len(self._open) > MAX_DEPTH:
            raise BadRequest("nested too deeply")
        siblings = self._open[-1].children.setdefault(tag, [])
        if siblings and tag not in _REPEATED:
            raise BadRequest("a tag is repeated")
        element = Element()
        siblings.append(element)
        self._open.append(element)

    def end(self, _tag: str) -> None:
        element = self._open.pop()
        element.text = element.text.replace(_ABSENT, "")
        if element.children:
            if element.text.strip():
                raise BadRequest("text between tags")
            element.text = ""

    def text(self, text: str) -> None:
        self._open[-1].text += text


def _refuse(*_: object) -> NoReturn:
    raise BadRequest("not plain XML")


def read(body: bytes) -> Element:
    """Return the ``<xml>`` element of *body*.

    Characters XML forbids, which WeChat lets through, are dropped. They are masked until the XML
    has been read, so that what a follower types around one cannot close a CDATA section.
    """
    if len(body) > MAX_BODY:
        raise BadRequest("too long")
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.XmlDeclHandler = _refuse
    parser.StartDoctypeDeclHandler = _refuse
    parser.ProcessingInstructionHandler = _refuse
    parser.CommentHandler = _refuse
    try:
        parser.Parse(_FORBIDDEN.sub(_ABSENT, body.decode("utf-8")), True)
    except (expat.ExpatError, UnicodeDecodeError):
        raise BadRequest("not XML") from None
    if "xml" not in reader.top:
        raise BadRequest("not WeChat's XML")
    return reader.top.child("xml")


def clean(text: str) -> str:
    r"""Return *text* as XML can carry it: no forbidden characters, lines ended by ``\n``."""
    if text.isprintable():  # none of those is; most texts are, and this is quick
        return text
    return _LINE_END.sub("\n", _FORBIDDEN.sub("", text))


def text(tag: str, value: str) -> str:
    """Return ``<tag>`` holding *value*, whatever it contains, as CDATA."""
    return f"<{tag}><![CDATA[{clean(value).replace(']]>', ']]]]><![CDATA[>')}]]></{tag}>"


def number(tag: str, value: int | str) -> str:
    return f"<{tag}>{value}</{tag}>"


def group(tag: str, parts: Iterable[str]) -> str:
    return f"<{tag}>{''.join(parts)}</{tag}>"

"""From a rule's replies to the one passive answer, and what is pushed after it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import accumulate

from bot.models import (
    ImageReply,
    MiniprogramReply,
    MusicReply,
    NewsReply,
    Pick,
    Reply,
    Rule,
    TextReply,
    TransferReply,
    VideoReply,
    VoiceReply,
)

MAX_BYTES = 2000
# WeChat allows five after a message; one is kept for a picture that is being made.
MAX_PUSHES = 4


def choose(rule: Rule, *, message_key: str) -> tuple[Reply, ...]:
    """Return the replies to give; a retry of the message, in any process, gets the same ones."""
    if rule.pick is Pick.ALL or not rule.replies:
        return rule.replies
    weights = rule.weights or (1,) * len(rule.replies)
    drawn = int.from_bytes(sha256(message_key.encode()).digest()) % sum(weights)
    place = next(place for place, upto in enumerate(accumulate(weights)) if drawn < upto)
    return (rule.replies[place],)


def resolve(reply: Reply, media: Mapping[str, str]) -> Reply:
    """Put the media id in the place of ``file:<name>``; without one a text stands in."""
    match reply:
        case ImageReply(media=file) | VoiceReply(media=file) | VideoReply(media=file):
            if not file.startswith("file:"):
                return reply
            known = media.get(file)
            return replace(reply, media=known) if known else TextReply(as_text(reply))
        case MusicReply(thumb=file) if file.startswith("file:"):
            known = media.get(file)
            return replace(reply, thumb=known) if known else TextReply(as_text(reply))
        case _:
            return reply


def combine(
    replies: Sequence[Reply], *, can_push: bool, pushes: int = MAX_PUSHES
) -> tuple[Reply, tuple[Reply, ...]]:
    """Return the passive answer and the at most *pushes* replies to push after it.

    *replies* are resolved and not none. What cannot be pushed is said in words.
    """
    parts = _joined(replies)
    # A hand-over to a person is a passive answer only.
    transfer = next((part for part in parts if isinstance(part, TransferReply)), None)
    if transfer is not None:
        parts = [transfer, *(part for part in parts if not isinstance(part, TransferReply))]
    most = 1 + (pushes if can_push else 0)
    if len(parts) > most:
        surplus = parts[most - 1 :]
        parts[most - 1 :] = [transfer if transfer in surplus else _in_words(surplus)]
    return parts[0], tuple(parts[1:])


def _joined(replies: Iterable[Reply]) -> list[Reply]:
    """Return *replies* with neighbouring texts in one, as far as they fit."""
    parts: list[Reply] = []
    for reply in replies:
        last = parts[-1] if parts else None
        if isinstance(reply, TextReply) and isinstance(last, TextReply):
            both = f"{last.content}\n\n{reply.content}"
            if len(both.encode()) <= MAX_BYTES:
                parts[-1] = TextReply(both)
                continue
        parts.append(TextReply(_cut(reply.content)) if isinstance(reply, TextReply) else reply)
    return parts


def _in_words(replies: Iterable[Reply]) -> TextReply:
    return TextReply(_cut("\n\n".join(filter(None, map(as_text, replies)))))


def as_text(reply: Reply) -> str:
    """Return what stands in for *reply* where only text can be sent."""
    lines: Iterable[str]
    match reply:
        case TextReply(content):
            return content
        case ImageReply(alt=alt) | VoiceReply(alt=alt):
            return alt
        case VideoReply(title=title, description=description, alt=alt):
            lines = (alt,) if alt else (title, description)
        case MusicReply(title=title, url=url, alt=alt):
            lines = (alt,) if alt else (title, url)
        case MiniprogramReply(title=title, url=url):
            lines = (title, url)
        case NewsReply(articles):
            lines = ("\n\n".join(f"{article.title}\n{article.url}" for article in articles),)
        case TransferReply():
            lines = ()
    return "\n".join(filter(None, lines))


def _cut(text: str) -> str:
    """Return *text* within MAX_BYTES, ended at a line where possible."""
    if len(text.encode()) <= MAX_BYTES:
        return text
    kept = text.encode()[: MAX_BYTES - len("\n…".encode())].decode(errors="ignore")
    lines, newline, _ = kept.rpartition("\n")
    return f"{lines.rstrip()}\n…" if newline and lines.strip() else f"{kept}…"

"""The model that writes: outlines of decks, and the prompt a picture might have been made from."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.errors import ConfigError, ProviderError, Reason
from bot.images import answers, results
from bot.images.answers import Content
from bot.images.providers.entry import TextEntry
from bot.images.providers.table import text_entry
from bot.settings import Settings

SECONDS = 90.0
_CONNECT_SECONDS = 5.0
# What some models think aloud before they answer.
_THOUGHTS = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a text model wrote, with the tokens it reports (0 where it reports none)."""

    text: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0


def text_model_of(settings: Settings) -> "TextModel | None":
    """Return the text model in use, the same object every time; None where there is none.

    Raises:
        ConfigError: it cannot be used; the sentence says why.
    """
    entry = text_entry(settings)
    return _made(entry) if entry else None


@lru_cache(maxsize=4)
def _made(entry: TextEntry) -> "TextModel":
    return TextModel(entry)


class TextModel:
    """A chat model behind OpenAI's ``/chat/completions``. Safe to use from many threads."""

    def __init__(self, entry: TextEntry) -> None:
        """Take *entry*, whose address and key are known by now; raise ConfigError if not."""
        if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", entry.base_url):
            raise ConfigError("文字模型的 base_url 应是完整地址，例如 https://api.openai.com/v1")
        if not re.fullmatch(r"[!-~]+", entry.api_key):
            raise ConfigError("文字模型的 api_key 为空，或含有空格、换行、非 ASCII 字符")
        self.entry = entry

    @property
    def model(self) -> str:
        return self.entry.model

    def write(
        self, system: str, user: str, *, images: tuple[bytes, ...] = (), follower: str
    ) -> Written:
        """Return what the model answers to *user*, told *system* beforehand; in one call.

        *images* are JPEG or PNG files shown with *user*; *follower* is a stable pseudonym.

        Raises:
            ProviderError: as `Provider.draw` does; BAD_PICTURE says here that there is no text.
        """
        from bot.images.providers import wire  # noqa: PLC0415 — only who calls loads the SDK

        entry = self.entry
        line = wire.Line(
            base_url=entry.base_url,
            headers={"Authorization": f"Bearer {entry.api_key}"},
            query={},
            connect_timeout=_CONNECT_SECONDS,
        )
        body = {
            "model": entry.model,
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": _content(user, images)},
            ],
            "user": follower,
            "stream": False,
        }
        answer = wire.post(line, "/chat/completions", body, seconds=entry.timeout or SECONDS)
        content = answers.checked(answer, secret=entry.api_key)
        used = results.usage(content)
        return Written(
            text=_text(content),
            model=entry.model,
            input_tokens=used.input_tokens,
            output_tokens=used.output_tokens,
        )


def _content(user: str, images: tuple[bytes, ...]) -> Any:
    # A text alone stays one: models without eyes take no list.
    if not images:
        return user
    shown = ({"type": "image_url", "image_url": {"url": results.data_url(one)}} for one in images)
    return [{"type": "text", "text": user}, *shown]


def _text(content: Content) -> str:
    [choice] = results.dicts(content.get("choices"))[:1] or [{}]
    [message] = results.dicts([choice.get("message")]) or [{}]
    said = message.get("content")
    if isinstance(said, list):
        said = "".join(str(part.get("text") or "") for part in results.dicts(said))
    text = _THOUGHTS.sub("", said).strip() if isinstance(said, str) else ""
    if not text and choice.get("finish_reason") == "content_filter":
        raise ProviderError(Reason.MODERATION_OUTPUT, "content_filter", billed=True)
    if not text:
        raise results.bad_picture("no text")
    return text

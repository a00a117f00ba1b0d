"""What the console changed, laid over the environment's settings: one state, never changed."""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from bot.errors import ConfigError
from bot.images import own_styles, styles
from bot.images.styles import Styles
from bot.keywords.blocked import Blocked, blocked
from bot.sentences import Sentences
from bot.settings import Settings
from bot.values import read_value
from bot.vault import Vault
from bot.wechat.crypto import Credentials

log = logging.getLogger(__name__)

SECRETS: Final = ("WECHAT_APP_SECRET", "WECHAT_TOKEN", "WECHAT_AES_KEY", "OPENAI_API_KEY")
BUDGETS: Final = ("BUDGET_DAILY", "BUDGET_MONTHLY")
CHANGEABLE: Final = (
    *SECRETS,
    *BUDGETS,
    "OPENAI_BASE_URL",
    "OPENAI_IMAGE_MODEL",
    "OPENAI_IMAGE_QUALITY",
    "PUBLIC_URL",
    "FOLLOWER_DAILY_IMAGES",
    "FOLLOWER_CONCURRENT_IMAGES",
    "IMAGES_PER_MINUTE",
    "PROMPT_TRIGGER",
    "CHOICES",
    "DRAWING",
    "SECOND_CHECK",
    "AIGC_PRODUCER",
    "AIGC_MODEL_NAME",
    "AIGC_FILING_NUMBER",
    "UNLABELLED_COPIES",
    "LOG_RETENTION_DAYS",
)
"""What the console may change, by the names of the environment."""
EMPTY: Final[Mapping[str, Any]] = {
    "BUDGET_DAILY": None,
    "BUDGET_MONTHLY": None,
    "PUBLIC_URL": "",
    "AIGC_PRODUCER": "",
    "AIGC_MODEL_NAME": "",
    "AIGC_FILING_NUMBER": "",
}
"""What may be switched off, whatever the environment says, and what that is."""
WORDS: Final = "words.blocked"
TEXT: Final = "text."
FORMER: Final = "credentials.former"


def locked(settings: Settings, name: str) -> bool:
    """Whether the sandbox holds the setting: its credentials are its own."""
    return settings.sandbox and name.startswith(("WECHAT_", "OPENAI_"))


def parse(name: str, text: str) -> Any:
    """Return what *text* means for the setting. Raises ConfigError with a sentence."""
    if not text.strip() and name in EMPTY:
        return EMPTY[name]
    if not text.strip():
        raise ConfigError("不能为空")
    return read_value(name.lower(), text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """Credentials that were replaced: accepted until *until*, in epoch ms."""

    until: int
    credentials: Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The settings, sentences, styles and words as they are now.

    *unreadable* are the settings whose sealed value cannot
    be opened, because SECRET_KEY was changed: the environment's stand in.
    """

    settings: Settings
    credentials: Credentials
    sentences: Sentences
    styles: Styles
    blocked: Blocked
    former: tuple[Former, ...] = ()
    unreadable: tuple[str, ...] = ()

    @classmethod
    def bare(cls, settings: Settings, sentences: Sentences) -> Self:
        """Return the state without anything from the console."""
        return cls(
            settings=settings,
            credentials=_credentials(settings),
            sentences=sentences,
            styles=styles.first(),
            blocked=Blocked(),
        )

    def changed(self, values: Mapping[str, str], vault: Vault) -> Self:
        """Return this bare state with the console's *values* laid over it."""
        settings, unreadable = merge(self.settings, values, vault)
        texts = {
            name.removeprefix(TEXT): value
            for name, value in values.items()
            if name.startswith(TEXT)
        }
        return replace(
            self,
            settings=settings,
            credentials=_credentials(settings),
            sentences=self.sentences.with_own(texts),
            styles=own_styles.laid_over(self.styles, values),
            blocked=blocked(values.get(WORDS, "")),
            former=tuple(_former(settings, values.get(FORMER, ""), vault)),
            unreadable=unreadable,
        )

    def accepted(self, now: float) -> Iterator[Credentials]:
        """The credentials a push may come with at *now* (epoch seconds), the newest first."""
        yield self.credentials
        for one in self.former:
            if now * 1000 < one.until:
                yield one.credentials


def _credentials(settings: Settings) -> Credentials:
    return Credentials.parse(settings.wechat_app_id, settings.wechat_token, settings.wechat_aes_key)


def merge(
    base: Settings, values: Mapping[str, str], vault: Vault
) -> tuple[Settings, tuple[str, ...]]:
    """Return *base* with the console's *values* over it, and the names of what cannot be read."""
    read: dict[str, Any] = {}
    unreadable = []
    for name in CHANGEABLE:
        if name not in values or locked(base, name):
            continue
        try:
            text = vault.open(values[name]) if name in SECRETS else values[name]
            read[name.lower()] = parse(name, text)
        except ConfigError as problem:
            unreadable.append(name)
            log.warning("the console's %s cannot be used: %s", name, problem)
    sources = {**base.sources, **dict.fromkeys(read, "console")}
    return replace(base, **read, sources=sources), tuple(unreadable)


# ---- credentials that were replaced a moment ago ----


def _former(settings: Settings, sealed: str, vault: Vault) -> Iterator[Former]:
    for one in _opened(sealed, vault):
        credentials = Credentials.parse(settings.wechat_app_id, one["token"], one["aes_key"])
        yield Former(until=one["until"], credentials=credentials)


def _opened(sealed: str, vault: Vault) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = json.loads(vault.open(sealed)) if sealed else []
    except ConfigError:
        return []
    return found


def remember(settings: Settings, sealed: str, vault: Vault, *, now: int, window: int) -> str:
    """Return the sealed list of former credentials with those of *settings* in front.

    What is older than *now* (epoch ms) is left out; the new one is good for *window* ms.
    """
    young = [one for one in _opened(sealed, vault) if one["until"] > now]
    mine = {"token": settings.wechat_token, "aes_key": settings.wechat_aes_key}
    return vault.seal(json.dumps([mine | {"until": now + window}, *young[:4]]))

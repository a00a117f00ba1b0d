"""The console's languages: Chinese is the source, English the catalogue; times and money."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from babel.dates import format_timedelta
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from flask import g, request
from markupsafe import Markup

from bot.admin.parts import bot
from bot.errors import ConfigError, Unfit

CATALOGUES = Path(__file__).parent / "translations"
LANGUAGES: Final = {"zh": "简体中文", "en": "English"}
TAGS: Final = {"zh": "zh-CN", "en": "en"}
COOKIE = "huaxin_language"
MICRO = 1_000_000


@lru_cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return the translations of every file under ``translations/<language>``."""
    found: dict[str, str] = {}
    for path in sorted((CATALOGUES / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id and message.string and not message.fuzzy:
                    found[str(message.id)] = str(message.string)
    return found


def language() -> str:
    """The member's language, the cookie's, the browser's, else Chinese."""
    if "language" not in g:
        member = g.get("member")
        wanted = (member.language if member else "") or request.cookies.get(COOKIE, "")
        if wanted not in LANGUAGES:
            wanted = request.accept_languages.best_match(LANGUAGES, default="zh") or "zh"
        g.language = wanted
    return str(g.language)


def _(text: str, /, **values: Any) -> str:
    """Return *text* in the reader's language, its ``%(name)s`` filled from *values*."""
    said = text if language() == "zh" else catalogue(language()).get(text, text)
    return said % values if values else said


def sentences(error: ConfigError) -> list[str]:
    """Say what is wrong in the reader's language, as far as it can be said in it."""
    if isinstance(error, Unfit):
        return [_(said, **values) for said, values in error.problems]
    return str(error).splitlines()


# ---- filters ----


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(bot().settings.zone)


def moment(ms: int) -> str:
    """A time of epoch ms in TIMEZONE, to the second; "" for 0."""
    return f"{_local(ms):%Y-%m-%d %H:%M:%S}" if ms else ""


def ago(ms: int) -> Markup | str:
    """How long ago (or until) a time of epoch ms is, the exact time on hover; – for 0."""
    if not ms:
        return "–"
    delta = datetime.fromtimestamp(ms / 1000, UTC) - datetime.now(UTC)
    said = format_timedelta(delta, add_direction=True, locale=language())
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        _local(ms).isoformat(timespec="seconds"), moment(ms), said
    )


def money(micros: int) -> str:
    """An amount of micro-units in CURRENCY."""
    locale = "zh_CN" if language() == "zh" else "en"
    return format_currency(micros / MICRO, bot().settings.currency, locale=locale)


def number(value: float) -> str:
    return format_decimal(value, locale=language())

"""A service as the operator wrote it down."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A ``[[provider]]`` of the file, or the one of the OPENAI_ settings.

    *price* is what one picture costs, in CURRENCY. *edit_model* is asked instead of *model* where
    a picture is made from pictures. What is empty, 0 or None is the adapter's own.
    """

    name: str
    kind: str
    api_key: str = field(default="", repr=False)
    base_url: str = ""
    model: str = ""
    edit_model: str = ""
    quality: str = ""
    api_version: str = ""
    images_per_minute: int = 0
    timeout: float = 0.0
    price: Decimal | None = None
    watermark: bool = False
    edits: int | None = None
    letters: bool | None = None
    transparent: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEntry:
    """The model that writes: the file's ``[text]``, or the one of OPENAI_TEXT_MODEL."""

    model: str = ""
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    timeout: float = 0.0

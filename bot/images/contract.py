"""What an image provider is: what it can do, what it is asked, what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from bot.models import Generated

Size = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One call for one picture.

    *images* are JPEG or PNG files the picture is made from, in the order the words number them;
    *quality* is ``low``, ``medium``, ``high`` or empty for the provider's own; *follower* is a
    stable pseudonym, never an openid.
    """

    prompt: str
    width: int
    height: int
    follower: str
    images: tuple[bytes, ...] = ()
    quality: str = ""
    transparent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """What a model can do, as its adapter knows it.

    *edits* is how many pictures it takes to start from, 0 for none. *letters* says whether Chinese
    titles come out right when the model draws them, *moderates* whether `moderate` asks anybody.
    *timeout* is in seconds.
    """

    edits: int = 0
    transparent: bool = False
    letters: bool = False
    moderates: bool = False
    images_per_minute: int = 5
    timeout: float = 300.0


class Provider(Protocol):
    """An image service behind its adapter. Safe to use from many threads.

    Every method raises `ProviderError`; its ``billed`` says whether the call may have been paid
    for. Only `draw` costs anything.
    """

    @property
    def name(self) -> str:
        """What the operator calls it."""

    @property
    def kind(self) -> str:
        """Which adapter serves it."""

    @property
    def model(self) -> str: ...

    @property
    def quality(self) -> str:
        """The quality an `Ask` without one gets; empty where the service has none."""

    @property
    def price(self) -> Decimal | None:
        """What the operator says one picture costs, in CURRENCY; None: the price list knows."""

    @property
    def capability(self) -> Capability: ...

    def size(self, width: int, height: int) -> Size:
        """Return the size this model draws nearest to the wanted one."""

    def draw(self, ask: Ask) -> Generated:
        """Have one picture drawn, in one call."""

    def moderate(self, text: str, *, images: tuple[bytes, ...] = ()) -> None:
        """Raise ProviderError if text or pictures are flagged; pass what it cannot judge.

        Nothing is judged where the service has no such endpoint: its own draw moderates.
        """

    def models(self) -> Mapping[str, str | None]:
        """Return the models on offer and the day (YYYY-MM-DD) each is shut down, if announced.

        Empty where the service has no such list.
        """

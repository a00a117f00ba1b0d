"""What every kind of image service shares; a kind is a file of the few things it does otherwise."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from bot.errors import ConfigError, ProviderError, Reason
from bot.images import answers, results
from bot.images.answers import OPENAI, Answer, Content, Dialect
from bot.images.contract import Ask, Capability, Size
from bot.images.providers.entry import Entry
from bot.images.providers.sizing import Free, Sizes
from bot.images.results import Usage
from bot.models import Generated

if TYPE_CHECKING:
    from bot.images.providers.wire import Line

SIDE_CALL_SECONDS = 10.0
"""Moderation and the model list: a helper that is slow is a helper that is not there."""
QUALITIES = ("low", "medium", "high", "xhigh", "max")
"""OpenAI's, the plainest first."""
_CONNECT_SECONDS = 5.0
_ADDRESS = re.compile(r"https?://[^\s/]+(/\S*)?")
# Models whose makers say, and whose users agree, that Chinese titles come out right.
_LETTERS = re.compile(r"gpt-image-2|qwen-image|seedream-[45]|glm-image", re.IGNORECASE)


class Adapter:
    """A service that draws by one JSON POST and answers as OpenAI does. Safe from many threads.

    Kinds override what differs: what they are (the class's constants and `known`), what is sent
    (`body`) and what comes back (`items`). It holds no connection.
    """

    home: ClassVar[str] = ""
    """The address where the operator gives none."""
    keyless: ClassVar[bool] = False
    path: ClassVar[str] = "/images/generations"
    dialect: ClassVar[Dialect] = OPENAI
    lists_models: ClassVar[bool] = False
    qualities: ClassVar[tuple[str, ...]] = ()
    """What the service takes for a quality; none: it has no such parameter."""

    def __init__(self, entry: Entry, *, connect_timeout: float = _CONNECT_SECONDS) -> None:
        """Take *entry*; raise ConfigError where it can never work. No secret is ever quoted."""
        address = (entry.base_url or self.home).rstrip("/")
        if not _ADDRESS.fullmatch(address):
            raise ConfigError("base_url 应是完整地址，例如 https://api.openai.com/v1")
        # An illegal header value would be quoted, key and all, in the transport's exception.
        if not re.fullmatch(r"[!-~]+", entry.api_key) and (entry.api_key or not self.keyless):
            raise ConfigError("api_key 为空，或含有空格、换行、非 ASCII 字符")
        if not entry.model:
            raise ConfigError("model 没有写：填服务给的模型名")
        self.entry = entry
        self.base_url = address
        self._connect_timeout = connect_timeout
        self._capability = self._described(self.known())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.base_url!r}, {self.model!r})"

    # ---- what it is ----

    @property
    def name(self) -> str:
        return self.entry.name

    @property
    def kind(self) -> str:
        return self.entry.kind

    @property
    def model(self) -> str:
        return self.entry.model

    @property
    def quality(self) -> str:
        return self.entry.quality

    @property
    def price(self) -> Decimal | None:
        return self.entry.price

    @property
    def capability(self) -> Capability:
        return self._capability

    def known(self) -> Capability:
        """What the kind knows of the model, before the operator's word."""
        return Capability(letters=self.letters)

    @property
    def letters(self) -> bool:
        return _LETTERS.search(self.model) is not None

    def _described(self, known: Capability) -> Capability:
        entry = self.entry
        return Capability(
            edits=known.edits if entry.edits is None else entry.edits,
            transparent=known.transparent if entry.transparent is None else entry.transparent,
            letters=known.letters if entry.letters is None else entry.letters,
            moderates=known.moderates,
            images_per_minute=entry.images_per_minute or known.images_per_minute,
            timeout=entry.timeout or known.timeout,
        )

    def sizes(self) -> Sizes:
        """The sizes the model draws."""
        return Free(sides=(512, 2048), area=(512 * 512, 2048 * 2048))

    def size(self, width: int, height: int) -> Size:
        return self.sizes().nearest(width, height)

    # ---- what it does ----

    def draw(self, ask: Ask) -> Generated:
        """Have one picture drawn, in one call that is never repeated here."""
        if len(ask.images) > self.capability.edits:
            raise ProviderError(
                Reason.BAD_REQUEST,
                f"{self.name} takes {self.capability.edits} pictures to start from",
                billed=False,
            )
        answer = self.call(ask)
        content = answers.checked(answer, secret=self.entry.api_key, dialect=self.dialect)
        used = self.usage(content)
        found = results.picture_or_link(self._item(answer, content))
        return Generated(
            data=self._fetched(found) if isinstance(found, str) else found,
            provider=self.name,
            model=self.model_for(ask),
            input_tokens=used.input_tokens,
            output_tokens=used.output_tokens,
            image_tokens=used.image_tokens,
            dollars=used.dollars,
            request_id=answer.request_id or self.request_id(content),
        )

    def call(self, ask: Ask) -> Answer:
        """Make the paid call."""
        from bot.images.providers import wire  # noqa: PLC0415 — only who calls loads the SDK

        return wire.post(self.line(ask), self.path, self.body(ask), seconds=self.timeout)

    def body(self, ask: Ask) -> dict[str, Any]:
        """What is sent as JSON: the parameters the service knows, and no others."""
        raise NotImplementedError

    def items(self, content: Content) -> list[Any]:
        """Return the pictures of a good answer, in whatever form `results` reads."""
        found = content.get("data") or content.get("images")
        return found if isinstance(found, list) else []

    def usage(self, content: Content) -> Usage:
        return results.usage(content)

    def request_id(self, content: Content) -> str:
        """The id in the answer itself, where the head has none."""
        found = content.get("request_id") or content.get("id")
        return found[:100] if isinstance(found, str) else ""

    def moderate(self, text: str, *, images: tuple[bytes, ...] = ()) -> None:
        """Judge nothing: the service has no such endpoint, its `draw` moderates by itself."""

    def models(self) -> Mapping[str, str | None]:
        """Return what the service lists; empty where it has no list.

        The day (YYYY-MM-DD) a model is shut down is OpenAI's ``shutdown_date``.
        """
        if not self.lists_models:
            return {}
        listed = self.side_call(lambda client: client.models.with_raw_response.list())
        return {
            str(model["id"]): str(day) if (day := model.get("shutdown_date")) else None
            for model in results.dicts(listed.get("data"))
            if model.get("id")
        }

    # ---- what the kinds use ----

    @property
    def timeout(self) -> float:
        return self.capability.timeout

    def model_for(self, ask: Ask) -> str:
        return (self.entry.edit_model if ask.images else "") or self.model

    def quality_for(self, ask: Ask) -> str:
        """The quality to ask for: the best the service has that is no better than wanted."""
        wanted = ask.quality or self.quality
        if wanted in self.qualities or wanted not in QUALITIES:
            return wanted if wanted in self.qualities else ""
        below = [one for one in QUALITIES[: QUALITIES.index(wanted)] if one in self.qualities]
        return below[-1] if below else ""

    def size_for(self, ask: Ask, *, between: str = "x") -> str:
        width, height = self.size(ask.width, ask.height)
        return f"{width}{between}{height}"

    def who(self) -> dict[str, str]:
        """The headers that say who asks."""
        return {"Authorization": f"Bearer {self.entry.api_key}"} if self.entry.api_key else {}

    def line(self, ask: Ask | None = None) -> "Line":
        """How the service is reached; *ask* where the address depends on it."""
        from bot.images.providers.wire import Line  # noqa: PLC0415 — only who calls loads the SDK

        del ask
        return Line(
            base_url=self.base_url,
            headers=self.who(),
            query={},
            connect_timeout=self._connect_timeout,
        )

    def side_call(self, call: Any) -> Content:
        """Make a call that costs nothing; no failure of it is ever *billed*."""
        from bot.images.providers import wire  # noqa: PLC0415 — only who calls loads the SDK

        try:
            seconds = min(self.timeout, SIDE_CALL_SECONDS)
            answer = wire.ask(self.line(), call, seconds=seconds)
            return answers.checked(answer, secret=self.entry.api_key, dialect=self.dialect)
        except ProviderError as failure:
            unknown = failure.reason is Reason.OUTCOME_UNKNOWN
            reason = Reason.PROVIDER_DOWN if unknown else failure.reason
            raise ProviderError(reason, str(failure), billed=False) from None

    def _item(self, answer: Answer, content: Content) -> object:
        """Return the one picture's item; raise what a failed item says of itself."""
        item = next(iter(self.items(content)), None)
        error = answers.error_of(item)
        if error is None:
            return item
        failed = answers.refusal(answer, error, secret=self.entry.api_key, dialect=self.dialect)
        # The call as a whole succeeded: only the service itself can say that it costs nothing.
        billed = not self.free(content)
        reason = failed.reason
        if reason is Reason.BAD_REQUEST:
            # A code nobody knows: the request was taken, so it is the drawing that failed.
            reason = Reason.BAD_PICTURE if billed else Reason.PROVIDER_DOWN
        raise ProviderError(reason, str(failed), billed=billed)

    def free(self, content: Content) -> bool:
        """Whether the answer itself says that nothing is charged."""
        del content
        return False

    def _fetched(self, link: str) -> bytes:
        from bot.images.providers import download  # noqa: PLC0415 — it loads the HTTP library

        return download.fetch(link, service=self.base_url, seconds=download.SECONDS)

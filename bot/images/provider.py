"""The images API through OpenAI's SDK: one paid call, one deadline, no retries of its own."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, cast

import httpx2
from openai import APIConnectionError, APIStatusError, AsyncOpenAI

from bot.errors import ConfigError, ProviderError, Reason
from bot.images import answers
from bot.images.answers import Answer
from bot.models import Generated, ImageRequest

log = logging.getLogger(__name__)

_SIDE_CALL_SECONDS = 10.0
"""Moderation and the model list: a helper that is slow is a helper that is not there."""
_MAX_ANSWER_BYTES = 40_000_000
_MODERATION_MODEL = "omni-moderation-latest"
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout)


class _Raw(Protocol):
    """The part of the SDK's raw response that is used."""

    http_response: httpx2.Response


_Call = Callable[[AsyncOpenAI], Awaitable[_Raw]]


class OpenAIProvider:
    """OpenAI or a compatible server. Safe to use from many threads; holds no connection.

    Every call opens its own connection: a kept one that the server is just closing would turn
    a call that was never made into one of unknown outcome. Measured cost: about 10 ms.
    *timeout* is the total number of seconds a picture may take, however the bytes drip in.
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        model: str,
        quality: str,
        timeout: float = 300.0,
        connect_timeout: float = 5.0,
        name: str = "openai",
    ) -> None:
        if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", base_url):
            raise ConfigError("OPENAI_BASE_URL 应是完整地址，例如 https://api.openai.com/v1")
        # An illegal header value would be quoted, key and all, in the transport's exception.
        if not re.fullmatch(r"[!-~]+", api_key):
            raise ConfigError("OPENAI_API_KEY 为空，或含有空格、换行、非 ASCII 字符")
        self.name = name
        self._base_url = base_url
        self._api_key = api_key
        self._model = model
        self._quality = quality
        self._timeout = timeout
        self._connect_timeout = connect_timeout
        self._tls = httpx2.create_ssl_context(trust_env=False)

    def __repr__(self) -> str:
        return f"OpenAIProvider({self.name!r}, {self._base_url!r}, {self._model!r})"

    def generate(self, request: ImageRequest, *, follower: str) -> Generated:
        """Draw *request* in one call. *follower* is a stable pseudonym, never an openid.

        Raises ProviderError; its *billed* says whether the call may have been paid for.
        """
        # The SDK names the qualities it knows; the API decides.
        quality = cast("Any", self._quality)

        def call(client: AsyncOpenAI) -> Awaitable[_Raw]:
            return client.images.with_raw_response.generate(
                prompt=request.prompt,
                model=self._model,
                size=f"{request.width}x{request.height}",
                quality=quality,
                n=1,
                output_format="jpeg",
                output_compression=90,
                moderation="auto",
                safety_identifier=follower,
            )

        answer = self._ask(call, seconds=self._timeout)
        picture = answers.drawn(answer, secret=self._api_key)
        return Generated(
            data=picture.data,
            provider=self.name,
            model=self._model,
            input_tokens=picture.input_tokens,
            output_tokens=picture.output_tokens,
            request_id=answer.request_id,
        )

    def moderate(self, text: str) -> None:
        """Raise ProviderError if *text* is flagged.

        Without an answer it passes: the image call moderates by itself.
        """

        def call(client: AsyncOpenAI) -> Awaitable[_Raw]:
            return client.moderations.with_raw_response.create(input=text, model=_MODERATION_MODEL)

        try:
            content = self._side_call(call)
        except ProviderError as failure:
            log.warning("moderation unavailable at %s, passed on: %s", self.name, failure)
            return
        for result in _dicts(content.get("results")):
            if result.get("flagged") is True:
                raise ProviderError(Reason.MODERATION_INPUT, _flags(result), billed=False)

    def models(self) -> dict[str, str | None]:
        """Return the models on offer, with the day (YYYY-MM-DD) each is shut down, if announced."""

        def call(client: AsyncOpenAI) -> Awaitable[_Raw]:
            return client.models.with_raw_response.list()

        return {
            str(model["id"]): str(day) if (day := model.get("shutdown_date")) else None
            for model in _dicts(self._side_call(call).get("data"))
            if model.get("id")
        }

    def _side_call(self, call: _Call) -> dict[str, Any]:
        """Make a call that costs nothing; no failure of it is ever *billed*."""
        try:
            answer = self._ask(call, seconds=min(self._timeout, _SIDE_CALL_SECONDS))
            return answers.checked(answer, secret=self._api_key)
        except ProviderError as failure:
            unknown = failure.reason is Reason.OUTCOME_UNKNOWN
            reason = Reason.PROVIDER_DOWN if unknown else failure.reason
            raise ProviderError(reason, str(failure), billed=False) from None

    def _ask(self, call: _Call, *, seconds: float) -> Answer:
        """Make *call* on an event loop of its own; raise ProviderError if no answer comes."""
        loop = asyncio.new_event_loop()
        try:
            return loop.run_until_complete(self._answer(call, seconds))
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            # Unlike asyncio.run, this does not wait for a name look-up that hangs in its thread.
            loop.close()

    async def _answer(self, call: _Call, seconds: float) -> Answer:
        # "from None" below: the SDK's exceptions hold the request, and with it the key.
        try:
            async with (
                asyncio.timeout(seconds),
                _Wire(authorization=f"Bearer {self._api_key}", tls=self._tls) as wire,
            ):
                return _plain((await call(self._client(wire, seconds))).http_response)
        except APIStatusError as refused:
            return _plain(refused.response)
        except TimeoutError:
            raise _unknown(f"no whole answer within {seconds:g} s") from None
        except APIConnectionError as failure:
            cause = failure.__cause__
            if isinstance(cause, _NEVER_SENT):
                raise ProviderError(
                    Reason.PROVIDER_DOWN,
                    f"no connection: {type(cause).__name__}",
                    billed=False,
                    retry_after=answers.PATIENCE,
                ) from None
            raise _unknown(f"no whole answer: {type(cause).__name__}") from None

    def _client(self, wire: httpx2.AsyncClient, seconds: float) -> AsyncOpenAI:
        return AsyncOpenAI(
            api_key=self._api_key,
            base_url=self._base_url,
            max_retries=0,
            timeout=httpx2.Timeout(seconds, connect=self._connect_timeout),
            http_client=wire,
        )


class _Wire(httpx2.AsyncClient):
    """The SDK's transport: nothing from the environment, no redirects, answers of bounded size.

    The SDK's own headers stay here. They hold its telemetry and whatever OPENAI_ORG_ID,
    OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS (even a Host) say; no argument tells it "none".
    """

    def __init__(self, *, authorization: str, tls: Any) -> None:
        super().__init__(trust_env=False, follow_redirects=False, verify=tls)
        self._headers_sent = {
            "Authorization": authorization,
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "huaxin",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        sent = httpx2.Request(
            request.method,
            request.url,
            headers=self._headers_sent,
            content=await request.aread(),
            extensions=request.extensions,
        )
        response = await super().send(sent, **(options | {"stream": True}))
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _MAX_ANSWER_BYTES:
                    raise httpx2.ReadError("answer too long", request=request)
        finally:
            await response.aclose()
        headers = {
            name: response.headers[name]
            for name in ("content-type", "x-request-id", "retry-after")
            if name in response.headers
        }
        return httpx2.Response(
            response.status_code, headers=headers, content=bytes(body), request=request
        )


def _plain(response: httpx2.Response) -> Answer:
    return Answer(
        response.status_code,
        response.content,
        request_id=response.headers.get("x-request-id", "")[:100],
        retry_after=response.headers.get("retry-after", ""),
    )


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _flags(result: dict[str, Any]) -> str:
    [categories] = _dicts([result.get("categories")]) or [{}]
    flagged = sorted(name for name, on in categories.items() if on is True)
    return f"flagged: {', '.join(flagged) or 'no category named'}"


def _unknown(message: str) -> ProviderError:
    return ProviderError(Reason.OUTCOME_UNKNOWN, message, billed=True)

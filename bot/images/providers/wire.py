"""The road to an image service: one call, one deadline, no retries; OpenAI's SDK and its HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import httpx2
from openai import APIConnectionError, APIStatusError, AsyncOpenAI

from bot.errors import ProviderError, Reason
from bot.images import answers
from bot.images.answers import Answer

_MAX_ANSWER_BYTES = 40_000_000
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout)
_MULTIPART = "multipart/form-data; boundary="

Call = Callable[[AsyncOpenAI], Awaitable[Any]]
_Done = TypeVar("_Done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How a service is reached. *headers* say who we are; *connect_timeout* is in seconds."""

    base_url: str
    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str]
    connect_timeout: float


def ask(line: Line, call: Call, *, seconds: float) -> Answer:
    """Make *call* with OpenAI's client; raise ProviderError if no whole answer comes.

    Every call opens its own connection: a kept one that the server is just closing would turn
    a call that was never made into one of unknown outcome. Measured cost: about 10 ms.
    *seconds* is the time the call may take in all, however the bytes drip in.
    """
    return alone(_answer(line, call, seconds))


def post(line: Line, path: str, body: Mapping[str, Any], *, seconds: float) -> Answer:
    """POST *body* as JSON to *path* under the service's address, as `ask` does."""

    def call(client: AsyncOpenAI) -> Awaitable[httpx2.Response]:
        return client.post(path, body=body, cast_to=httpx2.Response)

    return ask(line, call, seconds=seconds)


def alone(work: Coroutine[Any, Any, _Done]) -> _Done:
    """Do *work* on an event loop of its own."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        # Unlike asyncio.run, this does not wait for a name look-up that hangs in its thread.
        loop.close()


async def _answer(line: Line, call: Call, seconds: float) -> Answer:
    # "from None" below: the SDK's exceptions hold the request, and with it the key.
    try:
        async with asyncio.timeout(seconds), _Wire(line.headers) as wire:
            client = AsyncOpenAI(
                api_key="in the wire's headers",
                base_url=line.base_url,
                default_query=line.query,
                max_retries=0,
                timeout=httpx2.Timeout(seconds, connect=line.connect_timeout),
                http_client=wire,
            )
            raw = await call(client)
            return _plain(raw if isinstance(raw, httpx2.Response) else raw.http_response)
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


@cache
def tls() -> Any:
    """The trusted certificates; reading them takes 20 ms."""
    return httpx2.create_ssl_context(trust_env=False)


async def read(response: httpx2.Response, *, most: int = _MAX_ANSWER_BYTES) -> bytes:
    """Return the body of a streamed *response*, closing it; raise httpx2.ReadError past *most*."""
    try:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > most:
                raise httpx2.ReadError("answer too long", request=response.request)
    finally:
        await response.aclose()
    return bytes(body)


class _Wire(httpx2.AsyncClient):
    """The SDK's transport: nothing from the environment, no redirects, answers of bounded size.

    The SDK's own headers stay here. They hold its telemetry and whatever OPENAI_ORG_ID,
    OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS (even a Host) say; no argument tells it "none".
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__(trust_env=False, follow_redirects=False, verify=tls())
        self._headers_sent = {
            **headers,
            "Accept": "application/json",
            "User-Agent": "huaxin",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        kind = request.headers.get("content-type", "")
        # The boundary between the parts of a form is known to the SDK alone.
        kind = kind if kind.startswith(_MULTIPART) else "application/json"
        sent = httpx2.Request(
            request.method,
            request.url,
            headers={**self._headers_sent, "Content-Type": kind},
            content=await request.aread(),
            extensions=request.extensions,
        )
        response = await super().send(sent, **(options | {"stream": True}))
        body = await read(response)
        headers = {
            name: response.headers[name]
            for name in ("content-type", "x-request-id", "retry-after")
            if name in response.headers
        }
        return httpx2.Response(response.status_code, headers=headers, content=body, request=request)


def _plain(response: httpx2.Response) -> Answer:
    return Answer(
        response.status_code,
        response.content,
        request_id=response.headers.get("x-request-id", "")[:100],
        retry_after=response.headers.get("retry-after", ""),
    )


def _unknown(message: str) -> ProviderError:
    return ProviderError(Reason.OUTCOME_UNKNOWN, message, billed=True)

"""A message's way as an OpenTelemetry trace: its push, its jobs, their steps. Off by default.

On where OTEL_EXPORTER_OTLP_ENDPOINT (or …_TRACES_ENDPOINT) says where to; the library's own OTEL_
variables name service, headers and sampler. Ids are made of the message's key, and times are those
of the rows: nothing has to be handed from process to process.
"""

import hashlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from bot.errors import ConfigError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
MS = 1_000_000  # nanoseconds
PUSH = "push"


class Traces:
    """Tells spans to a *processor*, which hands them on from a thread of its own.

    A span's name says what it is of its message: ``push``, ``job 7``, ``job 7 called``. A push that
    WeChat repeats is the same span once more.
    """

    def __init__(self, processor: "SpanProcessor") -> None:
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 — most do without it

        made = TracerProvider(shutdown_on_exit=False)  # reads the variables
        self._sampler, self._resource = made.sampler, made.resource
        self._processor = processor

    @classmethod
    def begin(cls, environ: Mapping[str, str] = os.environ) -> Self | None:
        """Return what tells traces, None where nobody wants them.

        Raises:
            ConfigError: they are wanted, and the library is not installed.
        """
        off = environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
        if off or not any(environ.get(name) for name in ENDPOINTS):
            return None
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
                OTLPSpanExporter,
            )
            from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        except ImportError:
            raise ConfigError("要发送追踪（OTEL_…），先安装：pip install 'huaxin[otel]'") from None
        return cls(BatchSpanProcessor(OTLPSpanExporter()))

    def tell(
        self, key: str, name: str, begun: int, ended: int, *, within: str = "", **about: str | int
    ) -> None:
        """Tell the span *name* of the message *key*, from *begun* to *ended*, in epoch ms.

        *within* is the name of the span it is a part of. Nothing in *about* is what somebody said.
        """
        from opentelemetry.sdk.trace import ReadableSpan  # noqa: PLC0415 — it is loaded by now
        from opentelemetry.sdk.trace.sampling import Decision  # noqa: PLC0415 — the same
        from opentelemetry.trace import SpanContext, TraceFlags  # noqa: PLC0415 — the same

        trace_id = int.from_bytes(hashlib.sha256(key.encode()).digest()[:16])

        def context(named: str) -> SpanContext:
            own = int.from_bytes(hashlib.sha256(f"{key} {named}".encode()).digest()[:8])
            flags = TraceFlags(TraceFlags.SAMPLED)
            return SpanContext(trace_id, own, is_remote=False, trace_flags=flags)

        verdict = self._sampler.should_sample(None, trace_id, name).decision
        if verdict is not Decision.RECORD_AND_SAMPLE:
            return
        span = ReadableSpan(
            name=name,
            context=context(name),
            parent=context(within) if within else None,
            resource=self._resource,
            attributes=about,
            start_time=begun * MS,
            end_time=max(begun, ended) * MS,
        )
        self._processor.on_end(span)

    def stop(self) -> None:
        """Hand on what is left."""
        self._processor.shutdown()

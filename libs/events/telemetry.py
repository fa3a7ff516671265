"""Traces, metrics and logs: the only file that knows OpenTelemetry, and the scrubber that guards what leaves."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

LINKS_MAX = 128
FLUSH_MILLISECONDS_MAX = 3_000
# Nothing else ever leaves the process: an attribute that is not named here is dropped.
ALLOWED = frozenset(
    {
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "command.type",
        "command.outcome",
        "journal.events",
        "messaging.system",
        "messaging.operation.type",
        "messaging.destination.name",
        "messaging.batch.message_count",
        "messaging.consumer.group.name",
        "projection.name",
        "projection.version",
        "error.type",
        "request.id",
        "service.name",
    }
)
_KINDS = {"server": SpanKind.SERVER, "producer": SpanKind.PRODUCER, "consumer": SpanKind.CONSUMER}
_propagator = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("aftercare")


class Scrubber(SpanProcessor):
    """Hands spans on without any attribute, event or status text that is not on the allow-list."""

    def __init__(self, exporter: SpanProcessor) -> None:
        self._next = exporter

    def on_start(self, span: trace.Span, parent_context: Context | None = None) -> None:
        """Nothing leaves at the start."""

    def on_end(self, span: ReadableSpan) -> None:
        """Only the allow-list leaves: exception texts can carry a name, so no event and no status text does."""
        self._next.on_end(
            ReadableSpan(
                name=span.name,
                context=span.context,
                parent=span.parent,
                resource=span.resource,
                attributes={k: v for k, v in (span.attributes or {}).items() if k in ALLOWED},
                links=span.links,
                kind=span.kind,
                status=Status(span.status.status_code),
                start_time=span.start_time,
                end_time=span.end_time,
                instrumentation_scope=span.instrumentation_scope,
            )
        )

    def shutdown(self) -> None:
        """As OpenTelemetry asks."""
        self._next.shutdown()

    def force_flush(self, timeout_millis: int = FLUSH_MILLISECONDS_MAX) -> bool:
        """As OpenTelemetry asks."""
        return self._next.force_flush(timeout_millis)


def start_telemetry(service: str, endpoint: str | None, exporter: SpanProcessor | None = None) -> TracerProvider | None:
    """Export this process's spans to an OTLP collector, or through a given processor; without either, nowhere."""
    if endpoint is None and exporter is None:
        return None
    provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
    provider.add_span_processor(Scrubber(exporter or BatchSpanProcessor(_otlp(endpoint or ""))))
    trace.set_tracer_provider(provider)
    return provider


def _otlp(endpoint: str) -> SpanExporter:
    return OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces", timeout=2)


@contextmanager
def span(
    name: str,
    attributes: Mapping[str, str | int] | None = None,
    *,
    kind: str = "internal",
    parent: str | None = None,
    links: Iterable[str | None] = (),
) -> Iterator[trace.Span]:
    """A span around a piece of work; a failure marks it by its type only.

    `parent` and `links` are traceparents; the span is linked to the first LINKS_MAX of them.
    """
    with _tracer.start_as_current_span(
        name,
        context=None if parent is None else _propagator.extract({"traceparent": parent}),
        kind=_KINDS.get(kind, SpanKind.INTERNAL),
        attributes=dict(attributes or {}),
        links=[Link(context) for context in _contexts(links)],
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except Exception as error:
            current.set_attribute("error.type", type(error).__name__)
            current.set_status(Status(StatusCode.ERROR))
            raise


def traceparent() -> str | None:
    """The W3C traceparent of the current span, to be stored with an event; None outside any span."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


def _contexts(links: Iterable[str | None]) -> Iterator[SpanContext]:
    for link in dict.fromkeys(islice(links, LINKS_MAX)):
        parts = (link or "").split("-")
        if len(parts) == 4:  # noqa: PLR2004 -- version, trace, span, flags.
            yield SpanContext(
                int(parts[1], 16),
                int(parts[2], 16),
                is_remote=True,
                trace_flags=TraceFlags(int(parts[3], 16)),
            )

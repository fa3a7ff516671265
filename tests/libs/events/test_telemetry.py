"""Spans say what happened and where, and never about whom."""

from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from libs.events import telemetry
from libs.events.telemetry import Scrubber, span, traceparent

CANARY = "Nguyễn Văn Bí Mật 075090001234"


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(Scrubber(SimpleSpanProcessor(exporter)))
    monkeypatch.setattr(telemetry, "_tracer", provider.get_tracer("test"))
    yield exporter
    provider.shutdown()


def test_only_the_allow_list_leaves(exported: InMemorySpanExporter) -> None:
    with span("command OpenNote", {"command.type": "OpenNote", "person.name": CANARY}):
        pass
    (one,) = exported.get_finished_spans()
    assert dict(one.attributes or {}) == {"command.type": "OpenNote"}


def test_a_failure_leaves_its_type_and_not_its_words(exported: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Bí Mật"), span("append"):
        raise ValueError(CANARY)
    (one,) = exported.get_finished_spans()
    assert (one.status.status_code, one.status.description) == (StatusCode.ERROR, None)
    assert list(one.events) == []
    assert CANARY not in one.to_json()
    assert (one.attributes or {})["error.type"] == "ValueError"


def test_what_was_stored_with_an_event_is_linked_to_later(exported: InMemorySpanExporter) -> None:
    with span("command OpenNote"):
        stored = traceparent()
    with span("process events", kind="consumer", links=[stored, None, "nonsense", stored]):
        pass
    command, process = exported.get_finished_spans()
    assert stored is not None
    assert [link.context.span_id for link in process.links] == [command.context.span_id]
    assert process.context.trace_id != command.context.trace_id


def test_a_parent_from_elsewhere_is_continued(exported: InMemorySpanExporter) -> None:
    with span("GET /v1/persons/{person_id}", kind="server", parent="00-" + "a" * 32 + "-" + "b" * 16 + "-01"):
        pass
    (one,) = exported.get_finished_spans()
    assert f"{one.context.trace_id:x}" == "a" * 32


def test_outside_any_span_there_is_no_traceparent() -> None:
    assert trace.get_current_span().get_span_context().is_valid is False
    assert traceparent() is None

"""Spans say what happened and where, and never about whom."""

import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET, SOCK_STREAM, socket
from threading import Thread
from time import monotonic

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from libs.events import telemetry
from libs.events.observed import FAREWELL_SECONDS
from libs.events.telemetry import Scrubber, span, start_telemetry, traceparent

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


class Collector:
    """An OTLP collector: what was posted to it."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []
        received = self.received

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                received.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- http.server's word.
                """Tests are quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[TracerProvider]]:
    """The providers that were made this process's own; a process can have one only, so here none is."""
    providers: list[TracerProvider] = []

    def provide(provider: TracerProvider) -> None:
        providers.append(provider)
        monkeypatch.setattr(telemetry, "_tracer", provider.get_tracer("aftercare"))

    monkeypatch.setattr(trace, "set_tracer_provider", provide)
    yield providers
    for provider in providers:
        provider.shutdown()


def test_a_collector_receives_the_spans_of_a_named_service_and_nothing_about_whom(
    started: list[TracerProvider],
) -> None:
    with closing(Collector()) as collector:
        start_telemetry("registry-api", collector.endpoint)
        with span("command OpenNote", {"command.type": "OpenNote", "person.name": CANARY}):
            pass
        assert started[0].force_flush()
        ((path, body),) = collector.received
    sent = zlib.decompress(body, wbits=47) if body[:2] == b"\x1f\x8b" else body
    assert path == "/v1/traces"
    assert all(word in sent for word in (b"registry-api", b"command OpenNote", b"command.type"))
    assert CANARY.encode() not in sent
    assert b"person.name" not in sent


def test_without_a_collector_nothing_is_exported_and_spans_are_free(started: list[TracerProvider]) -> None:
    start_telemetry("registry-api", None)
    assert started == []
    with span("command OpenNote") as current:
        assert not current.is_recording()


def test_a_given_exporter_gets_what_is_allowed_only(started: list[TracerProvider]) -> None:
    exporter = InMemorySpanExporter()
    start_telemetry("registry-api", None, SimpleSpanProcessor(exporter))
    with span("command OpenNote", {"command.type": "OpenNote", "person.name": CANARY}):
        pass
    (one,) = exporter.get_finished_spans()
    assert dict(one.attributes or {}) == {"command.type": "OpenNote"}
    assert one.resource.attributes["service.name"] == "registry-api"


LAST_WORDS = """
import sys
from libs.events.observed import observed
from libs.events.telemetry import span
with observed("registry-worker", sys.argv[1] or None):
    for _ in range(int(sys.argv[2])):
        with span("append"):
            pass
    print("done", flush=True)
"""
# More than one export takes, and less than is dropped.
MANY = 1_500


def ran(endpoint: str, spans: int = 1) -> tuple[int, str, float]:
    began = monotonic()
    command = [sys.executable, "-c", LAST_WORDS, endpoint, str(spans)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 -- Ours.
    return done.returncode, done.stdout, monotonic() - began


def test_a_process_that_ends_sends_its_last_spans_first() -> None:
    with closing(Collector()) as collector:
        assert ran(collector.endpoint)[:2] == (0, "done\n")
        assert [path for path, _ in collector.received] == ["/v1/traces"]


def test_a_collector_that_never_answers_holds_no_process() -> None:
    with closing(socket(AF_INET, SOCK_STREAM)) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        code, said, seconds = ran(f"http://127.0.0.1:{silent.getsockname()[1]}", MANY)
    assert (code, said) == (0, "done\n")
    held = seconds - ran("", MANY)[2]
    assert held < 2 * FAREWELL_SECONDS, f"the process was held for {held} s"

"""Each protection taken out is seen to leak, by the same search that finds nothing while it is in."""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Annotated
from uuid import UUID, uuid4

import pytest
from fastapi import Query
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from pydantic import Field
from sqlalchemy import text

from libs.events.contracts.values import Sex
from libs.events.event import _contracts
from libs.events.handling import Outcome, Target
from libs.events.kafka import Log, events_topic
from libs.events.service import Service
from libs.events.telemetry import Scrubber
from libs.events.worker import _guarded, run_worker
from libs.web.bodies import Body
from libs.web.edge import Edge
from libs.web.failures import log_failure
from tests.conftest import Bench, bench_of
from tests.libs.events.sample import NoteOpened, OpenNote, meta, note_decider, note_projection
from tests.libs.events.waiting import until
from tests.security.canaries import CONTROL
from tests.security.conftest import Left
from tests.security.fields import fields_of
from tests.security.places import tables, topics
from tests.security.searching import places

pytestmark = pytest.mark.stack


@pytest.mark.parametrize("scrubbed", [True, False])
def test_a_span_that_is_not_scrubbed_is_found(left: Left, scrubbed: bool) -> None:  # noqa: FBT001 -- Both ways.
    before = len(left.collector.received)
    straight: SpanProcessor = SimpleSpanProcessor(OTLPSpanExporter(endpoint=left.collector.endpoint))
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(Scrubber(straight) if scrubbed else straight)
    with suppress(ValueError), provider.get_tracer("planted").start_as_current_span("read") as span:
        span.set_attribute("person.name", CONTROL.name())
        raise ValueError(CONTROL.twelve())
    straight.shutdown()
    exports = left.exports[before:]
    assert len(exports) == 1
    assert bool(places(iter(exports))) is not scrubbed


@pytest.mark.parametrize("careful", [True, False])
def test_a_failure_that_is_logged_with_its_words_is_found(tmp_path: Path, careful: bool) -> None:  # noqa: FBT001
    with logging_to(tmp_path / "api.log"):
        try:
            Note.model_validate({"title": [CONTROL.name()]})
        except ValueError as error:
            if careful:
                log_failure(error, logging.ERROR)
            else:
                logging.getLogger("aftercare.failures").exception("it broke")
    said = (tmp_path / "api.log").read_bytes()
    assert b"ValidationError" in said
    assert bool(CONTROL.find("log", said)) is not careful


def test_a_worker_that_ends_says_nothing_of_what_it_read(tmp_path: Path) -> None:
    def stumble(_stop: Flag) -> None:
        Note.model_validate({"title": {"who": CONTROL.name()}})

    failed: list[str] = []
    with logging_to(tmp_path / "worker.log"):
        _guarded("follower", stumble, Flag(), failed)
    said = (tmp_path / "worker.log").read_bytes()
    assert failed == ["follower"]
    assert b"follower ends the worker: ValidationError" in said
    assert not CONTROL.find("log", said)


@pytest.mark.parametrize("marked", [True, False])
def test_a_field_that_is_not_marked_as_personal_is_found_in_table_and_topic(
    left: Left,
    monkeypatch: pytest.MonkeyPatch,
    marked: bool,  # noqa: FBT001 -- Both ways.
) -> None:
    name = f"marked{marked:d}"
    if not marked:
        clear = replace(NoteOpened.contract, encrypted=())
        monkeypatch.setattr(NoteOpened, "contract", clear)
        monkeypatch.setitem(_contracts, clear.wire, clear)
    bench = bench_of(left.stack, Service(name=name, law=None, inline=[note_projection()]))
    log = Log(left.kafka)
    log.ensure_topics(name, 1)
    with working(bench, log):
        note, canary = uuid4(), CONTROL.name()
        command = Target(note_decider, f"note-{note}", OpenNote(note, canary), meta(), subject=f"person-{note}")
        with closing(bench.open("api")) as parts:
            until(lambda: verified(bench), "the relay's first look")
            parts.handler.handle(command)
        topic = events_topic(name)
        until(lambda: any(said for _, said in topics(left.kafka, [topic])), "the relay of one event")
    bench.superuser.dispose()
    both = {f"{name}.public.journal", topic}
    assert places(chain(tables(left.superuser, [name]), topics(left.kafka, [topic]))) == (set() if marked else both)


class Note(Body):
    """A body with a field that no story plants."""

    title: str
    kind: Sex
    nicknames: list[Annotated[str, Field(max_length=9)]] | None = None
    lines: dict[str, str | None] = Field(default={})
    scan: bytes | None = None


def test_a_new_field_that_takes_text_is_asked_for() -> None:
    def take(body: Note, edge: Edge, unit: Annotated[str, Query()], day: date, person_id: UUID) -> Outcome:
        raise NotImplementedError

    assert set(fields_of(take)) == {"title", "nicknames", "lines", "scan", "unit"}


@contextmanager
def logging_to(file: Path) -> Iterator[None]:
    """Everything that is logged while the block runs, as a process of ours writes it."""
    handler = logging.FileHandler(file)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


@contextmanager
def working(bench: Bench, log: Log) -> Iterator[None]:
    """The worker of a service, while the block runs."""
    stop = Flag()
    with closing(bench.open("worker")) as parts:
        thread = Thread(target=run_worker, args=(parts, log, stop), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def verified(bench: Bench) -> bool:
    """Whether the relay has compared the journal with its topic."""
    with bench.superuser.connect() as connection:
        return connection.execute(text("select exists (select from journal_identity)")).scalar_one() is True

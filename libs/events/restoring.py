"""Restoring a journal from its topic: a follower of the own events that writes the journal, and decides nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event as Stop
from typing import Any

from sqlalchemy import Connection, Engine, text

from libs.events.books import PostgresBooks
from libs.events.checkpoints import Checkpoint, Place
from libs.events.contracts.upkeep import upkeep
from libs.events.feeds import TopicFeed
from libs.events.forgetting import empty
from libs.events.kafka import Log, LogRefused, events_topic
from libs.events.keyrings.ledger import DatabaseLedger
from libs.events.keyrings.mending import reapply
from libs.events.outbox import PostgresOutbox
from libs.events.partitions import partition_of
from libs.events.projection import live_tables
from libs.events.projector import InlineProjector
from libs.events.proving import Batch, BrokenLog
from libs.events.reacted import set_reacted
from libs.events.record import Record
from libs.events.relay import Relay, record_of
from libs.events.service import Parts
from libs.events.tables import make_unique, refuse_stale

LEADER_SECONDS_MAX = 30.0
ASK_SECONDS = 0.2
Progress = Callable[[int, int], None]


class RestoreRefused(LogRefused):
    """There is nothing to restore from, or what there is would be lost by it."""


def restore_journal(
    parts: Parts, owner: Engine, log: Log, progress: Progress = lambda _done, _goal: None, *, unmarked: bool = False
) -> int:
    """Put back what the topic has and the journal has not; how many events that was.

    Nothing is appended meanwhile, and no relay leads. Proved, batch by batch, each with its inline rows: after a kill
    it goes on where it was. At its end the database may be written to again. `RestoreRefused` where the journal is
    ahead of its topic, `BrokenLog` or `LogDiffers` where they have parted. `unmarked` lets a service restore whose
    reactors' progress nothing tells: what they once decided is found by its command ids, what they once decided not
    to do may be decided otherwise.
    """
    name = parts.service.name
    refuse_stale(parts.engine, name, parts.service.inlined)
    outbox = PostgresOutbox(parts.journal)
    relay = Relay(outbox, log)
    with alone(outbox):
        outbox.distrust()
        publisher = log.publisher(f"relay.{name}")
        try:
            relay.settle(Stop(), publisher)
        finally:
            publisher.close()
        done, goal = _heads(parts), _tails(log, name)
        _refuse_ahead(done, goal)
        # First: as long as the journal is behind, nothing can be decided on what was reacted to meanwhile.
        set_reacted(parts, log, unmarked=unmarked)
        forgotten = _forgotten(parts, log)
        with _allowed(owner, parts):
            events = _import(parts, log, done, goal, progress)
        for subject in forgotten:
            with parts.store.begin() as books:
                empty(books.connection, name, parts.service.projections, subject, parts.service.forget)
        relay.verify()
    return events


@contextmanager
def alone(outbox: PostgresOutbox) -> Iterator[None]:
    """Lead, so that no relay publishes or trusts this database; `RestoreRefused` where one will not give way."""
    pause = Stop()
    with outbox.leadership() as leadership:
        tries = int(LEADER_SECONDS_MAX / ASK_SECONDS)
        if not any(leadership.taken() or pause.wait(ASK_SECONDS) for _ in range(tries)):
            raise RestoreRefused(f"the relay of {outbox.journal.service} is at work: stop its workers first")
        yield


def _heads(parts: Parts) -> dict[Place, Checkpoint]:
    return {
        Place(parts.service.name, head.partition): Checkpoint(0, head.sequence, head.chain, head.sequence, 0)
        for head in parts.journal.heads()
    }


def _tails(log: Log, name: str) -> dict[Place, Checkpoint]:
    found = log.tails(events_topic(name), lambda message: record_of(name, message) is not None)
    records = [record for message in found.values() if (record := record_of(name, message)) is not None]
    return {Place(name, one.partition): Checkpoint(0, one.sequence, one.chain, one.sequence, 0) for one in records}


def _refuse_ahead(done: Mapping[Place, Checkpoint], goal: Mapping[Place, Checkpoint]) -> None:
    for place, held in sorted(done.items()):
        published = goal[place].sequence if place in goal else 0
        if held.sequence > published:
            raise RestoreRefused(
                f"the journal is ahead of its topic: {place.source}/{place.partition} holds {held.sequence} events,"
                f" {published} are published; its relay, or `aftercare log restore`, publishes them"
            )


def _forgotten(parts: Parts, log: Log) -> list[str]:
    """Whom the service forgot, forgotten again before anything is folded: an older keyring may have their keys back."""
    name, topic = parts.service.name, events_topic(parts.service.name)
    wire = upkeep(name).forgotten.contract.wire
    spelled, subjects = wire.encode(), dict[str, None]()
    for message in log.read(topic, log.begins(topic), log.ends(topic)):
        if spelled in (message.value or b"") and (record := record_of(name, message)) and record.type == wire:
            subjects[record.data["forgotten"]] = None
    ledger = DatabaseLedger(parts.ledger)
    ledger.note_forgotten(dict.fromkeys(subjects, 0))
    reapply(parts.keys, ledger)
    return list(subjects)


@contextmanager
def _allowed(owner: Engine, parts: Parts) -> Iterator[None]:
    """The worker may import for as long as the owner lets it."""
    # The name that the worker's sessions have is its role's own.
    worker = parts.engine.url.username
    allowed = f'on function journal_import {{}} "{worker}"'
    with owner.begin() as connection:
        connection.execute(text("grant execute " + allowed.format("to")))
    try:
        yield
    finally:
        with owner.begin() as connection:
            connection.execute(text("revoke execute " + allowed.format("from")))


def _import(
    parts: Parts, log: Log, done: Mapping[Place, Checkpoint], goal: Mapping[Place, Checkpoint], progress: Progress
) -> int:
    begins = log.begins(events_topic(parts.service.name))
    held = {place: _at(one, begins[place.partition]) for place, one in done.items()}
    missing = sum(one.sequence - held[place].sequence for place, one in goal.items())
    inline = InlineProjector(parts.service.inlined)
    imported = 0
    for batch in TopicFeed([parts.service.name], log).batches(held, goal):
        records = [record for part in batch.values() for record in part.records]
        with parts.store.begin() as books:
            if not imported:
                _without_unique(books.connection, parts)
            for place, part in batch.items():
                _put_back(books.connection, place, part)
            events = [
                (record, event)
                for record in records
                if record.type in inline.handled and (event := parts.codec.decode(record)) is not None
            ]
            inline.apply(books, events)
            imported += len(records)
            if imported == missing:
                _with_unique(books, parts)
        progress(imported, missing)
    if imported != missing:
        raise BrokenLog(f"{missing - imported} events that the topic had at first cannot be read from it any more")
    return imported


def _at(one: Checkpoint, offset: int) -> Checkpoint:
    return Checkpoint(offset, one.sequence, one.chain, one.reacted, one.epoch)


def _put_back(connection: Connection, place: Place, batch: Batch) -> None:
    for record in batch.records:
        if partition_of(record.subject) != place.partition:
            raise BrokenLog(f"{record.position} lies in another partition than its subject's")
    columns: Sequence[Sequence[Any]] = [*map(list, zip(*map(_fields, batch.records), strict=True))]
    if columns:
        connection.exec_driver_sql(_IMPORT, (place.partition, *columns))


def _fields(record: Record) -> tuple[object, ...]:
    return (
        record.sequence,
        record.stream,
        record.version,
        record.subject,
        record.command_id,
        record.cloud["commandindex"],
        record.recorded_at,
        record.body.decode(),
        record.chain,
    )


def _without_unique(connection: Connection, parts: Parts) -> None:
    """What may be there once only was given and taken across partitions in an order that the log does not keep."""
    for table in _live(connection, parts):
        for index in connection.execute(_UNIQUE, {"table": table}).scalars().all():
            connection.execute(text(f"drop index {index}"))


def _with_unique(books: PostgresBooks, parts: Parts) -> None:
    for projection in parts.service.inlined:
        make_unique(books.connection, projection, books.live()[projection.name])


def _live(connection: Connection, parts: Parts) -> list[str]:
    tables = live_tables(connection)
    return [tables[projection.name] for projection in parts.service.inlined]


_IMPORT = (
    "select journal_import(%s::smallint, %s::bigint[], %s::text[], %s::integer[], %s::text[], %s::uuid[],"
    " %s::smallint[], %s::timestamptz[], %s::text[], %s::bytea[])"
)
_UNIQUE = text(
    "select indexrelid::regclass::text from pg_index"
    " where indrelid = to_regclass(:table) and indisunique and not indisprimary"
)

"""How a command becomes events: load, decide, append, inline rows; retried when somebody else was first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Generic, Protocol, TypeVar

from libs.events.books import Books, PostgresBooks
from libs.events.codec import Codec, Decoded
from libs.events.decider import Decider, Refused
from libs.events.event import Event
from libs.events.journal import AlreadyDone, Journal, StreamMoved, Transaction
from libs.events.partitions import partition_of
from libs.events.record import Draft, Meta, Position, Record
from libs.events.snapshots import Snapshot, Snapshots
from libs.events.telemetry import span, traceparent

RETRIES_MAX = 3
BATCH_EVENTS_MAX = 200
C = TypeVar("C")
S = TypeVar("S")


class Inline(Protocol):
    """Something written in the command's own transaction, after the append."""

    handled: frozenset[str]

    def apply(self, books: Books, events: Sequence[Decoded]) -> None:
        """Fold the events into rows of their own subjects; a `Refused` ends the command."""


class VersionChanged(Refused):
    """The aggregate changed since the caller read it (`If-Match`), or under three attempts in a row."""

    problem = "version-changed"


class SubjectDiffers(Refused):
    """The stream belongs to another subject: an id was used for two people."""

    problem = "subject-differs"


@dataclass(frozen=True)
class Target(Generic[C, S]):
    """One command on one stream; `subject` is needed when the stream may not exist yet."""

    decider: Decider[C, S]
    stream: str
    command: C
    meta: Meta
    subject: str | None = None
    expected: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What a command did: the stream's version after it and its records; `repeated` when it was done before."""

    stream: str
    version: int
    records: tuple[Record, ...] = ()
    repeated: bool = False

    @property
    def position(self) -> Position | None:
        """Where its last event lies, to be waited for elsewhere; None when there was nothing to change."""
        return self.records[-1].position if self.records else None


# Written in the command's own transaction, after everything else.
Also = Callable[[Books, Outcome], None]


@dataclass(frozen=True)
class Aggregate(Generic[S]):
    """An aggregate as loaded: its state, version and subject (None for a stream without events)."""

    state: S
    version: int
    subject: str | None


def postgres_books(transaction: Transaction, codec: Codec) -> Books | None:
    """The books that a transaction on the real journal writes; a journal alone has none."""
    return None if transaction.connection is None else PostgresBooks(transaction.connection, codec)


@dataclass(frozen=True)
class Handler:
    """Handles commands of one service: its journal, its codec, the law, and what is written inline."""

    journal: Journal
    codec: Codec
    law: Any
    inline: Sequence[Inline] = ()
    books_of: Callable[[Transaction, Codec], Books | None] = postgres_books
    snapshots: Snapshots = field(default_factory=Snapshots)

    def load(self, decider: Decider[C, S], stream: str) -> Aggregate[S]:
        """The aggregate as it stands, personal fields opened."""
        return self._load({stream: decider})[stream]

    def handle(self, target: Target[C, S], also: Also | None = None) -> Outcome:
        """Decide and append; `also` runs in the same transaction. Raises `Refused`; the same command twice is one."""
        with span(f"command {type(target.command).__name__}", {"command.type": type(target.command).__name__}):
            for _ in range(RETRIES_MAX):
                try:
                    return self._attempt(target, also)
                except StreamMoved:
                    continue
                except AlreadyDone:
                    return self._repeated(target)
                except Refused:
                    if target.meta.command_id in self.journal.commands([target.meta.command_id]):
                        return self._repeated(target)
                    raise
            raise VersionChanged("others keep changing this at the same time; read it and try again")

    def handle_many(self, targets: Sequence[Target[Any, Any]]) -> list[Outcome | Refused]:
        """Each command's outcome or refusal, in the order given; one transaction a partition and 200 events.

        Commands on one stream see each other. A clash re-runs its batch; what was done before is not done again.
        """
        results: dict[int, Outcome | Refused] = {}
        order = sorted(range(len(targets)), key=lambda i: self._partition(targets[i]))
        for _, group in groupby(order, key=lambda i: self._partition(targets[i])):
            waiting = list(group)
            while waiting:
                with span("command batch", {"journal.events": len(waiting)}):
                    results.update(self._batch({i: targets[i] for i in waiting[:BATCH_EVENTS_MAX]}))
                waiting = [i for i in waiting if i not in results]
        return [results[i] for i in range(len(targets))]

    def _attempt(self, target: Target[C, S], also: Also | None) -> Outcome:
        aggregate = self.load(target.decider, target.stream)
        _, drafts = self._decide(target, aggregate)
        if not drafts and self.journal.commands([target.meta.command_id]):
            # Said twice, and the first time it was news: the answer is that of the first time.
            raise AlreadyDone
        with self.journal.transaction() as transaction:
            records = transaction.append(drafts) if drafts else []
            outcome = Outcome(target.stream, aggregate.version + len(records), tuple(records))
            if (books := self.books_of(transaction, self.codec)) is not None:
                self._write_inline(books, records)
                if also is not None:
                    also(books, outcome)
        return outcome

    def _decide(self, target: Target[C, S], aggregate: Aggregate[S]) -> tuple[list[Event], list[Draft]]:
        if target.expected is not None and target.expected != aggregate.version:
            raise VersionChanged("it changed since it was read", version=aggregate.version)
        subject = aggregate.subject or target.subject or target.stream
        if target.subject not in (None, subject):
            raise SubjectDiffers(f"{target.decider.category} belongs to somebody else")
        events = target.decider.decide(target.command, aggregate.state, self.law)
        meta = _traced(target.meta)
        return events, self.codec.drafts(target.stream, aggregate.version, subject, events, meta) if events else []

    def _batch(self, targets: dict[int, Target[Any, Any]]) -> dict[int, Outcome | Refused]:
        for _ in range(RETRIES_MAX):
            done = self.journal.commands([target.meta.command_id for target in targets.values()])
            fresh = {i: t for i, t in targets.items() if t.meta.command_id not in done}
            results = {i: self._repeated(t) for i, t in targets.items() if i not in fresh}
            try:
                return results | self._but_done(fresh, self._append_batch(fresh))
            except (StreamMoved, AlreadyDone):
                continue
            except Refused:
                break
        # One at a time, a clash or a broken uniqueness finds its command.
        return {i: self._alone(target) for i, target in targets.items()}

    def _but_done(
        self, targets: dict[int, Target[Any, Any]], results: dict[int, Outcome | Refused]
    ) -> dict[int, Outcome | Refused]:
        """What was refused because somebody had done it just before, is done."""
        refused = {targets[i].meta.command_id for i, result in results.items() if isinstance(result, Refused)}
        done = self.journal.commands(refused) if refused else {}
        return {i: self._repeated(targets[i]) if targets[i].meta.command_id in done else r for i, r in results.items()}

    def _append_batch(self, targets: dict[int, Target[Any, Any]]) -> dict[int, Outcome | Refused]:
        aggregates = self._load({target.stream: target.decider for target in targets.values()})
        decided: dict[int, list[Draft] | Refused] = {}
        room = BATCH_EVENTS_MAX
        for i, target in targets.items():
            result, aggregates[target.stream] = self._try(target, aggregates[target.stream])
            if not isinstance(result, Refused):
                if len(result) > room and decided:
                    break  # The rest comes with the next transaction.
                room -= len(result)
            decided[i] = result
        drafts = [draft for one in decided.values() if not isinstance(one, Refused) for draft in one]
        records = iter(self._append_all(drafts))
        return {i: _outcome(targets[i], aggregates, one, records) for i, one in decided.items()}

    def _try(self, target: Target[C, S], aggregate: Aggregate[S]) -> tuple[list[Draft] | Refused, Aggregate[S]]:
        try:
            events, drafts = self._decide(target, aggregate)
        except Refused as refused:
            return refused, aggregate
        if not drafts:
            return [], aggregate
        state = target.decider.fold(aggregate.state, events)
        return drafts, Aggregate(state, drafts[-1].version, drafts[0].subject)

    def _append_all(self, drafts: Sequence[Draft]) -> list[Record]:
        if not drafts:
            return []
        with self.journal.transaction() as transaction:
            records = transaction.append(drafts)
            if (books := self.books_of(transaction, self.codec)) is not None:
                self._write_inline(books, records)
        return records

    def _alone(self, target: Target[Any, Any]) -> Outcome | Refused:
        try:
            return self.handle(target)
        except Refused as refused:
            return refused

    def _write_inline(self, books: Books, records: Sequence[Record]) -> None:
        for inline in self.inline:
            events = [
                (record, event)
                for record in records
                if record.type in inline.handled and (event := self.codec.decode(record)) is not None
            ]
            if events:
                inline.apply(books, events)

    def _repeated(self, target: Target[Any, Any]) -> Outcome:
        records = self.journal.commands([target.meta.command_id])[target.meta.command_id]
        return Outcome(records[-1].stream, records[-1].version, tuple(records), repeated=True)

    def _load(self, deciders: Mapping[str, Decider[Any, Any]]) -> dict[str, Aggregate[Any]]:
        shots = {stream: shot for stream in deciders if (shot := self.snapshots.of(stream)) is not None}
        loaded = self.journal.streams(deciders, {stream: shot.last.version for stream, shot in shots.items()})
        return {
            stream: self._aggregate(decider, stream, loaded[stream], shots.get(stream))
            for stream, decider in deciders.items()
        }

    def _aggregate(
        self, decider: Decider[C, S], stream: str, records: Sequence[Record], shot: Snapshot | None
    ) -> Aggregate[S]:
        """The fold of a stream: of what came since its snapshot where that holds, else of all."""
        if shot is not None:
            if shot.goes_on_with(records, opened=self._opens(shot.last.subject)):
                return self._folded(decider, shot.state, records[1:], records[-1], opened=shot.opened)
            records = self.journal.streams([stream])[stream]
        if not records:
            return Aggregate(decider.initial, 0, None)
        # Asked before anything is opened: a key that is destroyed meanwhile is found missing the next time.
        opened = self.snapshots.is_long(records) and self._opens(records[0].subject)
        return self._folded(decider, decider.initial, records, records[-1], opened=opened)

    def _folded(
        self, decider: Decider[C, S], state: S, records: Sequence[Record], last: Record, *, opened: bool
    ) -> Aggregate[S]:
        state = decider.fold(state, self.codec.open(records))
        self.snapshots.keep(Snapshot(state, last, opened))
        return Aggregate(state, last.version, last.subject)

    def _opens(self, subject: str) -> bool:
        return bool(self.codec.keyring.find([subject]))

    def _partition(self, target: Target[Any, Any]) -> int:
        return partition_of(target.subject or target.stream)


def _outcome(
    target: Target[Any, Any],
    aggregates: dict[str, Aggregate[Any]],
    decided: list[Draft] | Refused,
    records: Iterator[Record],
) -> Outcome | Refused:
    if isinstance(decided, Refused):
        return decided
    version = decided[-1].version if decided else aggregates[target.stream].version
    return Outcome(target.stream, version, tuple(next(records) for _ in decided))


def _traced(meta: Meta) -> Meta:
    if meta.traceparent is not None:
        return meta
    return Meta(meta.command_id, meta.actor, meta.correlation_id, meta.purpose, meta.causation, traceparent())

"""The reconciler: names the first difference between a service's journal, its topic and those who follow it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event as Pause
from time import monotonic

from libs.events.checkpoints import Checkpoint, Place
from libs.events.journal import Head, PostgresJournal
from libs.events.kafka import Log, Message, Unsettled, events_topic
from libs.events.kafka.pinned import POLL_RECORDS_MAX, TRANSACTION_TIMEOUT_MS
from libs.events.partitions import PARTITIONS
from libs.events.record import Position, Record, first_link, next_link
from libs.events.relay import record_of

# How long the relay is given for what was appended and not yet published.
PATIENCE_SECONDS = 10.0
OPEN_SECONDS_MAX = 2 * TRANSACTION_TIMEOUT_MS / 1000
# A difference that its relay mends by itself.
ENDS = "the log ends before it"
LOG = "the log"
_ASK_SECONDS = 0.2
_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Difference:
    """Where `where` (the log, or a follower) and the journal part: `there` and `here` are chains, None is no event."""

    position: Position
    where: str
    what: str
    there: bytes | None
    here: bytes | None
    recorded_at: datetime = _LATEST

    def __str__(self) -> str:
        there, here = (chain.hex()[:16] if chain else "nothing" for chain in (self.there, self.here))
        return f"{self.position}: {self.what} ({self.where} has {there}, the journal {here})"


@dataclass
class Reconciled:
    """What was compared. `agree` events are the same on both sides; `strays` are no records of the service."""

    agree: int = 0
    strays: int = 0
    followers: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def first(self) -> Difference | None:
        """The one that was recorded first."""
        return min(self.differences, key=lambda one: (one.recorded_at, str(one.position)), default=None)


def reconcile(
    journal: PostgresJournal,
    log: Log,
    followers: Mapping[str, Mapping[Place, Checkpoint]] | None = None,
    patience: float = PATIENCE_SECONDS,
) -> Reconciled:
    """Compare every event on both sides, and the chain at every checkpoint; of each partition the first difference."""
    found = Reconciled()
    heads = {head.partition: head for head in journal.heads()}
    ends = _ends(journal, log, heads, patience)
    partitions = [_Partition(journal, heads[p], found) for p in range(PARTITIONS)]
    for messages in _batches(log, journal.service, ends):
        for partition, part in messages.items():
            partitions[partition].compare(part)
    for one in partitions:
        one.end()
    for name, checkpoints in (followers or {}).items():
        for place, checkpoint in sorted(checkpoints.items()):
            if place.source == journal.service:
                found.followers += 1
                found.differences += _ahead(journal, name, place.partition, checkpoint)
    found.differences.sort(key=lambda one: (one.where != LOG, one.where, one.position.partition))
    return found


class _Partition:
    """One partition, compared from its first event on until its first difference."""

    def __init__(self, journal: PostgresJournal, head: Head, found: Reconciled) -> None:
        self._journal = journal
        self._head = head
        self._found = found
        self._sequence = 0
        self._chain = first_link(journal.service, head.partition)
        self._parted = False

    def compare(self, messages: Sequence[Message]) -> None:
        """Compare what the log has next with what the journal has next."""
        records = [record_of(self._journal.service, message) for message in messages]
        self._found.strays += records.count(None)
        if self._parted:
            return
        theirs = [record for record in records if record is not None]
        ours = self._journal.after(self._head.partition, self._sequence, max(len(theirs), 1)) if theirs else []
        for n, record in enumerate(theirs):
            if not self._agree(record, ours[n] if n < len(ours) else None):
                self._parted = True
                return
            self._sequence, self._chain = record.sequence, record.chain
            self._found.agree += 1

    def end(self) -> None:
        """After the last one: what the journal had at first is in the log."""
        if not self._parted and self._sequence < self._head.sequence:
            self._part(ENDS, None, self._at(self._sequence + 1))

    def _agree(self, record: Record, here: Record | None) -> bool:
        if record.sequence != self._sequence + 1:
            self._misplaced(record, here)
        elif here is None:
            self._part("it is not in the journal", record, None)
        elif (what := self._otherwise(record, here)) is not None:
            self._part(what, record, here)
        else:
            return True
        return False

    def _misplaced(self, record: Record, here: Record | None) -> None:
        if record.sequence <= self._sequence:
            self._part(f"the log has it again behind {self._sequence}", record, self._at(record.sequence))
        else:
            verb = "goes on" if self._sequence else "begins"
            self._part(f"the log {verb} with {record.sequence}", None, here)

    def _at(self, sequence: int) -> Record | None:
        return next(iter(self._journal.after(self._head.partition, sequence - 1, 1)), None)

    def _otherwise(self, record: Record, here: Record) -> str | None:
        if record.chain != here.chain:
            return "it is chained otherwise"
        if here.chain != next_link(self._chain, here.sequence, here.recorded_at, here.body):
            return "its chain does not follow from its predecessor, its time and its body in the journal"
        if (record.body, record.recorded_at) != (here.body, here.recorded_at):
            return "its body or its time is not what its chain says"
        return None

    def _part(self, what: str, there: Record | None, here: Record | None) -> None:
        one = there or here
        sequence, at = (one.sequence, one.recorded_at) if one else (self._sequence + 1, _LATEST)
        position = Position(self._journal.service, self._head.partition, sequence)
        chains = (there.chain if there else None, here.chain if here else None)
        self._found.differences.append(Difference(position, LOG, what, *chains, at))


def _ahead(journal: PostgresJournal, name: str, partition: int, held: Checkpoint) -> Iterator[Difference]:
    """What a follower folded that the journal does not have, or has otherwise."""
    position = Position(journal.service, partition, held.sequence)
    if held.sequence == 0:
        if held.chain != (first := first_link(journal.service, partition)):
            yield Difference(position, name, "it begins otherwise", held.chain, first)
        return
    here = next(iter(journal.after(partition, held.sequence - 1, 1)), None)
    if here is None:
        yield Difference(position, name, "it is not in the journal", held.chain, None)
    elif here.chain != held.chain:
        yield Difference(position, name, "it is chained otherwise", held.chain, here.chain, here.recorded_at)


def published(service: str, log: Log) -> dict[int, int]:
    """The last sequence of each partition that anything was published to and committed: more may be under way."""
    found = log.tails(events_topic(service), lambda message: record_of(service, message) is not None, settled=False)
    return {p: record.sequence for p, message in found.items() if (record := record_of(service, message)) is not None}


def _ends(journal: PostgresJournal, log: Log, heads: Mapping[int, Head], patience: float) -> dict[int, int]:
    """The ends of the log, as soon as it has what the journal had, or nothing more comes."""
    topic = events_topic(journal.service)
    late = not _came(lambda: _has(journal, log, heads), patience)
    # What hides events now is no reason to miss them: it ends by itself, or the relay ends it.
    if late and not _came(lambda: not log.unsettled(topic), OPEN_SECONDS_MAX):
        raise Unsettled(f"{topic} ends in an open transaction")
    return log.ends(topic)


def _came(condition: Callable[[], bool], patience: float) -> bool:
    deadline, pause = monotonic() + patience, Pause()
    while not condition():
        if monotonic() > deadline:
            return False
        pause.wait(_ASK_SECONDS)
    return True


def _has(journal: PostgresJournal, log: Log, heads: Mapping[int, Head]) -> bool:
    """Whether the log has come to these heads."""
    found = published(journal.service, log)
    return all(head.sequence <= found.get(p, 0) for p, head in heads.items())


def _batches(log: Log, service: str, ends: Mapping[int, int]) -> Iterator[dict[int, list[Message]]]:
    topic = events_topic(service)
    pending: dict[int, list[Message]] = {}
    for n, message in enumerate(log.read(topic, log.begins(topic), ends), 1):
        pending.setdefault(message.partition, []).append(message)
        if n % POLL_RECORDS_MAX == 0:
            yield pending
            pending = {}
    yield pending

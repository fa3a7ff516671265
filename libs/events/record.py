"""The record of an event: a CloudEvent in structured mode, its place in the journal, and its link in the chain."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from struct import Struct
from typing import Any, NamedTuple, TypeVar
from uuid import UUID, uuid5

import orjson

from libs.events.partitions import partition_of

_TAIL = b',"sequence":'
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NUMBERS = Struct(">Qq")


class NotARecord(ValueError):
    """Bytes that are no record of ours: not JSON, or without the fields that every record has."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where an event lies: the service that published it, the partition, the sequence in it."""

    source: str
    partition: int
    sequence: int

    def __str__(self) -> str:
        return f"{self.source}/{self.partition}/{self.sequence}"

    @staticmethod
    def parse(text: str) -> "Position":
        """The inverse of `str`; ValueError for anything else."""
        source, partition, sequence = text.split("/")
        return Position(source, int(partition), int(sequence))


@dataclass(frozen=True, slots=True)
class Meta:
    """What comes with a command and is stored with each of its events."""

    command_id: UUID
    actor: str
    correlation_id: UUID
    purpose: str | None = None
    causation: Position | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An event ready to be appended: its keys and its body, without its place in the journal."""

    stream: str
    version: int
    subject: str
    command_id: UUID
    command_index: int
    body: bytes

    @property
    def partition(self) -> int:
        """Where it will lie."""
        return partition_of(self.subject)


class Record(NamedTuple):
    """An event as it stands in the journal and in Kafka. `cloud` is the body, decoded."""

    source: str
    partition: int
    sequence: int
    recorded_at: datetime
    chain: bytes
    body: bytes
    cloud: dict[str, Any]

    @property
    def position(self) -> Position:
        """Its place, unique in the whole system."""
        return Position(self.source, self.partition, self.sequence)

    @property
    def id(self) -> str:
        """The CloudEvents id: `uuid5(command id, index of the event in the command)`."""
        return str(self.cloud["id"])

    @property
    def type(self) -> str:
        """The wire name, `<service>.<what-happened>`."""
        wire: str = self.cloud["type"]
        return wire

    @property
    def schema_id(self) -> str:
        """The contract and its version that it was written in."""
        return str(self.cloud["dataschema"])

    @property
    def type_version(self) -> int:
        """The version alone."""
        return int(self.schema_id.rsplit(":", 1)[1])

    @property
    def subject(self) -> str:
        """The Kafka key."""
        subject: str = self.cloud["subject"]
        return subject

    @property
    def stream(self) -> str:
        """The stream it belongs to."""
        return str(self.cloud["stream"])

    @property
    def version(self) -> int:
        """Its number in the stream, from 1."""
        return int(self.cloud["version"])

    @property
    def command_id(self) -> UUID:
        """The command that decided it."""
        return UUID(self.cloud["commandid"])

    @property
    def data(self) -> dict[str, Any]:
        """The event's own fields as they were written, encrypted ones still sealed."""
        data: dict[str, Any] = self.cloud["data"]
        return data


class Written(NamedTuple):
    """An event as it lies in the journal, its body not looked into: what it takes to publish it."""

    partition: int
    sequence: int
    recorded_at: datetime
    chain: bytes
    body: bytes
    subject: str

    def read(self, source: str) -> Record:
        """The same with its body decoded."""
        return Record(
            source, self.partition, self.sequence, self.recorded_at, self.chain, self.body, orjson.loads(self.body)
        )


_Placed = TypeVar("_Placed", Record, Written)


def event_id(command_id: UUID, index: int) -> UUID:
    """The id of a command's event: the same command always gives the same ids."""
    return uuid5(command_id, str(index))


def body_of(
    source: str,
    draft: tuple[str, int, str],
    meta: Meta,
    index: int,
    event: tuple[str, str, date | None],
    data: dict[str, Any],
) -> bytes:
    """The body as it is first, and for ever, serialised.

    `draft` is (stream, version, subject); `event` is (wire name, dataschema, effective date).
    """
    stream, version, subject = draft
    wire_type, schema_id, effective_on = event
    cloud = {
        "specversion": "1.0",
        "id": event_id(meta.command_id, index),
        "source": source,
        "type": wire_type,
        "subject": subject,
        "datacontenttype": "application/json",
        "dataschema": schema_id,
        "stream": stream,
        "version": version,
        "commandid": meta.command_id,
        "commandindex": index,
        "correlationid": meta.correlation_id,
        "actor": meta.actor,
    }
    optional = {
        "effectiveon": effective_on,
        "causationid": None if meta.causation is None else str(meta.causation),
        "purpose": meta.purpose,
        "traceparent": meta.traceparent,
    }
    cloud.update({name: value for name, value in optional.items() if value is not None})
    cloud["data"] = data
    return orjson.dumps(cloud)


def micros(instant: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (instant - _EPOCH) // _MICROSECOND


def first_link(source: str, partition: int) -> bytes:
    """What the chain of a partition starts from."""
    return sha256(f"{source}/{partition}".encode()).digest()


def next_link(previous: bytes, sequence: int, recorded_at: datetime, body: bytes) -> bytes:
    """The chain after one more event (design: journal, column `chain`)."""
    return sha256(previous + _NUMBERS.pack(sequence, micros(recorded_at)) + body).digest()


def chained(previous: bytes, records: Iterable[_Placed]) -> _Placed | None:
    """The first record whose chain does not follow from its predecessor's, or None when all do."""
    for record in records:
        if record.chain != next_link(previous, record.sequence, record.recorded_at, record.body):
            return record
        previous = record.chain
    return None


def to_value(record: Record | Written) -> bytes:
    """The Kafka value: the body without its last brace, then the record's place in the journal."""
    at = record.recorded_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    tail = f',"sequence":{record.sequence},"recordedat":"{at}","chain":"{record.chain.hex()}"}}'
    return record.body[:-1] + tail.encode()


def from_value(partition: int, value: bytes) -> Record:
    """The record in a Kafka value; `NotARecord` when there is none."""
    try:
        cloud = orjson.loads(value)
        body = value[: value.rindex(_TAIL)] + b"}"
        sequence, recorded_at, chain = cloud.pop("sequence"), cloud.pop("recordedat"), cloud.pop("chain")
        at = datetime.fromisoformat(recorded_at)
        record = Record(cloud["source"], partition, sequence, at, bytes.fromhex(chain), body, cloud)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotARecord(f"not a record of the log: {type(error).__name__}") from error
    if type(sequence) is not int or sequence < 1 or at.tzinfo is None:
        raise NotARecord("not a record of the log: it has no place there")
    return record


def from_row(source: str, row: tuple[int, int, datetime, bytes, str]) -> Record:
    """The record in a journal row `(partition, sequence, recorded_at, chain, body)`."""
    partition, sequence, recorded_at, chain, body = row
    raw = body.encode()
    return Record(source, partition, sequence, recorded_at, bytes(chain), raw, orjson.loads(raw))

"""The CloudEvents SDKs of Python and JavaScript read our log as it lies in Kafka, and see what the journal holds."""

import json
from base64 import b64encode
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_structured
from cloudevents.core.formats.json import JSONFormat
from kafka import KafkaConsumer, TopicPartition

from deploy.local.stack import Stack
from deploy.published import RELEASED, published
from deploy.releasing import read_released
from libs.events.kafka import Log, events_topic
from libs.events.partitions import PARTITIONS
from libs.events.record import Draft, Meta, Position, Record, to_value
from libs.events.service import Parts
from tests.conftest import Bench, MakeBench
from tests.interop.node import Node
from tests.libs.events.test_flow import published as in_the_log
from tests.libs.events.test_flow import verified, working
from tests.libs.events.waiting import until

# The SDKs add it where an event has none: the moment of reading, which is not ours.
ADDED = "time"
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CAUSE = Position("registry", 7, 4211)

Attributes = dict[str, Any]


@dataclass(frozen=True)
class Raw:
    """A message as a stranger's consumer gets it."""

    headers: dict[str, bytes]
    key: bytes
    value: bytes


@dataclass(frozen=True)
class Logged:
    """What a journal holds, and the same in Kafka."""

    records: Sequence[Record]
    messages: Sequence[Raw]


@pytest.fixture
def logged(stack: Stack, log: Log, make_bench: MakeBench) -> Logged:
    """Every event of the house, filled in and bare, appended to a journal and published by its relay."""
    bench = make_bench(topics=True)
    with working(bench, log=log):
        until(lambda: verified(bench), "the relay's verification")
        with closing(bench.open()) as parts:
            drafts = every_event(parts)
            with parts.journal.transaction() as transaction:
                transaction.append(drafts)
            until(lambda: in_the_log(bench, log) == len(drafts), "the log being level with the journal")
            records = [record for p in range(PARTITIONS) for record in parts.journal.after(p, 0)]
    return Logged(records, raw_messages(stack, bench))


def every_event(parts: Parts) -> list[Draft]:
    """The golden payloads of every event, written anew."""
    released, drafts = read_released(RELEASED), list[Draft]()
    for number, contract in enumerate(published()):
        samples = released[contract.wire][contract.version].golden["samples"]
        events = [contract.cls.model_validate(sample["opened"]) for sample in samples]
        bare = Meta(uuid4(), "chairman-26080", uuid4())
        full = Meta(uuid4(), "hộ tịch viên", uuid4(), "case-management", CAUSE, TRACEPARENT)
        stream = f"planted-{uuid4()}"
        drafts += parts.codec.drafts(stream, 0, f"person-{number}", events, full if number % 2 else bare)
    return drafts


def raw_messages(stack: Stack, bench: Bench) -> list[Raw]:
    """All committed messages, by a plain consumer with no help of ours."""
    consumer = KafkaConsumer(
        bootstrap_servers=stack.environment()["KAFKA_BOOTSTRAP_SERVERS"], isolation_level="read_committed"
    )
    places = [TopicPartition(events_topic(bench.service.name), p) for p in range(PARTITIONS)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    ends, found = consumer.end_offsets(places), list[Raw]()
    while any(consumer.position(place) < ends[place] for place in places):
        for messages in consumer.poll(timeout_ms=500).values():
            found += [Raw(dict(one.headers), one.key, one.value) for one in messages]
    consumer.close()
    return found


def by_python(message: Raw) -> Attributes:
    """All attributes and the data, as the SDK of Python reads them from Kafka."""
    event = from_structured(KafkaMessage(message.headers, message.key, message.value), JSONFormat())
    return {**event.get_attributes(), "data": event.get_data()}


def by_javascript(others: Node, messages: Sequence[Raw]) -> list[dict[str, Any]]:
    """What the SDK of JavaScript says of each message."""
    given = [
        {
            "headers": {name: value.decode() for name, value in one.headers.items()},
            "key": one.key.decode(),
            "value": b64encode(one.value).decode(),
        }
        for one in messages
    ]
    said: list[dict[str, Any]] = others.run("cloudevents.mjs", json.dumps(given))
    return said


def wanted(logged: Logged) -> dict[str, Attributes]:
    """The attributes and data that the journal holds, by id."""
    return {one.id: json.loads(to_value(one)) for one in logged.records}


def seen(read: Sequence[Attributes]) -> dict[str, Attributes]:
    """What was read, by id, without what no event of ours says."""
    return {one["id"]: {name: value for name, value in one.items() if name != ADDED} for one in read}


def test_the_sdk_of_python_reads_what_the_journal_holds(others: Node, logged: Logged) -> None:
    assert len(logged.messages) > 100
    read = [by_python(message) for message in logged.messages]
    keys = {one["id"]: one.pop("partitionkey") for one in read}
    assert seen(read) == wanted(logged)
    assert keys == {one.id: one.subject for one in logged.records}


def test_the_sdk_of_javascript_reads_what_the_journal_holds(others: Node, logged: Logged) -> None:
    said = by_javascript(others, logged.messages)
    assert [one["structured"]["error"] for one in said if "error" in one["structured"]] == []
    assert seen([one["structured"]["event"] for one in said]) == wanted(logged)


def test_the_kafka_binding_of_javascript_wants_a_time_that_the_specification_does_not(
    others: Node, logged: Logged
) -> None:
    """It reads all the rest; should this fail one day, it has been mended there."""
    (said,) = by_javascript(others, logged.messages[:1])
    assert said["kafka"] == {"error": "RangeError: Invalid time value"}
    first = logged.messages[0]
    timed = Raw(first.headers, first.key, first.value[:-1] + b',"time":"2026-01-01T00:00:00Z"}')
    (said,) = by_javascript(others, [timed])
    read = said["kafka"]["event"]
    assert read.pop("partitionkey") == first.key.decode()
    identity = read["id"]
    assert seen([read])[identity] == wanted(logged)[identity]


def test_a_message_that_is_no_event_is_refused_by_both(others: Node) -> None:
    content = {"content-type": b"application/cloudevents+json"}
    broken = Raw(content, b"key", b'{"specversion":"1.0","id":"1","type":"registry.person-died"}')
    (said,) = by_javascript(others, [broken])
    assert "error" in said["structured"]
    with pytest.raises(Exception, match="source"):
        by_python(broken)

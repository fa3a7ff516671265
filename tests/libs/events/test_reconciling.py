"""The reconciler names the first event at which journal, topic and followers part, and says how many agree."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from kafka import TopicPartition

from libs.events import reconciling
from libs.events.checkpoints import Checkpoint, Place, beginning
from libs.events.handling import Target
from libs.events.kafka import Log, events_topic
from libs.events.partitions import PARTITIONS, partition_of
from libs.events.reconciling import Reconciled, reconcile
from libs.events.record import Record, first_link, to_value
from libs.events.service import Parts
from tests.conftest import Bench, MakeBench
from tests.libs.events.editing import edit
from tests.libs.events.sample import CountNote, OpenNote, meta, note_decider


class Pair:
    """A journal with five events in each of three partitions, and a topic that the test itself publishes to."""

    def __init__(self, bench: Bench, parts: Parts, log: Log) -> None:
        self.bench = bench
        self.journal = parts.journal
        self.log = log
        self.name = bench.service.name
        notes: dict[int, UUID] = {}
        while not {3, 5, 7} <= notes.keys():
            note = uuid4()
            notes.setdefault(partition_of(f"person-{note}"), note)
        # One after the other, so that it is known which was recorded first.
        for version in range(1, 6):
            for note in (notes[3], notes[5], notes[7]):
                command = CountNote() if version > 1 else OpenNote(note)
                parts.handler.handle(Target(note_decider, f"note-{note}", command, meta(), f"person-{note}"))

    def records(self, partition: int) -> list[Record]:
        return self.journal.after(partition, 0)

    def send(self, partition: int, *values: bytes) -> None:
        with closing(self.log.publisher(f"relay.{self.name}")) as publisher:
            publisher.publish([(events_topic(self.name), partition, "key", value) for value in values])

    def publish(self, partition: int, *sequences: int) -> None:
        records = self.records(partition)
        self.send(partition, *(to_value(records[n - 1]) for n in sequences))

    def found(self, **followers: dict[Place, Checkpoint]) -> Reconciled:
        return reconcile(self.journal, self.log, followers, patience=0)

    def told(self, **followers: dict[Place, Checkpoint]) -> list[tuple[str, str, bytes | None, bytes | None]]:
        return [(str(d.position), d.what, d.there, d.here) for d in self.found(**followers).differences]

    def chain(self, partition: int, sequence: int) -> bytes:
        return self.records(partition)[sequence - 1].chain


@pytest.fixture
def pair(make_bench: MakeBench, log: Log) -> Iterator[Pair]:
    bench = make_bench(topics=True)
    bench.verify_journal()
    with closing(bench.open()) as parts:
        yield Pair(bench, parts, log)


def everything(pair: Pair) -> None:
    for partition in (3, 5, 7):
        pair.publish(partition, 1, 2, 3, 4, 5)


def test_a_log_like_its_journal_agrees_and_strays_are_counted(pair: Pair) -> None:
    everything(pair)
    pair.send(5, b"{}", b"")
    pair.send(8, b"nothing of ours")
    found = pair.found()
    assert (found.agree, found.strays, found.differences, found.first) == (15, 3, [], None)


def test_of_each_partition_the_first_difference_is_named_and_the_first_of_all(pair: Pair) -> None:
    pair.publish(3, 1, 2, 3, 5)
    pair.publish(5, 1, 3, 4, 5)
    pair.publish(7, 2, 3)
    at = f"{pair.name}/"
    assert pair.told() == [
        (f"{at}3/4", "the log goes on with 5", None, pair.chain(3, 4)),
        (f"{at}5/2", "the log goes on with 3", None, pair.chain(5, 2)),
        (f"{at}7/1", "the log begins with 2", None, pair.chain(7, 1)),
    ]
    found = pair.found()
    assert (found.agree, str(found.first and found.first.position)) == (4, f"{at}7/1")


def test_an_end_that_is_missing_on_either_side_is_named(pair: Pair) -> None:
    pair.publish(3, 1, 2, 3)
    pair.publish(5, 1, 2, 3, 4, 5)
    place = "partition = 5 and sequence = 5"
    chain = pair.chain(5, 5)
    edit(pair.bench, f"delete from journal where {place}")
    assert pair.told() == [
        (f"{pair.name}/3/4", "the log ends before it", None, pair.chain(3, 4)),
        (f"{pair.name}/5/5", "it is not in the journal", chain, None),
        (f"{pair.name}/7/1", "the log ends before it", None, pair.chain(7, 1)),
    ]


def test_what_was_edited_on_either_side_is_named(pair: Pair) -> None:
    third, fifth = pair.records(3), pair.records(5)
    edited = orjson.loads(to_value(third[1]))
    edited["data"]["count"] = 77
    again = orjson.dumps(edited)
    pair.send(3, to_value(third[0]), again, *map(to_value, third[2:]))
    pair.send(5, *map(to_value, fifth))
    pair.publish(7, 1, 2, 2, 3, 4, 5)
    edit(pair.bench, "update journal set chain = sha256(chain) where partition = 5 and sequence = 4")
    assert pair.told() == [
        (f"{pair.name}/3/2", "its body or its time is not what its chain says", third[1].chain, third[1].chain),
        (f"{pair.name}/5/4", "it is chained otherwise", fifth[3].chain, pair.chain(5, 4)),
        (f"{pair.name}/7/2", "the log has it again behind 2", pair.chain(7, 2), pair.chain(7, 2)),
    ]


def test_a_topic_whose_first_records_were_deleted_is_noticed(pair: Pair) -> None:
    everything(pair)
    with pair.log._admin() as admin:
        admin.delete_records({TopicPartition(events_topic(pair.name), 5): 2})
    assert pair.told() == [
        (f"{pair.name}/5/1", "the log begins with 3", None, pair.chain(5, 1)),
    ]


def held(pair: Pair, partition: int, sequence: int, chain: bytes) -> dict[Place, Checkpoint]:
    return beginning([pair.name, "another"]) | {
        Place(pair.name, partition): Checkpoint(0, sequence, chain, sequence, 1),
        Place("another", 3): Checkpoint(0, 99, b"its own", 99, 1),
    }


def test_a_follower_that_folded_what_the_journal_has_not_or_has_otherwise_is_named(pair: Pair) -> None:
    everything(pair)
    right = held(pair, 3, 5, pair.chain(3, 5))
    found = pair.found(one=right, other=held(pair, 3, 2, pair.chain(3, 2)))
    assert (found.followers, found.differences) == (2 * PARTITIONS, [])
    assert pair.told(
        ahead=held(pair, 3, 6, b"unknown here"),
        apart=held(pair, 5, 2, b"another"),
        strange=held(pair, 7, 0, b"begun otherwise"),
    ) == [
        (f"{pair.name}/3/6", "it is not in the journal", b"unknown here", None),
        (f"{pair.name}/5/2", "it is chained otherwise", b"another", pair.chain(5, 2)),
        (f"{pair.name}/7/0", "it begins otherwise", b"begun otherwise", first_link(pair.name, 7)),
    ]


def test_what_is_not_published_yet_is_waited_for(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.publish(3, 1, 2, 3, 4, 5)
    pair.publish(5, 1, 2, 3, 4, 5)
    has, asked = reconciling._has, list[bool]()

    def publishing(*given: Any) -> bool:
        asked.append(has(*given))
        if len(asked) == 1:
            pair.publish(7, 1, 2, 3, 4, 5)
        return asked[-1]

    monkeypatch.setattr(reconciling, "_has", publishing)
    assert reconcile(pair.journal, pair.log).differences == []
    assert asked == [False, True]

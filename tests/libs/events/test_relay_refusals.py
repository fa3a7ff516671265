"""The relay refuses a log that is not its journal's, and then nothing is appended until somebody restores."""

from contextlib import closing
from itertools import count
from uuid import uuid4

import pytest
from sqlalchemy import text

from libs.events import relay
from libs.events.kafka import Log, Publisher, events_topic, marks_topic
from libs.events.kafka.log import TAIL_STEP
from libs.events.memory_cluster.broker import MemoryBroker
from libs.events.memory_cluster.log import MemoryLog
from libs.events.outbox import PostgresOutbox
from libs.events.partitions import PARTITIONS, partition_of
from libs.events.relay import LogDiffers, Relay
from libs.events.service import Parts
from tests.conftest import Bench
from tests.libs.events.clusters import Clock
from tests.libs.events.editing import edit
from tests.libs.events.test_flow import published, verified, working, write
from tests.libs.events.test_journal import append, draft
from tests.libs.events.test_relay import in_the_journal, in_the_log, relaying, wrote
from tests.libs.events.waiting import until

ANOTHERS = (
    b'{"id":"x","source":"another","type":"t","sequence":9,"recordedat":"2026-01-01T00:00:00.000000Z","chain":"00"}'
)


def test_the_relay_refuses_a_journal_that_is_behind_its_log(writing: Bench, worker: Parts, log: Log) -> None:
    with working(writing, log=log):
        until(lambda: verified(writing), "the relay's verification")
        parts = writing.open()
        write(parts, [uuid4() for _ in range(5)])
        until(lambda: published(writing, log) == 10, "publishing")
        parts.close()
    edit(writing, "delete from journal where sequence = (select max(sequence) from journal)")
    with pytest.raises(LogDiffers, match="import the missing tail"):
        Relay(PostgresOutbox(worker.journal), log).verify()
    assert not verified(writing), "nothing is appended until somebody restores"


def test_the_relay_refuses_an_emptied_topic(writing: Bench, worker: Parts, log: Log) -> None:
    with writing.superuser.begin() as connection:
        connection.execute(text("insert into published (partition, sequence) values (3, 17)"))
    with pytest.raises(LogDiffers, match="is empty"):
        Relay(PostgresOutbox(worker.journal), log).verify()


def test_a_hole_in_the_journal_is_never_published_over(writing: Bench, worker: Parts, log: Log) -> None:
    writing.verify_journal()
    wrote(writing, 60)
    edit(writing, "delete from journal where (partition, sequence) in (select partition, 2 from journal group by 1)")
    with relaying(worker, log) as ended:
        until(lambda: bool(ended), "the relay's end")
    assert isinstance(ended[0], LogDiffers)
    assert str(ended[0]).startswith(f"the journal has no {writing.service.name}/")
    assert in_the_log(writing, log) == []


def test_a_log_with_another_history_under_the_same_numbers_is_refused(writing: Bench, worker: Parts, log: Log) -> None:
    writing.verify_journal()
    wrote(writing, 1)
    with relaying(worker, log):
        until(lambda: published(writing, log) == 1, "publishing")
    edit(writing, "update journal set chain = sha256(chain)")
    with pytest.raises(LogDiffers, match="chained otherwise"):
        Relay(PostgresOutbox(worker.journal), log).verify()
    assert not verified(writing)


@pytest.mark.parametrize("value", [None, b"{}", ANOTHERS], ids=["empty", "no record", "a record of another"])
def test_what_is_no_record_of_ours_at_the_end_of_the_log_is_passed_over(
    writing: Bench, worker: Parts, log: Log, value: bytes | None
) -> None:
    """Whoever can write to the topic could stop all writers otherwise; followers park such bytes and go on as well."""
    writing.verify_journal()
    wrote(writing, 8)
    with relaying(worker, log):
        until(lambda: published(writing, log) == 8, "publishing")
    with closing(log.publisher("stranger")) as stranger:
        for _ in range(TAIL_STEP + 1):
            send(stranger, writing, value)
    wrote(writing, 8)
    with relaying(worker, log) as ended:
        until(lambda: hinted(writing) == 16, "publishing")
    assert (in_the_log(writing, log), ended) == (in_the_journal(writing, worker), [])
    assert trusted(writing)


def send(stranger: Publisher, bench: Bench, value: bytes | None) -> None:
    stranger._producer.begin_transaction()
    for partition in range(PARTITIONS):
        stranger._producer.send(events_topic(bench.service.name), value=value, key=b"k", partition=partition)
    stranger._producer.commit_transaction()


def hinted(bench: Bench) -> int:
    with bench.superuser.connect() as connection:
        return int(connection.execute(text("select coalesce(sum(sequence), 0) from published")).scalar_one())


def test_a_database_put_back_under_a_running_relay_is_compared_anew_by_itself(
    writing: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a dump read back over it leaves it: no connection breaks, and the word of the relay was another's."""
    monkeypatch.setattr(relay, "LEADER_SECONDS", 0.02)
    with relaying(worker, log) as ended:
        until(lambda: trusted(writing), "the relay's verification")
        with writing.superuser.begin() as connection:
            connection.execute(text("create table dump as select * from journal_identity"))
        with writing.superuser.begin() as connection:
            connection.execute(text("delete from journal_identity"))
            connection.execute(text("insert into journal_identity select * from dump"))
            assert not connection.execute(text("select exists (select from journal_verified)")).scalar_one()
        until(lambda: trusted(writing), "another comparison")
    assert ended == []


def trusted(bench: Bench) -> bool:
    with bench.superuser.connect() as connection:
        found = text("select exists (select from journal_verified where identity = journal_identity_now())")
        return bool(connection.execute(found).scalar_one())


def test_a_journal_whose_history_parted_from_what_was_published_is_not_published_behind_it(
    writing: Bench, worker: Parts, log: Log
) -> None:
    """As a superuser leaves it who takes events and heads back, and lets commands go on from there."""
    with relaying(worker, log) as ended:
        until(lambda: trusted(writing), "the relay's verification")
        wrote(writing, 1)
        until(lambda: published(writing, log) == 1, "publishing")
        edit(
            writing,
            "with other as (update journal set chain = sha256(chain) returning partition, chain)"
            " update journal_head h set chain = other.chain from other where h.partition = other.partition",
        )
        (partition,) = [head.partition for head in worker.journal.heads() if head.sequence]
        subject = next(name for n in count() if partition_of(name := f"person-{n}") == partition)
        with closing(writing.open()) as parts:
            append(parts.journal, draft("note-1", 1, subject))
        until(lambda: bool(ended), "the relay's end")
    assert str(ended[0]) == f"{writing.service.name}/{partition}/2 does not follow from what was published before it"


def test_events_are_published_as_cloudevents_and_marks_are_not() -> None:
    broker = MemoryBroker(Clock())
    log = MemoryLog(broker)
    log.ensure_topics("sample", 1)
    topics = events_topic("sample"), marks_topic("sample")
    with closing(log.publisher("anybody")) as publisher:
        publisher.publish([(topic, 0, "key", b"{}") for topic in topics])
    typed = [dict(one.headers)["content-type"] for topic in topics for one in broker.committed(topic, 0)]
    assert typed == [b"application/cloudevents+json", b"application/json"]

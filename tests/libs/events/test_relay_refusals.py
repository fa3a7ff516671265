"""The relay refuses a log that is not its journal's, and then nothing is appended until somebody restores."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from libs.events.kafka import Log, events_topic
from libs.events.outbox import PostgresOutbox
from libs.events.relay import LogDiffers, Relay
from libs.events.service import Parts
from tests.conftest import Bench
from tests.libs.events.editing import edit
from tests.libs.events.test_flow import published, verified, working, write
from tests.libs.events.test_relay import in_the_log, relaying, wrote
from tests.libs.events.waiting import until


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


@pytest.mark.parametrize("value", [None, b"{}"], ids=["empty", "no record"])
def test_a_log_that_ends_in_what_is_no_record_is_refused_and_nothing_is_appended(
    writing: Bench, worker: Parts, log: Log, value: bytes | None
) -> None:
    writing.verify_journal()
    stranger = log.publisher("stranger")
    stranger._producer.begin_transaction()
    stranger._producer.send(events_topic(writing.service.name), value=value, key=b"k", partition=5)
    stranger._producer.commit_transaction()
    stranger.close()
    with pytest.raises(LogDiffers, match=r"holds no record at 0"):
        Relay(PostgresOutbox(worker.journal), log).verify()
    assert not verified(writing)

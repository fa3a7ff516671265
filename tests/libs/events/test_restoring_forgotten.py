"""Who was forgotten stays forgotten, whichever older keyring and older database a restore begins with."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from libs.events import restoring
from libs.events.contracts.upkeep import upkeep
from libs.events.database import connect
from libs.events.forgetting import empty
from libs.events.handling import Target
from libs.events.kafka import Log
from libs.events.upkeep import once
from tests.conftest import Bench
from tests.libs.events.sample import meta
from tests.libs.events.test_flow import notes_of, published, working, write
from tests.libs.events.test_relay_refusals import trusted
from tests.libs.events.test_restoring import Backup, emptied, restore
from tests.libs.events.waiting import until


@contextmanager
def keys(bench: Bench) -> Iterator[Connection]:
    """The keyring's own database."""
    engine = connect(bench.settings.keyring_database_url.get_secret_value(), "test", pool=1)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def forget(bench: Bench, subject: str) -> None:
    """As the service itself does when the registry erased somebody."""
    said = upkeep(bench.service.name).forgotten(
        erasure_id=uuid4(), forgotten=subject, destroyed_at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    with closing(bench.open("worker")) as parts:
        parts.codec.keyring.forget(subject)
        with parts.store.begin() as books:
            empty(books.connection, bench.service.name, bench.service.projections, subject)
        parts.handler.handle(Target(once, f"forgotten-{subject}", said, meta(), subject))


def searchable(bench: Bench) -> set[UUID]:
    (rows,) = bench.service.inline
    return {row.note_id for row in notes_of(bench, rows) if row.title_hash or row.words}


@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("lost", [True, False], ids=["an empty database", "an older backup"])
def test_an_older_keyring_brings_nobody_back(
    writing: Bench, log: Log, monkeypatch: pytest.MonkeyPatch, *, lost: bool, guarded: bool
) -> None:
    forgotten, other = uuid4(), uuid4()
    with working(writing, log=log), closing(writing.open()) as parts:
        until(lambda: trusted(writing), "the relay's verification")
        write(parts, [forgotten, other], counts=0)
        until(lambda: published(writing, log) == 2, "publishing")
        with keys(writing) as connection:
            connection.execute(text("create table older as select * from keyring"))
    backup = Backup.of(writing)
    with working(writing, log=log):
        forget(writing, f"person-{forgotten}")
        until(lambda: published(writing, log) == 3, "publishing")
    assert searchable(writing) == {other}
    if lost:
        emptied(writing)
    else:
        backup.put_back(writing)
    with keys(writing) as connection:
        connection.execute(text("delete from keyring"))
        connection.execute(text("insert into keyring overriding system value select * from older"))
    if not guarded:
        monkeypatch.setattr(restoring, "_forgotten", lambda *_: [])
    restore(writing, log)
    assert searchable(writing) == ({other} if guarded else {forgotten, other})
    assert alive(writing, forgotten) is not guarded
    assert alive(writing, other)


def alive(bench: Bench, note: UUID) -> bool:
    with keys(bench) as connection:
        statement = text("select wrapped is not null from keyring where subject = :subject")
        found: Any = connection.execute(statement, {"subject": f"person-{note}"}).scalar_one()
    return bool(found)

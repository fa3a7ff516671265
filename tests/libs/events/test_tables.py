"""No process starts on tables that its code did not fold."""

from contextlib import closing
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from libs.events.feeds import JournalFeed
from libs.events.projection import Projection
from libs.events.rebuild import Rebuild
from libs.events.service import migrate_service
from libs.events.tables import TablesStale, refuse_stale, stale
from tests.conftest import Bench
from tests.libs.events.sample import note_projection
from tests.libs.events.test_flow import notes_of, write


def deployed(bench: Bench, *inline: Projection[Any]) -> Bench:
    """The service with other projections, its databases migrated."""
    after = replace(bench, service=replace(bench.service, inline=inline))
    migrate_service(after.service, after.settings)
    return after


def refuse(bench: Bench) -> None:
    """What a process does at its start."""
    refuse_stale(bench.superuser, bench.service.name, bench.service.projections)


def rebuild(bench: Bench) -> None:
    """What the refusal asks for."""
    with closing(bench.open("worker", transaction_seconds=0)) as worker, worker.engine.connect() as connection:
        outgrown = stale(connection, bench.service.projections)
        Rebuild("group", outgrown, worker.codec, JournalFeed(worker.journal), worker.store).run()


@pytest.fixture
def written(writing: Bench) -> Bench:
    """A service with three notes."""
    writing.verify_journal()
    with closing(writing.open()) as parts:
        write(parts, [uuid4() for _ in range(3)])
    return writing


def test_a_new_service_and_one_that_is_deployed_again_start(written: Bench) -> None:
    refuse(written)
    refuse(deployed(written, *written.service.inline))


def test_a_projection_added_to_a_service_with_events_must_be_filled_first(written: Bench) -> None:
    after = deployed(written, *written.service.inline, note_projection("more"))
    with pytest.raises(TablesStale, match=r"sample\.more; run `aftercare projection rebuild"):
        refuse(after)
    assert notes_of(after, after.service.inline[1]) == []
    rebuild(after)
    refuse(after)
    assert len(notes_of(after, after.service.inline[1])) == 3


def test_another_version_must_be_built_first_and_the_code_before_it_no_longer_starts(written: Bench) -> None:
    after = deployed(written, note_projection(version=2))
    with pytest.raises(TablesStale, match=r"sample\.notes"):
        refuse(after)
    refuse(written)
    rebuild(after)
    refuse(after)
    with pytest.raises(TablesStale):
        refuse(written)


def test_a_projection_added_before_the_first_event_needs_nothing(writing: Bench) -> None:
    refuse(deployed(writing, *writing.service.inline, note_projection("more")))


def test_tables_that_were_never_made_are_refused(written: Bench) -> None:
    with pytest.raises(TablesStale):
        refuse(replace(written, service=replace(written.service, inline=[note_projection("unmade")])))

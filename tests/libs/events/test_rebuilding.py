"""Rebuilds that are cut off, shared, bounded or taken back."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from libs.events import feeds, rebuild
from libs.events.checkpoints import Checkpoint, OwnershipLost, Place
from libs.events.digest import Digest, digest_of
from libs.events.feeds import JournalFeed
from libs.events.projection import Fold, Projection
from libs.events.rebuild import NothingToRollBack, Rebuild, RebuildDiffers, certificate_of, verify
from libs.events.service import Parts
from tests.conftest import Bench
from tests.libs.events.sample import NoteOpened, note_projection
from tests.libs.events.test_flow import notes_of, write

NOTES, EVENTS = 40, 120


class Killed(BaseException):
    """Stands for SIGKILL where the test itself must live on."""


@pytest.fixture
def notes() -> list[UUID]:
    return [uuid4() for _ in range(NOTES)]


@pytest.fixture
def written(writing: Bench, notes: list[UUID], monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    """The worker's parts of a service with 40 notes, each counted twice, read in small portions."""
    monkeypatch.setattr(feeds, "READ_BATCH_MAX", 2)
    monkeypatch.setattr(rebuild, "LEVEL_EVENTS_MAX", 0)
    writing.verify_journal()
    with closing(writing.open()) as parts:
        write(parts, notes, counts=2)
    with closing(writing.open("worker", transaction_seconds=0)) as worker:
        yield worker


def of_journal(worker: Parts, *projections: Projection[Any]) -> Rebuild:
    chosen = projections or tuple(worker.service.inline)
    return Rebuild("notes", chosen, worker.codec, JournalFeed(worker.journal), worker.store)


def live(bench: Bench) -> str:
    with bench.superuser.connect() as connection:
        return bench.service.inline[0].live(connection)


def built(bench: Bench) -> int:
    """How many events a build has come."""
    with bench.superuser.connect() as connection:
        return int(
            connection.execute(
                text("select coalesce(sum(sequence), 0) from checkpoint where follower = 'build:notes'")
            ).scalar_one()
        )


def cut_off(bench: Bench, worker: Parts, monkeypatch: pytest.MonkeyPatch, after: int, point: str) -> None:
    """A rebuild that dies at a crash point once it has come so far."""

    def die(here: str) -> None:
        if here == point and built(bench) >= after:
            raise Killed

    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr(rebuild, "crash_point", die)
        of_journal(worker).run()


@pytest.mark.parametrize("point", ["rebuild.before-commit", "rebuild.after-commit"])
@pytest.mark.parametrize("percent", [1, 50, 99])
def test_a_rebuild_that_was_cut_off_goes_on_where_it_stood(
    writing: Bench, written: Parts, monkeypatch: pytest.MonkeyPatch, percent: int, point: str
) -> None:
    cut_off(writing, written, monkeypatch, EVENTS * percent // 100, point)
    stood = built(writing)
    assert EVENTS * percent // 100 <= stood < EVENTS + 1
    assert live(writing) == "notes_v1"
    again = of_journal(written)
    assert again.begin()
    folded: list[int] = []
    again.fill(progress=lambda done, _goal: folded.append(done))
    assert min(folded, default=EVENTS) > stood or stood == EVENTS, "nothing is folded again"
    assert again.finish().same
    assert live(writing) == "notes_v1_2"
    assert {row.count for row in notes_of(writing, writing.service.inline[0])} == {2}


@pytest.mark.parametrize("point", ["swap.before-commit", "swap.after-commit"])
def test_a_swap_is_done_or_not(writing: Bench, written: Parts, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    cut_off(writing, written, monkeypatch, 0, point)
    swapped = point == "swap.after-commit"
    assert live(writing) == ("notes_v1_2" if swapped else "notes_v1")
    assert of_journal(written).begin() is not swapped
    assert of_journal(written).run().same


def test_what_other_code_began_is_begun_anew(writing: Bench, written: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off(writing, written, monkeypatch, EVENTS // 2, "rebuild.after-commit")
    newer = of_journal(written, note_projection(version=2))
    assert not newer.begin()
    assert newer.run().same
    with writing.superuser.connect() as connection:
        names = connection.execute(text("select table_name from projection_version where name = 'sample.notes'"))
        assert set(names.scalars()) == {"notes_v1", "notes_v2"}


def test_several_fill_it_at_once_each_its_partitions(writing: Bench, written: Parts) -> None:
    of_journal(written).begin()
    shares = [[p for p in range(24) if p % 3 == n] for n in range(3)]
    threads = [Thread(target=of_journal(written).fill, kwargs={"partitions": share}) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert built(writing) == EVENTS
    assert of_journal(written).finish().same


def test_two_who_fill_the_same_partitions_do_not_fold_twice(writing: Bench, written: Parts) -> None:
    one, other = of_journal(written), of_journal(written)
    one.begin()
    other.begin()
    one.fill()
    stale = replace(next(iter(other._done.values())))
    assert stale.sequence == 0
    batches = list(other._feed.batches(other._done, one._live_positions()))
    with pytest.raises(OwnershipLost):
        other._fold(batches[0])
    assert one.finish().same


def test_it_folds_no_faster_than_it_is_told(written: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(rebuild, "sleep", slept.append)
    made = of_journal(written)
    made.begin()
    made.fill(events_per_second=60)
    assert sum(slept) == pytest.approx(EVENTS / 60)


def test_until_a_position_vector_it_holds_what_was_there_then(writing: Bench, written: Parts) -> None:
    openings = {h.partition: h.sequence for h in written.journal.heads()}
    (rows,) = writing.service.inline
    goal = {
        Place(written.service.name, partition): Checkpoint(0, sequence // 3, b"", 0, 0)
        for partition, sequence in openings.items()
    }
    seen: list[Any] = []
    made = spied(of_journal(written), rows, seen)
    certificate = made.until(goal)
    assert {name: sequence for name, (sequence, _) in certificate.positions.items() if sequence} == {
        f"{place.source}/{place.partition}": one.sequence for place, one in goal.items() if one.sequence
    }
    assert live(writing) == "notes_v1"
    assert seen == [certificate.projections[0].rebuilt]
    with writing.superuser.connect() as connection:
        left = connection.execute(text("select count(*) from projection_version where build is not null"))
        assert left.scalar_one() == 0


def spied(made: Rebuild, rows: Projection[Any], seen: list[Any]) -> Rebuild:
    """Notes the digest of what was built just before it is given up."""
    discard: Callable[[], None] = made.discard

    def look() -> None:
        if rows.name in made.tables:
            with made._store.begin() as books:
                seen.append(books.workshop.digest(rows, made.tables[rows.name]))
        discard()

    made.discard = look  # type: ignore[method-assign]  # Looked at on its way out.
    return made


def test_until_an_instant_it_holds_what_was_recorded_by_then(writing: Bench, written: Parts) -> None:
    records = [record for p in range(24) for record in written.journal.after(p, 0, 10_000)]
    records = sorted(records, key=lambda record: record.recorded_at)
    instant: datetime = records[EVENTS // 2].recorded_at
    certificate = of_journal(written).until(instant=instant)
    by_then = [record for record in records if record.recorded_at <= instant]
    assert sum(sequence for sequence, _ in certificate.positions.values()) == len(by_then)
    chains = {f"{r.source}/{r.partition}": (r.sequence, r.chain.hex()) for r in by_then}
    assert {place: at for place, at in certificate.positions.items() if at[0]} == chains
    everything = of_journal(written).until(instant=records[-1].recorded_at + timedelta(days=1))
    assert sum(sequence for sequence, _ in everything.positions.values()) == EVENTS


def test_rolled_back_readers_use_the_version_before_level_with_what_came_since(
    writing: Bench, written: Parts, notes: list[UUID]
) -> None:
    of_journal(written).run()
    with closing(writing.open()) as parts:
        write(parts, [uuid4()], counts=1)
    (rows,) = writing.service.inline
    with writing.superuser.connect() as connection:
        before = digest_of(connection, rows, live(writing))
    of_journal(written).roll_back()
    assert live(writing) == "notes_v1"
    with writing.superuser.connect() as connection:
        assert digest_of(connection, rows, "notes_v1") == before
    with closing(writing.open()) as parts:
        write(parts, [uuid4()], counts=0)
    of_journal(written).roll_back()
    assert live(writing) == "notes_v1_2"
    assert len(notes_of(writing, rows)) == NOTES + 2
    assert isinstance(before, Digest)


def test_there_is_nothing_to_roll_back_to_before_the_first_swap_and_behind_other_code(
    writing: Bench, written: Parts
) -> None:
    with pytest.raises(NothingToRollBack):
        of_journal(written).roll_back()
    newer = note_projection(version=2)
    of_journal(written, newer).run()
    with pytest.raises(NothingToRollBack):
        of_journal(written, newer).roll_back()
    assert live(writing) == "notes_v2"
    of_journal(written).roll_back()
    assert live(writing) == "notes_v1"


def test_a_certificate_of_the_live_version_agrees_with_it(writing: Bench, written: Parts) -> None:
    (rows,), feed = writing.service.inline, JournalFeed(written.journal)
    with written.store.begin(snapshot=True) as books:
        certificate = certificate_of(books, [rows], feed)
    with written.store.begin(snapshot=True) as books:
        assert verify(books, [rows], feed, certificate.to_json()) == []
    assert certificate.same


def test_an_event_that_cannot_be_folded_stops_it_and_the_mended_code_goes_on(writing: Bench, written: Parts) -> None:
    failing = note_projection()
    fold = failing.folds[NoteOpened]
    failing.folds[NoteOpened] = Fold(fold.keys, lambda _event, _row: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        of_journal(written, failing).run()
    again = of_journal(written)
    assert again.begin()
    assert again.run().same
    assert live(writing) == "notes_v1_2"


def test_what_comes_between_the_comparison_and_the_swap_is_compared_as_well(
    writing: Bench, written: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folded otherwise only from then on: nothing that was compared before shows it."""
    wrong, late = note_projection(), list[bool]()
    fold = wrong.folds[NoteOpened]

    def otherwise(event: Any, row: Any) -> Any:
        after = fold.evolve(event, row)
        return replace(after, unit="2025:99999") if late else after

    wrong.folds[NoteOpened] = Fold(fold.keys, otherwise)
    made = of_journal(written, wrong)
    compare = made._compare

    def compared() -> Any:
        certificate = compare()
        late.append(True)
        with closing(writing.open()) as parts:
            write(parts, [uuid4()], counts=0)
        return certificate

    monkeypatch.setattr(made, "_compare", compared)
    with pytest.raises(RebuildDiffers):
        made.run()
    assert live(writing) == "notes_v1"

"""Deadlines pass once, whoever looks, whatever is rebuilt, and never once they were met or moved."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

import pytest

from libs.events.clock import set_development_clock
from libs.events.deadlines import Alarm, DeadlineRow, Deadlines, deadline_rows, still
from libs.events.decider import Decider
from libs.events.event import Event
from libs.events.feeds import JournalFeed
from libs.events.handling import Target
from libs.events.projection import Projection
from libs.events.rebuild import Rebuild
from libs.events.service import Parts
from libs.events.settings import Mode
from tests.conftest import Bench, MakeBench
from tests.libs.events.sample import meta

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DUE = date(2030, 1, 10)
OVER = datetime(2030, 1, 10, 17, tzinfo=UTC)


class PaperDue(Event, type="sample.paper-due", version=1):
    """A paper is due on a day, or at an instant."""

    paper_id: UUID
    due: str


class PaperMade(Event, type="sample.paper-made", version=1):
    """The paper was made."""

    paper_id: UUID


papers: Decider[Event, None] = Decider("paper", None, lambda event, _state, _law: [event], lambda state, _event: state)


def paper_rows(name: str) -> Projection[DeadlineRow]:
    rows = deadline_rows(name)

    @rows.on(PaperDue, key=lambda e: e.paper_id)
    def due(event: PaperDue, row: DeadlineRow | None) -> DeadlineRow:
        subject = f"person-{event.paper_id}"
        if "T" in event.due:
            return still(row, DeadlineRow.at(event.paper_id, subject, datetime.fromisoformat(event.due)))
        return still(row, DeadlineRow.on(event.paper_id, subject, date.fromisoformat(event.due), ZONE))

    @rows.on(PaperMade, key=lambda e: e.paper_id)
    def made(event: PaperMade, row: DeadlineRow | None) -> None:
        return None

    return rows


class Office:
    """A service with one kind of deadline, in a year of its own."""

    def __init__(self, bench: Bench, parts: Parts) -> None:
        self.bench, self.parts = bench, parts
        (self.deadlines,) = parts.service.deadlines

    def says(self, event: Event, paper: UUID) -> None:
        self.parts.handler.handle(Target(papers, f"paper-{paper}", event, meta(), f"person-{paper}"))

    def at(self, instant: datetime) -> None:
        set_development_clock(self.bench.superuser, Mode.DEVELOPMENT, instant)

    def ring(self) -> int:
        return self.alarm().ring()

    def alarm(self) -> Alarm:
        return Alarm([self.deadlines], self.parts.handler, self.parts.store)

    def told(self) -> list[tuple[str, str]]:
        wire = f"{self.parts.service.name}.deadline-passed"
        records = [record for p in range(24) for record in self.parts.journal.after(p, 0) if record.type == wire]
        return [(record.data["due"], record.subject) for record in records]

    def row(self, paper: UUID) -> DeadlineRow | None:
        with self.bench.superuser.connect() as connection:
            return next(iter(self.deadlines.rows.read(connection, "of = :paper", paper=paper)), None)


@pytest.fixture
def office(make_bench: MakeBench) -> Iterator[Office]:
    name = f"office{uuid4().hex[:8]}"
    bench = make_bench(name=name, deadlines=[Deadlines(paper_rows(f"{name}.papers"))])
    bench.verify_journal()
    with closing(bench.open("worker")) as parts:
        yield Office(bench, parts)


@pytest.fixture
def paper(office: Office) -> UUID:
    """A paper that is due on a day."""
    paper = uuid4()
    office.says(PaperDue(paper_id=paper, due=DUE.isoformat()), paper)
    return paper


def test_a_civil_date_passes_with_the_end_of_its_day_where_it_counts(office: Office, paper: UUID) -> None:
    office.at(OVER - timedelta(seconds=2))
    assert office.ring() == 0
    office.at(OVER)
    assert office.ring() == 1
    assert office.told() == [("2030-01-10", f"person-{paper}")]


def test_an_instant_passes_with_itself(office: Office) -> None:
    paper = uuid4()
    office.says(PaperDue(paper_id=paper, due="2030-01-10T08:30:00+07:00"), paper)
    office.at(datetime(2030, 1, 10, 1, 29, 58, tzinfo=UTC))
    assert office.ring() == 0
    office.at(datetime(2030, 1, 10, 1, 30, tzinfo=UTC))
    assert office.ring() == 1


def test_an_instant_without_an_offset_is_no_deadline() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        DeadlineRow.at(uuid4(), "s", datetime(2030, 1, 1))  # noqa: DTZ001 -- That is the point.


def test_what_was_met_in_time_never_passes(office: Office, paper: UUID) -> None:
    office.says(PaperMade(paper_id=paper), paper)
    office.at(OVER)
    assert (office.ring(), office.told(), office.row(paper)) == (0, [], None)


def test_a_moved_deadline_passes_on_its_new_day_alone(office: Office, paper: UUID) -> None:
    office.says(PaperDue(paper_id=paper, due="2030-02-01"), paper)
    office.at(OVER)
    assert office.ring() == 0
    office.at(datetime(2030, 2, 1, 17, tzinfo=UTC))
    assert office.ring() == 1
    assert office.told() == [("2030-02-01", f"person-{paper}")]


def test_a_deadline_passes_once_whoever_rings_and_however_often(office: Office, paper: UUID) -> None:
    office.at(OVER)
    gate, told = Barrier(4), list[int]()

    def ring() -> None:
        gate.wait()
        told.append(office.ring())

    threads = [Thread(target=ring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert office.ring() == 0
    assert len(office.told()) == 1


def test_saying_the_same_day_again_does_not_open_it_again(office: Office, paper: UUID) -> None:
    office.at(OVER)
    office.ring()
    office.says(PaperDue(paper_id=paper, due=DUE.isoformat()), paper)
    assert office.ring() == 0
    assert len(office.told()) == 1


def test_a_day_that_comes_back_after_another_is_told_of_again(office: Office, paper: UUID) -> None:
    office.at(OVER)
    office.ring()
    office.says(PaperDue(paper_id=paper, due="2030-02-01"), paper)
    office.says(PaperDue(paper_id=paper, due=DUE.isoformat()), paper)
    assert office.ring() == 1
    assert office.told() == [("2030-01-10", f"person-{paper}")] * 2


@pytest.mark.parametrize("meanwhile", [PaperMade, PaperDue])
def test_what_is_met_or_moved_between_the_look_and_the_telling_does_not_pass(
    office: Office, paper: UUID, monkeypatch: pytest.MonkeyPatch, meanwhile: type[Event]
) -> None:
    office.at(OVER)
    alarm = office.alarm()
    look = alarm._due

    def slow(rows: Projection[DeadlineRow]) -> Any:
        found = look(rows)
        event = PaperMade(paper_id=paper) if meanwhile is PaperMade else PaperDue(paper_id=paper, due="2030-02-01")
        office.says(event, paper)
        return found

    monkeypatch.setattr(alarm, "_due", slow)
    assert alarm.ring() == 0
    assert office.told() == []


def test_nothing_passes_again_over_a_rebuild_and_what_passed_is_known_in_it(office: Office, paper: UUID) -> None:
    office.at(OVER)
    office.ring()
    rows, parts = office.deadlines.rows, office.parts
    with closing(office.bench.open("worker", transaction_seconds=0)) as free:
        feed = JournalFeed(free.journal)
        certificate = Rebuild("group", [rows], parts.codec, feed, free.store).run()
    assert certificate.same
    assert (office.row(paper) or DeadlineRow(paper, "", "", OVER)).passed
    assert office.ring() == 0
    assert len(office.told()) == 1


def test_the_event_says_which_deadline_of_what(office: Office, paper: UUID) -> None:
    office.at(OVER)
    office.ring()
    name = f"{office.parts.service.name}.papers"
    stream = f"deadline-{uuid5(paper, name)}"
    (record,) = office.parts.journal.streams([stream])[stream]
    assert (record.data["of"], record.data["deadline"]) == (str(paper), name)
    assert record.cloud["actor"] == f"deadline:{name}"

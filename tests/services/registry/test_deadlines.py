"""What is due of a case: set, met, moved and passed, as the law of the day and its calendar say."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from libs.events.contracts.registry.case import CaseDeadlineMoved
from libs.events.contracts.upkeep import DeadlinePassed
from libs.events.deadlines import Alarm, DeadlineRow, Deadlines
from libs.events.projection import Projection
from libs.events.record import Meta
from libs.events.redating import redate
from libs.law.law import LAW
from libs.law.values import WorkingDays
from services.registry.deadlines import DEADLINES
from services.registry.domain.case import case_decider
from services.registry.domain.case.commands import OpenDossier
from services.registry.projections.deadlines import decisions, dossiers, terms
from tests.services.registry.acting import Acting
from tests.services.registry.domain.case.story import EARLIER
from tests.services.reporting.registry import case_of, episode_of
from tests.services.reporting.story import WARD

# As if the decree now gave every office two working days more.
SLOWER = replace(
    LAW,
    rules=tuple(
        replace(rule, value=WorkingDays(rule.value.count + 2)) if isinstance(rule.value, WorkingDays) else rule
        for rule in LAW.rules
    ),
)


def due(registry: Acting, rows: Projection[DeadlineRow], case: UUID) -> list[tuple[str, bool]]:
    return [(row.due, row.passed) for row in registry.rows(rows, "of = :case", case=case)]


@pytest.fixture
def person(reacting: Acting) -> UUID:
    """Somebody who presented on Wednesday, 4 March 2026."""
    person = uuid4()
    report = replace(
        EARLIER.report, case_id=case_of(person), person_id=person, episode_id=episode_of(person), unit=WARD
    )
    reacting.tell(person, case_decider, case_of(person), report)
    return person


def open_dossier(registry: Acting, person: UUID) -> None:
    on = date(2026, 3, 6)
    registry.tell(person, case_decider, case_of(person), OpenDossier(on, today=on))


def test_a_report_makes_the_dossier_due_and_the_dossier_the_decision_r_10_r_14(reacting: Acting, person: UUID) -> None:
    case = case_of(person)
    assert due(reacting, dossiers, case) == [("2026-03-09", False)]
    open_dossier(reacting, person)
    assert due(reacting, dossiers, case) == []
    assert due(reacting, decisions, case) == [("2026-03-10", False)]


def test_the_term_ends_on_a_day_until_the_case_does(reacting: Acting) -> None:
    managed = reacting.offices.completer()
    (row,) = reacting.rows(terms, "of = :case", case=case_of(managed))
    assert row.passes_at.astimezone(UTC).time().hour == 17
    reacting.offices.die(managed, date(2023, 9, 4))
    reacting.settle()
    assert due(reacting, terms, case_of(managed)) == []


def test_a_dossier_that_nobody_made_passes_and_is_told_once(reacting: Acting, person: UUID) -> None:
    """The year of the tests is later than the story's."""
    assert datetime.now(UTC) > datetime(2026, 3, 10, tzinfo=UTC)
    alarm = Alarm(DEADLINES, reacting.parts.handler, reacting.parts.store)
    alarm.ring()
    alarm.ring()
    (passed,) = reacting.told(person, DeadlinePassed)
    assert (passed.of, passed.deadline, passed.due) == (case_of(person), dossiers.name, "2026-03-09")
    assert due(reacting, dossiers, case_of(person)) == [("2026-03-09", True)]


@pytest.mark.parametrize(
    ("rows", "with_dossier", "was", "is_due"),
    [(dossiers, False, "2026-03-09", "2026-03-11"), (decisions, True, "2026-03-10", "2026-03-12")],
)
def test_a_changed_law_moves_what_is_open_by_an_explicit_command_and_once(
    reacting: Acting, person: UUID, rows: Projection[DeadlineRow], was: str, is_due: str, *, with_dossier: bool
) -> None:
    if with_dossier:
        open_dossier(reacting, person)
    (kind,) = (one for one in DEADLINES if one.rows is rows)
    changed = replace(reacting.parts.handler, law=SLOWER)
    meta = Meta(uuid4(), "operator:test", uuid4())
    seen, moved = redate(kind, changed, reacting.parts.engine, meta)
    assert seen >= moved >= 1
    again = replace(meta, command_id=uuid4())
    assert redate(kind, changed, reacting.parts.engine, again) == (seen, 0)
    (event,) = reacting.told(person, CaseDeadlineMoved)
    assert (str(event.due_on), str(event.was)) == (is_due, was)
    assert due(reacting, rows, case_of(person)) == [(is_due, False)]


def test_under_the_same_law_nothing_moves(reacting: Acting, person: UUID) -> None:
    kind = DEADLINES[0]
    seen, _ = redate(kind, reacting.parts.handler, reacting.parts.engine, Meta(uuid4(), "operator:test", uuid4()))
    assert seen >= 1
    assert reacting.told(person, CaseDeadlineMoved) == []


def test_what_no_rule_sets_is_not_redated(reacting: Acting) -> None:
    meta = Meta(uuid4(), "operator:test", uuid4())
    assert redate(Deadlines(terms), reacting.parts.handler, reacting.parts.engine, meta) == (0, 0)

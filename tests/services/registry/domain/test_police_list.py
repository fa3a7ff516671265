"""A list is received whole and applied once; a row waits until a human says whose it is."""

from datetime import date
from uuid import UUID

import pytest

from libs.events.contracts.registry.person import PersonDied
from libs.events.contracts.registry.police_list import (
    ListApplied,
    ListReceived,
    RowOutcome,
    RowQuarantined,
    RowResolved,
)
from libs.events.decider import Unknown, WrongStage
from libs.events.testing import Specification
from services.registry.domain.police_list import (
    AlreadyResolved,
    Counts,
    CountsDiffer,
    FinishList,
    ListOfTomorrow,
    OutcomeUnfit,
    QuarantineRow,
    ReceiveList,
    ResolveRow,
    list_decider,
    row_decider,
)

LIST, ROW, PERSON, OTHER = (UUID(int=n) for n in range(1, 5))
UNIT = "2025:26113"
DAY = date(2026, 6, 14)
ELSEWHERE = PersonDied(person_id=PERSON, died_on=DAY, source="x")
COUNTS = Counts(matched=2, new=3, quarantined=2, rejected=1, carried=1)

police_list = Specification(list_decider)
row = Specification(row_decider)


def received() -> ListReceived:
    return ListReceived(list_id=LIST, unit=UNIT, as_of=DAY, received=8, content="f0")


def applied() -> ListApplied:
    return ListApplied(list_id=LIST, received=8, matched=2, new=3, quarantined=2, rejected=1, carried=1)


def receive(today: date = DAY) -> ReceiveList:
    return ReceiveList(LIST, UNIT, DAY, today, 8, "f0")


def quarantined() -> RowQuarantined:
    return RowQuarantined(
        list_id=LIST, row_id=ROW, unit=UNIT, sheet=1, row=9, problems=("birth_impossible",), candidates=(PERSON,)
    )


def resolved(outcome: RowOutcome, person: UUID | None = None) -> RowResolved:
    return RowResolved(list_id=LIST, row_id=ROW, outcome=outcome, person_id=person)


def test_a_list_is_received_once() -> None:
    police_list.given().when(receive()).then(received())
    police_list.given(received()).when(receive()).then()
    police_list.given(received(), applied()).when(receive()).then()


def test_a_list_is_never_of_tomorrow() -> None:
    police_list.given().when(receive(today=date(2026, 6, 13))).then_refused(ListOfTomorrow)


def test_a_list_is_applied_once_with_counts_that_add_up() -> None:
    police_list.given(received(), ELSEWHERE).when(FinishList(COUNTS)).then(applied())
    police_list.given(received(), applied()).when(FinishList(COUNTS)).then()
    police_list.given(received(), applied()).when(FinishList(Counts(matched=8))).then_refused(WrongStage)
    police_list.given().when(FinishList(COUNTS)).then_refused(Unknown)


@pytest.mark.parametrize("counts", [Counts(matched=7), Counts(matched=9), Counts(matched=7, quarantined=1, carried=2)])
def test_rows_that_do_not_add_up_are_refused(counts: Counts) -> None:
    police_list.given(received()).when(FinishList(counts)).then_refused(CountsDiffer)


def test_a_row_waits_once() -> None:
    command = QuarantineRow(LIST, ROW, UNIT, 1, 9, ("birth_impossible",), (PERSON,))
    row.given().when(command).then(quarantined())
    row.given(quarantined()).when(command).then()


@pytest.mark.parametrize(
    ("outcome", "person"), [(RowOutcome.MATCHED, PERSON), (RowOutcome.NEW, OTHER), (RowOutcome.REJECTED, None)]
)
def test_a_human_says_whose_a_row_is_once(outcome: RowOutcome, person: UUID | None) -> None:
    known, said = quarantined(), resolved(outcome, person)
    row.given(known, ELSEWHERE).when(ResolveRow(outcome, person)).then(said)
    row.given(known, said).when(ResolveRow(outcome, person)).then()
    row.given(known, said).when(ResolveRow(RowOutcome.MATCHED, UUID(int=9))).then_refused(AlreadyResolved)
    row.given().when(ResolveRow(outcome, person)).then_refused(Unknown)


@pytest.mark.parametrize(
    ("outcome", "person"),
    [
        (RowOutcome.MATCHED, None),
        (RowOutcome.NEW, None),
        (RowOutcome.REJECTED, PERSON),
        (RowOutcome.QUARANTINED, None),
        (RowOutcome.QUARANTINED, PERSON),
    ],
)
def test_a_row_is_a_named_person_or_nobodys(outcome: RowOutcome, person: UUID | None) -> None:
    row.given(quarantined()).when(ResolveRow(outcome, person)).then_refused(OutcomeUnfit)

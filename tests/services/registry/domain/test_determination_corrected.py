"""A determination that was recorded wrongly: corrected or annulled, and the relapse that it proved with it."""

from dataclasses import replace
from typing import Any

import pytest

from libs.events.contracts.registry.determination import (
    DeterminationAnnulled,
    DeterminationCorrected,
    RelapseWithdrawn,
)
from libs.events.decider import Unknown
from libs.events.event import Event
from services.registry.domain.determination import (
    AnnulDetermination,
    ConfirmRelapse,
    CorrectDetermination,
    DeterminationIsAnnulled,
    DeterminedInTheFuture,
)
from tests.services.registry.domain.case.story import EPISODE, LIFE, PERSON, day
from tests.services.registry.domain.test_determination import ID, LAST, determination, recorded, relapse

ANNUL = AnnulDetermination(day("2026-09-01"), "nhầm người")


def correct(on: str = "2026-05-18", **more: Any) -> CorrectDetermination:
    """Correct what was recorded."""
    command = CorrectDetermination(day(on), True, day("2026-09-01"), "nhập sai", LAST, LIFE)
    return replace(command, **more)


def corrected(on: str = "2026-05-18", *, addicted: bool = True, was: str = "2026-05-18") -> DeterminationCorrected:
    """It was."""
    return DeterminationCorrected(
        determination_id=ID,
        person_id=PERSON,
        determined_on=day(on),
        addicted=addicted,
        was=day(was),
        reason="nhập sai",
        relied_on=LIFE.position,
    )


def annulled() -> DeterminationAnnulled:
    """It counts for nothing."""
    return DeterminationAnnulled(
        determination_id=ID, person_id=PERSON, annulled_on=day("2026-09-01"), reason="nhầm người"
    )


def withdrawn(on: str = "2026-05-18") -> RelapseWithdrawn:
    """It proves no relapse any more."""
    return RelapseWithdrawn(determination_id=ID, person_id=PERSON, episode_id=EPISODE, determined_on=day(on))


def test_a_corrected_date_withdraws_the_relapse_and_confirms_it_anew() -> None:
    determination.given(recorded(), relapse()).when(correct("2026-05-11")).then(
        corrected("2026-05-11"), withdrawn(), relapse("2026-05-11")
    )


def test_the_withdrawal_names_the_date_that_counted_last() -> None:
    before = [recorded(), relapse(), corrected("2026-05-11"), withdrawn(), relapse("2026-05-11")]
    determination.given(*before).when(correct("2026-05-04")).then(
        corrected("2026-05-04", was="2026-05-11"), withdrawn("2026-05-11"), relapse("2026-05-04")
    )


@pytest.mark.parametrize(
    ("command", "after"),
    [
        (correct(addicted=False), corrected(addicted=False)),
        (correct("2026-02-02"), corrected("2026-02-02")),
        (correct("2026-05-11", last_completion=None), corrected("2026-05-11")),
        (ANNUL, annulled()),
    ],
)
def test_what_proves_no_relapse_any_more_withdraws_it(command: Any, after: Event) -> None:
    determination.given(recorded(), relapse()).when(command).then(after, withdrawn())


def test_where_no_relapse_was_proved_none_is_withdrawn() -> None:
    determination.given(recorded(addicted=False)).when(ANNUL).then(annulled())
    determination.given(recorded(addicted=False)).when(correct("2026-05-11", addicted=False)).then(
        corrected("2026-05-11", addicted=False)
    )


def test_no_addiction_corrected_to_addiction_is_a_relapse() -> None:
    determination.given(recorded(addicted=False)).when(correct()).then(corrected(), relapse())


def test_a_completion_found_later_is_compared_with_the_corrected_date() -> None:
    moved = [recorded(), corrected("2026-02-02")]
    determination.given(*moved).when(ConfirmRelapse(LAST)).then()
    determination.given(*moved, corrected("2026-05-11", was="2026-02-02")).when(ConfirmRelapse(LAST)).then(
        relapse("2026-05-11")
    )


def test_an_annulled_determination_proves_nothing_and_is_not_corrected() -> None:
    determination.given(recorded(), annulled()).when(ConfirmRelapse(LAST)).then()
    determination.given(recorded(), annulled()).when(correct("2026-05-11")).then_refused(DeterminationIsAnnulled)


def test_what_is_said_twice_is_true_once() -> None:
    determination.given(recorded(), relapse()).when(correct()).then()
    determination.given(recorded(), relapse(), annulled(), withdrawn()).when(ANNUL).then()


def test_nothing_is_corrected_that_is_not_there_or_into_the_future() -> None:
    determination.given().when(correct()).then_refused(Unknown)
    determination.given().when(ANNUL).then_refused(Unknown)
    determination.given(recorded()).when(correct("2026-09-02")).then_refused(DeterminedInTheFuture)

"""Determinations of addiction, and the relapse they prove after a completed episode (D116 Art 3(6))."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from libs.events.contracts.registry.determination import DeterminationRecorded, RelapseConfirmed
from libs.events.decider import Unknown
from libs.events.testing import Specification
from services.registry.domain.determination import (
    AlreadyDetermined,
    ConfirmRelapse,
    Determination,
    DeterminedInTheFuture,
    LastCompletion,
    RecordDetermination,
    determination_decider,
)
from tests.services.registry.domain.case.story import EARLIER, EPISODE, HERE, LIFE, PERSON, day

determination = Specification(determination_decider)
ID = UUID(int=21)
TODAY = day("2026-09-01")
LAST = LastCompletion(EPISODE, day("2026-03-02"), "registry.events/7=4211")


def record(on: str = "2026-05-18", last: LastCompletion | None = LAST, **more: Any) -> RecordDetermination:
    """Record what a body found."""
    command = RecordDetermination(
        ID,
        PERSON,
        HERE,
        day(on),
        TODAY,
        addicted=True,
        body="Bệnh viện 09",
        certificate_number="7",
        last_completion=last,
        life=LIFE,
    )
    return replace(command, **more)


def recorded(on: str = "2026-05-18", **more: Any) -> DeterminationRecorded:
    """It was recorded."""
    facts: dict[str, Any] = {"addicted": True, "body": "Bệnh viện 09", "certificate_number": "7"}
    facts |= {"relied_on": LIFE.position, **more}
    return DeterminationRecorded(determination_id=ID, person_id=PERSON, unit=HERE, determined_on=day(on), **facts)


def relapse(on: str = "2026-05-18") -> RelapseConfirmed:
    """It proves a relapse."""
    return RelapseConfirmed(
        determination_id=ID,
        person_id=PERSON,
        episode_id=EPISODE,
        unit=HERE,
        determined_on=day(on),
        relied_on="registry.events/7=4211",
    )


@pytest.mark.parametrize("on", ["2026-03-02", "2026-05-18", "2026-09-01"])
def test_addiction_after_a_completed_episode_is_a_relapse_whatever_became_of_the_case(on: str) -> None:
    determination.given().when(record(on)).then(recorded(on), relapse(on))


def test_no_addiction_is_no_relapse() -> None:
    determination.given().when(record(addicted=False)).then(recorded(addicted=False))


def test_addiction_of_somebody_who_completed_nothing_is_no_relapse() -> None:
    determination.given().when(record(last=None)).then(recorded())


def test_addiction_before_the_completion_is_no_relapse() -> None:
    determination.given().when(record("2026-03-01")).then(recorded("2026-03-01"))


def test_a_relapse_is_confirmed_once() -> None:
    determination.given(recorded(), relapse()).when(record()).then()
    determination.given(recorded()).when(record()).then()


def test_a_completion_that_was_told_late_makes_a_determination_a_relapse_once() -> None:
    late = ConfirmRelapse(LAST)
    determination.given(recorded()).when(late).then(relapse())
    determination.given(recorded(), relapse()).when(late).then()


def test_neither_a_completion_after_it_nor_no_addiction_makes_a_relapse() -> None:
    after = ConfirmRelapse(replace(LAST, completed_on=day("2026-05-19")))
    determination.given(recorded()).when(after).then()
    determination.given(recorded(addicted=False)).when(ConfirmRelapse(LAST)).then()


def test_a_completion_on_the_day_of_the_determination_makes_it_a_relapse() -> None:
    same_day = ConfirmRelapse(replace(LAST, completed_on=day("2026-05-18")))
    determination.given(recorded()).when(same_day).then(relapse())


def test_a_relapse_found_late_is_the_determination_s_whatever_is_known_of_completions_since() -> None:
    other = LastCompletion(UUID(int=22), day("2026-04-06"), "registry.events/7=4300")
    determination.given(recorded(), relapse()).when(ConfirmRelapse(other)).then()


def test_what_was_never_determined_is_no_relapse() -> None:
    determination.given().when(ConfirmRelapse(LAST)).then_refused(Unknown)


@pytest.mark.parametrize("other", [{"addicted": False}, {"body": "Trạm y tế"}, {"certificate_number": "8"}])
def test_a_determination_is_recorded_once_and_not_otherwise(other: dict[str, Any]) -> None:
    determination.given(recorded(), relapse()).when(record(**other)).then_refused(AlreadyDetermined)


def test_no_determination_lies_in_the_future() -> None:
    determination.given().when(record("2026-09-02")).then_refused(DeterminedInTheFuture)


def test_a_determination_ignores_what_is_not_its_own() -> None:
    state = determination_decider.fold(Determination(), [recorded(), relapse()])
    assert state == Determination(recorded(), day("2026-05-18"), addicted=True, relapse=relapse())
    assert determination_decider.evolve(state, EARLIER.reported) == state

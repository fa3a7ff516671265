"""Early ends and deaths, on both sides of 01/07/2026 (R-33, R-36)."""

from collections.abc import Sequence

import pytest

from libs.events.contracts.values import EndReason
from libs.events.decider import NotAllowedByLaw, WrongStage
from libs.events.event import Event
from services.registry.domain.case.commands import CorrectCompletionDate, EndByDeath, EndCase
from services.registry.domain.case.refusals import DeathOfAPerson, WrongDates
from tests.services.registry.domain.case.story import (
    EARLIER,
    NEW,
    OLD,
    approved,
    case,
    day,
    ended,
    in_review,
    notified,
    paused,
    used,
    withheld,
)


def end(on: str, reason: EndReason, today: str | None = None) -> EndCase:
    """End early."""
    return EndCase(reason, day(on), today=day(today or on))


OPEN: list[Sequence[Event]] = [
    [NEW.reported],
    NEW.with_dossier,
    NEW.managed,
    [*NEW.managed, notified("2026-08-03T09:00")],
    [*NEW.managed, paused("2026-08-03")],
    [*NEW.managed, in_review("2027-07-07")],
    [*NEW.managed, in_review("2027-07-07"), withheld("2027-07-07", "detected", ("R-31",))],
]


@pytest.mark.parametrize("history", OPEN)
@pytest.mark.parametrize(
    ("reason", "rules"),
    [
        (EndReason.DECLARED_MISSING, ("R-36",)),
        (EndReason.REFORMATORY, ("R-33",)),
        (EndReason.COMPULSORY_EDUCATION, ("R-33",)),
        (EndReason.ANNULLED, ()),
    ],
)
def test_from_01_07_2026_an_open_case_ends_early_for_what_the_law_knows(
    history: Sequence[Event], reason: EndReason, rules: tuple[str, ...]
) -> None:
    case.given(*history).when(end("2027-07-08", reason)).then(ended("2027-07-08", reason, rules))


@pytest.mark.parametrize("history", OPEN)
def test_a_death_ends_every_open_case_r_36(history: Sequence[Event]) -> None:
    over = ended("2027-07-08", EndReason.DECEASED, ("R-36",))
    case.given(*history).when(EndByDeath(day("2027-07-08"))).then(over)
    case.given(*history, over).when(EndByDeath(day("2027-07-08"))).then()


@pytest.mark.parametrize("history", [*OPEN, [*NEW.managed, ended("2027-07-08", EndReason.DECEASED)]])
def test_a_death_is_told_of_the_person_and_of_no_case(history: Sequence[Event]) -> None:
    command = end("2027-07-08", EndReason.DECEASED)
    case.given(*history).when(command).then_refused(DeathOfAPerson, rules=["R-36"])


def test_death_and_loss_end_a_case_under_the_old_law_too_r_36() -> None:
    died, missing = (ended("2024-05-06", why, ("R-36",)) for why in (EndReason.DECEASED, EndReason.DECLARED_MISSING))
    case.given(*OLD.managed).when(EndByDeath(day("2024-05-06"))).then(died)
    case.given(*OLD.managed).when(end("2024-05-06", EndReason.DECLARED_MISSING)).then(missing)


@pytest.mark.parametrize("reason", [EndReason.DECLARED_MISSING, EndReason.REFORMATORY, EndReason.COMPULSORY_EDUCATION])
def test_a_case_does_not_end_before_the_completion(reason: EndReason) -> None:
    early = end("2026-07-05", reason, today="2026-08-03")
    case.given(*NEW.managed).when(early).then_refused(WrongDates)
    over = ended("2026-07-06", reason, ("R-36",) if reason is EndReason.DECLARED_MISSING else ("R-33",))
    case.given(*NEW.managed).when(end("2026-07-06", reason)).then(over)


@pytest.mark.parametrize("reason", [EndReason.REFORMATORY, EndReason.COMPULSORY_EDUCATION])
def test_until_30_06_2026_no_other_measure_ends_a_case(reason: EndReason) -> None:
    case.given(*EARLIER.managed).when(end("2026-06-30", reason)).then_refused(
        NotAllowedByLaw, rules=["R-32", "R-35", "R-36"]
    )


@pytest.mark.parametrize("reason", [EndReason.PRISON, EndReason.RELAPSED])
def test_prison_and_relapse_end_a_case_by_their_own_commands_only(reason: EndReason) -> None:
    case.given(*NEW.managed).when(end("2026-08-03", reason)).then_refused(NotAllowedByLaw, rules=[])


def test_a_case_does_not_end_in_the_future() -> None:
    command = end("2026-05-04", EndReason.DECLARED_MISSING, today="2026-05-03")
    case.given(*EARLIER.managed).when(command).then_refused(WrongDates)


def test_the_same_end_twice_is_one() -> None:
    over = ended("2026-05-04", EndReason.DECLARED_MISSING, ("R-36",))
    case.given(*EARLIER.managed, over).when(end("2026-05-04", EndReason.DECLARED_MISSING)).then()


CLOSED: list[list[Event]] = [
    [in_review("2027-03-03"), approved("2027-03-04", ())],
    [ended("2026-05-04", EndReason.DECEASED)],
]


@pytest.mark.parametrize("closing", CLOSED)
def test_a_closed_case_does_not_end_otherwise(closing: list[Event]) -> None:
    case.given(*EARLIER.managed, *closing).when(end("2027-03-04", EndReason.ANNULLED)).then_refused(WrongStage)


def test_after_the_end_a_correction_that_changes_nothing_is_silent() -> None:
    over = [*EARLIER.managed, used("2026-04-06"), ended("2026-05-04", EndReason.DECEASED)]
    case.given(*over).when(CorrectCompletionDate(day("2026-03-02"), "nhập sai")).then()

"""The date of a death is corrected: the case that it ended follows, and no other."""

from libs.events.contracts.values import EndReason
from libs.events.event import Event
from services.registry.domain.case.commands import CorrectDeath
from tests.services.registry.domain.case.story import EARLIER, case, day, end_corrected, ended

DEAD: list[Event] = [*EARLIER.managed, ended("2026-05-18", EndReason.DECEASED, ("R-36",))]
CORRECTED = CorrectDeath(day("2026-05-11"))


def test_the_case_that_a_death_ended_ends_on_the_corrected_day_r_36() -> None:
    moved = end_corrected("2026-05-11", EndReason.DECEASED, "2026-05-18", ("R-36",))
    case.given(*DEAD).when(CORRECTED).then(moved)
    case.given(*DEAD, moved).when(CORRECTED).then()
    case.given(*DEAD).when(CorrectDeath(day("2026-05-18"))).then()


def test_neither_an_open_case_nor_one_that_ended_otherwise_follows_a_death() -> None:
    case.given(*EARLIER.managed).when(CORRECTED).then()
    case.given(*EARLIER.managed, ended("2026-05-18", EndReason.RELAPSED)).when(CORRECTED).then()

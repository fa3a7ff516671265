"""Generated worlds: lives with every kind of fate, as the registry would tell them, and what they mean in days."""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import strategies as st

from libs.events.contracts.registry.drug_test import DrugTestResult, DrugTestStage
from libs.events.contracts.values import EndReason
from libs.law.l120 import L120_IN_FORCE
from tests.services.reporting.story import FAR, NEAR, WARD, Person, Story

FIRST_COMPLETION = date(2025, 1, 1)
LAST_FATE = 800
UNITS = (WARD, NEAR, FAR, "2004:26110", "2004:25216", "2004:00112")


@dataclass(frozen=True)
class Fate:
    """One life; numbers are days since completion, None is never."""

    unit: str
    completed: int
    managed: int | None
    relapse: int | None
    death: int | None
    prison: int | None
    release: int | None
    move: int | None
    goes_to: str
    absent: tuple[int, int] | None
    tests: tuple[tuple[int, DrugTestStage, DrugTestResult], ...]
    told_late: int
    again: int | None

    @property
    def completed_on(self) -> date:
        return FIRST_COMPLETION + timedelta(days=self.completed)


def day(number: int | None) -> st.SearchStrategy[int | None]:
    """A day since completion, or never."""
    return st.one_of(st.none(), st.integers(0, number or LAST_FATE))


fates = st.builds(
    Fate,
    unit=st.sampled_from(UNITS),
    completed=st.integers(0, 360),
    managed=day(60),
    relapse=day(None),
    death=day(None),
    prison=day(None),
    release=day(90),
    move=day(None),
    goes_to=st.sampled_from(UNITS),
    absent=st.one_of(st.none(), st.tuples(st.integers(0, 300), st.integers(1, 60))),
    tests=st.lists(
        st.tuples(st.integers(0, 400), st.sampled_from(DrugTestStage), st.sampled_from(DrugTestResult)), max_size=4
    ).map(tuple),
    told_late=st.integers(0, 200),
    # Later than the first completion, which is then the one that is followed.
    again=st.one_of(st.none(), st.integers(1, LAST_FATE)),
)
worlds = st.lists(fates, min_size=1, max_size=25)


def told(fates: list[Fate]) -> Story:
    """The story of a world, with one person for each fate, in order."""
    story = Story()
    for fate in fates:
        _tell(story.person(fate.completed_on, fate.unit), fate)
    return story


def _tell(person: Person, fate: Fate) -> None:
    def on(number: int) -> date:
        return fate.completed_on + timedelta(days=number)

    for number, stage, result in fate.tests:
        person.tested(on(number), result, stage, known=on(number + fate.told_late))
    if fate.relapse is not None:
        person.relapsed(on(fate.relapse), known=on(fate.relapse + fate.told_late))
    if fate.death is not None:
        person.died(on(fate.death), known=on(fate.death + fate.told_late))
    _tell_case(person, fate)
    if fate.again is not None:
        person.completed(on(fate.again))


def _tell_case(person: Person, fate: Fate) -> None:
    """The case goes through its happenings in the order of their days, as far as it is open."""
    happenings: list[tuple[int, str]] = []
    if fate.managed is None:
        return
    if fate.prison is not None:
        happenings.append((fate.managed + fate.prison, "prison"))
    if fate.move is not None:
        happenings.append((fate.managed + fate.move, "move"))
    person.managed(fate.completed_on + timedelta(days=fate.managed))
    free_from = 0
    if fate.absent is not None:
        start = fate.completed_on + timedelta(days=fate.managed + fate.absent[0])
        person.absent(start, start + timedelta(days=fate.absent[1]))
    for number, what in sorted(happenings):
        happened_on = fate.completed_on + timedelta(days=number)
        if what == "move" and number >= free_from:
            person.left(happened_on, fate.goes_to).received(happened_on, fate.goes_to)
        elif what == "prison":
            if happened_on < L120_IN_FORCE:
                person.ended(EndReason.PRISON, happened_on)
                return
            person.paused(happened_on)
            if fate.release is None:
                return
            free_from = number + fate.release
            person.released(happened_on + timedelta(days=fate.release))

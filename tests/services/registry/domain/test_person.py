"""A person: registered once, then known by dated facts that add up."""

from dataclasses import replace
from typing import Any

import pytest

from libs.events.contracts.registry.person import (
    NameRecorded,
    NumberRecorded,
    PersonDied,
    PersonRegistered,
    ResidenceRecorded,
)
from libs.events.contracts.values import Sex
from libs.events.decider import Unknown
from libs.events.event import REDACTED, Event
from libs.events.testing import Specification
from services.registry.domain.person import (
    AlreadyRegistered,
    ConfirmDeath,
    InTheFuture,
    Person,
    PersonCommand,
    RecordName,
    RecordNumber,
    RecordResidence,
    RegisterPerson,
    person_decider,
)
from services.registry.domain.person.state import Residence
from tests.services.registry.domain.case.story import EARLIER, ELSEWHERE, HERE, PERSON, THERE, day

person = Specification(person_decider)
TODAY = day("2026-03-04")
LIST = "police-list"

REGISTER = RegisterPerson(
    person_id=PERSON,
    today=TODAY,
    unit=HERE,
    source="officer",
    full_name="Nguyễn Văn An",
    sex=Sex.MALE,
    birth_year=1985,
    birth_date="1985-05",
    other_names=("An Còi",),
    citizen_id="001085012345",
    legacy_id9="012345678",
    address="Số 1, ngõ 2",
)
REGISTERED = PersonRegistered(
    person_id=PERSON,
    registered_on=TODAY,
    unit=HERE,
    source="officer",
    full_name="Nguyễn Văn An",
    sex=Sex.MALE,
    birth_year=1985,
    birth_date="1985-05",
    other_names=["An Còi"],
    citizen_id="001085012345",
    legacy_id9="012345678",
    address="Số 1, ngõ 2",
)


def test_somebody_is_registered_with_what_papers_say() -> None:
    person.given().when(REGISTER).then(REGISTERED)


def test_somebody_is_registered_with_a_name_and_nothing_else() -> None:
    bare = RegisterPerson(PERSON, TODAY, HERE, LIST, "Trần Thị Bình", Sex.UNKNOWN, None)
    person.given().when(bare).then(
        PersonRegistered(
            person_id=PERSON,
            registered_on=TODAY,
            unit=HERE,
            source=LIST,
            full_name="Trần Thị Bình",
            sex=Sex.UNKNOWN,
            birth_year=None,
        )
    )


def test_the_same_registration_twice_is_one() -> None:
    person.given(REGISTERED).when(REGISTER).then()


def test_an_id_stands_for_one_person() -> None:
    person.given(REGISTERED).when(replace(REGISTER, full_name="Trần Thị Bình")).then_refused(AlreadyRegistered)


@pytest.mark.parametrize(
    "command",
    [
        RecordName(TODAY, LIST, "Nguyễn Văn Ân"),
        RecordNumber(TODAY, LIST, citizen_id="001085099999"),
        RecordResidence(TODAY, TODAY, THERE, LIST),
        ConfirmDeath(TODAY, TODAY, LIST),
    ],
)
def test_nothing_is_recorded_of_whom_nobody_knows(command: PersonCommand) -> None:
    person.given().when(command).then_refused(Unknown)


# Names.


def named(name: str, *, replaces: bool = False) -> NameRecorded:
    """A name became known."""
    return NameRecorded(person_id=PERSON, recorded_on=TODAY, source=LIST, full_name=name, replaces=replaces)


def test_another_name_is_added_and_the_first_stays_in_use() -> None:
    person.given(REGISTERED).when(RecordName(TODAY, LIST, "Nguyễn Văn Ân")).then(named("Nguyễn Văn Ân"))
    state = person_decider.fold(Person(), [REGISTERED, named("Nguyễn Văn Ân")])
    assert state.full_name == "Nguyễn Văn An"
    assert state.names == {"Nguyễn Văn An", "An Còi", "Nguyễn Văn Ân"}


def test_a_corrected_name_takes_the_place_of_the_one_in_use() -> None:
    command = RecordName(TODAY, LIST, "Nguyễn Văn Ân", replaces=True)
    person.given(REGISTERED).when(command).then(named("Nguyễn Văn Ân", replaces=True))
    state = person_decider.fold(Person(), [REGISTERED, named("Nguyễn Văn Ân", replaces=True)])
    assert state.full_name == "Nguyễn Văn Ân"


@pytest.mark.parametrize("name", ["Nguyễn Văn An", "An Còi", "Nguyễn Văn Ân"])
def test_a_name_that_is_known_adds_nothing(name: str) -> None:
    person.given(REGISTERED, named("Nguyễn Văn Ân")).when(RecordName(TODAY, LIST, name)).then()


def test_a_name_known_beside_the_one_in_use_can_take_its_place_once() -> None:
    command = RecordName(TODAY, LIST, "An Còi", replaces=True)
    person.given(REGISTERED).when(command).then(named("An Còi", replaces=True))
    person.given(REGISTERED, named("An Còi", replaces=True)).when(command).then()


# Numbers (domain 5.2).


def numbered(**numbers: Any) -> NumberRecorded:
    """A number became known."""
    return NumberRecorded(person_id=PERSON, recorded_on=TODAY, source=LIST, **numbers)


NEW12, NEW9 = "001085099999", "087654321"


@pytest.mark.parametrize(
    ("said", "added"),
    [
        ({"citizen_id": NEW12}, {"citizen_id": NEW12}),
        ({"legacy_id9": NEW9}, {"legacy_id9": NEW9}),
        ({"citizen_id": NEW12, "legacy_id9": NEW9}, {"citizen_id": NEW12, "legacy_id9": NEW9}),
        ({"citizen_id": "001085012345", "legacy_id9": NEW9}, {"legacy_id9": NEW9}),
        ({"citizen_id": NEW12, "legacy_id9": "012345678"}, {"citizen_id": NEW12}),
    ],
)
def test_only_a_number_that_is_new_is_added_and_earlier_ones_stay(said: dict[str, Any], added: dict[str, str]) -> None:
    person.given(REGISTERED).when(RecordNumber(TODAY, LIST, **said)).then(numbered(**added))
    person.given(REGISTERED, numbered(**added)).when(RecordNumber(TODAY, LIST, **said)).then()


@pytest.mark.parametrize("said", [{}, {"citizen_id": "001085012345"}, {"legacy_id9": "012345678"}])
def test_a_number_that_is_known_adds_nothing(said: dict[str, Any]) -> None:
    person.given(REGISTERED).when(RecordNumber(TODAY, LIST, **said)).then()


# Residences.


def lives(since: str, unit: str, address: str | None = None) -> ResidenceRecorded:
    """A residence became known."""
    return ResidenceRecorded(person_id=PERSON, lived_from=day(since), unit=unit, source=LIST, address=address)


def reside(since: str, unit: str, address: str | None = None) -> RecordResidence:
    """Record it."""
    return RecordResidence(day(since), day("2026-12-31"), unit, LIST, address)


def test_a_residence_is_added_from_its_day_on() -> None:
    person.given(REGISTERED).when(reside("2026-06-01", THERE, "Số 9")).then(lives("2026-06-01", THERE, "Số 9"))


@pytest.mark.parametrize(
    ("since", "unit", "address"), [("2026-03-04", HERE, "Số 1, ngõ 2"), ("2026-05-01", HERE, "Số 1, ngõ 2")]
)
def test_the_residence_in_use_on_the_day_adds_nothing(since: str, unit: str, address: str) -> None:
    person.given(REGISTERED).when(reside(since, unit, address)).then()
    person.given(REGISTERED, lives("2026-06-01", THERE)).when(reside(since, unit, address)).then()


@pytest.mark.parametrize(
    ("since", "unit", "address"),
    [
        ("2026-03-03", HERE, "Số 1, ngõ 2"),  # Earlier than was known.
        ("2026-05-01", HERE, "Số 3"),  # Another address in the same commune.
        ("2026-07-01", HERE, "Số 1, ngõ 2"),  # Back again.
    ],
)
def test_a_residence_that_differs_on_its_day_is_added(since: str, unit: str, address: str) -> None:
    moved = [REGISTERED, lives("2026-06-01", THERE)]
    person.given(*moved).when(reside(since, unit, address)).then(lives(since, unit, address))


def test_residences_are_kept_by_day_and_not_by_the_order_of_hearing() -> None:
    heard: list[Event] = [REGISTERED, lives("2026-09-01", ELSEWHERE), lives("2026-06-01", THERE)]
    assert person_decider.fold(Person(), heard).residences == (
        Residence(TODAY, HERE, "Số 1, ngõ 2", registered=True),
        Residence(day("2026-06-01"), THERE, None),
        Residence(day("2026-09-01"), ELSEWHERE, None),
    )
    person.given(*heard).when(reside("2026-08-01", THERE)).then()


def test_somebody_may_live_elsewhere_from_today_on() -> None:
    person.given(REGISTERED).when(RecordResidence(TODAY, TODAY, THERE, LIST)).then(lives("2026-03-04", THERE))


def test_nobody_lives_anywhere_from_tomorrow_on() -> None:
    command = RecordResidence(day("2026-03-05"), TODAY, THERE, LIST)
    person.given(REGISTERED).when(command).then_refused(InTheFuture)


# Death.


def died(on: str) -> PersonDied:
    """The death was confirmed."""
    return PersonDied(person_id=PERSON, died_on=day(on), source=LIST)


def test_a_death_is_confirmed_once() -> None:
    command = ConfirmDeath(TODAY, TODAY, LIST)
    person.given(REGISTERED).when(command).then(died("2026-03-04"))
    person.given(REGISTERED, died("2026-03-04")).when(command).then()


def test_a_death_on_another_day_corrects_the_first() -> None:
    person.given(REGISTERED, died("2026-03-04")).when(ConfirmDeath(day("2026-03-03"), TODAY, LIST)).then(
        died("2026-03-03")
    )


def test_nobody_dies_tomorrow() -> None:
    person.given(REGISTERED).when(ConfirmDeath(day("2026-03-05"), TODAY, LIST)).then_refused(InTheFuture)


# Replay.


def test_a_person_whose_key_was_destroyed_is_known_by_id_alone() -> None:
    erased = REGISTERED.model_copy(
        update=dict.fromkeys(("full_name", "other_names", "citizen_id", "legacy_id9", "address"), REDACTED)
    )
    gone = numbered(citizen_id=REDACTED)
    assert person_decider.fold(
        Person(), [erased, named("x").model_copy(update={"full_name": REDACTED}), gone]
    ) == Person(registered=erased, id=PERSON, residences=(Residence(TODAY, HERE, None, registered=True),))


def test_a_person_ignores_what_is_not_its_own() -> None:
    state = person_decider.fold(Person(), [REGISTERED])
    assert person_decider.evolve(state, EARLIER.reported) == state

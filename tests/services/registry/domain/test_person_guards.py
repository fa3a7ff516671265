"""What nobody is called, when nobody was born, where nobody lives, and what a death contradicts."""

from dataclasses import replace
from uuid import UUID

import pytest

from libs.events.contracts.registry.person import DeathWeighed, PersonDied, ResidenceRecorded
from libs.events.event import Event
from libs.events.testing import Specification
from services.registry.domain.life import AfterDeath, BeforeBirth
from services.registry.domain.person import (
    ConfirmDeath,
    FollowTransfer,
    RecordName,
    RecordNumber,
    RecordResidence,
    WeighDeath,
    person_decider,
)
from services.registry.domain.person.refusals import BirthImpossible, NotAName
from services.registry.domain.places import NotACommune, UnitAbolished
from tests.services.registry.domain.case.story import ELSEWHERE, HERE, PERSON, THERE, day
from tests.services.registry.domain.test_person import LIST, NEW9, NEW12, REGISTER, REGISTERED, TODAY, died, lives

person = Specification(person_decider)
TEST, EPISODE = UUID(int=31), UUID(int=32)


# Names.


@pytest.mark.parametrize(
    "name", ["123 <script>", "Nguyễn Văn 2", "<b>An</b>", "An & Bình", "---", "", "An;", "An (chết)"]
)
def test_digits_and_markup_are_no_name(name: str) -> None:
    person.given().when(replace(REGISTER, full_name=name)).then_refused(NotAName)
    person.given(REGISTERED).when(RecordName(TODAY, LIST, name)).then_refused(NotAName)


@pytest.mark.parametrize(
    "name", ["H'Mông", "Y-Blô Niê", "Nguyễn V. An", "Ơ", "Ka Să H\u2019Brễu", "Siu Pơ\u0306\u0323"]
)
def test_names_of_every_people_are_names(name: str) -> None:
    person.given().when(replace(REGISTER, full_name=name)).then(REGISTERED.model_copy(update={"full_name": name}))


def test_a_nickname_may_hold_what_it_likes_but_markup() -> None:
    person.given().when(replace(REGISTER, other_names=("Tư 9 ngón",))).then(
        REGISTERED.model_copy(update={"other_names": ["Tư 9 ngón"]})
    )
    person.given().when(replace(REGISTER, other_names=("An Còi", "<i>Còi</i>"))).then_refused(NotAName)


# Numbers.


def test_only_a_citizen_number_is_disputed() -> None:
    both = RecordNumber(TODAY, LIST, NEW12, NEW9, disputed=True)
    (recorded,) = person_decider.decide(both, person_decider.fold(person_decider.initial, [REGISTERED]), None)
    (old,) = person_decider.decide(
        replace(both, citizen_id=None), person_decider.fold(person_decider.initial, [REGISTERED]), None
    )
    assert (vars(recorded)["disputed"], vars(old)["disputed"]) == (True, False)


# Births.


@pytest.mark.parametrize(
    ("birth_date", "birth_year"),
    [("2026-03-05", 2026), ("2026-04", 2026), ("2027", 2027), ("1899-12-31", 1899), (None, 1899), ("1985-02-30", 1985)],
)
def test_nobody_alive_was_born_then(birth_date: str | None, birth_year: int) -> None:
    command = replace(REGISTER, birth_date=birth_date, birth_year=birth_year)
    person.given().when(command).then_refused(BirthImpossible)


@pytest.mark.parametrize(("birth_date", "birth_year"), [("2026-03-04", 2026), ("1900-01-01", 1900), (None, 1900)])
def test_somebody_was(birth_date: str | None, birth_year: int) -> None:
    expected = REGISTERED.model_copy(update={"birth_date": birth_date, "birth_year": birth_year})
    person.given().when(replace(REGISTER, birth_date=birth_date, birth_year=birth_year)).then(expected)


def test_nobody_dies_or_lives_anywhere_before_they_are_born() -> None:
    # REGISTERED was born in May 1985.
    person.given(REGISTERED).when(ConfirmDeath(day("1985-04-30"), TODAY, LIST)).then_refused(BeforeBirth)
    person.given(REGISTERED).when(RecordResidence(day("1985-04-30"), TODAY, THERE, LIST)).then_refused(BeforeBirth)
    person.given(REGISTERED).when(ConfirmDeath(day("1985-05-01"), TODAY, LIST)).then(died("1985-05-01"))


# Places.


def test_nobody_is_registered_or_moves_where_nobody_can_live() -> None:
    person.given().when(replace(REGISTER, unit="2025:75")).then_refused(NotACommune)
    person.given().when(replace(REGISTER, unit="2004:26113")).then_refused(UnitAbolished)
    person.given(REGISTERED).when(RecordResidence(TODAY, TODAY, "2025:75", LIST)).then_refused(NotACommune)
    person.given(REGISTERED).when(RecordResidence(TODAY, TODAY, "2004:26113", LIST)).then_refused(UnitAbolished)


def test_where_somebody_lived_before_the_reform_is_recorded_by_the_map_of_then() -> None:
    command = RecordResidence(day("2025-06-30"), TODAY, "2004:26113", LIST)
    person.given(REGISTERED).when(command).then(lives("2025-06-30", "2004:26113"))


# Death.

DEAD: list[Event] = [REGISTERED, died("2026-03-02")]


def test_the_dead_move_nowhere_and_what_they_did_before_can_still_be_told() -> None:
    person.given(*DEAD).when(RecordResidence(day("2026-03-03"), TODAY, THERE, LIST)).then_refused(
        AfterDeath, rules=["R-36"]
    )
    person.given(*DEAD).when(RecordResidence(day("2026-03-02"), TODAY, THERE, LIST)).then(lives("2026-03-02", THERE))
    person.given(*DEAD).when(RecordName(TODAY, LIST, "An Đen")).then(
        *person_decider.decide(
            RecordName(TODAY, LIST, "An Đen"), person_decider.fold(person_decider.initial, [REGISTERED]), None
        )
    )


def weighed(*later: UUID, needs_review: bool = True) -> DeathWeighed:
    return DeathWeighed(person_id=PERSON, died_on=day("2026-03-02"), later=later, needs_review=needs_review)


def test_what_is_dated_after_a_death_goes_to_a_human_once() -> None:
    person.given(*DEAD).when(WeighDeath((EPISODE, TEST))).then(weighed(TEST, EPISODE))
    person.given(*DEAD, weighed(TEST, EPISODE)).when(WeighDeath((TEST, EPISODE))).then()
    person.given(*DEAD, weighed(TEST)).when(WeighDeath((TEST, EPISODE))).then(weighed(TEST, EPISODE))


def test_a_death_that_nothing_contradicts_goes_to_nobody_and_one_corrected_comes_back() -> None:
    person.given(*DEAD).when(WeighDeath(())).then()
    person.given(REGISTERED).when(WeighDeath((TEST,))).then()
    person.given(*DEAD, weighed(TEST)).when(WeighDeath(())).then(weighed(needs_review=False))


def test_a_residence_after_a_death_that_came_later_goes_to_a_human_but_not_the_registration() -> None:
    moved = [REGISTERED, lives("2026-03-03", THERE), died("2026-03-02")]
    person.given(*moved).when(WeighDeath(())).then(weighed())
    person.given(*DEAD).when(WeighDeath(())).then()  # Registered on 4 March.


# Moves of the case.


def follow(on: str, unit: str = THERE, left: str = HERE) -> FollowTransfer:
    return FollowTransfer(left, unit, day(on))


def moved(since: str, unit: str = THERE) -> ResidenceRecorded:
    return ResidenceRecorded(person_id=PERSON, lived_from=day(since), unit=unit, source="transfer")


def test_who_was_received_elsewhere_lives_there() -> None:
    person.given(REGISTERED).when(follow("2026-04-01")).then(moved("2026-04-01"))
    person.given(REGISTERED, moved("2026-04-01")).when(follow("2026-04-01")).then()


def test_who_was_registered_where_they_had_left_lived_elsewhere_by_then() -> None:
    both = [moved("2025-05-05"), moved("2026-03-04")]
    person.given(REGISTERED).when(follow("2025-05-05")).then(*both)
    person.given(REGISTERED, *both).when(follow("2025-05-05")).then()


@pytest.mark.parametrize(
    "known",
    [
        [REGISTERED.model_copy(update={"unit": ELSEWHERE})],  # Registered where they had moved on to.
        [REGISTERED, lives("2026-06-01", ELSEWHERE)],
    ],
)
def test_an_earlier_move_is_history_to_who_moved_on(known: list[Event]) -> None:
    person.given(*known).when(follow("2025-05-05")).then(moved("2025-05-05"))


def test_an_address_in_the_new_commune_stays() -> None:
    known = [REGISTERED, lives("2026-04-01", THERE, "Số 9")]
    person.given(*known).when(follow("2026-04-02")).then()


def test_no_death_refuses_what_another_stream_has_told() -> None:
    gone: list[Event] = [REGISTERED, PersonDied(person_id=PERSON, died_on=day("2026-03-20"), source=LIST)]
    person.given(*gone).when(follow("2026-04-01")).then(moved("2026-04-01"))

"""The generated world is lawful, repeatable and of the size that the demonstration promises."""

from collections import Counter
from random import Random

from deploy.demo.lives import BEGIN, END, Act
from deploy.demo.load import World
from deploy.demo.people import WARDS, make_people
from libs.vietnam.citizen_number import CitizenNumber, Sex, conflicts, parse_citizen_number
from libs.vietnam.units import parse_unit_ref

WORLD = World.of()


def test_the_same_seed_gives_the_same_world() -> None:
    assert World.of() == WORLD
    assert World.of(seed=1) != WORLD


def test_there_are_at_least_six_hundred_people_with_numbers_of_their_own() -> None:
    assert len(WORLD.people) >= 600
    assert len({person.citizen_id for person in WORLD.people}) == len(WORLD.people)


def test_every_number_keeps_the_rules_and_agrees_with_its_person() -> None:
    for person in WORLD.people:
        number = parse_citizen_number(person.citizen_id)
        assert isinstance(number, CitizenNumber)
        assert conflicts(number, sex=Sex(person.sex), birth_year=person.born_on.year) == ()


def test_people_live_on_real_units() -> None:
    assert {parse_unit_ref(person.unit) for person in WORLD.people} == set(WARDS)


def test_two_years_fit_into_the_commands_promised() -> None:
    assert 4_000 <= len(WORLD.deeds) <= 6_000
    assert all(BEGIN <= deed.on <= END for deed in WORLD.deeds)


def test_every_kind_of_act_occurs() -> None:
    assert Counter(deed.act for deed in WORLD.deeds).keys() == set(Act)


def test_nobody_is_acted_upon_after_death() -> None:
    died = {deed.key: deed for deed in WORLD.deeds if deed.act is Act.DIE}
    assert died
    assert all(deed <= died[deed.key] for deed in WORLD.deeds if deed.key in died)


def test_both_legal_regimes_are_lived_through() -> None:
    years = Counter(deed.on.isoformat()[:4] for deed in WORLD.deeds)
    assert years.keys() == {"2025", "2026", "2027"}


def test_wards_are_uneven_as_in_life() -> None:
    counts = Counter(person.unit for person in make_people(Random(3), 2_000))
    assert max(counts.values()) > 2 * min(counts.values())

"""Searching: a commune finds all of its own people, whoever else in the country is called so, and nobody else."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from libs.events.contracts.values import Sex
from libs.events.handling import Target
from libs.events.record import Meta
from services.registry.domain.person import RegisterPerson, person_decider
from services.registry.projections.identifiers import names, numbers
from tests.libs.web.conftest import Desk
from tests.services.registry.routes.conftest import NOW
from tests.services.registry.routes.office import AWAY, HOME, Office, done, refused

PATH = "/v1/persons/searches"
NAMESAKES = 210


def found(desk: Desk, **wanted: str) -> list[str]:
    return [row["person_id"] for row in every(desk, **wanted)]


def every(desk: Desk, **wanted: str) -> list[dict[str, Any]]:
    rows, path = [], f"{PATH}?limit=3"
    while True:
        page = done(desk.post(path, wanted))
        rows += page["items"]
        if page["next"] is None:
            return rows
        path = f"{PATH}?limit=3&cursor={page['next']}"


def crowd(office: Office, name: str) -> None:
    """More people of one name elsewhere than any limit."""
    people = [uuid4() for _ in range(NAMESAKES)]
    office.parts.codec.keyring.ensure([f"person-{one}" for one in people])
    targets = [
        Target(
            person_decider,
            f"person-{one}",
            RegisterPerson(one, NOW.date(), AWAY, "test", name, Sex.MALE, 1990),
            Meta(uuid4(), "test", uuid4()),
            f"person-{one}",
        )
        for one in people
    ]
    office.parts.handler.handle_many(targets)


def test_a_commune_finds_its_own_among_hundreds_of_namesakes_elsewhere(office: Office, officer: Desk) -> None:
    crowd(office, "Trần Đức Khánh")
    own = {office.person(full_name="Trần Đức Khánh") for _ in range(4)}
    assert set(found(officer, name="Trần Đức Khánh")) == own
    assert set(found(officer, name="khánh tran")) == own
    assert len(found(office.officer(AWAY), name="Đức Khánh")) == NAMESAKES


@pytest.mark.parametrize("wanted", ["Lý Xuân Uy", "LY XUAN UY", "Uy Lý", "ông Lý Xuân Uy"])
def test_a_name_is_found_however_it_is_written(office: Office, officer: Desk, wanted: str) -> None:
    person = office.person(full_name="Lý Xuân Uy")
    assert person in found(officer, name=wanted)
    assert person not in found(officer, name="Lý Xuân Uyên")


def test_words_of_two_names_of_one_person_are_no_name(office: Office, officer: Desk) -> None:
    person = office.person(full_name="Đinh Bá Quân")
    done(officer.post(f"/v1/persons/{person}/names", {"full_name": "Mai Hoài Giang"}))
    assert found(officer, name="Đinh Giang") == []
    assert found(officer, name="Đinh Quân") == found(officer, name="Mai Hoài Giang") == [person]


def test_a_number_of_either_kind_is_found_and_earlier_ones_too(office: Office, officer: Desk) -> None:
    person = office.person(citizen_id="075090007766", legacy_id9="261234567")
    done(officer.post(f"/v1/persons/{person}/numbers", {"legacy_id9": "291234567"}))
    for number in ("075090007766", "075 090 007 766", "261234567", "291234567"):
        assert found(officer, number=number) == [person]
    assert found(officer, number="075090007765") == []


def test_a_person_who_moved_is_found_where_they_live_now(office: Office, officer: Desk) -> None:
    person = office.person(full_name="Ngô Trọng Sơn", citizen_id="075090004321")
    done(officer.post(f"/v1/persons/{person}/residences", {"unit": AWAY, "lived_from": "2027-06-15"}))
    away = office.officer(AWAY)
    assert found(away, name="Ngô Trọng Sơn") == found(away, number="075090004321") == [person]
    assert found(officer, name="Ngô Trọng Sơn") == found(officer, number="075090004321") == []


def test_what_is_found_is_shown_in_the_clear_and_the_reading_recorded(office: Office) -> None:
    person = office.person(full_name="Hồ Công Phúc")
    (row,) = every(office.officer(sub="searcher-1"), name="Hồ Công Phúc")
    assert (row["full_name"], row["unit"]) == ("Hồ Công Phúc", HOME)
    (subjects,) = office.rows("select subjects from read_record where caller = 'searcher-1'")
    assert [str(one) for one in subjects[0]] == [person]


def test_a_search_needs_a_purpose_and_a_permission(officer: Desk, analyst: Desk) -> None:
    refused(officer.post(PATH, {"name": "An"}, Aftercare_Purpose=None), 400, "purpose-required")
    refused(analyst.post(PATH, {"name": "An"}), 403, "forbidden")


def test_a_cursor_of_another_list_is_refused(officer: Desk) -> None:
    refused(officer.post(f"{PATH}?cursor=bm90aGluZw", {"name": "An"}), 400, "cursor-malformed")


@pytest.mark.parametrize("projection", [names, numbers])
def test_the_database_itself_shows_names_and_numbers_of_ones_own_people_only(office: Office, projection: Any) -> None:
    here, there = office.person(legacy_id9="271234999"), office.person(AWAY, legacy_id9="271234999")
    done(office.officer().post(f"/v1/persons/{here}/names", {"full_name": "Phan Minh Nam"}))
    seen = {}
    for scope in (HOME, AWAY, "", "*"):
        with office.parts.engine.begin() as connection:
            connection.execute(text("select set_config('aftercare.scope', :scope, true)"), {"scope": scope})
            rows = projection.read(connection, "person_id in (:here, :there)", here=here, there=there)
        seen[scope] = {str(row.person_id) for row in rows}
    assert seen == {HOME: {here}, AWAY: {there}, "": set(), "*": {here, there}}

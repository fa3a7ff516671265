"""The clubs as their boards use them over REST."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from deploy.services import folder
from libs.web.messages import Catalogue
from libs.web.purposes import Purpose
from libs.web.roles import Role
from tests.libs.web.conftest import Desk
from tests.libs.web.sample import AWAY, HOME
from tests.services.clubs.registry import Registry, in_memory
from tests.services.clubs.twin import Twin

CLUB, OTHER_CLUB = str(uuid4()), str(uuid4())
Known = Callable[[Callable[[Registry], UUID]], UUID]


@pytest.fixture
def board(clubs: Twin) -> Desk:
    """The board of one club."""
    return clubs.desk(Role.CLUB_BOARD, purpose=Purpose.CLUB, clubs=[CLUB])


@pytest.fixture
def known(clubs: Twin) -> Known:
    """Makes somebody of whom the clubs heard from the registry."""

    def make(life: Callable[[Registry], UUID]) -> UUID:
        registry, journal = in_memory()
        person = life(registry)
        clubs.hear(journal.records)
        return person

    return make


def invite(desk: Desk, person: UUID, club: str = CLUB, day: str = "2025-04-01") -> Any:
    return desk.post("/v1/memberships", {"person_id": str(person), "club_id": club, "invited_on": day})


def invited(desk: Desk, person: UUID) -> str:
    answer = invite(desk, person)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def joined(desk: Desk, person: UUID) -> str:
    membership = invited(desk, person)
    answer = desk.post(f"{membership}/answer", {"accepted": True, "answered_on": "2025-04-02"})
    assert answer.status_code == 200, answer.text
    return membership


def test_a_managed_person_is_invited_joins_leaves_and_comes_back(clubs: Twin, board: Desk, known: Known) -> None:
    person = known(Registry.managed)
    membership = joined(board, person)
    leaving = board.post(f"{membership}/leaving", {"reason": "own_wish", "left_on": "2025-05-01"})
    assert leaving.status_code == 200, leaving.text
    assert board.post(f"{membership}/rejoining", {"rejoined_on": "2025-06-01"}).status_code == 200
    read = board.get(membership)
    assert read.headers["ETag"] == '"4"'
    assert read.json() == {
        "membership_id": membership.rsplit("/", 1)[1],
        "person_id": str(person),
        "club_id": CLUB,
        "unit": HOME,
        "stage": "accepted",
        "invited_on": "2025-04-01",
        "joined_on": "2025-06-01",
        "left_on": None,
        "left_for": None,
    }


def test_the_invitation_stores_the_news_it_relied_on(clubs: Twin, board: Desk, known: Known) -> None:
    person = known(Registry.managed)
    membership = invited(board, person)
    with clubs.bench.superuser.connect() as connection:
        relied_on, row = connection.execute(
            text(
                "select j.body::json -> 'data' ->> 'relied_on', format('%s/%s/%s', p.row_source, p.row_partition,"
                " p.row_sequence) from journal j, people_v1 p where stream = :stream and p.person_id = :person"
            ),
            {"stream": f"membership-{membership.rsplit('/', 1)[1]}", "person": person},
        ).one()
    assert relied_on == row
    assert relied_on.startswith("registry/")


def test_who_is_not_on_the_list_is_not_invited(board: Desk, known: Known) -> None:
    answer = invite(board, known(Registry.register))
    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["type"], problem["rules"]) == ("urn:aftercare:problem:not-on-the-list", ["001-16"])
    assert problem["title"] == "Không có trong danh sách quản lý"


def test_nobody_is_a_member_of_one_club_twice(board: Desk, known: Known) -> None:
    person = known(Registry.managed)
    invited(board, person)
    answer = invite(board, person, day="2025-04-05")
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:aftercare:problem:already-member"


def test_who_declined_may_be_invited_again(board: Desk, known: Known) -> None:
    person = known(Registry.managed)
    membership = invited(board, person)
    board.post(f"{membership}/answer", {"accepted": False, "answered_on": "2025-04-02"})
    assert invite(board, person, day="2025-06-01").status_code == 201


def test_people_of_other_communes_are_unknown_here(board: Desk, known: Known) -> None:
    assert invite(board, known(lambda registry: registry.managed(AWAY))).status_code == 404


def test_a_board_invites_to_its_own_club_only(board: Desk, known: Known) -> None:
    assert invite(board, known(Registry.managed), club=OTHER_CLUB).status_code == 404


def test_a_board_sees_its_own_members_only(clubs: Twin, board: Desk, known: Known) -> None:
    person = known(Registry.managed)
    membership = joined(board, person)
    other = clubs.desk(Role.CLUB_BOARD, purpose=Purpose.CLUB, clubs=[OTHER_CLUB])
    assert other.get(membership).status_code == 404
    assert other.get(f"/v1/clubs/{CLUB}/members").status_code == 404
    assert other.get(f"/v1/clubs/{OTHER_CLUB}/members").json() == {"items": [], "next": None}
    leaving = other.post(f"{membership}/leaving", {"reason": "other", "left_on": "2025-05-01"})
    assert leaving.status_code == 404


def test_the_commune_sees_the_members_and_the_reading_is_recorded(clubs: Twin, board: Desk, known: Known) -> None:
    people = {known(Registry.managed) for _ in range(2)}
    for person in people:
        joined(board, person)
    chairman = clubs.desk(Role.COMMUNE_CHAIRMAN, purpose=Purpose.CLUB, sub="chairman-1")
    answer = chairman.get(f"/v1/clubs/{CLUB}/members?limit=200")
    assert answer.status_code == 200, answer.text
    assert {str(person) for person in people} <= {row["person_id"] for row in answer.json()["items"]}
    with clubs.bench.superuser.connect() as connection:
        subjects = connection.execute(text("select subjects from read_record where caller = 'chairman-1'")).scalar_one()
    assert people <= set(subjects)


def test_members_are_read_for_a_purpose(board: Desk) -> None:
    assert board.get(f"/v1/clubs/{CLUB}/members", Aftercare_Purpose=None).status_code == 400


def test_the_dead_do_not_come_back(clubs: Twin, board: Desk) -> None:
    registry, journal = in_memory()
    person = registry.managed()
    clubs.hear(journal.records)
    membership = joined(board, person)
    board.post(f"{membership}/leaving", {"reason": "own_wish", "left_on": "2025-05-01"})
    told = len(journal.records)
    registry.die(person, date(2025, 6, 1))
    clubs.hear(journal.records[told:])
    answer = board.post(f"{membership}/rejoining", {"rejoined_on": "2025-07-01"})
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:aftercare:problem:person-deceased"


def test_every_refusal_of_the_clubs_has_words() -> None:
    assert Catalogue([folder("clubs")]).missing(["services.clubs"]) == []

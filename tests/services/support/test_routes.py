"""Vocational training as communes and schools use it over REST."""

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

SCHOOL, TRADE = str(uuid4()), "sửa xe máy"
APPROVAL = {
    "number": "21/QĐ-UBND",
    "signed_on": "2025-04-03",
    "body": "commune_chairman",
    "unit": HOME,
    "signer": "official-7",
}
Known = Callable[[Callable[[Registry], UUID]], UUID]


@pytest.fixture
def officer(support: Twin) -> Desk:
    return support.desk(Role.COMMUNE_OFFICER, purpose=Purpose.SUPPORT)


@pytest.fixture
def chairman(support: Twin) -> Desk:
    return support.desk(Role.COMMUNE_CHAIRMAN, purpose=Purpose.SUPPORT)


@pytest.fixture
def known(support: Twin) -> Known:
    """Makes somebody of whom support heard from the registry."""

    def make(life: Callable[[Registry], UUID]) -> UUID:
        registry, journal = in_memory()
        person = life(registry)
        support.hear(journal.records)
        return person

    return make


def apply(desk: Desk, person: UUID, day: str = "2025-04-01") -> Any:
    body = {"person_id": str(person), "kind": "elementary", "trade": TRADE, "applied_on": day}
    return desk.post("/v1/trainings", body)


def done(desk: Desk, path: str, body: dict[str, Any]) -> None:
    answer = desk.post(path, body)
    assert answer.status_code == 200, answer.text


def applied(officer: Desk, person: UUID) -> str:
    answer = apply(officer, person)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def enrolled(officer: Desk, chairman: Desk, person: UUID) -> str:
    training = applied(officer, person)
    done(officer, f"{training}/assessment", {"eligible": True, "assessed_on": "2025-04-02"})
    done(chairman, f"{training}/approval", APPROVAL)
    done(officer, f"{training}/enrolment", {"school_id": SCHOOL, "enrolled_on": "2025-04-04"})
    return training


def test_a_managed_person_learns_a_trade(officer: Desk, chairman: Desk, known: Known) -> None:
    person = known(Registry.managed)
    training = enrolled(officer, chairman, person)
    done(officer, f"{training}/completion", {"completed_on": "2025-07-04", "certificate_number": "7/CC"})
    read = chairman.get(training)
    assert read.headers["ETag"] == '"5"'
    assert read.json() == {
        "training_id": training.rsplit("/", 1)[1],
        "person_id": str(person),
        "unit": HOME,
        "kind": "elementary",
        "trade": TRADE,
        "stage": "completed",
        "applied_on": "2025-04-01",
        "decision_number": "21/QĐ-UBND",
        "approved_on": "2025-04-03",
        "school_id": SCHOOL,
        "enrolled_on": "2025-04-04",
        "ended_on": "2025-07-04",
        "dropped_for": None,
    }


def test_the_trade_stands_nowhere_in_the_clear(support: Twin, officer: Desk, known: Known) -> None:
    applied(officer, known(Registry.managed))
    with support.bench.superuser.connect() as connection:
        rows = connection.execute(text("select body from journal union all select trade from trainings_v1")).scalars()
        assert not [row for row in rows if TRADE in row or "xe m" in row]


def test_who_is_not_under_management_gets_no_training(officer: Desk, known: Known) -> None:
    answer = apply(officer, known(Registry.register))
    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["type"], problem["rules"]) == ("urn:aftercare:problem:not-managed", ["R-09", "R-47"])


def test_training_is_supported_once_per_person(officer: Desk, chairman: Desk, known: Known) -> None:
    person = known(Registry.managed)
    training = enrolled(officer, chairman, person)
    done(officer, f"{training}/drop", {"reason": "found_work", "dropped_on": "2025-05-01"})
    answer = apply(officer, person, "2025-06-01")
    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["type"], problem["rules"]) == ("urn:aftercare:problem:support-held", ["R-60"])
    assert problem["title"] == "Đã được hỗ trợ một lần"


def test_one_application_at_a_time(officer: Desk, known: Known) -> None:
    person = known(Registry.managed)
    applied(officer, person)
    assert apply(officer, person, "2025-04-02").status_code == 409


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("assessment", {"eligible": False, "assessed_on": "2025-04-02", "reason": "chưa đủ sức khỏe"}),
        ("drop", {"reason": "own_wish", "dropped_on": "2025-04-02"}),
    ],
)
def test_what_never_began_leaves_the_support_free(officer: Desk, known: Known, step: str, body: dict[str, Any]) -> None:
    person = known(Registry.managed)
    done(officer, f"{applied(officer, person)}/{step}", body)
    assert apply(officer, person, "2025-06-01").status_code == 201


def test_who_moved_away_meanwhile_gets_no_approval(support: Twin, officer: Desk, chairman: Desk) -> None:
    registry, journal = in_memory()
    person = registry.managed()
    support.hear(journal.records)
    training = applied(officer, person)
    done(officer, f"{training}/assessment", {"eligible": True, "assessed_on": "2025-04-02"})
    told = len(journal.records)
    registry.move(person, date(2025, 6, 1), AWAY)
    support.hear(journal.records[told:])
    answer = chairman.post(f"{training}/approval", APPROVAL)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:aftercare:problem:not-managed"


def test_the_chairman_signs_for_the_own_commune(officer: Desk, chairman: Desk, known: Known) -> None:
    training = applied(officer, known(Registry.managed))
    assert chairman.post(f"{training}/approval", APPROVAL | {"unit": AWAY}).status_code == 403
    assert officer.post(f"{training}/approval", APPROVAL).status_code == 403


def test_a_school_sees_its_own_pupils(support: Twin, officer: Desk, chairman: Desk, known: Known) -> None:
    training = enrolled(officer, chairman, known(Registry.managed))
    waiting = applied(officer, known(Registry.managed))
    school = support.desk(Role.SCHOOL, purpose=Purpose.SUPPORT, schools=[SCHOOL])
    other = support.desk(Role.SCHOOL, purpose=Purpose.SUPPORT, schools=[str(uuid4())])
    assert school.get(training).status_code == 200
    assert {row["school_id"] for row in school.get("/v1/trainings?limit=200").json()["items"]} == {SCHOOL}
    assert school.get(waiting).status_code == other.get(training).status_code == 404
    assert other.get("/v1/trainings").json() == {"items": [], "next": None}


def test_the_commune_sees_all_of_its_trainings(officer: Desk, chairman: Desk, known: Known) -> None:
    training = applied(officer, known(Registry.managed))
    listed = {row["training_id"] for row in chairman.get("/v1/trainings?limit=200").json()["items"]}
    assert training.rsplit("/", 1)[1] in listed


def test_every_refusal_of_support_has_words() -> None:
    assert Catalogue([folder("support")]).missing(["services.support"]) == []

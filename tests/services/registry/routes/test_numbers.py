"""One number, one person: a citizen number is one person's, and another's too only where a human says so."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from httpx import Response

from services.registry.feed.chores import follow_rows
from tests.libs.web.conftest import Desk
from tests.services.registry.routes.office import AWAY, HOME, Office, done, made, refused
from tests.services.registry.routes.sending import waiting

NAMES = "An Bình Cường Dũng Giang Hải Khánh Long Mạnh Nam Phúc Quân Sơn Uy Vinh Xuân".split()  # noqa: SIM905
AT_ONCE = 16
_serials = count(1)


def number() -> str:
    """A number of a man born in 1985, which nobody has yet."""
    return f"083085{next(_serials):06}"


def registration(citizen_id: str, unit: str = HOME, **more: Any) -> dict[str, Any]:
    names = {"full_name": "Phan Hoài Giang", "sex": "male", "birth_date": "1985"}
    return {"unit": unit, "citizen_id": citizen_id} | names | more


def holders(office: Office, citizen_id: str) -> set[str]:
    """Who is found by the number, of whichever unit."""
    found: set[str] = set()
    for unit in (HOME, AWAY):
        page = done(office.officer(unit).post("/v1/persons/searches", {"number": citizen_id}))
        found |= {row["person_id"] for row in page["items"]}
    return found


def at_once(*sendings: Any) -> list[Response]:
    """The answers to what was sent in the same instant, in the order given."""
    start = Barrier(len(sendings))

    def send(sending: Any) -> Response:
        start.wait()
        answer: Response = sending()
        return answer

    with ThreadPoolExecutor(len(sendings)) as pool:
        return list(pool.map(send, sendings))


def only_one_got_it(answers: list[Response], status: int) -> None:
    assert sorted(answer.status_code for answer in answers) == [status] + [409] * (AT_ONCE - 1)
    for answer in answers:
        if answer.status_code != status:
            refused(answer, 409, "number-taken")


@pytest.mark.parametrize("unit", [HOME, AWAY])
def test_nobody_is_registered_under_another_s_number(office: Office, unit: str) -> None:
    taken = number()
    first = made(office.officer().post("/v1/persons", registration(taken)))
    before = office.events()
    answer = office.officer(unit).post("/v1/persons", registration(taken, unit, full_name="Trần Thị Khác", sex="male"))
    said = refused(answer, 409, "number-taken")
    assert (said["params"], taken in answer.text, "Giang" in answer.text) == ({}, False, False)
    assert (office.events(), holders(office, taken)) == (before, {first})


@pytest.mark.parametrize(("language", "title"), [("vi", "Số định danh đã có người mang"), ("en", "Number taken")])
def test_the_refusal_is_said_in_both_languages(office: Office, language: str, title: str) -> None:
    taken = number()
    made(office.officer().post("/v1/persons", registration(taken)))
    answer = office.officer().post("/v1/persons", registration(taken), Accept_Language=language)
    assert refused(answer, 409, "number-taken")["title"] == title


def test_nobody_is_given_another_s_number_later(office: Office, officer: Desk) -> None:
    taken = number()
    made(officer.post("/v1/persons", registration(taken)))
    other = office.person(birth_date="1985")
    refused(officer.post(f"/v1/persons/{other}/numbers", {"citizen_id": taken}), 409, "number-taken")
    done(officer.post(f"/v1/persons/{other}/numbers", {"citizen_id": number()}))


def test_one_s_own_number_said_again_is_known(office: Office, officer: Desk) -> None:
    own = number()
    person = made(officer.post("/v1/persons", registration(own)))
    before = office.events()
    done(officer.post(f"/v1/persons/{person}/numbers", {"citizen_id": own}))
    assert office.events() == before


def test_two_persons_may_have_one_old_number(office: Office, officer: Desk) -> None:
    # Nine digits were given out per province, and prove nothing by themselves (domain 5.2).
    for _ in range(2):
        done(officer.post(f"/v1/persons/{office.person()}/numbers", {"legacy_id9": "271234567"}))


def test_of_sixteen_registrations_under_one_number_at_once_one_is_made(office: Office) -> None:
    wanted = number()
    bodies = [
        registration(wanted, (HOME, AWAY)[n % 2], full_name=f"Phan {name}") for n, name in enumerate(NAMES[:AT_ONCE])
    ]
    desks = [office.officer(body["unit"]) for body in bodies]
    answers = at_once(*(lambda d=d, b=b: d.post("/v1/persons", b) for d, b in zip(desks, bodies, strict=True)))
    only_one_got_it(answers, 201)
    assert holders(office, wanted) == {answer.json()["id"] for answer in answers if answer.status_code == 201}


def test_of_sixteen_persons_given_one_number_at_once_one_has_it(office: Office, officer: Desk) -> None:
    wanted = number()
    people = [office.person(birth_date="1985") for _ in range(AT_ONCE)]
    body = {"citizen_id": wanted}
    answers = at_once(*(lambda p=p: officer.post(f"/v1/persons/{p}/numbers", body) for p in people))
    only_one_got_it(answers, 200)
    assert len(holders(office, wanted)) == 1


def test_a_human_says_that_papers_of_two_persons_show_one_number(office: Office, officer: Desk) -> None:
    shown = number()
    first = made(officer.post("/v1/persons", registration(shown)))
    second = made(officer.post("/v1/persons", registration(shown, full_name="Trần Văn Hai", disputed=True)))
    third = office.person(birth_date="1985")
    done(officer.post(f"/v1/persons/{third}/numbers", {"citizen_id": shown, "disputed": True}))
    assert holders(office, shown) == {first, second, third}
    # It stays the first one's: whoever comes without a word is refused as before.
    refused(officer.post("/v1/persons", registration(shown)), 409, "number-taken")
    assert [office.data(f"person-{one}")[0]["disputed"] for one in (first, second)] == [False, True]


def test_a_row_found_to_be_somebody_new_is_registered_though_the_number_is_taken(office: Office, lister: Desk) -> None:
    serial = next(_serials)
    taken = f"075070{serial:06}"
    first = made(office.officer().post("/v1/persons", registration(taken, birth_date="1970", full_name="Lê Bá Sơn")))
    row = waiting(office, lister, number=taken, name="Lê Bá Sơn", dob="02/03/1970")
    assert done(lister.get(f"/v1/quarantined-rows/{row}"))["candidates"] == [first]
    new = done(lister.post(f"/v1/quarantined-rows/{row}/resolution", {"outcome": "new"}))["person_id"]
    assert office.data(f"person-{new}")[0]["disputed"] is True
    assert holders(office, taken) == {first, new}
    follow_rows.do(office.parts)
    assert office.told(f"person-{new}") == ["person-registered"]


def test_a_row_found_to_be_a_known_person_adds_the_number_though_another_has_it(office: Office, lister: Desk) -> None:
    serial = next(_serials)
    taken = f"075070{serial:06}"
    first = made(office.officer().post("/v1/persons", registration(taken, birth_date="1970", full_name="Lê Bá Sơn")))
    second = office.person(full_name="Lê Bá Sơn", birth_date="1970")
    row = waiting(office, lister, number=taken, name="Lê Bá Sơn", dob="02/03/1970")
    done(lister.post(f"/v1/quarantined-rows/{row}/resolution", {"outcome": "matched", "person_id": second}))
    assert holders(office, taken) == {first, second}
    disputed = [data["disputed"] for data in office.data(f"person-{second}") if data.get("citizen_id")]
    assert disputed == [True]

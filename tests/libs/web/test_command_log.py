"""Said twice, done once: keys, repetitions, races, and what stays after a restore."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest

from libs.events.service import Parts
from libs.web import command_log
from libs.web.answers import REPEATED
from libs.web.roles import Role
from tests.libs.web.conftest import Desk, MakeDesk
from tests.libs.web.sample import AWAY, HOME

TYPE = "urn:aftercare:problem:"
Rows = Callable[..., list[Any]]


@pytest.fixture
def folder(officer: Desk) -> UUID:
    return officer.open_folder()


def body(person: UUID | None = None) -> dict[str, str]:
    return {"person_id": str(person or uuid4()), "unit": HOME, "name": "Trần Thị Ẩn"}


def events_of(rows: Rows, folder: UUID | str) -> int:
    found: int = rows("select count(*) as n from journal where stream = :s", s=f"folder-{folder}")[0].n
    return found


@pytest.mark.parametrize(
    ("key", "problem"),
    [(None, "idempotency-key-required"), ("", "header-malformed"), ("a b", "header-malformed")],
)
def test_a_command_needs_a_key(key: str | None, problem: str, officer: Desk) -> None:
    answer = officer.post("/v1/folders", body(), Idempotency_Key=key)
    assert (answer.status_code, answer.json()["type"]) == (400, TYPE + problem)


def test_the_same_request_again_is_the_same_answer_and_no_second_event(officer: Desk, rows: Rows) -> None:
    sent, key = body(), str(uuid4())
    first, again = officer.post("/v1/folders", sent, key=key), officer.post("/v1/folders", sent, key=key)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert REPEATED not in first.headers
    assert again.headers[REPEATED] == "true"
    for name in ("ETag", "Location", "Aftercare-Position"):
        assert first.headers[name] == again.headers[name]
    assert events_of(rows, first.json()["id"]) == 1


def test_a_repetition_is_known_however_it_is_spelled(officer: Desk) -> None:
    sent, key = body(), str(uuid4())
    officer.post("/v1/folders", sent, key=key)
    assert officer.post("/v1/folders", dict(reversed(sent.items())), key=key).headers[REPEATED] == "true"


def test_the_same_key_with_another_body_is_refused(officer: Desk) -> None:
    key = str(uuid4())
    officer.post("/v1/folders", body(), key=key)
    answer = officer.post("/v1/folders", body(), key=key)
    assert (answer.status_code, answer.json()["type"]) == (422, TYPE + "idempotency-key-reused")


def test_the_same_key_on_another_thing_is_refused(folder: UUID, officer: Desk, chairman: Desk) -> None:
    key, other = str(uuid4()), officer.open_folder()
    assert chairman.post(f"/v1/folders/{folder}/stamps", key=key).status_code == 200
    assert chairman.post(f"/v1/folders/{other}/stamps", key=key).status_code == 422


def test_a_key_belongs_to_its_caller_and_route(folder: UUID, chairman: Desk, desk: MakeDesk, rows: Rows) -> None:
    key, deputy = str(uuid4()), desk(Role.COMMUNE_CHAIRMAN, sub="deputy")
    for caller in (chairman, deputy):
        assert REPEATED not in caller.post(f"/v1/folders/{folder}/stamps", key=key).headers
    assert REPEATED not in chairman.post(f"/v1/folders/{folder}/closing", key=key).headers
    assert events_of(rows, folder) == 4


def test_what_changed_nothing_is_remembered_too(folder: UUID, chairman: Desk) -> None:
    key = str(uuid4())
    chairman.post(f"/v1/folders/{folder}/closing")
    first = chairman.post(f"/v1/folders/{folder}/closing", key=key)
    again = chairman.post(f"/v1/folders/{folder}/closing", key=key)
    assert first.json() == again.json() == {"id": str(folder), "version": 2, "position": None}
    assert again.headers[REPEATED] == "true"


def test_a_repetition_is_answered_also_when_the_state_forbids_it_by_now(folder: UUID, chairman: Desk) -> None:
    key = str(uuid4())
    first = chairman.post(f"/v1/folders/{folder}/stamps", key=key)
    chairman.post(f"/v1/folders/{folder}/closing")
    assert chairman.post(f"/v1/folders/{folder}/stamps", key=key).json() == first.json()
    assert chairman.post(f"/v1/folders/{folder}/stamps").status_code == 409


def test_a_repetition_is_answered_also_when_the_thing_has_moved_away(folder: UUID, desk: MakeDesk) -> None:
    key, sub = str(uuid4()), "moved-on"
    first = desk(Role.COMMUNE_CHAIRMAN, sub=sub).post(f"/v1/folders/{folder}/stamps", key=key)
    elsewhere = desk(Role.COMMUNE_CHAIRMAN, sub=sub, units=[AWAY])
    assert elsewhere.post(f"/v1/folders/{folder}/stamps", key=key).json() == first.json()
    assert elsewhere.post(f"/v1/folders/{folder}/stamps").status_code == 404


def test_a_refusal_is_not_kept(folder: UUID, chairman: Desk, rows: Rows, parts: Parts) -> None:
    key = str(uuid4())
    for _ in range(2):
        chairman.post(f"/v1/folders/{folder}/stamps")
    assert chairman.post(f"/v1/folders/{folder}/stamps", key=key).status_code == 422
    assert rows("select from command_log where idempotency_key = :key", key=command_log.kept_key(parts, key)) == []


@pytest.mark.parametrize("path", ["stamps", "closing"])
def test_many_at_once_with_one_key_are_one_effect(
    path: str, folder: UUID, chairman: Desk, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, find = Barrier(6), command_log.find
    looked: list[None] = []

    def find_together(*given: Any) -> Any:
        found = find(*given)
        if len(looked) < 6:
            looked.append(None)
            together.wait(10)
        return found

    # All of them look into the log before any of them writes.
    monkeypatch.setattr(command_log, "find", find_together)
    key = str(uuid4())
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: chairman.post(f"/v1/folders/{folder}/{path}", key=key), range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.text for answer in answers} == {answers[0].text}
    assert len([answer for answer in answers if REPEATED not in answer.headers]) == 1
    assert events_of(rows, folder) == 2


def test_two_requests_at_once_under_one_key_are_one_effect_and_one_refusal(
    officer: Desk, rows: Rows, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, find = Barrier(2), command_log.find
    looked: list[None] = []

    def find_together(*given: Any) -> Any:
        found = find(*given)
        if len(looked) < 2:
            looked.append(None)
            together.wait(10)
        return found

    monkeypatch.setattr(command_log, "find", find_together)
    key = str(uuid4())
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: officer.post("/v1/folders", body(), key=key), range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert len(rows("select from command_log where idempotency_key = :key", key=command_log.kept_key(parts, key))) == 1


def test_after_a_restore_the_journal_alone_knows_a_repetition(officer: Desk, rows: Rows, parts: Parts) -> None:
    sent, key = body(), str(uuid4())
    first = officer.post("/v1/folders", sent, key=key)
    rows("delete from command_log where idempotency_key = :key", key=command_log.kept_key(parts, key))
    again = officer.post("/v1/folders", sent, key=key)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert events_of(rows, first.json()["id"]) == 1


def test_the_log_holds_nothing_of_the_request_in_the_clear(officer: Desk, rows: Rows, parts: Parts) -> None:
    person, key = uuid4(), str(uuid4())
    officer.post("/v1/folders", body(person), key=key)
    kept = rows("select * from command_log where idempotency_key = :key", key=command_log.kept_key(parts, key))[0]
    assert "Trần" not in str(kept)
    assert str(person) not in str(kept)
    assert key not in str(kept)
    assert len(kept.request_hmac) == 32


def test_an_old_version_is_refused_and_the_right_one_is_not(folder: UUID, chairman: Desk) -> None:
    stamped = chairman.post(f"/v1/folders/{folder}/stamps", If_Match='"1"')
    assert stamped.headers["ETag"] == '"2"'
    refused = chairman.post(f"/v1/folders/{folder}/stamps", If_Match='"1"')
    assert (refused.status_code, refused.json()["type"]) == (409, TYPE + "version-changed")
    assert refused.json()["params"] == {"version": 2}


@pytest.mark.parametrize("given", ["1", 'W/"1"', "*", '"one"', '"1", "2"'])
def test_a_version_that_is_none_is_malformed(given: str, folder: UUID, chairman: Desk) -> None:
    answer = chairman.post(f"/v1/folders/{folder}/stamps", If_Match=given)
    assert (answer.status_code, answer.json()["params"]) == (400, {"header": "If-Match"})

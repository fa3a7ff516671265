"""Who was forgotten is nobody any more: no key opens what was said, no search finds them, and all is counted."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from deploy.services import NAMES
from libs.events.keyring import SEARCH
from libs.events.keyrings.wrapping import Wrapper
from libs.events.settings import service_settings
from tests.security.canaries import CONTROL, STORY
from tests.security.erasure.conftest import Erased, parked
from tests.security.erasure.counting import rebuilt
from tests.security.erasure.locks import Keys, Lock, opened, wrapped_in
from tests.security.rest import Answer, Caller

pytestmark = pytest.mark.stack


def of_the_erased(locks: list[Lock], keys: Keys) -> set[str]:
    """Where a key opens something that says a canary of the erased."""
    return {place.split(" by ")[0] for place, said in opened(locks, keys) if STORY.find(place, said)}


def of_the_bystander(locks: list[Lock], keys: Keys) -> set[str]:
    """The same of who was not erased."""
    return {place.split(" by ")[0] for place, said in opened(locks, keys) if CONTROL.find(place, said)}


def test_before_it_the_keys_open_what_was_said_wherever_it_lies(erased: Erased) -> None:
    found = of_the_erased(erased.before.locks, erased.before.keys)
    registry = {"person-registered", "name-recorded", "number-recorded", "residence-recorded", "test-recorded"}
    registry |= {"test-corrected", "test-annulled", "completion-corrected", "determination-corrected"}
    registry |= {"determination-annulled", "row-resolved", "transfer-bounced"}
    lists = {"list file's content", "list file's name", "row of a list"}
    support = {"support.training-applied", "support.training-found-ineligible"}
    assert found == {f"registry.{name}" for name in registry} | lists | support


def test_no_key_that_is_left_opens_anything_of_them(erased: Erased) -> None:
    assert of_the_erased(erased.after.locks, erased.after.keys) == set()
    assert of_the_bystander(erased.after.locks, erased.after.keys) == {"registry.person-registered"}


def test_no_key_that_is_left_opens_what_a_backup_of_before_it_holds(erased: Erased) -> None:
    assert of_the_erased(erased.before.locks, erased.after.keys) == set()
    assert of_the_bystander(erased.before.locks, erased.after.keys) == {"registry.person-registered"}


def test_no_service_has_a_key_of_theirs_or_of_a_file_that_names_them(erased: Erased) -> None:
    told = erased.world.told
    gone = {f"person-{one.id}" for one in told.to_erase} | {f"list-{one}" for one in told.lists}
    kept = {f"registry/{SEARCH}", f"registry/person-{told.bystander.id}"}
    held = {name for name in erased.after.keys if name.startswith("registry/")}
    assert held == kept
    for service in NAMES:
        with psycopg.connect(erased.world.url, dbname=f"{service}_keyring") as connection:
            rows = connection.execute("select subject from keyring where wrapped is null and destroyed_at is not null")
            assert {subject for (subject,) in rows} == gone, service


def test_it_is_complete_and_says_when_it_is_final(erased: Erased) -> None:
    told = erased.world.told
    assert erased.said.returncode == 0, erased.said
    complete = [line for line in erased.said.stdout.splitlines() if ": complete 2025-08-20 " in line]
    assert {line.split(":")[0] for line in complete} == {
        *(f"person-{one.id}" for one in told.to_erase),
        *(f"list-{one}" for one in told.lists),
    }
    assert all("final 2025-09-19" in line for line in complete)


def test_the_price_is_told_rows_of_others_that_waited_in_a_file_which_was_destroyed(erased: Erased) -> None:
    assert "1 rows that wait came in files that are destroyed" in erased.said.stdout


def test_everything_is_counted_as_before(erased: Erased) -> None:
    assert erased.after.figures == erased.before.figures
    assert erased.after.ledger == erased.before.ledger
    assert erased.after.digests == erased.before.digests


def test_what_is_counted_counts_them(erased: Erased) -> None:
    """Zeros would be as before whatever was erased."""
    counted = {name[:4]: (one["numerator"], one["denominator"]) for name, one in erased.before.figures.items()}
    assert counted == dict.fromkeys(("I-01", "I-02", "I-03", "I-04", "I-05", "I-06"), (1, 1))
    assert [line["person_id"] for line in erased.before.ledger] == [erased.world.told.registered.id]
    rows = {name: digest.rows for name, digest in erased.before.digests.items()}
    assert (rows["registry.persons"], rows["support.trainings"], rows["clubs.memberships"]) == (4, 1, 1)


def test_rebuilt_after_it_every_projection_is_as_it_is_live(erased: Erased) -> None:
    made = rebuilt()
    assert {name for name, certificate in made.items() if not certificate.same} == set()
    assert len(made) >= len(NAMES)


def test_nobody_finds_them_by_a_number_or_a_name(erased: Erased) -> None:
    registry, told = erased.world.offices.registry, erased.world.told
    for one in told.to_erase:
        assert found(registry, number=one.citizen_id) == []
        assert found(registry, name=one.full_name) == []
    assert found(registry, number=told.bystander.citizen_id) == [told.bystander.id]


def found(registry: Caller, **sought: str) -> list[str]:
    return [one["person_id"] for one in registry.ask("/v1/persons/searches", sought).body["items"]]


def test_who_knows_the_id_sees_what_is_counted_and_nobody(erased: Erased) -> None:
    registry, told = erased.world.offices.registry, erased.world.told
    person = registry.read(f"/v1/persons/{told.registered.id}").body
    silent = ("full_name", "birth_date", "citizen_id", "legacy_id9", "address")
    assert {name: person[name] for name in silent} == dict.fromkeys(silent)
    assert (person["sex"], person["birth_year"]) == ("male", STORY.born.year)
    row = registry.read(f"/v1/quarantined-rows/{told.row}").body
    assert (row["cells"], row["suggested"], row["person_id"]) == ({}, {}, told.resolved.id)


def test_a_new_secret_about_them_is_refused_and_a_bare_fact_is_not(erased: Erased) -> None:
    registry, person = erased.world.offices.registry, erased.world.told.registered.id
    sample = {"person_id": person, "sampled_on": "2025-08-19", "ground": "D105-38.1-đ"}
    proven = {"stage": "confirmatory", "result": "positive", "form_number": "4/Mẫu03", "substances": [STORY.text()]}
    for path, body in (
        (f"/v1/persons/{person}/names", {"full_name": STORY.name()}),
        (f"/v1/persons/{person}/numbers", {"legacy_id9": STORY.nine()}),
        ("/v1/drug-tests", sample | proven),
    ):
        answer = post(registry, path, body)
        assert (answer.status, answer.body["type"]) == (409, "urn:aftercare:problem:subject-forgotten"), answer.raw
    assert post(registry, "/v1/drug-tests", sample | {"stage": "screening", "result": "negative"}).status == 201


def post(caller: Caller, path: str, body: Mapping[str, Any]) -> Answer:
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
    return caller.send("POST", path, json.dumps(body, ensure_ascii=False).encode(), headers)


def test_it_is_done_once_however_often_it_is_asked_for(erased: Erased) -> None:
    before = events(erased.world.url)
    again = erased.world.erase()
    assert again.returncode == 0, again
    assert all(f"person-{one.id}: complete 2025-08-20" in again.stdout for one in erased.world.told.to_erase)
    erased.world.settled()
    assert events(erased.world.url) == before
    assert before["registry.subject-erased"] == 1
    assert {before[f"{name}.subject-forgotten"] for name in NAMES} == {len(erased.world.told.to_erase) + 2}


def events(url: str) -> dict[str, int]:
    """How often the journals say of an erasure."""
    counted: dict[str, int] = {}
    for name in NAMES:
        with psycopg.connect(url, dbname=name) as connection:
            query = "select body::json ->> 'type', count(*) from journal where body like '%subject-%' group by 1"
            counted |= {wire: number for wire, number in connection.execute(query) if ".subject-" in wire}
    return counted


def test_what_was_parked_of_them_waits_without_a_word_and_can_be_taken_after_all(erased: Erased) -> None:
    waiting = parked(erased.world.url)
    assert {subject for _, _, subject in waiting} == {f"person-{erased.world.told.registered.id}"}
    shown = erased.world.aftercare("parked", "show", "clubs", *waiting[0][:2])
    assert (shown.returncode, STORY.find("shown", shown.stdout.encode())) == (0, [])
    taken = erased.world.aftercare("parked", "redrive", "clubs")
    assert taken.returncode == 0, taken
    assert parked(erased.world.url) == []


def test_a_wrapped_key_that_somebody_kept_is_the_only_way_back(erased: Erased) -> None:
    """Why an erasure is final only with the last backup of a keyring, and why a keyring is never backed up with events.

    What a dump of the keyring of before holds opens all of it again, with the key-encryption key.
    """
    current, *former = service_settings("registry").key_encryption_keys
    wrapped = wrapped_in(erased.before.dumps["dump of registry_keyring"])
    kept = {subject: Wrapper(current, former).open(subject, one) for subject, one in wrapped.items()}
    assert "registry.person-registered" in of_the_erased(erased.after.locks, kept)

"""A short story over REST in which every field that can say something about somebody says it with a canary."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from deploy.whole import Clock, issuer
from libs.events.settings import Settings, service_settings
from libs.vietnam.calendar import LOCAL
from libs.web.roles import Role
from tests.libs.events.waiting import until
from tests.security.canaries import STORY
from tests.security.rest import Caller, Kept
from tests.security.workbooks import clear, everything, workbook

WARD, OTHER_WARD, PROVINCE = "2025:26080", "2025:26089", "2025:75"
BEGINS = datetime(2025, 8, 20, 8, tzinfo=LOCAL)
TERM_IS_OVER = datetime(2026, 5, 20, 8, tzinfo=LOCAL)
CLUB = str(uuid4())


@dataclass(frozen=True)
class Offices:
    """Who acts in the story, one caller a service; each is officer, chairman and police at once."""

    registry: Caller
    clubs: Caller
    support: Caller
    reporting: Caller

    @staticmethod
    def of(shared: Settings, kept: Kept) -> "Offices":
        """With tokens of the development issuer."""
        roles = (Role.COMMUNE_OFFICER, Role.COMMUNE_CHAIRMAN, Role.COMMUNE_POLICE, Role.CLUB_BOARD)
        token = issuer(shared).mint(*roles, sub="office-1", units=[PROVINCE], clubs=[CLUB])
        names = ("registry", "clubs", "support", "reporting")
        return Offices(**{name: Caller(service_settings(name).url, token, kept) for name in names})


@dataclass(frozen=True)
class Person:
    """Whom the story is about, in the clear."""

    id: str
    full_name: str
    citizen_id: str


def tell(offices: Offices, clock: Clock) -> None:
    """All of it: a person with a case, tests and support; a list with all four ends of a row; a removal."""
    clock.set(BEGINS)
    person = register(offices.registry)
    case = manage(offices.registry, person)
    be_tested(offices.registry, person)
    socialise(offices, person)
    move(offices.registry, case)
    lists(offices.registry, person)
    read(offices.registry, person, case)
    clock.set(TERM_IS_OVER)
    remove(offices.registry, case)


def register(registry: Caller) -> Person:
    """Somebody with everything that a registration can hold, then more of it."""
    name, citizen_id = STORY.name(), STORY.twelve()
    body = {
        "unit": WARD,
        "full_name": name,
        "other_names": [STORY.name(), STORY.word().upper()],
        "sex": "male",
        "birth_date": STORY.born.isoformat(),
        "citizen_id": citizen_id,
        "legacy_id9": STORY.nine(),
        "address": f"12 Đường {STORY.word()}, điện thoại {STORY.phone()}",
    }
    # A caller may choose a key that says whom it is about.
    person_id = registry.command("/v1/persons", body, key=f"dang-ky-{citizen_id}").body["id"]
    at = {"person_id": person_id}
    registry.command("/v1/persons/{person_id}/names", {"full_name": STORY.name().upper()}, **at)
    registry.command("/v1/persons/{person_id}/names", {"full_name": name, "replaces": True}, **at)
    numbers = {"citizen_id": citizen_id, "legacy_id9": STORY.nine()}
    registry.command("/v1/persons/{person_id}/numbers", numbers, **at)
    residence = {"unit": WARD, "lived_from": "2025-07-01", "address": STORY.text()}
    registry.command("/v1/persons/{person_id}/residences", residence, **at)
    registry.ask("/v1/persons/searches", {"number": citizen_id})
    registry.ask("/v1/persons/searches", {"name": name})
    return Person(person_id, name, citizen_id)


def manage(registry: Caller, person: Person) -> str:
    """From the completion to the decision; the id of the case."""
    episode = registry.command(
        "/v1/completed-episodes",
        {
            "person_id": person.id,
            "kind": "voluntary_facility_public",
            "completed_on": "2025-05-10",
            "unit": WARD,
            "certificate_number": "17/GCN-2025",
            "issuer": "Cơ sở cai nghiện ma túy",
        },
    ).body["id"]
    correction = {"completed_on": "2025-05-12", "reason": STORY.text()}
    registry.command("/v1/completed-episodes/{episode_id}/corrections", correction, episode_id=episode)
    report = {"episode_id": episode, "unit": WARD, "presented_on": "2025-07-02"}
    case: str = registry.command("/v1/cases", report).body["id"]
    registry.command("/v1/cases/{case_id}/dossier", {"opened_on": "2025-07-04"}, case_id=case)
    registry.command("/v1/cases/{case_id}/management-decisions", decision("2025-07-07"), case_id=case)
    helper = {"helper_id": str(uuid4()), "organisation": "Hội Cựu chiến binh", "assigned_on": "2025-07-08"}
    registry.command("/v1/cases/{case_id}/helpers", helper, case_id=case)
    absence = {"absent_from": "2025-07-10", "absent_until": "2025-07-12", "reported": True}
    registry.command("/v1/cases/{case_id}/absences", absence, case_id=case)
    return case


def be_tested(registry: Caller, person: Person) -> None:
    """A confirmed use, one test corrected, one annulled, and a determination."""
    sample = {"person_id": person.id, "stage": "screening", "result": "negative", "ground": "D105-38.1-đ"}
    found = {"stage": "confirmatory", "result": "positive", "form_number": "3/Mẫu03", "substances": [STORY.text()]}
    registry.command("/v1/drug-tests", sample | {"sampled_on": "2025-08-05"} | found)
    wrong = registry.command("/v1/drug-tests", sample | {"sampled_on": "2025-07-20"}).body["id"]
    correction = {"sampled_on": "2025-07-21", "result": "invalid", "reason": STORY.text()}
    registry.command("/v1/drug-tests/{test_id}/corrections", correction, test_id=wrong)
    registry.command("/v1/drug-tests/{test_id}/annulment", {"reason": STORY.text()}, test_id=wrong)
    determination = {
        "person_id": person.id,
        "determined_on": "2025-08-12",
        "addicted": False,
        "body": "Trung tâm Y tế",
        "certificate_number": "5/XĐTTN",
    }
    registry.command("/v1/addiction-determinations", determination)
    found_again = determination | {"determined_on": "2025-08-10"}
    mistaken = registry.command("/v1/addiction-determinations", found_again).body["id"]
    at, path = {"determination_id": mistaken}, "/v1/addiction-determinations/{determination_id}"
    day = {"determined_on": "2025-08-11", "addicted": False}
    registry.command(f"{path}/corrections", day | {"reason": STORY.text()}, **at)
    registry.command(f"{path}/annulment", {"reason": STORY.text()}, **at)


def socialise(offices: Offices, person: Person) -> None:
    """A club invites, and a training is applied for in vain: both know the person by id only."""
    knows = knowing(offices, person)
    offices.support.read("/v1/trainings", Aftercare_Wait_For=knows)
    application = {"person_id": person.id, "kind": "elementary", "trade": STORY.text(), "applied_on": "2025-08-13"}
    training = offices.support.command("/v1/trainings", application).body["id"]
    assessment = {"eligible": False, "assessed_on": "2025-08-14", "reason": STORY.text()}
    offices.support.command("/v1/trainings/{training_id}/assessment", assessment, training_id=training)
    offices.support.read(f"/v1/trainings/{training}")
    club = replace(offices.clubs, purpose="club-activity")
    club.read(f"/v1/clubs/{CLUB}/members", Aftercare_Wait_For=knows)
    invitation = {"person_id": person.id, "club_id": CLUB, "invited_on": "2025-08-15"}
    member = club.command("/v1/memberships", invitation).body["id"]
    answer = {"accepted": True, "answered_on": "2025-08-16"}
    club.command("/v1/memberships/{membership_id}/answer", answer, membership_id=member)


def knowing(offices: Offices, person: Person) -> str:
    """The position at which the registry stands with this person."""
    return offices.registry.read(f"/v1/persons/{person.id}").headers["aftercare-position"]


def move(registry: Caller, case: str) -> None:
    """To another ward, and sent back."""
    away = {"to_unit": OTHER_WARD, "left_at": "2025-08-14T02:00:00Z", "notified_at": "2025-08-14T05:00:00Z"}
    registry.command("/v1/cases/{case_id}/transfers", away, case_id=case)
    back = {"bounced_on": "2025-08-18", "reason": STORY.text()}
    registry.command("/v1/cases/{case_id}/transfers/bounce", back, case_id=case)


def lists(registry: Caller, person: Person) -> None:
    """Rows matched, new, quarantined and rejected; one resolved; files that are refused are kept all the same."""
    known = clear(full_name=person.full_name, citizen_id=person.citizen_id)
    # Born on another day, or it would be like the known one.
    new = clear(dob=f"17/08/{STORY.born.year}")
    nameless = clear(full_name="", citizen_id="", legacy_id9="", other_names="")
    doubtful = everything(citizen_id=STORY.twelve().replace("0", "O", 1))
    rows = [known, new, nameless, doubtful]
    ended = registry.upload(f"{STORY.name()}.xlsx", workbook(rows, "01/08/2025", STORY.word()), WARD).body
    assert [ended[end] for end in ("matched", "new", "rejected", "quarantined")] == [1, 1, 1, 1], ended
    waiting = registry.read("/v1/quarantined-rows").body["items"][0]["row_id"]
    registry.read(f"/v1/quarantined-rows/{waiting}")
    corrections = {"citizen_id": STORY.twelve(), "full_name": STORY.name(), "note": STORY.text()}
    resolution = {"outcome": "new", "corrections": corrections}
    registry.command("/v1/quarantined-rows/{row_id}/resolution", resolution, row_id=waiting)
    registry.read(f"/v1/police-lists/{ended['list_id']}/rows")


def read(registry: Caller, person: Person, case: str) -> None:
    """What an officer may see of it, names included."""
    assert STORY.find("person", registry.read(f"/v1/persons/{person.id}").raw)
    assert STORY.find("ledger", registry.read(f"/v1/management-ledger?unit={WARD}").raw)
    registry.read(f"/v1/cases/{case}")


def remove(registry: Caller, case: str) -> None:
    """The term is over, a use stands in the way, and the chairman says why the person is removed all the same."""
    registry.command("/v1/cases/{case_id}/removal-reviews", {"opened_on": "2026-05-20"}, case_id=case)
    removal = decision("2026-05-20") | {"certificate_number": "9/Mẫu54", "despite": STORY.text()}
    registry.command("/v1/cases/{case_id}/removals", removal, case_id=case)


def decision(signed_on: str) -> dict[str, Any]:
    """A signed decision of the ward's chairman."""
    number = f"{date.fromisoformat(signed_on):%j}/QĐ-UBND"
    return {"number": number, "signed_on": signed_on, "body": "commune_chairman", "unit": WARD, "signer": "official-1"}


def settled(count: Callable[[], Mapping[str, tuple[int, int]]]) -> None:
    """Come back when every event of the story was followed wherever it is followed; reporting publishes none."""

    def level() -> bool:
        counts = count()
        return all(done == known for known, done in counts.values()) and any(known for known, _ in counts.values())

    until(level, "following every event")

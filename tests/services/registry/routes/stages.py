"""Cases brought to a stage over REST, and the steps that can be taken there."""

from typing import Any

from libs.web.roles import Role
from tests.services.registry.routes.office import AWAY, HOME, Office, done, signed

OFFICER, CHAIRMAN, POLICE = Role.COMMUNE_OFFICER, Role.COMMUNE_CHAIRMAN, Role.COMMUNE_POLICE
HELPER = "7d7f4ac5-0a8e-4b22-8f6c-6a54a4f2b6aa"
REVIEWED = {"opened_on": "2027-06-15"}
LEAVING = {"to_unit": AWAY, "left_at": "2025-05-05T08:00:00+07:00", "notified_at": "2025-05-06T08:00:00+07:00"}
Body = dict[str, Any]


def removal(on: str, **more: Any) -> Body:
    return signed(on, certificate_number="54/GCN") | more


# By what the case must be: the command's path, who gives it, a body, and a body for something else.
STEPS: list[tuple[str, str, Role, Body, Body]] = [
    ("reported", "dossier", OFFICER, {"opened_on": "2025-03-07"}, {"opened_on": "2025-03-08"}),
    ("prepared", "management-decisions", CHAIRMAN, signed("2025-03-11"), signed("2025-03-12")),
    (
        "managed",
        "helpers",
        OFFICER,
        {"helper_id": HELPER, "organisation": "Hội Phụ nữ", "assigned_on": "2025-03-12"},
        {"helper_id": HELPER, "organisation": "Đoàn", "assigned_on": "2025-03-12"},
    ),
    (
        "managed",
        "absences",
        POLICE,
        {"absent_from": "2025-04-01", "absent_until": "2025-04-11", "reported": False},
        {"absent_from": "2025-04-01", "absent_until": "2025-04-12", "reported": False},
    ),
    ("managed", "transfers", OFFICER, LEAVING, LEAVING | {"to_unit": "2025:26740"}),
    ("managed", "imprisonments", POLICE, {"imprisoned_on": "2026-07-06"}, {"imprisoned_on": "2026-07-07"}),
    ("paused", "releases", OFFICER, {"released_on": "2026-08-03"}, {"released_on": "2026-08-04"}),
    ("managed", "removal-reviews", CHAIRMAN, REVIEWED, {"opened_on": "2027-06-14"}),
    ("reviewed", "removals", CHAIRMAN, removal("2027-06-15"), removal("2027-06-14")),
    (
        "managed",
        "end",
        CHAIRMAN,
        {"reason": "annulled", "ended_on": "2025-04-01"},
        {"reason": "annulled", "ended_on": "2025-04-02"},
    ),
]


def brought_to(office: Office, stage: str) -> str:
    """A case that came so far."""
    person = office.person()
    if stage in {"reported", "prepared"}:
        case = office.reported(person)
        if stage == "prepared":
            done(office.officer().post(f"/v1/cases/{case}/dossier", {"opened_on": "2025-03-07"}))
        return case
    case = office.managed(person)
    if stage == "paused":
        done(office.officer().post(f"/v1/cases/{case}/imprisonments", {"imprisoned_on": "2026-07-06"}))
    if stage == "reviewed":
        done(office.chairman().post(f"/v1/cases/{case}/removal-reviews", REVIEWED))
    if stage == "moving":
        done(office.officer().post(f"/v1/cases/{case}/transfers", LEAVING))
    if stage == "ended":
        body = {"reason": "annulled", "ended_on": "2025-04-01"}
        done(office.chairman().post(f"/v1/cases/{case}/end", body))
    return case


def reporting(office: Office, **changed: Any) -> Body:
    episode = changed.pop("episode_id", None) or office.completion(office.person())
    return {"episode_id": episode, "unit": HOME, "presented_on": "2025-03-05"} | changed

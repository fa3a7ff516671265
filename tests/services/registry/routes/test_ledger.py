"""Cases as they are read over REST: one by one, on their way, and in the commune's ledger."""

from libs.web.roles import Role
from tests.libs.web.conftest import Desk
from tests.services.registry.routes.office import AWAY, HOME, Office, done, refused
from tests.services.registry.routes.stages import (
    HELPER,
    STEPS,
    brought_to,
)

NAMES = ("Hải", "Hùng", "Huy")


def test_nothing_of_another_unit_is_read_and_nothing_without_a_purpose(office: Office, analyst: Desk) -> None:
    case = brought_to(office, "moving")
    for path in (
        f"/v1/cases/{case}",
        f"/v1/management-ledger?unit={HOME}",
        f"/v1/arriving-cases?unit={HOME}",
    ):
        refused(office.officer().get(path, Aftercare_Purpose=None), 400, "purpose-required")
        refused(analyst.get(path), 403, "forbidden")
    refused(office.officer(AWAY).get(f"/v1/cases/{case}"), 404, "not-found")
    for path in (f"/v1/management-ledger?unit={HOME}", f"/v1/arriving-cases?unit={HOME}"):
        refused(office.officer(AWAY).get(path), 403, "outside-scope")
        refused(office.officer().get(path.replace("2025:", "")), 422, "bare-unit-code")
        refused(office.officer().get(path.replace("26080", "99999")), 422, "unknown-unit")


def test_a_case_on_its_way_is_seen_where_it_goes(office: Office) -> None:
    case = brought_to(office, "moving")
    page = done(office.officer(AWAY).get(f"/v1/arriving-cases?unit={AWAY}&limit=200"))
    (arriving,) = [row for row in page["items"] if row["case_id"] == case]
    assert (arriving["from_unit"], arriving["to_unit"], arriving["left_on"]) == (HOME, AWAY, "2025-05-05")


def test_the_ledger_is_read_page_by_page_and_the_reading_recorded(office: Office) -> None:
    unit = "2025:26113"
    people = {office.person(unit, full_name=f"Trần Văn {name}") for name in NAMES}
    for person in people:
        office.managed(person, unit)
    desk = office.officer(unit, sub="ledger-1")
    first = done(desk.get(f"/v1/management-ledger?unit={unit}&limit=2"))
    rest = done(desk.get(f"/v1/management-ledger?unit={unit}&limit=2&cursor={first['next']}"))
    lines = [*first["items"], *rest["items"]]
    assert ({line["person_id"] for line in lines}, rest["next"]) == (people, None)
    assert {line["full_name"] for line in lines} == {f"Trần Văn {name}" for name in NAMES}
    rows = office.rows("select subjects from read_record where caller = 'ledger-1'")
    assert {str(one) for row in rows for one in row[0]} == people
    refused(desk.get(f"/v1/management-ledger?unit={unit}&cursor=x"), 400, "cursor-malformed")


def test_a_helper_reads_the_cases_assigned_to_them(office: Office) -> None:
    case, other = brought_to(office, "managed"), brought_to(office, "managed")
    done(office.chairman().post(f"/v1/cases/{case}/helpers", STEPS[2][3]))
    helper = office.desk(Role.HELPER, sub=HELPER, assigned=[HELPER])
    assert done(helper.get(f"/v1/cases/{case}"))["helper_ids"] == [HELPER]
    refused(helper.get(f"/v1/cases/{other}"), 404, "not-found")

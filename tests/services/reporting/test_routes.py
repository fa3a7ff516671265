"""The indicators as offices, analysts and other systems ask for them over REST."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy import text

from deploy.local.stack import Stack
from deploy.run_commands import responsible_for
from deploy.services import folder, message_folders
from libs.events.checkpoints import LIVE, Place, advance, claim
from libs.web.messages import Catalogue
from libs.web.roles import Role
from services.reporting.facts import SOURCE
from services.reporting.indicators import INDICATORS
from services.reporting.service import service
from tests.conftest import bench_of
from tests.libs.web.conftest import Desk
from tests.services.clubs.twin import Twin, beside, opened
from tests.services.reporting.story import FAR, PROVINCE, WARD, Story, evening
from tests.services.reporting.telling import tell

COMPLETED = date(2024, 3, 15)
KNOWN = evening(date(2026, 6, 1))
HALF = "first=2024-01-01&last=2024-06-30"
PEOPLE, RELAPSED = 12, 2


@pytest.fixture(scope="module")
def reporting(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """Reporting, which knows of twelve completers of one ward; two relapsed, one of them told late."""
    story = Story()
    people = [story.person(COMPLETED) for _ in range(PEOPLE)]
    people[0].relapsed(date(2024, 9, 2))
    people[1].relapsed(date(2024, 10, 2), known=date(2025, 2, 1))
    bench = bench_of(stack, beside(service, "reportingdesk", SOURCE))
    with bench.superuser.begin() as connection:
        for record, _ in tell(connection, story, KNOWN):
            place = Place(SOURCE, record.partition)
            reached = replace(claim(connection, LIVE, place, uuid4()), sequence=record.sequence)
            advance(connection, LIVE, {place: reached})
    with opened(bench, tmp_path_factory.mktemp("issuer"), folder("reporting"), responsible_for) as twin:
        yield twin
    bench.superuser.dispose()


@pytest.fixture
def province(reporting: Twin) -> Desk:
    """An office of the ward's province."""
    return reporting.desk(Role.PROVINCE_OFFICER, purpose="statutory-reporting", units=[PROVINCE])


@pytest.fixture
def analyst(reporting: Twin) -> Desk:
    """Somebody who sees figures of the whole country, and no person."""
    desk = reporting.desk(Role.ANALYST, purpose="", units=[])
    return replace(desk, headers={})


def relapses(desk: Desk, unit: str = WARD, more: str = "") -> Any:
    return desk.get(f"/v1/indicators/I-03?unit={unit}&{HALF}&months=12{more}")


def explanation(desk: Desk, more: str = "", **headers: str | None) -> Any:
    return desk.get(f"/v1/indicators/I-03/explanation?unit={WARD}&{HALF}&months=12{more}", **headers)


def test_every_indicator_is_listed_with_its_definition(province: Desk) -> None:
    items = province.get("/v1/indicators").json()["items"]
    assert [item["id"] for item in items] == list(INDICATORS)
    assert all(item["definition"] and item["name_vi"] and item["pitfalls"] for item in items)


@pytest.mark.parametrize("indicator", list(INDICATORS))
def test_every_indicator_answers(province: Desk, indicator: str) -> None:
    answer = province.get(f"/v1/indicators/{indicator}?unit={PROVINCE}&{HALF}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["indicator"]["id"] == indicator


def test_a_rate_comes_with_both_denominators_its_interval_and_how_fresh_it_is(province: Desk) -> None:
    answer = relapses(province)
    said = answer.json()
    assert (said["numerator"], said["denominator"], said["fully_observed"]) == (RELAPSED, PEOPLE, PEOPLE)
    assert 0 < said["share"]["low"] < RELAPSED / PEOPLE < said["share"]["high"] < 1
    assert answer.headers["Aftercare-Position"].startswith(f"{SOURCE}.events/")
    assert int(answer.headers["Aftercare-Staleness"]) > 0, "the last mark is of June"


def test_as_known_before_the_second_relapse_was_told_there_is_one(province: Desk) -> None:
    then = f"&as_known_on={quote('2025-01-31T23:59:59+07:00')}"
    assert relapses(province, more=then).json()["numerator"] == 1
    assert relapses(province, more=then).content == relapses(province, more=then).content


def test_an_instant_after_the_last_mark_is_not_known_yet(province: Desk) -> None:
    answer = relapses(province, more=f"&as_known_on={quote('2026-06-02T00:00:00+07:00')}")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:aftercare:problem:not-yet-known")


@pytest.mark.parametrize(
    ("query", "status", "problem"),
    [
        (f"unit={WARD}&{HALF}&months=7", 422, "window-not-offered"),
        (f"unit={WARD}&first=2024-06-30&last=2024-01-01", 422, "period-reversed"),
        (f"unit={WARD}&first=0001-01-01&last=2024-06-30", 422, "time-out-of-range"),
        (f"unit={WARD}&{HALF}&as_known_on=0001-01-01T00:00:00%2B14:00", 422, "time-out-of-range"),
        (f"unit={WARD}&first=2024-02-30&last=2024-06-30", 422, "request-invalid"),
        (f"unit={WARD}&{HALF}&as_known_on=2025-01-31T00:00:00", 422, "request-invalid"),
        (f"unit=26113&{HALF}", 403, "outside-scope"),
        (f"unit={FAR}&{HALF}", 403, "outside-scope"),
        (HALF, 422, "request-invalid"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(province: Desk, query: str, status: int, problem: str) -> None:
    answer = province.get(f"/v1/indicators/I-03?{query}")
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:aftercare:problem:{problem}")


def test_there_is_no_other_indicator(province: Desk) -> None:
    assert province.get(f"/v1/indicators/I-99?unit={WARD}&{HALF}").status_code == 404


def test_who_may_not_see_the_persons_sees_no_small_cell_asked_for_or_not(analyst: Desk, province: Desk) -> None:
    for more in ("", "&published=false"):
        said = relapses(analyst, more=more).json()
        assert (said["numerator"], said["share"], said["denominator"]) == (None, None, PEOPLE)
        assert said["small_cell"]["suppressed"]
    assert relapses(province, more="&published=true").json()["numerator"] is None
    assert relapses(province, more="&published=false").json()["numerator"] == RELAPSED


def test_an_explanation_adds_up_and_is_recorded_as_a_reading(reporting: Twin, province: Desk) -> None:
    said = explanation(province, more="&number=numerator").json()
    assert said["total"] == len(said["people"]) == RELAPSED
    assert all(person["rows"] and person["dates"]["event_on"] for person in said["people"])
    with reporting.bench.superuser.connect() as connection:
        read = connection.execute(text("select subjects from read_record order by id desc limit 1")).scalar_one()
    assert {str(one) for one in read} == {person["person_id"] for person in said["people"]}


def test_an_explanation_is_for_a_purpose_and_not_for_analysts(province: Desk, analyst: Desk) -> None:
    assert explanation(province, Aftercare_Purpose=None).json()["type"].endswith(":purpose-required")
    assert explanation(analyst).status_code == 403


def test_every_refusal_of_reporting_has_words() -> None:
    assert Catalogue(message_folders("reporting")).missing(["services.reporting"]) == []


def test_nobody_is_told_anything_without_a_token(province: Desk) -> None:
    assert relapses(replace(province, token="none")).status_code == 401  # noqa: S106 -- It is none.

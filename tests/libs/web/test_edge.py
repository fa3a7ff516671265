"""What a route can reach, and what it is stopped from forgetting."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from libs.events.handling import Outcome
from libs.events.record import Position
from libs.web.answers import Seen
from libs.web.edge import Edge
from libs.web.freshness import render_position
from libs.web.purposes import Purpose
from libs.web.roles import Permission, Role
from libs.web.routing import Router
from tests.libs.web.conftest import Desk, MakeApp, MakeDesk
from tests.libs.web.sample import (
    AWAY,
    HOME,
    PROVINCE,
    CountView,
    FolderView,
    StampFolder,
    folder_decider,
    folders,
    stamps,
    view,
)

TYPE = "urn:aftercare:problem:"


@pytest.fixture
def folder(officer: Desk) -> UUID:
    return officer.open_folder()


def without_instance(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "instance"}


def test_absent_and_forbidden_are_the_same_answer(folder: UUID, desk: MakeDesk) -> None:
    stranger = desk(Role.COMMUNE_OFFICER, units=[AWAY])
    forbidden, absent = stranger.get(f"/v1/folders/{folder}"), stranger.get(f"/v1/folders/{uuid4()}")
    assert forbidden.status_code == absent.status_code == 404
    assert without_instance(forbidden) == without_instance(absent)
    assert {*forbidden.headers} == {*absent.headers}


def test_the_province_reads_what_lies_in_it(folder: UUID, desk: MakeDesk) -> None:
    officer = desk(Role.PROVINCE_OFFICER, units=[PROVINCE])
    assert officer.get(f"/v1/folders/{folder}", Aftercare_Purpose=Purpose.SUPERVISION).status_code == 200


def test_nothing_is_written_about_what_lies_outside(folder: UUID, desk: MakeDesk) -> None:
    stranger = desk(Role.COMMUNE_CHAIRMAN, units=[AWAY])
    assert stranger.post(f"/v1/folders/{folder}/stamps").status_code == 404


def test_a_unit_outside_the_scope_is_refused_by_name(officer: Desk) -> None:
    body = {"person_id": str(uuid4()), "unit": AWAY, "name": "x"}
    answer = officer.post("/v1/folders", body)
    assert (answer.status_code, answer.json()["type"]) == (403, TYPE + "outside-scope")


def test_authority_that_ended_yesterday_writes_nothing(folder: UUID, desk: MakeDesk) -> None:
    former = desk(Role.COMMUNE_CHAIRMAN, units=[{"unit": HOME, "to": "2020-01-01"}])
    answer = former.post(f"/v1/folders/{folder}/stamps")
    assert (answer.status_code, answer.json()["type"]) == (403, TYPE + "no-authority-today")


def test_authority_that_holds_today_does(folder: UUID, desk: MakeDesk) -> None:
    acting = desk(Role.COMMUNE_CHAIRMAN, units=[{"unit": HOME, "from": "2020-01-01"}])
    assert acting.post(f"/v1/folders/{folder}/stamps").status_code == 200


def test_a_helper_reads_the_assigned_and_nobody_else(officer: Desk, desk: MakeDesk) -> None:
    person = uuid4()
    mine, other = officer.open_folder(person_id=str(person)), officer.open_folder()
    helper = desk(Role.HELPER, sub=str(person))
    assert helper.get(f"/v1/folders/{mine}").status_code == 200
    assert helper.get(f"/v1/folders/{other}").status_code == 404


# What follows are breaches, each planted in a route of its own.


@pytest.fixture
def breaches() -> Router:
    router = Router("breaches")

    @router.query("/v1/all/{folder_id}", permission=Permission.CASE_READ, person=True)
    def forgets_that_helpers_are_narrow(folder_id: UUID, edge: Edge) -> Seen[FolderView]:
        row = edge.find(folders, folder_id)
        return Seen(view(edge, row), subjects=[row.person_id])

    @router.query("/v1/named/{folder_id}", permission=Permission.CLUB_READ)
    def names_persons_unmarked(folder_id: UUID, edge: Edge) -> Seen[FolderView]:
        row = edge.find(folders, folder_id)
        return Seen(view(edge, row), subjects=[row.person_id])

    @router.query("/v1/unnamed", permission=Permission.CASE_READ, person=True)
    def shows_persons_and_does_not_say_whom(edge: Edge) -> Seen[list[FolderView]]:
        return Seen([view(edge, row) for row in folders.read(edge.reading(folders))])

    @router.query("/v1/unsaid/{folder_id}", permission=Permission.CASE_READ, person=True)
    def shows_one_person_and_does_not_say_whom(folder_id: UUID, edge: Edge) -> Seen[FolderView]:
        return Seen(view(edge, edge.find(folders, folder_id)))

    @router.query("/v1/counted", permission=Permission.CLUB_READ)
    def counts_for_no_unit(edge: Edge) -> Seen[CountView]:
        with edge.counting(folders) as connection:
            return Seen(CountView(members=len(folders.read(connection))))

    @router.command("/v1/blind/{folder_id}", permission=Permission.CASE_DECIDE)
    def writes_without_looking(folder_id: UUID, edge: Edge) -> Outcome:
        return edge.handle(folder_decider, f"folder-{folder_id}", StampFolder())

    @router.command("/v1/unwalled/{folder_id}", permission=Permission.CASE_DECIDE)
    def looks_at_what_everyone_sees(folder_id: UUID, edge: Edge) -> Outcome:
        edge.find(stamps, folder_id)
        return edge.handle(folder_decider, f"folder-{folder_id}", StampFolder())

    @router.command("/v1/twice/{folder_id}", permission=Permission.CASE_DECIDE)
    def handles_two_commands(folder_id: UUID, edge: Edge) -> Outcome:
        edge.find(folders, folder_id)
        edge.handle(folder_decider, f"folder-{folder_id}", StampFolder())
        return edge.handle(folder_decider, f"folder-{folder_id}", StampFolder())

    return router


def failed(answer: Any) -> bool:
    return bool(answer.status_code == 500 and answer.json()["type"] == TYPE + "internal-error")


def test_a_route_that_forgets_narrow_callers_answers_them_nothing(
    make_app: MakeApp, breaches: Router, folder: UUID, desk: MakeDesk
) -> None:
    client = make_app([breaches])
    assert failed(desk(Role.HELPER).on(client).get(f"/v1/all/{folder}"))
    assert desk(Role.COMMUNE_OFFICER).on(client).get(f"/v1/all/{folder}").status_code == 200


def test_persons_are_named_only_where_the_route_says_so(
    make_app: MakeApp, breaches: Router, folder: UUID, officer: Desk
) -> None:
    client = make_app([breaches])
    assert failed(officer.on(client).get(f"/v1/named/{folder}"))
    assert failed(officer.on(client).get("/v1/unnamed"))
    assert failed(officer.on(client).get(f"/v1/unsaid/{folder}"))


def test_figures_are_of_a_unit_that_was_checked(make_app: MakeApp, breaches: Router, officer: Desk) -> None:
    assert failed(officer.on(make_app([breaches])).get("/v1/counted"))


def test_what_is_counted_lies_past_the_wall_and_what_is_read_after_it_does_not(
    make_app: MakeApp, folder: UUID, desk: MakeDesk
) -> None:
    router, counted, read = Router("counts"), list[int](), list[int]()

    @router.query("/v1/counts", permission=Permission.CLUB_READ)
    def counts_and_reads(edge: Edge) -> Seen[CountView]:
        edge.within(AWAY)
        with edge.counting(folders) as connection:
            counted.append(len(folders.read(connection)))
        read.append(len(folders.read(edge.reading(folders), "folder_id = :folder", folder=folder)))
        return Seen(CountView(members=0))

    stranger = desk(Role.COMMUNE_CHAIRMAN, units=[AWAY])
    assert stranger.on(make_app([router])).get("/v1/counts").status_code == 200
    assert (counted[0] > 0, read) == (True, [0])


def test_nothing_is_handled_before_something_was_found(
    make_app: MakeApp, breaches: Router, folder: UUID, chairman: Desk
) -> None:
    assert failed(chairman.on(make_app([breaches])).post(f"/v1/blind/{folder}"))


def test_what_everyone_sees_opens_nothing(
    make_app: MakeApp, breaches: Router, folder: UUID, chairman: Desk, desk: MakeDesk
) -> None:
    chairman.post(f"/v1/folders/{folder}/stamps")
    stranger = desk(Role.COMMUNE_CHAIRMAN, units=[AWAY])
    assert failed(stranger.on(make_app([breaches])).post(f"/v1/unwalled/{folder}"))


def test_a_command_can_say_what_it_rests_on(make_app: MakeApp, folder: UUID, chairman: Desk) -> None:
    router, relied = Router("relies"), list[Position]()

    @router.command("/v1/relies/{folder_id}", permission=Permission.CASE_DECIDE)
    def relies(folder_id: UUID, edge: Edge) -> Outcome:
        edge.find(folders, folder_id)
        relied.extend(edge.relied_on)
        return edge.handle(folder_decider, f"folder-{folder_id}", StampFolder())

    first = chairman.post(f"/v1/folders/{folder}/stamps").json()["position"]
    assert chairman.on(make_app([router])).post(f"/v1/relies/{folder}").status_code == 200
    assert [render_position(position) for position in relied] == [first]


def test_one_request_is_one_command(make_app: MakeApp, breaches: Router, folder: UUID, chairman: Desk) -> None:
    assert failed(chairman.on(make_app([breaches])).post(f"/v1/twice/{folder}"))

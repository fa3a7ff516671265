"""How fresh an answer says it is, and waiting for what is not known yet."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event as Signal
from typing import Any
from uuid import uuid4

import pytest

from libs.events.checkpoints import Place
from libs.events.follower import Following
from libs.events.partitions import partition_of
from libs.events.service import Parts
from libs.web import gate
from libs.web.freshness import is_level, parse_positions, render_positions
from libs.web.limits import Limits
from libs.web.refusals import HeaderMalformed
from libs.web.roles import Role
from tests.libs.web.conftest import Desk, MakeApp, MakeDesk
from tests.libs.web.sample import folders

TYPE = "urn:aftercare:problem:"
Rows = Callable[..., list[Any]]
Follow = Callable[[int], None]


@pytest.fixture
def followed(rows: Rows) -> Iterator[Follow]:
    """Partition 3 of the clubs' events is known up to 7; `mark` and more can be added."""

    def checkpoint(sequence: int) -> None:
        rows("delete from checkpoint")
        rows(
            "insert into checkpoint (follower, source, partition, sequence, reacted, chain)"
            " values ('live', 'club', 3, :n, :n, '')",
            n=sequence,
        )

    checkpoint(7)
    yield checkpoint
    rows("delete from checkpoint")
    rows("delete from mark")


def test_positions_are_read_as_they_are_written() -> None:
    positions = {Place("clubs", 3): 9, Place("registry", 7): 4211, Place("registry", 8): 12}
    assert render_positions(positions) == "clubs.events/3=9,registry.events/7=4211,8=12"
    assert parse_positions(render_positions(positions)) == positions
    assert parse_positions("registry.events/7=1, registry.events/7=5") == {Place("registry", 7): 5}


@pytest.mark.parametrize(
    "header",
    [
        "",
        ",",
        "7=1",
        "registry/7=1",
        "registry.events/24=1",
        "registry.events/7=-1",
        "registry.events/7",
        "registry.events/7=1,",
        "registry.events/7=" + "9" * 19,
        "Registry.events/7=1",
        "registry.events/7=\u0661",
        "registry.events/7=1," * 1_000,
    ],
)
def test_anything_else_is_malformed(header: str) -> None:
    with pytest.raises(HeaderMalformed):
        parse_positions(header)


def test_a_read_by_key_names_the_partition_of_its_row_as_far_as_it_is_known(officer: Desk) -> None:
    person = uuid4()
    folder = officer.open_folder(person_id=str(person))
    later = officer.post("/v1/folders/" + str(folder) + "/closing")
    assert later.status_code == 403
    read = officer.get(f"/v1/folders/{folder}")
    positions = parse_positions(read.headers["Aftercare-Position"])
    assert [place.partition for place in positions] == [partition_of(f"person-{person}")]
    assert read.headers["Aftercare-Staleness"] == "0"


def test_a_search_names_every_partition(officer: Desk) -> None:
    for _ in range(40):
        officer.open_folder()
    answer = officer.post("/v1/folders/search", {"name": "nobody"})
    assert len(parse_positions(answer.headers["Aftercare-Position"])) > 12
    assert len(answer.headers["Aftercare-Position"]) < 500


def test_a_followed_read_names_its_checkpoints_and_how_old_its_mark_is(
    followed: Follow, rows: Rows, desk: MakeDesk
) -> None:
    analyst = desk(Role.ANALYST)
    answer = analyst.get("/v1/members/count")
    assert answer.headers["Aftercare-Position"] == "club.events/3=7"
    assert answer.headers["Aftercare-Staleness"] == "unknown"
    rows(
        "insert into mark (source, known_until, sequences) values"
        " ('club', journal_now() - interval '30 seconds', '{0,0,0,7}'),"
        " ('club', journal_now() - interval '1 second', '{0,0,0,8}')"
    )
    assert int(analyst.get("/v1/members/count").headers["Aftercare-Staleness"]) in (30, 31, 32)


def test_a_followed_read_says_how_many_events_are_missing_from_it(
    followed: Follow, rows: Rows, desk: MakeDesk, officer: Desk
) -> None:
    analyst = desk(Role.ANALYST)
    assert "Aftercare-Parked" not in analyst.get("/v1/members/count").headers
    rows(
        "insert into parked_event (taker, source, partition, sequence, subject, value, reason)"
        " select taker, 'club', 3, n, 's', '', 'r' from unnest(array['desk.members', 'a-reactor']) taker,"
        " generate_series(1, 2) n"
    )
    assert analyst.get("/v1/members/count").headers["Aftercare-Parked"] == "2"
    assert "Aftercare-Parked" not in officer.post("/v1/folders/search", {"name": "nobody"}).headers
    rows("delete from parked_event")


def test_what_is_known_need_not_be_waited_for(followed: Follow, officer: Desk) -> None:
    person = uuid4()
    answer = officer.post("/v1/folders", {"person_id": str(person), "unit": "2025:26080", "name": "x"})
    wanted = answer.headers["Aftercare-Position"] + ",club.events/3=7"
    read = officer.get(answer.headers["Location"], Aftercare_Wait_For=wanted)
    assert read.status_code == 200


@pytest.mark.parametrize("wanted", ["desk.events/3=1000000", "club.events/3=8", "club.events/4=1"])
def test_what_does_not_come_in_time_is_not_yet_known(wanted: str, followed: Follow, officer: Desk) -> None:
    answer = officer.get("/v1/folders", Aftercare_Wait_For=wanted)
    assert (answer.status_code, answer.json()["type"]) == (409, TYPE + "not-yet-known")
    assert answer.headers["Retry-After"] == "1"


def test_the_services_own_events_are_known_before_its_follower_read_them(officer: Desk, parts: Parts) -> None:
    assert "desk" in parts.service.following.sources
    answer = officer.post("/v1/folders", {"person_id": str(uuid4()), "unit": "2025:26080", "name": "x"})
    wanted = answer.headers["Aftercare-Position"]
    assert officer.get("/v1/folders", Aftercare_Wait_For=wanted).status_code == 200


def test_what_was_folded_is_not_yet_known_until_it_was_reacted_to(followed: Follow, rows: Rows, officer: Desk) -> None:
    rows("update checkpoint set reacted = 6")
    asked = [officer.get("/v1/folders", Aftercare_Wait_For=f"club.events/3={n}").status_code for n in (6, 7)]
    assert asked == [200, 409]


def test_own_events_that_a_followed_projection_folds_are_known_once_it_is_level(officer: Desk, parts: Parts) -> None:
    followed = replace(parts.service, inline=[], following=Following(["desk"], [folders]))
    answer = officer.post("/v1/folders", {"person_id": str(uuid4()), "unit": "2025:26080", "name": "x"})
    wanted = parse_positions(answer.headers["Aftercare-Position"])
    with parts.engine.connect() as connection:
        assert is_level(connection, parts.service, wanted)
        assert not is_level(connection, followed, wanted)


def test_a_source_that_is_not_followed_here_cannot_be_waited_for(officer: Desk) -> None:
    assert officer.get("/v1/folders", Aftercare_Wait_For="support.events/3=8").status_code == 200


def test_a_read_waits_until_it_is_known(
    followed: Follow, officer: Desk, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, level = Signal(), gate._level

    def ask(*given: Any) -> bool:
        known = level(*given)
        asked.set()
        return known

    monkeypatch.setattr(gate, "_level", ask)
    patient = officer.on(make_app(limits=Limits(wait_poll_seconds=0.005)))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(patient.get, "/v1/folders", Aftercare_Wait_For="club.events/3=8")
        assert asked.wait(10)
        followed(8)
        assert waiting.result(10).status_code == 200


def test_too_many_do_not_wait(
    followed: Follow, officer: Desk, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, level = list[Any](), gate._level

    def ask(*given: Any) -> bool:
        asked.append(given)
        return level(*given)

    monkeypatch.setattr(gate, "_level", ask)
    crowded = officer.on(make_app(limits=Limits(waiters_max=0, wait_seconds_max=0.5)))
    assert crowded.get("/v1/folders", Aftercare_Wait_For="club.events/3=8").status_code == 409
    assert len(asked) == 1


def test_a_malformed_wish_is_refused(officer: Desk) -> None:
    answer = officer.get("/v1/folders", Aftercare_Wait_For="soon")
    assert (answer.status_code, answer.json()["params"]) == (400, {"header": "Aftercare-Wait-For"})

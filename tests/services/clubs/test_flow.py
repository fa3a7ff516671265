"""What happens in the registry reaches the clubs over real engines, once."""

from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import text

from deploy.services import folder
from libs.events.contracts.values import EndReason
from libs.events.kafka import Log
from libs.law.law import LAW
from libs.web.purposes import Purpose
from libs.web.roles import Role
from services.clubs.projections.memberships import MembershipRow, memberships
from services.clubs.service import service
from tests.conftest import Bench, MakeBench
from tests.libs.events.test_flow import level, verified, working
from tests.libs.events.waiting import until
from tests.libs.web.conftest import Desk
from tests.services.clubs.registry import Registry
from tests.services.clubs.twin import beside, opened

CLUB = str(uuid4())
JOINED = ["clubs.member-invited", "clubs.member-joined"]


def membership_of(desk: Desk, person: UUID, *, joins: bool = True) -> str:
    body = {"person_id": str(person), "club_id": CLUB, "invited_on": "2025-04-01"}
    answer = desk.post("/v1/memberships", body)
    assert answer.status_code == 201, answer.text
    membership = str(answer.json()["id"])
    if joins:
        desk.post(f"/v1/memberships/{membership}/answer", {"accepted": True, "answered_on": "2025-04-02"})
    return membership


def test_news_of_the_registry_end_memberships_once(make_bench: MakeBench, log: Log, tmp_path: Path) -> None:
    source = make_bench(topics=True, law=LAW)
    bench = make_bench(topics=True, **vars(beside(service, "clubsflow", source.service.name)))
    with working(source, bench, log=log), opened(bench, tmp_path, folder("clubs")) as clubs:
        until(lambda: verified(source) and verified(bench), "the relays' verification")
        parts = source.open()
        registry = Registry(parts.handler)
        dies, moves, relapses, lost, unanswered = people = [registry.managed() for _ in range(5)]
        until(lambda: level(source, bench), "the clubs knowing the people")
        board = clubs.desk(Role.CLUB_BOARD, purpose=Purpose.CLUB, clubs=[CLUB])
        streams = {p: f"membership-{membership_of(board, p, joins=p != unanswered)}" for p in people}
        registry.die(dies, date(2025, 6, 1))
        registry.die(unanswered, date(2025, 6, 2))
        registry.move(moves, date(2025, 6, 3))
        registry.end(lost, EndReason.DECLARED_MISSING, date(2025, 6, 4))
        registry.relapse(relapses, date(2025, 6, 5))
        until(lambda: level(source, bench), "the clubs having reacted")
        read_everything_again(bench)
        # Something new makes the follower notice that it lost its place.
        registry.register()
        until(lambda: level(source, bench), "the clubs being level again")
        parts.close()
        assert {person: clubs.told(stream) for person, stream in streams.items()} == {
            dies: [*JOINED, "clubs.member-left"],
            moves: [*JOINED, "clubs.member-left"],
            lost: [*JOINED, "clubs.member-left"],
            relapses: JOINED,
            unanswered: ["clubs.member-invited", "clubs.invitation-lapsed"],
        }
    ends = {row.person_id: (row.stage, row.left_for, row.left_on) for row in rows_of(bench)}
    assert ends == {
        dies: ("left", "deceased", date(2025, 6, 1)),
        moves: ("left", "moved_away", date(2025, 6, 3)),
        lost: ("left", "declared_missing", date(2025, 6, 4)),
        relapses: ("accepted", None, None),
        unanswered: ("lapsed", "deceased", None),
    }


def read_everything_again(bench: Bench) -> None:
    """Take every partition away from the follower, so that it reads and reacts from the start."""
    with bench.superuser.begin() as connection:
        connection.execute(text("update checkpoint set next_offset = 0, reacted = 0, owner_epoch = owner_epoch + 1"))


def rows_of(bench: Bench) -> list[MembershipRow]:
    with bench.superuser.connect() as connection:
        return memberships.read(connection)

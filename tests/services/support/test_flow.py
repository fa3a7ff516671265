"""What happens in the registry reaches support over real engines, once."""

from datetime import date
from pathlib import Path
from uuid import UUID

from deploy.services import folder
from libs.events.kafka import Log
from libs.law.law import LAW
from libs.web.purposes import Purpose
from libs.web.roles import Role
from services.support.projections.trainings import trainings
from services.support.service import service
from tests.conftest import MakeBench
from tests.libs.events.test_flow import level, verified, working
from tests.libs.events.waiting import until
from tests.libs.web.conftest import Desk
from tests.services.clubs.registry import Registry
from tests.services.clubs.test_flow import read_everything_again
from tests.services.clubs.twin import beside, opened

DROPPED = ["support.training-applied", "support.training-dropped"]


def training_of(desk: Desk, person: UUID) -> str:
    body = {"person_id": str(person), "kind": "on_the_job", "trade": "nấu ăn", "applied_on": "2025-04-01"}
    answer = desk.post("/v1/trainings", body)
    assert answer.status_code == 201, answer.text
    return f"training-{answer.json()['id']}"


def test_death_ends_an_enrolment_once(make_bench: MakeBench, log: Log, tmp_path: Path) -> None:
    source = make_bench(topics=True, law=LAW)
    bench = make_bench(topics=True, **vars(beside(service, "supportflow", source.service.name)))
    with working(source, bench, log=log), opened(bench, tmp_path, folder("support")) as support:
        until(lambda: verified(source) and verified(bench), "the relays' verification")
        parts = source.open()
        registry = Registry(parts.handler)
        dies, relapses = registry.managed(), registry.managed()
        until(lambda: level(source, bench), "support knowing the people")
        officer = support.desk(Role.COMMUNE_OFFICER, purpose=Purpose.SUPPORT)
        streams = {person: training_of(officer, person) for person in (dies, relapses)}
        registry.die(dies, date(2025, 6, 1))
        registry.relapse(relapses, date(2025, 6, 2))
        until(lambda: level(source, bench), "support having reacted")
        read_everything_again(bench)
        # Something new makes the follower notice that it lost its place.
        registry.register()
        until(lambda: level(source, bench), "support being level again")
        parts.close()
        assert support.told(streams[dies]) == DROPPED
        assert support.told(streams[relapses]) == DROPPED[:1]
    with bench.superuser.connect() as connection:
        ends = {row.person_id: (row.stage, row.dropped_for, row.ended_on) for row in trainings.read(connection)}
    assert ends == {dies: ("dropped", "deceased", date(2025, 6, 1)), relapses: ("applied", None, None)}

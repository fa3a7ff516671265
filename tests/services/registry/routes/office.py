"""An office that works with the registry over REST, and what tests ask of what it did."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from httpx import Response
from sqlalchemy import text

from libs.events.reactor import Reactor
from libs.events.service import Parts
from libs.web.issuer import Issuer
from libs.web.roles import Role
from services.registry.feed.files import seeing_all
from tests.conftest import Bench
from tests.libs.web.client import TestClient
from tests.libs.web.conftest import Desk
from tests.libs.web.sample import AWAY, HOME

__all__ = ["AWAY", "HOME", "Office", "made"]
MANAGEMENT = "post-rehab-management"
KIND = "voluntary_facility_public"


def made(answer: Response) -> str:
    """The id of what was made."""
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def done(answer: Response) -> dict[str, Any]:
    """The body of what was done."""
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(answer: Response, status: int, problem: str) -> dict[str, Any]:
    """The problem, which is this one."""
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:aftercare:problem:{problem}"), answer.text
    body: dict[str, Any] = answer.json()
    return body


@dataclass(frozen=True)
class Office:
    """The registry's databases, its parts and app, and who mints its tokens."""

    bench: Bench
    parts: Parts
    client: TestClient
    issuer: Issuer
    reacted: Counter[int] = field(default_factory=Counter)

    def desk(self, *roles: Role, units: Sequence[str] = (HOME,), purpose: str = MANAGEMENT, **claims: Any) -> Desk:
        """A client of some roles in some units."""
        return Desk(self.client, self.issuer.mint(*roles, units=units, **claims), {"Aftercare-Purpose": purpose})

    def officer(self, unit: str = HOME, **claims: Any) -> Desk:
        """The commune's officer."""
        return self.desk(Role.COMMUNE_OFFICER, units=(unit,), **claims)

    def police(self, unit: str = HOME, **claims: Any) -> Desk:
        """The commune's police."""
        return self.desk(Role.COMMUNE_POLICE, units=(unit,), **claims)

    def chairman(self, unit: str = HOME, **claims: Any) -> Desk:
        """The commune's chairman."""
        return self.desk(Role.COMMUNE_CHAIRMAN, units=(unit,), **claims)

    def person(self, unit: str = HOME, **changed: Any) -> str:
        """Somebody new of a unit."""
        body = {"unit": unit, "full_name": "Nguyễn Văn Bí Mật", "sex": "male", "birth_date": "1990"} | changed
        return made(self.officer(unit).post("/v1/persons", body))

    def completion(self, person: str, unit: str = HOME, on: str = "2025-03-03") -> str:
        """An episode that the person completed."""
        body = {
            "person_id": person,
            "kind": KIND,
            "completed_on": on,
            "unit": unit,
            "certificate_number": "46/GCN",
            "issuer": "Cơ sở cai nghiện số 1",
        }
        return made(self.officer(unit).post("/v1/completed-episodes", body))

    def reported(self, person: str, unit: str = HOME, episode: str | None = None) -> str:
        """A case of the person, reported."""
        body = {
            "episode_id": episode or self.completion(person, unit),
            "unit": unit,
            "presented_on": "2025-03-05",
        }
        return made(self.officer(unit).post("/v1/cases", body))

    def managed(self, person: str, unit: str = HOME, episode: str | None = None) -> str:
        """A case of the person, under management."""
        case = self.reported(person, unit, episode)
        done(self.officer(unit).post(f"/v1/cases/{case}/dossier", {"opened_on": "2025-03-07"}))
        decisions = f"/v1/cases/{case}/management-decisions"
        done(self.chairman(unit).post(decisions, signed("2025-03-11", unit)))
        return case

    def tested(self, person: str, unit: str = HOME, **changed: Any) -> str:
        """A confirmed positive test of the person."""
        body = {
            "person_id": person,
            "sampled_on": "2025-06-02",
            "stage": "confirmatory",
            "result": "positive",
            "ground": "D105-38.1-đ",
            "form_number": "03/PKQ",
        }
        return made(self.police(unit).post("/v1/drug-tests", body | changed))

    def determined(self, person: str, unit: str = HOME, **changed: Any) -> str:
        """A determination that the person is addicted."""
        body = {
            "person_id": person,
            "determined_on": "2025-06-09",
            "addicted": True,
            "body": "Bệnh viện 09",
            "certificate_number": "7",
        }
        return made(self.police(unit).post("/v1/addiction-determinations", body | changed))

    def case(self, case: str, unit: str = HOME) -> dict[str, Any]:
        """A case as the unit's officer sees it."""
        return done(self.officer(unit).get(f"/v1/cases/{case}"))

    def send(self, content: bytes, desk: Desk | None = None, key: str | None = None, form: Any = None) -> Response:
        """A police list as the commune's police sends it."""
        desk = desk or self.police(purpose="police-list")
        headers = {"Authorization": f"Bearer {desk.token}", "Idempotency-Key": key or str(uuid4())} | desk.headers
        files = {"file": ("danh sách.xlsx", content, "application/octet-stream")}
        data = {"unit": HOME, "as_of": "2027-06-14"} | (form or {})
        answer: Response = self.client.post("/v1/police-lists", headers=headers, files=files, data=data)
        return answer

    def react(self) -> None:
        """Do what the worker does about everything recorded since, and about what follows from that."""
        while targets := self._due():
            self.parts.handler.handle_many(targets)

    def events(self) -> int:
        """How many events there are."""
        return sum(head.sequence for head in self.parts.journal.heads())

    def told(self, stream: str) -> list[str]:
        """The wire names of a stream's events, in order, without the service's name."""
        records = self.parts.journal.streams([stream])[stream]
        return [record.type.partition(".")[2] for record in records]

    def data(self, stream: str) -> list[dict[str, Any]]:
        """The data of a stream's events, in order, sealed as they lie."""
        return [record.data for record in self.parts.journal.streams([stream])[stream]]

    def rows(self, statement: str, **values: Any) -> list[Any]:
        """What the database's superuser is told."""
        with self.bench.superuser.begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result) if result.returns_rows else []

    def _due(self) -> list[Any]:
        fresh = []
        for head in self.parts.journal.heads():
            fresh += self.parts.journal.after(head.partition, self.reacted[head.partition])
            self.reacted[head.partition] = head.sequence
        decoded = [(record, event) for record in fresh if (event := self.parts.codec.decode(record)) is not None]
        reactors: Sequence[Reactor] = self.bench.service.following.reactors
        with seeing_all(self.parts.engine) as connection:
            return [
                target
                for record, event in decoded
                for reactor in reactors
                for target in reactor.targets(record, event, connection)
            ]


def signed(on: str, unit: str = HOME, **more: Any) -> dict[str, Any]:
    """A decision signed on a day."""
    number = f"{uuid4().int % 10_000}/QĐ-UBND"
    return {"number": number, "signed_on": on, "body": "commune_chairman", "unit": unit, "signer": "official-7"} | more

"""What holds for every command, whatever it says: who may give it, under which key, on which version."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from libs.web.roles import Role
from tests.libs.web.conftest import Desk
from tests.services.registry.routes.office import AWAY, Office, refused

NOT_THERE = (404, "not-found")


@dataclass(frozen=True)
class Given:
    """A command that is possible now: by whom, where, and with which body; `other` is a body for something else."""

    role: Role
    path: str
    body: dict[str, Any]
    other: dict[str, Any]
    status: int = 200
    outside: tuple[int, str] = NOT_THERE


def guarded(office: Office, given: Given) -> None:
    """See everything refused that must be, then give the command, and give it again."""
    desk, path, body = office.desk(given.role), given.path, given.body
    before = office.events()
    refused(office.desk(Role.ANALYST).post(path, body), 403, "forbidden")
    refused(office.desk(given.role, units=(AWAY,)).post(path, body), *given.outside)
    refused(desk.post(path, body, Idempotency_Key=None), 400, "idempotency-key-required")
    refused(desk.post(path, body, Authorization=None), 401, "unauthenticated")
    refused(desk.post(path, body | {"unheard_of": 1}), 422, "request-invalid")
    if given.status == 200:
        refused(desk.post(path, body, If_Match='"99"'), 409, "version-changed")
    assert office.events() == before
    _done_once(office, desk, given)


def _done_once(office: Office, desk: Desk, given: Given) -> None:
    key, before = str(uuid4()), office.events()
    answer = desk.post(given.path, given.body, key=key)
    assert answer.status_code == given.status, answer.text
    assert answer.headers["Aftercare-Position"].startswith(f"{office.parts.service.name}.events/")
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
    assert "Aftercare-Repeated" not in answer.headers
    done = office.events()
    assert done > before
    again = desk.post(given.path, given.body, key=key)
    assert (again.status_code, again.json()) == (given.status, answer.json())
    assert again.headers["Aftercare-Repeated"] == "true"
    refused(desk.post(given.path, given.other, key=key), 422, "idempotency-key-reused")
    assert office.events() == done

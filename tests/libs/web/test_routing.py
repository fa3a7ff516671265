"""A route's way through the edge, as a service writes it."""

from typing import Any
from uuid import uuid4

from tests.libs.web.conftest import Desk
from tests.libs.web.sample import HOME, SECRET


def test_what_is_created_says_where_it_is_and_can_be_read_at_once(officer: Desk) -> None:
    person = str(uuid4())
    answer = officer.post("/v1/folders", {"person_id": person, "unit": HOME, "name": SECRET})
    assert answer.status_code == 201
    written: Any = answer.json()
    assert answer.headers["Location"] == f"/v1/folders/{written['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Aftercare-Position"] == written["position"]
    read = officer.get(answer.headers["Location"])
    assert read.status_code == 200, read.text
    assert read.json() == {
        "folder_id": written["id"],
        "person_id": person,
        "name": SECRET,
        "stamps": 0,
        "closed": False,
    }
    assert read.headers["ETag"] == '"1"'
    assert read.headers["Aftercare-Position"] == written["position"]
    assert read.headers["Aftercare-Staleness"] == "0"

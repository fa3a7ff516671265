"""Pages: complete, stable under inserts, and with cursors that open nothing else."""

from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from libs.web.paging import LIMIT_MAX, Order
from libs.web.roles import Role
from tests.libs.web.conftest import Desk, MakeDesk
from tests.libs.web.sample import AWAY, folders

TYPE = "urn:aftercare:problem:"
PAGES_MAX = 200


@pytest.fixture
def clerk(desk: MakeDesk) -> Desk:
    return desk(Role.COMMUNE_OFFICER, units=[AWAY])


def walk(clerk: Desk, limit: int) -> list[str]:
    found: list[str] = []
    cursor: str | None = ""
    for _ in range(PAGES_MAX):
        page: Any = clerk.get(f"/v1/folders?limit={limit}{cursor and '&cursor='}{cursor}").json()
        found += [one["folder_id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return found
        assert len(page["items"]) == limit
    pytest.fail("the pages do not end")


def test_pages_together_are_the_list_each_row_once(clerk: Desk) -> None:
    opened = {str(clerk.open_folder(unit=AWAY)) for _ in range(5)}
    for limit in (1, 2, LIMIT_MAX):
        found = walk(clerk, limit)
        assert len(found) == len(set(found))
        assert opened <= set(found)


def test_rows_added_meanwhile_shift_nothing(clerk: Desk) -> None:
    for _ in range(4):
        clerk.open_folder(unit=AWAY)
    before = walk(clerk, LIMIT_MAX)
    first: Any = clerk.get("/v1/folders?limit=2").json()
    for _ in range(4):
        clerk.open_folder(unit=AWAY)
    found = [one["folder_id"] for one in first["items"]]
    rest: Any = clerk.get(f"/v1/folders?limit={LIMIT_MAX}&cursor={first['next']}").json()
    found += [one["folder_id"] for one in rest["items"]]
    assert [one for one in found if one in before] == before
    assert len(found) == len(set(found))


def cursor_of(*values: Any) -> str:
    return urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


NAME = Order(folders, "opened_on").name


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        cursor_of(NAME),
        cursor_of(NAME, "2026-01-01"),
        cursor_of(NAME, "2026-01-01", "not a uuid"),
        cursor_of(NAME, "no day", str(UUID(int=0))),
        cursor_of(NAME, "2026-01-01", str(UUID(int=0)), "more"),
        cursor_of("desk.folders:folder_id:False", "2026-01-01", str(UUID(int=0))),
        urlsafe_b64encode(b"7").decode(),
        urlsafe_b64encode(b"[" * 300).decode(),
    ],
)
def test_a_cursor_of_anything_else_is_refused(cursor: str, clerk: Desk) -> None:
    answer = clerk.get(f"/v1/folders?cursor={cursor}")
    assert (answer.status_code, answer.json()["type"]) == (400, TYPE + "cursor-malformed")


@pytest.mark.parametrize("limit", ["0", "-1", str(LIMIT_MAX + 1), "many"])
def test_a_limit_is_bounded(limit: str, clerk: Desk) -> None:
    assert clerk.get(f"/v1/folders?limit={limit}").status_code == 422


def test_a_cursor_shows_no_more_than_the_scope(clerk: Desk, officer: Desk) -> None:
    for _ in range(3):
        clerk.open_folder(unit=AWAY)
    cursor = clerk.get("/v1/folders?limit=1").json()["next"]
    theirs = {one["folder_id"] for one in officer.get(f"/v1/folders?cursor={cursor}").json()["items"]}
    assert theirs.isdisjoint(walk(clerk, LIMIT_MAX))


def test_what_can_be_null_orders_no_list() -> None:
    with pytest.raises(ValueError, match="name"):
        _ = Order(folders, "name").columns
    with pytest.raises(ValueError, match="nothing"):
        _ = Order(folders, "nothing").columns


def test_a_cursor_comes_back_as_it_was() -> None:
    class Row:
        folder_id = uuid4()
        stamps = 3

    order = Order(folders, "stamps", descending=True)
    assert order.after(order.cursor(Row)) == [3, Row.folder_id]

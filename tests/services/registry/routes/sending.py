"""Police lists as a commune sends them over REST, with people of whom no other test knows."""

from itertools import count
from typing import Any

from tests.libs.web.conftest import Desk
from tests.services.registry.feed.lists import person, workbook
from tests.services.registry.routes.office import Office, done

LISTING = "police-list"
# Of the people of `lists.person`, those from here on wait; whom tests send themselves come before.
FIRST_WAITING = 500
_serials = count(1)


def unlike(n: int, **changed: object) -> tuple[object, ...]:
    """A row about somebody of whom no other test knows."""
    serial = next(_serials)
    return person(n, **({"number": f"0750{60 + n % 40}{serial:06}", "address": f"ấp {serial}"} | changed))


def waiting(office: Office, lister: Desk, **changed: object) -> str:
    """A row that waits for a human."""
    sent = done(office.send(workbook(unlike(FIRST_WAITING + next(_serials), note="đi tù", **changed))))
    assert sent["quarantined"] == 1, sent
    rows = every(lister, "/v1/quarantined-rows")
    return str(next(row["row_id"] for row in rows if row["list_id"] == sent["list_id"]))


def every(desk: Desk, path: str) -> list[dict[str, Any]]:
    """All items of a list that is read page by page."""
    rows: list[dict[str, Any]] = []
    mark, cursor = "&" if "?" in path else "?", ""
    while True:
        page = done(desk.get(f"{path}{mark}limit=2{cursor}"))
        assert len(page["items"]) <= 2
        rows += page["items"]
        if page["next"] is None:
            return rows
        cursor = f"&cursor={page['next']}"

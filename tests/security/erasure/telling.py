"""Three people of one story who ask to be forgotten, and one beside them who does not."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from deploy.whole import Clock
from tests.security.canaries import CONTROL, STORY
from tests.security.rest import Caller
from tests.security.story import BEGINS, WARD, Offices, Person, be_tested, manage, move, register, socialise
from tests.security.workbooks import Cells, clear, everything, workbook


@dataclass(frozen=True)
class Told:
    """Who was told of: whom the registry was asked to register, whom a list brought, and whom a human found in one.

    All of what was said of them is canaries of `STORY`, of the bystander those of `CONTROL`.
    """

    registered: Person
    listed: Person
    resolved: Person
    bystander: Person
    lists: Sequence[str]
    row: str

    @property
    def to_erase(self) -> Sequence[Person]:
        """All but the bystander."""
        return self.registered, self.listed, self.resolved


def tell(offices: Offices, clock: Clock, failing_clubs: AbstractContextManager[None]) -> Told:
    """Everything that can be said of somebody is said, over every way in; in the end something that clubs park."""
    clock.set(BEGINS)
    registry = offices.registry
    person = register(registry)
    case = manage(registry, person)
    be_tested(registry, person)
    socialise(offices, person)
    bystander = registered_beside(registry)
    first, row, rows = first_list(registry, person)
    resolved = Person(find_id(registry, rows[-1]["citizen_id"]), rows[-1]["full_name"], rows[-1]["citizen_id"])
    listed = Person(find_id(registry, rows[1]["citizen_id"]), rows[1]["full_name"], rows[1]["citizen_id"])
    second = next_list(registry, [*rows[:2], beside(bystander)])
    with failing_clubs:
        move(registry, case)
        relapse(registry, person)
    return Told(person, listed, resolved, bystander, (first, second), row)


def registered_beside(registry: Caller) -> Person:
    """Somebody of whom nothing is to be forgotten."""
    name, number = CONTROL.name(), CONTROL.twelve()
    body = {"unit": WARD, "full_name": name, "sex": "male", "citizen_id": number, "address": CONTROL.text()}
    body |= {"birth_date": CONTROL.born.isoformat()}
    return Person(registry.command("/v1/persons", body).body["id"], name, number)


def relapse(registry: Caller, person: Person) -> None:
    """Found addicted again, so that the figures have something to count."""
    found = {"person_id": person.id, "determined_on": "2025-08-13", "addicted": True, "body": "Trung tâm Y tế"}
    registry.command("/v1/addiction-determinations", found | {"certificate_number": "6/XĐTTN"})


def first_list(registry: Caller, person: Person) -> tuple[str, str, list[dict[str, str]]]:
    """A list with somebody known, somebody new, and one in doubt whom a human finds to be somebody new.

    The ids of the list and of that row, and what was said.
    """
    known = {**clear(full_name=person.full_name, citizen_id=person.citizen_id)}
    new = {**clear(dob=f"17/08/{STORY.born.year}")}
    doubtful = everything(citizen_id=STORY.twelve().replace("0", "O", 1))
    ended = send(registry, [known, new, doubtful], "01/08/2025")
    assert [ended[end] for end in ("matched", "new", "quarantined")] == [1, 1, 1], ended
    (waiting,) = registry.read("/v1/quarantined-rows").body["items"]
    said = {"citizen_id": STORY.twelve(), "full_name": STORY.name(), "note": STORY.text()}
    resolution = {"outcome": "new", "corrections": said}
    registry.command("/v1/quarantined-rows/{row_id}/resolution", resolution, row_id=waiting["row_id"])
    return ended["list_id"], waiting["row_id"], [known, new, said]


def next_list(registry: Caller, rows: Sequence[Cells]) -> str:
    """The same people a fortnight later, in the same words: no fact comes of it, and still the file names them.

    The last row is somebody else's, and waits because of the comment on it.
    """
    ended = send(registry, rows, "15/08/2025")
    assert [ended[end] for end in ("matched", "quarantined")] == [len(rows) - 1, 1], ended
    return str(ended["list_id"])


def beside(bystander: Person) -> Cells:
    """The bystander as a list says it."""
    cells = {name: CONTROL.text() if STORY.find(name, cell.encode()) else cell for name, cell in clear().items()}
    given = {"full_name": bystander.full_name, "other_names": "", "citizen_id": bystander.citizen_id}
    return cells | given | {"legacy_id9": "", "phone": CONTROL.phone(), "dob": f"{CONTROL.born:%d/%m/%Y}"}


def send(registry: Caller, rows: Sequence[Cells], as_of: str) -> dict[str, Any]:
    """A list sent, and how it ended."""
    ended: dict[str, Any] = registry.upload(f"{STORY.name()}.xlsx", workbook(rows, as_of, STORY.word()), WARD).body
    return ended


def find_id(registry: Caller, number: str) -> str:
    """The id of the one person with a number."""
    (found,) = registry.ask("/v1/persons/searches", {"number": number}).body["items"]
    return str(found["person_id"])

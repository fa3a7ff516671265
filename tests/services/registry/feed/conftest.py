"""A registry that takes lists, on real databases."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from libs.events.contracts.values import Sex
from libs.events.handling import Outcome, Target
from libs.events.journal import READ_BATCH_MAX
from libs.events.record import Meta
from libs.events.service import Parts
from services.registry.domain.person import RegisterPerson, person_decider
from services.registry.domain.police_list import Counts, row_decider
from services.registry.feed.applying import ListOutcome, apply_list
from services.registry.feed.files import MIGRATIONS, seeing_all
from services.registry.feed.following import follow
from services.registry.feed.kept_rows import KeptRow, problems_of
from services.registry.feed.reading import Incoming
from services.registry.feed.resolving import Resolution, check, command_of
from services.registry.projections.identifiers import names, numbers
from services.registry.projections.lists import QuarantinedRow, lists, quarantine
from services.registry.projections.persons import PersonRow, persons
from tests.conftest import Bench, MakeBench
from tests.services.registry.feed.lists import DAY, HANG_GON, person


@dataclass(frozen=True)
class Registry:
    """A registry's parts, and what tests ask it."""

    bench: Bench
    parts: Parts

    def apply(self, sent: Incoming, by: Meta | None = None) -> ListOutcome:
        """Apply a list on the day it is of."""
        return apply_list(self.parts, sent, by or meta(), DAY)

    def decide(self, row_id: UUID, said: Resolution, by: Meta | None = None) -> Outcome:
        """What a human says of a row is written, and nothing follows: as if the process had ended there."""
        command = command_of(row_id, said)
        check(self.parts, row_id, command)
        return self.parts.handler.handle(Target(row_decider, f"row-{row_id}", command, by or meta()))

    def resolve(self, row_id: UUID, said: Resolution, by: Meta | None = None) -> Outcome:
        """What a human says of a row, and what follows."""
        outcome = self.decide(row_id, said, by)
        follow(self.parts, row_id)
        return outcome

    def events(self) -> int:
        """How many events there are."""
        return sum(head.sequence for head in self.parts.journal.heads())

    def types(self) -> list[str]:
        """The wire names of all events, by partition and sequence."""
        found = []
        for partition in range(24):
            found += [record.type for record in self.parts.journal.after(partition, 0, READ_BATCH_MAX)]
        return found

    def everybody(self) -> list[PersonRow]:
        """All persons."""
        with seeing_all(self.parts.engine) as connection:
            return persons.read(connection)

    def waiting(self) -> list[QuarantinedRow]:
        """The worklist, in the order of the rows."""
        with seeing_all(self.parts.engine) as connection:
            return quarantine.read(connection, "outcome is null", tail="order by sheet, row, row_id")

    def problems(self, list_id: UUID) -> list[KeptRow]:
        """What there is to tell of a list."""
        with seeing_all(self.parts.engine) as connection:
            return problems_of(connection, list_id, 1000)

    def count(self, table: str) -> int:
        """The rows of a table."""
        with self.bench.superuser.connect() as connection:
            found: int = connection.execute(text(f"select count(*) from {table}")).scalar_one()
            return found


@pytest.fixture
def registry(make_bench: MakeBench) -> Iterator[Registry]:
    """An empty registry."""
    bench = make_bench(inline=[persons, names, numbers, lists, quarantine], migrations=[MIGRATIONS])
    bench.verify_journal()
    parts = bench.open()
    yield Registry(bench, parts)
    parts.close()


def meta() -> Meta:
    """What comes with an office's request."""
    return Meta(uuid4(), "officer-1", uuid4())


def counts(matched: int = 0, new: int = 0, quarantined: int = 0, rejected: int = 0, carried: int = 0) -> Counts:
    """Counts by name."""
    return Counts(matched, new, quarantined, rejected, carried)


def known(registry: Registry, n: int, **changed: Any) -> UUID:
    """Register the n-th person by another way than a list."""
    _, name, _, dob, number, address, _ = person(n)
    day, month, year = str(dob).split("/")
    values: dict[str, Any] = {
        "person_id": UUID(int=n + 1),
        "today": date(2025, 7, 1),
        "unit": HANG_GON,
        "source": "office",
        "full_name": name,
        "sex": Sex.MALE,
        "birth_year": int(year),
        "birth_date": f"{year}-{month}-{day}",
        "citizen_id": number,
        "address": address,
    } | changed
    stream = f"person-{values['person_id']}"
    registry.parts.handler.handle(Target(person_decider, stream, RegisterPerson(**values), meta(), subject=stream))
    return UUID(int=n + 1)

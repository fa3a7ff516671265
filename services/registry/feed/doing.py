"""The plan of a list done in batches: persons registered and added to, then rows that wait said to wait."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from libs.events.contracts.registry.police_list import RowOutcome
from libs.events.decider import Refused
from libs.events.handling import Target
from libs.events.record import Meta
from libs.events.service import Parts
from libs.sheets.applying import ImportLock
from services.registry.domain.police_list import QuarantineRow, row_decider
from services.registry.feed.cells import RawRow
from services.registry.feed.facts import PersonTarget, additions, registration, targets, with_id
from services.registry.feed.files import seeing_all
from services.registry.feed.kept_rows import AT, KeptRow, row_waits_instead, rows_done, rows_to_do
from services.registry.feed.known import KnownPerson, known_persons
from services.registry.feed.links import link
from services.registry.feed.planning import sealed_row
from services.registry.feed.reading import PoliceFile
from services.registry.feed.rows import parse_row
from services.registry.feed.vault import Vault, subject_of

PERSONS_BATCH_MAX = 500
WAITING_BATCH_MAX = 200


@dataclass(frozen=True)
class Doing:
    """One list being done under the import lock; `step` hears how many more rows are done."""

    parts: Parts
    file: PoliceFile
    meta: Meta
    lock: ImportLock
    step: Callable[[int], None]

    def persons(self) -> None:
        """Register who is new and add to who is known; what is refused waits instead."""
        while batch := self._to_do({RowOutcome.MATCHED, RowOutcome.NEW}, PERSONS_BATCH_MAX):
            commands, waiting = self._commands(batch)
            # One write of keys for all, not one for each.
            new = [f"person-{row.person_id}" for row in batch if row.outcome is RowOutcome.NEW]
            self.parts.codec.keyring.ensure(new)
            owners = [row_id for row_id, own in commands.items() for _ in own]
            results = self.parts.handler.handle_many([target for own in commands.values() for target in own])
            refused = {row_id for row_id, result in zip(owners, results, strict=True) if isinstance(result, Refused)}
            self._keep(batch, waiting | dict.fromkeys(refused, "command_refused"))

    def waiting(self) -> None:
        """Say of every row that waits that it does."""
        while batch := self._to_do({RowOutcome.QUARANTINED}, WAITING_BATCH_MAX):
            for result in self.parts.handler.handle_many([self._quarantine(row) for row in batch]):
                if isinstance(result, Refused):
                    raise result
            with seeing_all(self.parts.engine) as connection:
                rows_done(connection, batch)
            self.step(len(batch))

    def _to_do(self, outcomes: set[RowOutcome], most: int) -> list[KeptRow]:
        self.lock.check()
        with seeing_all(self.parts.engine) as connection:
            return rows_to_do(connection, self.file.list_id, outcomes, most)

    def _commands(self, batch: Sequence[KeptRow]) -> tuple[dict[UUID, list[PersonTarget]], dict[UUID, str]]:
        wanted = [row.person_id for row in batch if row.outcome is RowOutcome.MATCHED and row.person_id is not None]
        with seeing_all(self.parts.engine) as connection:
            known = known_persons(connection, self.parts.codec, wanted)
        commands: dict[UUID, list[PersonTarget]] = {}
        waiting: dict[UUID, str] = {}
        for row in batch:
            own = self._of_row(row, known)
            if isinstance(own, str):
                waiting[row.row_id] = own
            else:
                commands[row.row_id] = own
        return commands, waiting

    def _of_row(self, row: KeptRow, known: Mapping[UUID, KnownPerson]) -> list[PersonTarget] | str:
        said = parse_row(self._raw(row), self.file.sender)
        if row.person_id is None or said.unit is None:
            return "command_refused"
        sender, list_id = self.file.sender, self.file.list_id
        if row.outcome is RowOutcome.NEW:
            commands: list[Any] = [registration(said, said.unit, row.person_id, list_id, sender)]
        elif row.person_id not in known or not known[row.person_id].searched_names:
            return "person_erased"
        else:
            commands = list(additions(said, known[row.person_id], list_id, sender))
        return targets(row.person_id, row.row_id, commands, self.meta)

    def _keep(self, batch: Sequence[KeptRow], waiting: Mapping[UUID, str]) -> None:
        done = [row for row in batch if row.row_id not in waiting]
        vault = Vault(self.parts.codec.keyring, self.file.list_id)
        with seeing_all(self.parts.engine) as connection:
            means = [(row.person_id, row.fingerprint) for row in done if row.person_id is not None]
            link(connection, self.file.sender.unit, self.file.sender.as_of, means)
            rows_done(connection, done)
            for row in batch:
                if row.row_id in waiting:
                    sealed = sealed_row(vault, row.row_id, self._raw(row), ())
                    problems = (*row.problems, f"{waiting[row.row_id]}{AT}")
                    row_waits_instead(connection, replace(row, problems=problems, sealed=sealed))
        self.step(len(done))

    def _quarantine(self, row: KeptRow) -> Target[Any, Any]:
        command = QuarantineRow(row.list_id, row.row_id, row.unit, row.sheet, row.row, row.codes, row.candidates)
        meta = with_id(self.meta, uuid5(row.row_id, "quarantine"))
        return Target(row_decider, f"row-{row.row_id}", command, meta, subject=subject_of(row.list_id))

    def _raw(self, row: KeptRow) -> RawRow:
        return self.file.row(self._places[row.fingerprint])

    @cached_property
    def _places(self) -> Mapping[bytes, int]:
        return {fingerprint: n for n, fingerprint in enumerate(self.file.fingerprints)}

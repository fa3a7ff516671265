"""What a human decides about a row that waits: who it is, somebody new, or nobody; then its facts are that person's."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from libs.events.contracts.registry.police_list import RowOutcome
from libs.events.decider import Refused, Unknown
from libs.events.handling import Outcome, Target
from libs.events.record import Meta
from libs.events.service import Parts
from libs.sheets.table import cell_text
from services.registry.domain.person import PersonCommand
from services.registry.domain.police_list import ResolveRow, row_decider
from services.registry.feed.cells import unpacked
from services.registry.feed.facts import additions, registration, targets
from services.registry.feed.files import file_of, seeing_all
from services.registry.feed.fingerprints import person_id_of
from services.registry.feed.kept_rows import KeptRow, row_of
from services.registry.feed.known import known_persons
from services.registry.feed.links import link
from services.registry.feed.matching import missing
from services.registry.feed.refusals import ContentDestroyed, RowUnfit
from services.registry.feed.rows import ListRow, parse_row
from services.registry.feed.units import Sender
from services.registry.feed.vault import Vault, subject_of

# A number in doubt is taken only when a human writes it again.
DOUBTS = frozenset(
    {
        "number_contradicts_sex",
        "number_contradicts_birth",
        "number_of_another",
        "number_of_several",
        "number_twice_in_list",
    }
)
NUMBERS = frozenset({"id_number", "citizen_id", "legacy_id9"})


@dataclass(frozen=True)
class Resolution:
    """A human's word: matched with a person, new, or nobody's (`rejected`).

    `corrections` are cells read instead of those that came, by field of `headings.py`; a unit may be `2025:26113`.
    """

    outcome: RowOutcome
    person_id: UUID | None = None
    corrections: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, repr=False)
class OpenRow:
    """A row as a human sees it: cells in the clear by field, what may be suggested for some, and who it may be.

    `said` is how it is read; it and the cells are None and empty once the file's key is destroyed.
    """

    kept: KeptRow
    cells: Mapping[str, str]
    suggested: Mapping[str, str]
    said: ListRow | None
    sender: Sender


@dataclass(frozen=True)
class Decided:
    """A resolution that was checked: the command that says so, and those that follow for the person."""

    row: OpenRow
    command: ResolveRow
    follows: tuple[PersonCommand, ...]

    @property
    def stream(self) -> str:
        """The row's own stream."""
        return f"row-{self.row.kept.row_id}"

    @property
    def subject(self) -> str:
        """The list's, as for every event of a list."""
        return subject_of(self.row.kept.list_id)


def open_row(parts: Parts, row_id: UUID, corrections: Mapping[str, str] | None = None) -> OpenRow:
    """The row, read anew with corrections in place of cells; `Unknown` when none waits or waited under this id."""
    with seeing_all(parts.engine) as connection:
        kept = row_of(connection, row_id)
        file = None if kept is None else file_of(connection, kept.list_id)
    if kept is None or file is None or file.as_of is None or kept.outcome is not RowOutcome.QUARANTINED:
        raise Unknown("no row waits under this id")
    sender, given = Sender(file.unit, file.as_of), corrections or {}
    content = Vault(parts.codec.keyring, kept.list_id).open_json(f"row/{row_id}", kept.sealed)
    if content is None:
        return OpenRow(kept, {}, {}, None, sender)
    raw = unpacked(content["row"])
    raw = replace(raw, cells={**raw.cells, **given})
    suggested = {column or code: suggestion for code, column, suggestion in content["suggested"]}
    cells = {name: cell_text(cell) for name, cell in raw.cells.items()}
    said = parse_row(raw, sender)
    if DOUBTS & {*kept.codes} and not NUMBERS & given.keys():
        said = replace(said, citizen_id=None, legacy_id9=None)
    return OpenRow(kept, cells, suggested, said, sender)


def decide_row(parts: Parts, row_id: UUID, resolution: Resolution) -> Decided:
    """Check a resolution and say what follows; raises `Unknown`, `RowUnfit` or `ContentDestroyed`."""
    row = open_row(parts, row_id, resolution.corrections)
    match resolution.outcome:
        case RowOutcome.NEW:
            person_id = person_id_of(row_id)
            return Decided(row, ResolveRow(RowOutcome.NEW, person_id), (_registration(row, person_id),))
        case RowOutcome.MATCHED if resolution.person_id is not None:
            with seeing_all(parts.engine) as connection:
                known = known_persons(connection, parts.codec, [resolution.person_id]).get(resolution.person_id)
            if known is None:
                raise Unknown("nobody is registered under this id")
            adds = additions(row.said, known, row.kept.list_id, row.sender) if row.said else []
            return Decided(row, ResolveRow(RowOutcome.MATCHED, resolution.person_id), tuple(adds))
        case _:
            return Decided(row, ResolveRow(resolution.outcome, resolution.person_id), ())


def target_of(decided: Decided, meta: Meta) -> Target[Any, Any]:
    """The command on the row; handle it first, `follow` only when it was accepted."""
    return Target(row_decider, decided.stream, decided.command, meta, subject=decided.subject)


def follow(parts: Parts, decided: Decided, meta: Meta) -> list[Outcome]:
    """The row's facts for the person found, and the memory of whom these words mean. Said twice, done once."""
    person_id, kept = decided.command.person_id, decided.row.kept
    if person_id is None:
        return []
    results = parts.handler.handle_many(targets(person_id, kept.row_id, decided.follows, meta))
    for result in results:
        if isinstance(result, Refused):
            raise result
    with seeing_all(parts.engine) as connection:
        link(connection, kept.sender, decided.row.sender.as_of, [(person_id, kept.fingerprint)])
    return [result for result in results if isinstance(result, Outcome)]


def resolve_row(parts: Parts, row_id: UUID, resolution: Resolution, meta: Meta) -> Outcome:
    """Decide, handle and follow in one call: the outcome of the row's own command."""
    decided = decide_row(parts, row_id, resolution)
    outcome = parts.handler.handle(target_of(decided, meta))
    follow(parts, decided, meta)
    return outcome


def _registration(row: OpenRow, person_id: UUID) -> PersonCommand:
    if row.said is None:
        raise ContentDestroyed("what the row said was destroyed")
    lacking = missing(row.said)
    if lacking or row.said.unit is None:
        raise RowUnfit("too little is known to register anybody", missing=lacking)
    return registration(row.said, row.said.unit, person_id, row.kept.list_id, row.sender)

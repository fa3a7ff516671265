"""What a human decides about a row that waits: who it is, somebody new, or nobody; and the facts that follow."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from libs.events.contracts.registry.police_list import RowOutcome
from libs.events.decider import Unknown
from libs.events.keyring import keyed_hash
from libs.events.service import Parts
from libs.sheets.table import cell_text
from services.registry.domain.person import Person, PersonCommand, RecordNumber, RegisterPerson, person_decider
from services.registry.domain.police_list import ResolveRow
from services.registry.feed.cells import unpacked
from services.registry.feed.facts import additions, registration
from services.registry.feed.files import file_of, seeing_all
from services.registry.feed.fingerprints import person_id_of
from services.registry.feed.kept_rows import KeptRow, row_of
from services.registry.feed.known import known_persons
from services.registry.feed.matching import missing
from services.registry.feed.refusals import ContentDestroyed, RowUnfit
from services.registry.feed.rows import ListRow, parse_row
from services.registry.feed.units import Sender
from services.registry.feed.vault import Vault
from services.registry.projections.identifiers import another_has

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


def command_of(row_id: UUID, resolution: Resolution) -> ResolveRow:
    """The command that says so; somebody new has the id that the row gives."""
    person_id = person_id_of(row_id) if resolution.outcome is RowOutcome.NEW else resolution.person_id
    return ResolveRow(resolution.outcome, person_id, resolution.corrections)


def check(parts: Parts, row_id: UUID, command: ResolveRow) -> None:
    """Raise `Unknown`, `RowUnfit`, `ContentDestroyed` or what the person refuses where the facts could not follow."""
    commands = facts(parts, open_row(parts, row_id, command.corrections), command.outcome, command.person_id)
    person = parts.handler.load(person_decider, f"person-{command.person_id}").state if commands else Person()
    for one in commands:
        person = person_decider.fold(person, person_decider.decide(one, person, parts.handler.law))


def facts(parts: Parts, row: OpenRow, outcome: RowOutcome, person_id: UUID | None) -> list[PersonCommand]:
    """What a row says of the person it was found to be, as far as it is not known; raises as `check`."""
    match outcome:
        case RowOutcome.NEW if person_id is not None:
            return [_though_taken(parts, _registration(row, person_id), person_id)]
        case RowOutcome.MATCHED if person_id is not None:
            with seeing_all(parts.engine) as connection:
                known = known_persons(connection, parts.codec, [person_id]).get(person_id)
            if known is None:
                raise Unknown("nobody is registered under this id")
            found = additions(row.said, known, row.kept.list_id, row.sender) if row.said else []
            return [_though_taken(parts, command, person_id) for command in found]
        case _:
            return []


def _though_taken(parts: Parts, command: PersonCommand, person_id: UUID) -> PersonCommand:
    """The command, with the number that it brings disputed where another has it: a human said who the row is."""
    if not isinstance(command, RegisterPerson | RecordNumber) or command.citizen_id is None:
        return command
    with seeing_all(parts.engine) as connection:
        taken = another_has(connection, keyed_hash(parts.codec.keyring, command.citizen_id), person_id)
    return replace(command, disputed=taken)


def _registration(row: OpenRow, person_id: UUID) -> PersonCommand:
    if row.said is None:
        raise ContentDestroyed("what the row said was destroyed")
    lacking = missing(row.said)
    if lacking or row.said.unit is None:
        raise RowUnfit("too little is known to register anybody", missing=lacking)
    return registration(row.said, row.said.unit, person_id, row.kept.list_id, row.sender)

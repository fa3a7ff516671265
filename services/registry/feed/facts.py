"""What a row adds to what is known of a person: commands, and none where it says nothing new."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from libs.events.handling import Target
from libs.events.record import Meta
from libs.vietnam.spelling import folded
from libs.vietnam.units import UnitRef
from services.registry.domain.person import (
    Person,
    PersonCommand,
    RecordName,
    RecordNumber,
    RecordResidence,
    RegisterPerson,
    person_decider,
)
from services.registry.feed.agreeing import called_so
from services.registry.feed.known import KnownPerson, searched
from services.registry.feed.names import can_be_name
from services.registry.feed.rows import ListRow
from services.registry.feed.units import Sender

PersonTarget = Target[PersonCommand, Person]


def registration(row: ListRow, unit: UnitRef, person_id: UUID, list_id: UUID, sender: Sender) -> RegisterPerson:
    """Somebody new as a row has them, known and living there from the list's day on."""
    return RegisterPerson(
        person_id=person_id,
        today=sender.as_of,
        unit=unit,
        source=source_of(list_id),
        full_name=row.full_name,
        other_names=row.other_names,
        sex=row.sex,
        birth_year=row.birth_year,
        birth_date=str(row.birth) if row.birth else None,
        citizen_id=row.citizen_id,
        legacy_id9=row.legacy_id9,
        address=row.address,
    )


def additions(row: ListRow, known: KnownPerson, list_id: UUID, sender: Sender) -> list[PersonCommand]:
    """What a row says of a known person that is not known: another name, a number, and of the living a residence."""
    found: list[PersonCommand] = []
    source = source_of(list_id)
    named = searched(row.full_name) in known.searched_names and called_so(row.full_name, known.names)
    if can_be_name(row.full_name) and not named:
        found.append(RecordName(sender.as_of, source, row.full_name))
    citizen_id = None if row.citizen_id in known.citizen_ids else row.citizen_id
    legacy_id9 = None if row.legacy_id9 in known.legacy_ids else row.legacy_id9
    if citizen_id or legacy_id9:
        found.append(RecordNumber(sender.as_of, source, citizen_id, legacy_id9))
    if row.unit is not None and not known.dead and _lives_elsewhere(row, known):
        found.append(RecordResidence(sender.as_of, sender.as_of, row.unit, source, row.address))
    return found


def targets(person_id: UUID, row_id: UUID, commands: Sequence[PersonCommand], meta: Meta) -> list[PersonTarget]:
    """The commands of a row with ids of their own, the same at every try."""
    stream = f"person-{person_id}"
    return [
        Target(person_decider, stream, command, with_id(meta, uuid5(row_id, type(command).__name__)), subject=stream)
        for command in commands
    ]


def with_id(meta: Meta, command_id: UUID) -> Meta:
    """The same circumstances for another command."""
    return Meta(command_id, meta.actor, meta.correlation_id, meta.purpose, meta.causation, meta.traceparent)


def source_of(list_id: UUID) -> str:
    """Where facts of a list come from."""
    return f"list:{list_id}"


def _lives_elsewhere(row: ListRow, known: KnownPerson) -> bool:
    if row.unit != known.unit:
        return True
    return row.address is not None and folded(row.address) != folded(known.address or "")

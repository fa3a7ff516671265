"""What must hold when a world has come to rest, whatever happened to it."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any
from uuid import UUID

from libs.events.codec import Codec
from libs.events.contracts.registry.case import CompletionReported, DossierOpened, ManagementDecided
from libs.events.contracts.upkeep import DeadlinePassed
from libs.events.event import Event
from libs.events.kafka import events_topic, marks_topic
from libs.events.keyring import MemoryKeyring
from libs.events.marks import Mark
from libs.events.partitions import PARTITIONS
from libs.events.projection import Projection
from libs.events.record import Record, first_link, from_value, next_link
from tests.simulation.nodes import Node
from tests.simulation.services import case_of
from tests.simulation.world import CASES, World


def broken(world: World) -> list[str]:
    """Every promise that was not kept."""
    return [f"{check.__name__}: {what}" for check in CHECKS for what in check(world)]


def came_to_rest(world: World) -> Iterator[str]:
    """With no mishap any more everything is answered, published, folded and reacted to."""
    if not world.done:
        yield f"not level after {world.scheduler.steps} steps; {_reasons(world)}"


def answered_is_recorded(world: World) -> Iterator[str]:
    """What somebody was told is in the journal, once."""
    for writer in (*world.writers, *world.others, world.notes):
        for command_id, outcome in writer.answered.items():
            found = writer.node.journal.commands([command_id]).get(command_id, [])
            if [record.id for record in found] != [record.id for record in outcome.records]:
                yield f"{len(outcome.records)} events were answered, {len(found)} are there"


def journals_are_whole(world: World) -> Iterator[str]:
    """Contiguous, chained, and time never runs backwards in a partition."""
    for node in world.nodes.values():
        for partition, records in _partitions(node).items():
            chain = first_link(node.service.name, partition)
            for n, record in enumerate(records, 1):
                chain = next_link(chain, n, record.recorded_at, record.body)
                if (record.sequence, record.chain) != (n, chain):
                    yield f"{record.position} does not follow"
                    break
            for one, other in pairwise(records):
                if other.recorded_at <= one.recorded_at:
                    yield f"{other.position} was recorded before its predecessor"


def logs_are_the_journals(world: World) -> Iterator[str]:
    """Every event is in the log, once, in order."""
    for node in world.nodes.values():
        if events_topic(node.service.name) not in world.broker.topics:
            yield f"{node.service.name} has no topic"
            continue
        for partition, records in _partitions(node).items():
            published = [
                from_value(partition, entry.value or b"")
                for entry in world.broker.committed(events_topic(node.service.name), partition)
            ]
            if [one.sequence for one in published] != [one.sequence for one in records]:
                yield f"{node.service.name}/{partition} has {_numbers(published)}, not {_numbers(records)}"
            elif [one.chain for one in published] != [one.chain for one in records]:
                yield f"{node.service.name}/{partition} is chained otherwise"


def tables_are_their_folds(world: World) -> Iterator[str]:
    """Inline and followed rows are what all events of the journals make of them."""
    for node in world.nodes.values():
        sources = [world.nodes[name] for name in node.service.following.sources]
        for projection in node.service.inlined:
            yield from _differs(node, projection, [node])
        for projection in node.service.following.projections:
            yield from _differs(node, projection, sources)


def reactions_are_decided_once(world: World) -> Iterator[str]:
    """Each case, dossier, decision and note was reacted to, once."""
    node = world.nodes["clubs"]
    wanted = Counter[tuple[str, str]]()
    for source in ("registry", "support"):
        for record in _records(world.nodes[source]):
            event = _decoded(record)
            if isinstance(event, CompletionReported | DossierOpened | ManagementDecided):
                wanted["clubs.copying", str(record.position)] += 1
            elif record.type == "sample.note-opened":
                wanted["clubs.noting", str(record.position)] += 1
    found = Counter(
        (record.cloud["actor"].removeprefix("reactor:"), record.cloud["causationid"])
        for record in _records(node)
        if record.cloud["actor"].startswith("reactor:")
    )
    for key, count in (wanted - found).items():
        yield f"{key} was not reacted to {count} times"
    for key, count in (found - wanted).items():
        yield f"{key} was reacted to {count} times too often"


def reactions_are_in_order(world: World) -> Iterator[str]:
    """Nothing was refused: no count came before the note, and nobody was said to be unknown who was not."""
    for record in _records(world.nodes["clubs"]):
        if record.type == "clubs.reaction-refused":
            yield f"{record.data['reactor']} was refused: {record.data['problem']}"


def deadlines_pass_once_and_never_late(world: World) -> Iterator[str]:
    """A deadline that was met first never passes, and one that was not passes once, after its time."""
    met: set[tuple[str, UUID]] = set()
    told = Counter[tuple[str, UUID, str]]()
    ends: dict[str, type[Event]] = {
        "registry.dossier_deadlines": DossierOpened,
        "registry.decision_deadlines": ManagementDecided,
    }
    for record in _records(world.nodes["registry"]):
        event = _decoded(record)
        for name, end in ends.items():
            if isinstance(event, end):
                met.add((name, event.case_id))  # type: ignore[attr-defined]  # Both have it.
        if isinstance(event, DeadlinePassed):
            told[event.deadline, event.of, event.due] += 1
            if (event.deadline, event.of) in met:
                yield f"{event.deadline} passed after it was met"
    for key, count in told.items():
        if count > 1:
            yield f"{key[0]} passed {count} times"


def marks_told_the_truth(world: World) -> Iterator[str]:
    """Whenever everything until an instant was said to be known, it was, and every mark told of all before it."""
    yield from world.lies
    for name, node in world.nodes.items():
        told = [Mark.from_value(one.value or b"") for one in world.broker.committed(marks_topic(name), 0)]
        for record in _records(node):
            beyond = [mark for mark in told if record.sequence > mark.sequences[record.partition]]
            if any(record.recorded_at <= mark.known_until for mark in beyond):
                yield f"{record.position} was recorded before a mark that does not tell of it"


def every_case_was_lived(world: World) -> Iterator[str]:
    """The sentences above would say little of an empty world."""
    reported = {
        event.case_id for r in _records(world.nodes["registry"]) if isinstance(event := _decoded(r), CompletionReported)
    }
    if reported != {case_of(number) for number in range(CASES)}:
        yield f"{len(reported)} of {CASES} cases were reported"


CHECKS: list[Callable[[World], Iterator[str]]] = [
    came_to_rest,
    answered_is_recorded,
    journals_are_whole,
    logs_are_the_journals,
    tables_are_their_folds,
    reactions_are_decided_once,
    reactions_are_in_order,
    deadlines_pass_once_and_never_late,
    marks_told_the_truth,
    every_case_was_lived,
]


def _differs(node: Node, projection: Projection[Any], sources: list[Node]) -> Iterator[str]:
    wanted: dict[Any, Any] = {}
    for record in (record for source in sources for record in _records(source)):
        event = _decoded(record)
        if event is None:
            continue
        for key in projection.keys_of(event):
            wanted[key] = projection.folds[type(event)].evolve(event, wanted.get(key))
    with node.store.begin() as books:
        table = books.live()[projection.name]
    kept = {key: versions[-1] for key, versions in node.database.committed[table].items()}
    found = {key: one.row for key, one in kept.items() if one.known_to is None}
    alive = {key: row for key, row in wanted.items() if row is not None}
    for key in sorted(map(str, {k for k in found.keys() | alive.keys() if found.get(k) != alive.get(k)})):
        yield f"{projection.name} has another row of {key}"


def _partitions(node: Node) -> dict[int, list[Record]]:
    return {partition: node.journal.after(partition, 0, 100_000) for partition in range(PARTITIONS)}


def _records(node: Node) -> list[Record]:
    """Everything in a journal, in the order of its partitions."""
    return [record for records in _partitions(node).values() for record in records]


def _decoded(record: Record) -> Event | None:
    """The event with what is sealed left sealed; which keyring does not matter then."""
    return _CODEC.decode(record)


def _numbers(records: list[Record]) -> str:
    return ",".join(str(record.sequence) for record in records[-8:])


def _reasons(world: World) -> str:
    ended = Counter(reason for node in world.nodes.values() for reason in node.reasons)
    return "; ".join(f"{count} x {reason}" for reason, count in ended.most_common(3)) or "nobody ended"


_CODEC = Codec("anybody", MemoryKeyring())

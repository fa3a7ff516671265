"""Applying a list: read whole, planned whole, then done in batches that a second try continues where they ended.

`received = matched + new + quarantined + rejected`, always. The same list again, renamed or reordered, adds no event.
A row registers a person, adds facts to one, or waits for a human; it never opens or ends a case.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID, uuid5

from libs.events.database import Away
from libs.events.decider import Invalid
from libs.events.handling import Target
from libs.events.record import Meta, Position
from libs.events.service import Parts
from libs.sheets.applying import ImportRunning, import_lock
from services.registry.domain.police_list import Counts, FinishList, ReceiveList, list_decider
from services.registry.feed.doing import Doing
from services.registry.feed.facts import with_id
from services.registry.feed.files import file_of, list_sent_before, seeing_all, unfinished_lists
from services.registry.feed.fingerprints import file_fingerprint
from services.registry.feed.keeping import content_of, keep_accepted, keep_refused
from services.registry.feed.planning import make_plan
from services.registry.feed.reading import Incoming, PoliceFile, read_list
from services.registry.feed.vault import subject_of
from services.registry.projections.lists import lists

KIND = "police-list"
_log = logging.getLogger(__name__)
ListCommand = ReceiveList | FinishList


@dataclass(frozen=True)
class ListOutcome:
    """How a list ended; `repeated` when it was applied before. `position` is that of its last event."""

    list_id: UUID
    unit: str
    as_of: date
    counts: Counts
    repeated: bool
    position: Position | None


def apply_list(
    parts: Parts, incoming: Incoming, meta: Meta, today: date, step: Callable[[int], None] = lambda _rows: None
) -> ListOutcome:
    """Apply the list in a file. Raises an `Invalid` when it is refused whole, and keeps it; nothing has happened then.

    Also `ImportRunning` while another list is being applied. After any other failure the same call continues.
    `step` hears how many more rows are done. The command ids follow from the list; of `meta` the rest is used.
    """
    keyring = parts.codec.keyring
    day = "" if incoming.as_of is None else str(incoming.as_of)
    file_hash = file_fingerprint(keyring, sha256(incoming.content).hexdigest(), incoming.unit, day)
    with seeing_all(parts.engine) as connection:
        sent_before = list_sent_before(connection, file_hash)
    if sent_before is not None and (before := outcome_of(parts, sent_before)) is not None:
        return before
    try:
        file = read_list(incoming, keyring, today)
    except Invalid as refusal:
        keep_refused(parts, incoming, refusal, file_hash, meta.actor)
        raise
    with import_lock(parts.engine, KIND) as lock:
        if (before := outcome_of(parts, file.list_id)) is not None:
            return before
        _plan(parts, incoming, file, file_hash, meta)
        _handle(parts, file.list_id, _receiving(file, today), meta, "receive")
        doing = Doing(parts, file, meta, lock, step)
        doing.persons()
        doing.waiting()
        return _finished(parts, file, meta)


def outcome_of(parts: Parts, list_id: UUID) -> ListOutcome | None:
    """How a list ended that was applied; None for any other."""
    with seeing_all(parts.engine) as connection:
        found = lists.read(connection, "list_id = :id and applied", id=list_id)
    if not found:
        return None
    row = found[0]
    counts = Counts(row.matched, row.new, row.quarantined, row.rejected, row.carried)
    records = parts.journal.commands([uuid5(list_id, "finish")]).get(uuid5(list_id, "finish"), [])
    position = records[-1].position if records else None
    return ListOutcome(list_id, row.unit, row.as_of, counts, repeated=True, position=position)


def resume_lists(parts: Parts, meta: Meta, today: date) -> list[ListOutcome]:
    """Finish what was begun and not finished, from the files as they were kept, the oldest first.

    One that cannot be finished keeps no other waiting; it is tried again with the next call. `ImportRunning`, and
    servers that are away, end all.
    """
    with seeing_all(parts.engine) as connection:
        begun = [file_of(connection, one) for one in unfinished_lists(connection, lists.live(connection))]
    ended = []
    for file in begun:
        content = content_of(parts, file.list_id) if file is not None else None
        if file is None or content is None:
            continue
        try:
            ended.append(apply_list(parts, Incoming(content, file.unit, file.as_of), meta, today))
        except (ImportRunning, *Away):
            raise
        except Exception as error:  # noqa: BLE001 -- Whatever is wrong with one list is not wrong with the next.
            _log.error("list %s was not finished: %s", file.list_id, type(error).__name__)
    return ended


def _plan(parts: Parts, incoming: Incoming, file: PoliceFile, file_hash: bytes, meta: Meta) -> None:
    with seeing_all(parts.engine) as connection:
        kept = file_of(connection, file.list_id)
        received = bool(lists.read(connection, "list_id = :id", id=file.list_id))
    # A plan without an event may be old: who is known has changed since.
    if kept is None or kept.counts is None or not received:
        keep_accepted(parts, incoming, file, file_hash, meta.actor)
        make_plan(parts, file)


def _receiving(file: PoliceFile, today: date) -> ReceiveList:
    return ReceiveList(file.list_id, file.sender.unit, file.sender.as_of, today, len(file.rows), file.content)


def _finished(parts: Parts, file: PoliceFile, meta: Meta) -> ListOutcome:
    with seeing_all(parts.engine) as connection:
        kept = file_of(connection, file.list_id)
    if kept is None or kept.counts is None:
        raise LookupError("the plan of a list is gone")
    position = _handle(parts, file.list_id, FinishList(kept.counts), meta, "finish")
    return ListOutcome(file.list_id, kept.unit, file.sender.as_of, kept.counts, repeated=False, position=position)


def _handle(parts: Parts, list_id: UUID, command: ListCommand, meta: Meta, part: str) -> Position | None:
    stream = subject_of(list_id)
    target = Target(list_decider, stream, command, with_id(meta, uuid5(list_id, part)), subject=stream)
    return parts.handler.handle(target).position

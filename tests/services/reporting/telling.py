"""Tells a story to reporting's real tables: every event as a record with its place, folded, and a mark behind it."""

from collections import Counter
from datetime import datetime
from uuid import uuid5

from sqlalchemy import Connection

from libs.events.books import PostgresBooks
from libs.events.codec import Codec
from libs.events.event import Event
from libs.events.keyring import MemoryKeyring
from libs.events.marks import Mark, store_mark
from libs.events.partitions import PARTITIONS, partition_of
from libs.events.projector import Projector
from libs.events.record import Record
from services.reporting.explain import FACTS
from services.reporting.facts import SOURCE
from tests.services.reporting.story import NAMES, Story


def records_of(story: Story) -> list[tuple[Record, Event]]:
    """The story as the registry's log would hold it, in the order in which it became known."""
    ends: Counter[int] = Counter()
    found = []
    for known, event in sorted(story.told, key=lambda one: one[0]):
        subject = f"person-{vars(event)['person_id']}"
        partition = partition_of(subject)
        ends[partition] += 1
        cloud = {"id": str(uuid5(NAMES, f"{known} {event}")), "subject": subject, "type": type(event).contract.wire}
        found.append((Record(SOURCE, partition, ends[partition], known, b"", b"", cloud), event))
    return found


def tell(connection: Connection, story: Story, complete_until: datetime) -> list[tuple[Record, Event]]:
    """Fold the whole story into the live fact tables, complete until an instant; the records that were folded."""
    records = records_of(story)
    codec = Codec("reporting", MemoryKeyring())
    for table in FACTS:
        Projector(table).apply(PostgresBooks(connection, codec), table.live(connection), records)
    store_mark(connection, Mark(SOURCE, complete_until, (0,) * PARTITIONS))
    return records

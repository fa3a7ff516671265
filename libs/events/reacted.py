"""How far a service had reacted before it was restored, from its own marks: so that nothing is decided twice."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from sqlalchemy import text

from libs.events.checkpoints import LIVE
from libs.events.kafka import Log, LogRefused, Message, events_topic, marks_topic
from libs.events.marks import Mark, Waiting
from libs.events.parked import Parked, park
from libs.events.partitions import PARTITIONS
from libs.events.record import Record, first_link
from libs.events.relay import record_of
from libs.events.service import Parts

WHY = "it was parked before the service was restored"


class Unmarked(LogRefused):
    """Nothing tells how far the reactors of a service had come."""


def set_reacted(parts: Parts, log: Log, *, unmarked: bool) -> None:
    """Have the follower react only to what comes after the newest mark, and park again what was parked then.

    What was folded stays: it is folded again from the start where the tables are empty. What was decided after the
    mark is found by its command ids.
    """
    following = parts.following
    mark = newest_mark(log, parts.service.name)
    if mark is None:
        if following.sources and following.reactors and not unmarked:
            raise Unmarked(f"{marks_topic(parts.service.name)} holds no mark: nothing tells what was reacted to")
        return
    reactors = {reactor.name for reactor in following.reactors}
    waiting = [one for one in mark.waiting if one.reactor in reactors and one.source in following.sources]
    parked = list(_parked(log, waiting))
    reached = [
        {"source": source, "partition": p, "chain": first_link(source, p), "reacted": mark.reacted[source][p]}
        for source in following.sources
        if source in mark.reacted
        for p in range(PARTITIONS)
    ]
    with parts.engine.begin() as connection:
        if reached:
            connection.execute(_REACTED, [one | {"follower": LIVE} for one in reached])
        connection.execute(_UNPARK, {"reactors": list(reactors)})
        park(connection, parked)


def newest_mark(log: Log, service: str) -> Mark | None:
    """The last mark that a service published."""
    found = log.tails(marks_topic(service), _is_mark, [0])
    return Mark.from_value(found[0].value or b"") if found else None


def _is_mark(message: Message) -> bool:
    return bool(message.value)


def _parked(log: Log, waiting: Collection[Waiting]) -> Iterator[Parked]:
    """The events that reactors wait with, read again from the topics that they lie in."""
    wanted: dict[str, dict[tuple[int, int], list[Waiting]]] = defaultdict(lambda: defaultdict(list))
    for one in waiting:
        wanted[one.source][one.partition, one.sequence].append(one)
    for source, places in wanted.items():
        for record in _records(log, source, {partition for partition, _ in places}):
            for one in places.pop((record.partition, record.sequence), ()):
                yield Parked.of(one.reactor, record, WHY, one.waits_for)
        if places:
            partition, sequence = min(places)
            raise LogRefused(f"{source}/{partition}/{sequence} is not in the log, and a reactor waits with it")


def _records(log: Log, source: str, partitions: Collection[int]) -> Iterator[Record]:
    topic, these = events_topic(source), sorted(partitions)
    for message in log.read(topic, log.begins(topic, these), log.ends(topic, these)):
        if (record := record_of(source, message)) is not None:
            yield record


_REACTED = text(
    "insert into checkpoint as c (follower, source, partition, chain, reacted, owner_epoch)"
    " values (:follower, :source, :partition, :chain, :reacted, 1)"
    " on conflict (follower, source, partition) do update"
    " set reacted = greatest(c.reacted, excluded.reacted), owner_epoch = c.owner_epoch + 1"
)
_UNPARK = text("delete from parked_event where taker = any(:reactors)")

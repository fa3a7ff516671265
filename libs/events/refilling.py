"""Restoring a topic from its journal: made anew where it must be, and published again by the service's own relay."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event as Stop
from threading import Thread

from sqlalchemy import text

from libs.events.kafka import Log, events_topic, marks_topic
from libs.events.outbox import PostgresOutbox
from libs.events.reconciling import ENDS, Reconciled, published, reconcile
from libs.events.relay import Relay
from libs.events.restoring import RestoreRefused
from libs.events.service import Parts
from libs.events.verification import verify_journal

ASK_SECONDS = 0.2
Progress = Callable[[int, int], None]


def refill_log(
    parts: Parts,
    log: Log,
    progress: Progress = lambda _done, _goal: None,
    *,
    recreate: bool = False,
    replication: int = 1,
) -> Reconciled:
    """Publish the whole journal again; what was compared at the end.

    Commands are taken meanwhile, and who follows doubles and loses nothing: it meets another topic. `RestoreRefused`
    where the journal is not as it was appended, or the topic holds something and is not to be made anew.
    """
    name = parts.service.name
    doubts = verify_journal(parts.engine, name).doubts
    if doubts:
        raise RestoreRefused(f"the journal is not as it was appended: {doubts[0].position}: {doubts[0].what}")
    topic, there = events_topic(name), log.topics()
    copies = max((log.topic(one).replicas for one in {topic, marks_topic(name)} & there), default=replication)
    if topic in there and not recreate and not _is_beginning(parts, log):
        raise RestoreRefused(f"{topic} holds something else than the journal: say --recreate to make it anew")
    if topic in there and recreate:
        log.delete_events(name)
    if recreate or topic not in there or log.begins(topic) == log.ends(topic):
        # What was published before was published to another topic.
        with parts.engine.begin() as connection:
            connection.execute(text("delete from published"))
    log.ensure_topics(name, copies)
    with _relaying(parts, log) as ended:
        _await_published(parts, log, progress, ended)
    return reconcile(parts.journal, log)


def _is_beginning(parts: Parts, log: Log) -> bool:
    """Whether what the topic holds is how each partition of the journal begins: its relay fills up the rest."""
    return all(one.what == ENDS for one in reconcile(parts.journal, log).differences)


@contextmanager
def _relaying(parts: Parts, log: Log) -> Iterator[list[Exception]]:
    """A relay that leads where no worker does; why it ended by itself, if it did."""
    stop, ended = Stop(), list[Exception]()

    def run() -> None:
        try:
            Relay(PostgresOutbox(parts.journal), log).run(stop)
        except Exception as error:  # noqa: BLE001 -- Whoever waits for it raises it.
            ended.append(error)

    thread = Thread(target=run)
    thread.start()
    try:
        yield ended
    finally:
        stop.set()
        thread.join()


def _await_published(parts: Parts, log: Log, progress: Progress, ended: list[Exception]) -> None:
    """Until the log itself has it: what the relay noted of it may be from before the topic was lost, or after."""
    pause = Stop()
    goal = {head.partition: head.sequence for head in parts.journal.heads()}
    while True:
        found = published(parts.service.name, log)
        done = sum(min(found.get(p, 0), sequence) for p, sequence in goal.items())
        progress(done, sum(goal.values()))
        if done == sum(goal.values()):
            return
        if ended:
            raise ended[0]
        pause.wait(ASK_SECONDS)

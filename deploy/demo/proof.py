"""The proofs of the story: a rebuild beside the live version under running reads, and one from Kafka alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event as Flag
from threading import Thread
from time import monotonic

from rich.progress import Progress
from sqlalchemy import Engine, create_engine, make_url, text

from deploy.demo.client import Answer, Refusal
from deploy.local.stack import Stack
from deploy.services import service
from deploy.whole import bring_up
from libs.events.checkpoints import LIVE, positions
from libs.events.feeds import TopicFeed
from libs.events.kafka import Log
from libs.events.projection import groups
from libs.events.rebuild import Certificate, Rebuild, verify
from libs.events.service import open_parts
from libs.events.settings import Settings, service_settings
from services.reporting.facts import RATES

LEVEL_SECONDS_MAX = 120.0
STEP_SECONDS = 0.1


class NotProved(RuntimeError):
    """A proof of the story failed: what was rebuilt is not what was there."""


@dataclass
class Readers:
    """What the readers saw while a block ran: answers, failures, and bodies that were not the one expected."""

    expected: bytes
    answers: int = 0
    failures: list[str] = field(default_factory=list)
    others: int = 0


@contextmanager
def reading(ask: Callable[[], Answer]) -> Iterator[Readers]:
    """Ask the same question again and again while the block runs."""
    seen = Readers(ask().raw)
    stop = Flag()

    def read() -> None:
        while not stop.is_set():
            try:
                seen.others += ask().raw != seen.expected
                seen.answers += 1
            except (Refusal, OSError) as failure:
                seen.failures.append(str(failure))

    reader = Thread(target=read)
    reader.start()
    try:
        yield seen
    finally:
        stop.set()
        reader.join()


def rebuild_beside(shared: Settings, ask: Callable[[], Answer]) -> tuple[Certificate, Readers]:
    """Rebuild the group of the rates and swap it in, while the same question is asked all along."""
    parts = open_parts(service("reporting"), service_settings("reporting"), "worker", transaction_seconds=0)
    feed = TopicFeed(parts.service.following.sources, Log(shared.kafka_bootstrap_servers))
    members = groups(parts.service.projections)[RATES]
    rebuild = Rebuild(RATES, members, parts.codec, feed, parts.store)
    with reading(ask) as seen, Progress(transient=True) as bar:
        task = bar.add_task("rebuild beside the live version", total=None)
        certificate = rebuild.run(lambda done, goal: bar.update(task, completed=done, total=goal))
    parts.close()
    if seen.failures or seen.others:
        raise NotProved(f"{len(seen.failures)} readings failed and {seen.others} saw something else during the swap")
    return certificate, seen


def drop_and_rebuild(stack: Stack, shared: Settings, certificate: Certificate) -> float:
    """Drop reporting's database, let it come back from Kafka alone, and compare; the seconds it took."""
    for name in ("reporting-api", "reporting-worker"):
        stack.stop_process(name)
    _drop(stack)
    started = monotonic()
    bring_up(stack)
    parts = open_parts(service("reporting"), service_settings("reporting"), "worker", transaction_seconds=0)
    feed = TopicFeed(parts.service.following.sources, Log(shared.kafka_bootstrap_servers))
    goal = sum(sequence for sequence, _ in certificate.positions.values())
    with Progress(transient=True) as bar:
        task = bar.add_task("reporting from Kafka alone", total=goal)
        while (done := _done(parts.engine)) < goal:
            if monotonic() > started + LEVEL_SECONDS_MAX:
                raise NotProved(f"only {done} of {goal} events came back")
            bar.update(task, completed=done)
            Flag().wait(STEP_SECONDS)
    seconds = monotonic() - started
    members = groups(parts.service.projections)[RATES]
    with parts.store.begin(snapshot=True) as books:
        wrong = verify(books, members, feed, certificate.to_json())
    parts.close()
    if wrong:
        raise NotProved("; ".join(wrong))
    return seconds


def _done(engine: Engine) -> int:
    with engine.connect() as connection:
        return sum(checkpoint.sequence for checkpoint in positions(connection, LIVE).values())


def _drop(stack: Stack) -> None:
    url = make_url(stack.environment()["SUPERUSER_DATABASE_URL"])
    superuser = create_engine(url, isolation_level="AUTOCOMMIT")
    with superuser.connect() as connection:
        connection.execute(text("drop database reporting with (force)"))
    superuser.dispose()

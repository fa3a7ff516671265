"""A house under load, each part a process: writers at a pace, the relay, and a follower that notes how late it is."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.synchronize import Event as Flag
from threading import Thread
from time import monotonic, sleep, time
from typing import Any

from benchmarks.apart import Apart, make_flag
from benchmarks.ground import Ground
from benchmarks.loading import SERVICE, append_loans
from benchmarks.loans import EVENTS_PER_LOAN, SOURCE, drafts, lives
from benchmarks.projection.ours import FOLLOWER, service
from libs.events.follower import Follower
from libs.events.kafka import Log, Member, Message, events_topic
from libs.events.outbox import PostgresOutbox
from libs.events.record import Draft, from_value
from libs.events.relay import Relay

WRITERS = 16
WARM_LOANS = 50
POLL_SECONDS = 0.01
LEVEL_SECONDS_MAX = 300
_seeds = count(20260306)


@dataclass(frozen=True)
class Load:
    """How much was appended, and in how many seconds it was appended, and then visible."""

    events: int
    seconds: float
    visible_seconds: float


@dataclass
class House:
    """A relay and a follower at work; what a load did can be asked while they are, how late it was when they ended."""

    ground: Ground
    late: list[tuple[float, float]] = field(default_factory=list)
    stopped: Sequence[str] = ()

    def load(self, events: int, rate: float | None = None) -> Load:
        """Append so many events, as fast as can be or so many a second, and return when all of them are visible."""
        writer = self.start(events, rate)
        began = monotonic()
        appended, seconds = writer.hear()
        writer.join()
        self.await_level()
        return Load(appended, seconds, monotonic() - began)

    def start(self, events: int, rate: float | None = None) -> Apart:
        """The same, without waiting; it tells how many events in how many seconds."""
        writer = Apart(_write, self.ground, events, rate, next(_seeds))
        writer.hear()
        return writer

    def await_level(self) -> None:
        """Return when everything appended is folded."""
        deadline = monotonic() + LEVEL_SECONDS_MAX
        while self.behind():
            if monotonic() > deadline:
                raise TimeoutError(f"{self.behind()} events are not visible after {LEVEL_SECONDS_MAX} s")
            sleep(POLL_SECONDS)

    def behind(self) -> int:
        """How many events are appended and not folded."""
        with self.ground.connect(SOURCE) as journal, self.ground.connect(FOLLOWER) as follower:
            folded = follower.execute("select coalesce(sum(sequence), 0) from checkpoint where follower = 'live'")
            appended = journal.execute("select coalesce(sum(sequence), 0) from journal_head")
            return int((appended.fetchone() or [0])[0]) - int((folded.fetchone() or [0])[0])

    def late_since(self, moment: float) -> list[float]:
        """Milliseconds from `recorded_at` to the commit of the fold, of each event recorded since, sorted."""
        return sorted(1000 * late for recorded, late in self.late if recorded >= moment)


@contextmanager
def house(ground: Ground, *folded: str) -> Iterator[House]:
    """Relay and follower, warm and level; both end with the block."""
    stop = make_flag()
    parts = [Apart(_relay, ground, stop), Apart(_follow, ground, folded, stop)]
    inside = House(ground)
    try:
        append_loans(ground, WARM_LOANS, next(_seeds))
        inside.await_level()
        yield inside
    finally:
        stop.set()
        _, (inside.late, inside.stopped) = (part.hear() for part in parts)
        for part in parts:
            part.join()


def _relay(ground: Ground, stop: Flag, send: Any) -> None:
    with closing(ground.open(SERVICE, "worker")) as parts:
        Relay(PostgresOutbox(parts.journal), ground.log).run(stop)  # type: ignore[arg-type]  # Set and waited for alike.
    send("done")


def _follow(ground: Ground, folded: Sequence[str], stop: Flag, send: Any) -> None:
    following, watch = service(*folded), _Timed(ground.bootstrap)
    with closing(ground.open(following, "worker")) as parts:
        follower = Follower(FOLLOWER, following.following, parts.handler, parts.store, watch)
        follower.run(stop)  # type: ignore[arg-type]  # Set and waited for alike.
    send((list(watch.late()), tuple(follower.stopped.values())))


class _Timed(Log):
    """Kafka as a follower sees it: what one poll brought is visible when the next one is asked for."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(bootstrap)
        self.polls: list[tuple[list[Message], float]] = []
        self.open: list[Message] = []

    def member(self, group: str, topics: Any, instance: str | None = None) -> Any:
        return _Polled(super().member(group, topics, instance), self)

    def late(self) -> Iterator[tuple[float, float]]:
        """When each event was recorded, and how many seconds later it was visible."""
        for messages, visible in self.polls:
            for message in messages:
                recorded = from_value(message.partition, message.value or b"").recorded_at.timestamp()
                yield recorded, visible - recorded


class _Polled:
    def __init__(self, member: Member, watch: _Timed) -> None:
        self._member = member
        self._watch = watch

    def poll(self, timeout_ms: int) -> dict[tuple[str, int], list[Message]]:
        watch = self._watch
        if watch.open:
            watch.polls.append((watch.open, time()))
        messages = self._member.poll(timeout_ms)
        watch.open = [m for (topic, _), part in messages.items() if topic == events_topic(SOURCE) for m in part]
        return messages

    def __getattr__(self, name: str) -> Any:
        return getattr(self._member, name)


def _write(ground: Ground, events: int, rate: float | None, seed: int, send: Any) -> None:
    """Sixteen threads, each with loans and a timetable of its own: who is late catches up."""
    loans = max(1, events // (WRITERS * EVENTS_PER_LOAN))
    ready = [drafts(life) for life in lives(WRITERS * loans, seed)]
    pause = WRITERS / rate if rate else 0.0
    with closing(ground.open(SERVICE, "api")) as parts:
        failures: list[BaseException] = []

        def append(mine: Sequence[Draft], began: float) -> None:
            try:
                for number, draft in enumerate(mine):
                    sleep(max(0.0, began + number * pause - monotonic()))
                    with parts.journal.transaction() as transaction:
                        transaction.append([draft])
            except BaseException as error:  # noqa: BLE001 -- Raised below.
                failures.append(error)

        send("ready")
        began = monotonic()
        shares = [[draft for loan in ready[n::WRITERS] for draft in loan] for n in range(WRITERS)]
        threads = [Thread(target=append, args=(mine, began + n * pause / WRITERS)) for n, mine in enumerate(shares)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        send((len(ready) * EVENTS_PER_LOAN, monotonic() - began))

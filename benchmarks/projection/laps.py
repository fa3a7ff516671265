"""The laps of row 3: the same loans folded by ours, folded by the library, and only read by the bare client."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from benchmarks.apart import apart
from benchmarks.contest import Contestants, Lap, Row
from benchmarks.ground import Ground
from benchmarks.loading import SERVICE, append_loans, publish
from benchmarks.loans import EVENTS_PER_LOAN, SOURCE, LoanOpened, LoanRepaid, LoanRow, lives
from benchmarks.projection.bare import consume
from benchmarks.projection.ours import Followed, follow, service
from benchmarks.projection.runner import Ran, load, project
from libs.events.kafka import events_topic

SEED = 20260302
# The library folds about a thousand events a second: it is given fewer, so that its lap takes as long as need be.
SHARE = 15


@contextmanager
def contest(ground: Ground, size: int) -> Iterator[Contestants]:
    """Loans in our topic and in the library's store, then the laps."""
    loans = max(SHARE, size // EVENTS_PER_LOAN)
    ground.make_service(SERVICE)
    ground.make_service(service("loans"))
    events = append_loans(ground, loans, SEED)
    publish(ground)
    fewer = load(ground, loans // SHARE, SEED)
    yield {
        "followed projection": _followed(ground, events, expected(loans)),
        "eventsourcing ProjectionRunner": _projected(ground, fewer, expected(loans // SHARE)),
        "bare kafka-python consumer": _consumed(ground, events),
    }


def expected(count: int) -> dict[UUID, LoanRow]:
    """The rows as they must be, reckoned without any fold."""
    rows = {}
    for opened, *repaid in lives(count, SEED):
        assert isinstance(opened, LoanOpened)  # noqa: S101 -- For the type checker.
        paid = sum(event.amount_vnd for event in repaid if isinstance(event, LoanRepaid))
        rows[opened.loan_id] = LoanRow(
            opened.loan_id,
            opened.person_id,
            opened.unit,
            opened.opened_on,
            opened.amount_vnd - paid,
            len(repaid),
        )
    return rows


def _followed(ground: Ground, events: int, rows: Mapping[UUID, LoanRow]) -> Callable[[], Lap]:
    digests: list[str] = []

    def lap() -> Lap:
        done: Followed = apart(follow, ground, events)
        digests.append(done.digest)
        counters = _counters(done.rows, rows) | {
            "events": done.checkpoint,
            "digests that differ": len(set(digests)) - 1,
        }
        wrong = (*_wrong(counters), *done.stopped)
        return Lap(events, done.seconds, counters, wrong)

    return lap


def _projected(ground: Ground, events: int, rows: Mapping[UUID, LoanRow]) -> Callable[[], Lap]:
    def lap() -> Lap:
        done: Ran = apart(project, ground)
        counters = _counters(done.rows, rows)
        return Lap(events, done.seconds, counters | {"events": events}, _wrong(counters))

    return lap


def _consumed(ground: Ground, events: int) -> Callable[[], Lap]:
    def lap() -> Lap:
        seconds: float = apart(consume, ground, events_topic(SOURCE), events)
        return Lap(events, seconds, {"events": events})

    return lap


def _counters(found: Mapping[UUID, LoanRow], rows: Mapping[UUID, LoanRow]) -> dict[str, int]:
    return {
        "rows": len(found),
        "rows as expected": sum(found.get(key) == row for key, row in rows.items()),
        "rows not as expected": sum(found.get(key) != rows.get(key) for key in {*found, *rows}),
    }


def _wrong(counters: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(
        f"{what}: {counters[what]}" for what in ("rows not as expected", "digests that differ") if counters.get(what)
    )


ROW = Row(
    name="projection",
    title="Followed projection: one process, from the topic to rows and checkpoint",
    how=(
        f"Loans of {EVENTS_PER_LOAN} events each, mixed at random as in life, lie in a topic of 24 partitions; each"
        " event changes one row of one table. Ours is a service's follower in a process of its own: it proves every"
        " chain link, decodes every event into its class, folds, writes rows and checkpoint in one transaction a poll;"
        " timed from the poll that brings the first records to the commit of the last. `eventsourcing"
        " ProjectionRunner` does an equivalent row per aggregate over its PostgreSQL store, one transaction an event"
        f" as the library has it, on a {SHARE}th of the events. The bare consumer polls the same records with the same"
        " fetch settings and looks at none."
    ),
    size=90_000,
    reach={"eventsourcing ProjectionRunner": 15, "bare kafka-python consumer": 0.25},
    contest=contest,
)

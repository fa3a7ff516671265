"""The peer: the `eventsourcing` library's ProjectionRunner, with a row per loan on PostgreSQL."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg import Cursor
from psycopg.rows import DictRow
from psycopg.sql import SQL

from benchmarks.ground import Ground
from benchmarks.loans import LoanOpened, LoanRepaid, LoanRow, lives, mixed

DATABASE = "peer_runner"
BATCH = 200
SECONDS_MAX = 600


class Loan(Aggregate):
    """The same loan as an aggregate of the library."""

    class Opened(Aggregate.Created):
        """As `LoanOpened`."""

        loan_id: UUID
        person_id: UUID
        unit: str
        amount_vnd: int
        opened_on: str

    class Repaid(Aggregate.Event):
        """As `LoanRepaid`."""

        amount_vnd: int
        repaid_on: str

    @staticmethod
    def create_id(loan_id: UUID) -> UUID:
        """The loan's own id."""
        return loan_id

    @event(Opened)
    def __init__(self, loan_id: UUID, person_id: UUID, unit: str, amount_vnd: int, opened_on: str) -> None:
        self.loan = (loan_id, person_id, unit, opened_on)
        self.balance_vnd = amount_vnd
        self.repaid_on = ""

    @event(Repaid)
    def repay(self, amount_vnd: int, repaid_on: str) -> None:
        """A part of it was repaid."""
        self.balance_vnd -= amount_vnd
        self.repaid_on = repaid_on


class Loans(Application[UUID]):
    """The library's application that the loans are kept by."""

    name = "loans"


class LoanView(PostgresTrackingRecorder):
    """The table of loans: each event and its tracking in one transaction, as the library's manual has it."""

    def __init__(self, datastore: PostgresDatastore, **options: Any) -> None:
        super().__init__(datastore, **options)
        self.sql_create_statements.append(SQL(_TABLE).format())
        self.began = self.ended = 0.0

    def insert(self, tracking: Tracking, row: tuple[Any, ...]) -> None:
        """A loan was opened."""
        with self._tracked(tracking) as cursor:
            cursor.execute("insert into loan_view values (%s, %s, %s, %s, %s, 0)", row, prepare=True)

    def reduce(self, tracking: Tracking, loan_id: UUID, amount: int) -> None:
        """A loan was repaid in part."""
        with self._tracked(tracking) as cursor:
            cursor.execute(_REDUCE, (amount, loan_id), prepare=True)

    @contextmanager
    def _tracked(self, tracking: Tracking) -> Iterator[Cursor[DictRow]]:
        self.began = self.began or monotonic()
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            yield cursor
        self.ended = monotonic()


class LoanFold(Projection[LoanView]):
    """Events into the view."""

    name = "loan_fold"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Nothing else happens to loans."""

    @process_event.register
    def opened(self, domain_event: Loan.Opened, tracking: Tracking) -> None:
        """A row begins."""
        e = domain_event
        self.view.insert(tracking, (e.originator_id, e.person_id, e.unit, e.opened_on, e.amount_vnd))

    @process_event.register
    def repaid(self, domain_event: Loan.Repaid, tracking: Tracking) -> None:
        """A row changes."""
        self.view.reduce(tracking, domain_event.originator_id, domain_event.amount_vnd)


@dataclass(frozen=True)
class Ran:
    """What a lap of the peer left behind."""

    seconds: float
    rows: dict[UUID, LoanRow]


def load(ground: Ground, count: int, seed: int) -> int:
    """Save loans with the same events in the same kind of order; how many events that is."""
    ground.make_database(DATABASE)
    made: dict[int, Loan] = {}
    life = lives(count, seed)
    order = mixed(count, seed)
    with closing(Loans(env=_environment(ground))) as app:
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            for loan, number in batch:
                _happen(made, loan, life[loan][number])
            app.save(*(made[loan] for loan in dict.fromkeys(loan for loan, _ in batch)))
    return len(order)


def project(ground: Ground) -> Ran:
    """Project all of it into an empty view."""
    with ground.connect(DATABASE) as connection:
        connection.execute("drop table if exists loan_view, loan_fold_tracking")
    with closing(Loans(env=_environment(ground))) as app:
        last = app.recorder.max_notification_id()
    runner = ProjectionRunner(
        application_class=Loans, projection_class=LoanFold, view_class=LoanView, env=_environment(ground)
    )
    with runner:
        runner.wait(last, timeout=SECONDS_MAX)
    with ground.connect(DATABASE) as connection:
        rows = {row[0]: LoanRow(*row) for row in connection.execute("select * from loan_view")}
    return Ran(runner.view.ended - runner.view.began, rows)


def _happen(made: dict[int, Loan], number: int, happened: Any) -> None:
    match happened:
        case LoanOpened(loan_id=loan, person_id=person, unit=unit, amount_vnd=amount, opened_on=day):
            made[number] = Loan(loan, person, unit, amount, day.isoformat())
        case LoanRepaid(amount_vnd=amount, repaid_on=day):
            made[number].repay(amount, day.isoformat())


def _environment(ground: Ground) -> dict[str, str]:
    url = ground.superuser(DATABASE)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": DATABASE,
        "POSTGRES_HOST": url.host or "",
        "POSTGRES_PORT": str(url.port),
        "POSTGRES_USER": url.username or "",
        "POSTGRES_PASSWORD": unquote(str(url.password)),
    }


_REDUCE = "update loan_view set balance_vnd = balance_vnd - %s, repayments = repayments + 1 where loan_id = %s"
_TABLE = """
create table if not exists loan_view (
    loan_id     uuid primary key,
    person_id   uuid   not null,
    unit        text   not null,
    opened_on   date   not null,
    balance_vnd bigint not null,
    repayments  bigint not null
)
"""

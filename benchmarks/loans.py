"""What the contests write and fold: small loans that are opened and repaid, as events of ours."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID, uuid4

from libs.events.codec import Codec
from libs.events.event import Event
from libs.events.keyring import MemoryKeyring
from libs.events.projection import Projection
from libs.events.record import Draft, Meta

SOURCE = "registry"
REPAYMENTS = 3
EVENTS_PER_LOAN = 1 + REPAYMENTS
_TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class LoanOpened(Event, type="registry.benchmark-loan-opened", version=1, effective="opened_on"):
    """A loan was opened."""

    loan_id: UUID
    person_id: UUID
    unit: str
    amount_vnd: int
    opened_on: date


class LoanRepaid(Event, type="registry.benchmark-loan-repaid", version=1, effective="repaid_on"):
    """A part of a loan was repaid."""

    loan_id: UUID
    payment_id: UUID
    amount_vnd: int
    repaid_on: date


@dataclass(frozen=True)
class LoanRow:
    """A loan as projected."""

    loan_id: UUID
    person_id: UUID
    unit: str
    opened_on: date
    balance_vnd: int
    repayments: int


@dataclass(frozen=True)
class EntryRow:
    """An event of a loan as projected: what was lent is positive, what was repaid negative."""

    entry_id: UUID
    loan_id: UUID
    happened_on: date
    amount_vnd: int


def loan_projection(group: str = "") -> Projection[LoanRow]:
    """A row per loan."""
    loans = Projection(f"{SOURCE}.benchmark_loans", 1, LoanRow, indexes=["(unit)"], group=group)

    @loans.on(LoanOpened, key=lambda e: e.loan_id)
    def opened(event: LoanOpened, row: LoanRow | None) -> LoanRow:
        return LoanRow(event.loan_id, event.person_id, event.unit, event.opened_on, event.amount_vnd, 0)

    @loans.on(LoanRepaid, key=lambda e: e.loan_id)
    def repaid(event: LoanRepaid, row: LoanRow | None) -> LoanRow | None:
        if row is None:
            return None
        return replace(row, balance_vnd=row.balance_vnd - event.amount_vnd, repayments=row.repayments + 1)

    return loans


def entry_projection(group: str = "") -> Projection[EntryRow]:
    """A row per event."""
    entries = Projection(f"{SOURCE}.benchmark_entries", 1, EntryRow, indexes=["(loan_id)"], group=group)

    @entries.on(LoanOpened, key=lambda e: e.loan_id)
    def opened(event: LoanOpened, row: EntryRow | None) -> EntryRow:
        return EntryRow(event.loan_id, event.loan_id, event.opened_on, event.amount_vnd)

    @entries.on(LoanRepaid, key=lambda e: e.payment_id)
    def repaid(event: LoanRepaid, row: EntryRow | None) -> EntryRow:
        return EntryRow(event.payment_id, event.loan_id, event.repaid_on, -event.amount_vnd)

    return entries


def lives(count: int, seed: int) -> list[list[Event]]:
    """The events of `count` loans, each loan's in order."""
    chance = random.Random(seed)
    return [list(_life(chance)) for _ in range(count)]


def _life(chance: random.Random) -> Iterator[Event]:
    loan, person = (UUID(int=chance.getrandbits(128), version=4) for _ in range(2))
    day = date(2026, 1, 1) + timedelta(days=chance.randrange(300))
    unit = f"2025:{chance.randrange(10_000, 33_000)}"
    yield LoanOpened(loan_id=loan, person_id=person, unit=unit, amount_vnd=30_000_000, opened_on=day)
    for month in range(1, REPAYMENTS + 1):
        paid_on = day + timedelta(days=30 * month)
        yield LoanRepaid(
            loan_id=loan,
            payment_id=UUID(int=chance.getrandbits(128), version=4),
            amount_vnd=chance.randrange(1_000_000),
            repaid_on=paid_on,
        )


def drafts(life: Iterable[Event]) -> list[Draft]:
    """One loan's events ready to be appended, each by a command of its own."""
    codec = Codec(SOURCE, MemoryKeyring())
    stream, subject = "", ""
    ready: list[Draft] = []
    for version, event in enumerate(life):
        if isinstance(event, LoanOpened):
            stream, subject = f"loan-{event.loan_id}", f"person-{event.person_id}"
        meta = Meta(uuid4(), "officer-17", uuid4(), purpose="management", traceparent=_TRACEPARENT)
        ready.extend(codec.drafts(stream, version, subject, [event], meta))
    return ready


def mixed(count: int, seed: int) -> list[tuple[int, int]]:
    """An order of all events of `count` loans, (loan, event) each, at random over loans and in order within one.

    As in life, the events of one loan lie far apart: a batch seldom holds two.
    """
    chance = random.Random(seed)
    order = [loan for loan in range(count) for _ in range(EVENTS_PER_LOAN)]
    chance.shuffle(order)
    reached = [0] * count
    places: list[tuple[int, int]] = []
    for loan in order:
        places.append((loan, reached[loan]))
        reached[loan] += 1
    return places

"""Reads the facts that indicators count: one query a table, cut to the question's units and days in SQL."""

from typing import Any

from sqlalchemy import Connection

from libs.vietnam.calendar import add_months
from services.reporting.facts.cases import cases
from services.reporting.facts.completions import completions
from services.reporting.facts.drug_tests import drug_tests
from services.reporting.facts.persons import persons
from services.reporting.indicators.lives import Facts
from services.reporting.indicators.question import Frame

STOCK_MONTHS = 24
RECENT_MONTHS = 12
_KNOWN = "known_from <= :known_at and known_to > :known_at"


def read_completers(connection: Connection, frame: Frame) -> Facts:
    """Everything known of those who completed in the period, but their tests."""
    return _lives(connection, frame, *_completers(connection, frame))


def read_completers_and_tests(connection: Connection, frame: Frame) -> Facts:
    """Everything known of those who completed in the period, with the tests within the window of any of them."""
    who, values = _completers(connection, frame)
    last = add_months(frame.period.last, frame.months)
    return _lives(connection, frame, who, values | {"tested_from": frame.period.first, "tested_to": last}, tests=True)


def read_managed_or_relapsed(connection: Connection, frame: Frame) -> Facts:
    """Everything known of those under management in the period, or determined addicted in it, but their tests."""
    who, values = _managed(connection, frame)
    relapsed = f"{_HERE} and relapses[1] <= :last and relapses[cardinality(relapses)] >= :first"
    return _lives(connection, frame, f"{who} union {_persons_of(completions.live(connection), relapsed)}", values)


def read_managed_and_tests(connection: Connection, frame: Frame) -> Facts:
    """Everything known of those under management in the period, with the tests of the period."""
    who, values = _managed(connection, frame)
    days = {"tested_from": frame.period.first, "tested_to": frame.period.last}
    return _lives(connection, frame, who, values | days, tests=True)


def read_stock(connection: Connection, frame: Frame) -> Facts:
    """Completions and persons of those who completed in the last 24 months, or relapsed in the last 12."""
    as_of = min(frame.period.last, frame.until)
    values = {
        "completed_after": add_months(as_of, -STOCK_MONTHS),
        "relapsed_after": add_months(as_of, -RECENT_MONTHS),
        **_units(frame),
    }
    recent = "(completed_on > :completed_after or relapses[cardinality(relapses)] > :relapsed_after)"
    who = f"person_id in ({_persons_of(completions.live(connection), f'{_HERE} and {recent}')})"
    return Facts(
        completions.read(connection, who, at=frame.at, **values),
        persons=persons.read(connection, who, at=frame.at, **values),
    )


def _completers(connection: Connection, frame: Frame) -> tuple[str, dict[str, Any]]:
    condition = f"{_HERE} and completed_on between :first and :last"
    who = _persons_of(completions.live(connection), condition)
    return who, {"first": frame.period.first, "last": frame.period.last, **_units(frame)}


def _managed(connection: Connection, frame: Frame) -> tuple[str, dict[str, Any]]:
    """Begun before the period is over, and not ended before it began; the exact days are counted from the rows."""
    condition = (
        "(:everywhere or stayed_in && cast(:units as text[])) and stayed_from[1] <= :last"
        " and coalesce(ended_on, removed_on, :first) >= :first"
    )
    who = _persons_of(cases.live(connection), condition)
    return who, {"first": frame.period.first, "last": frame.period.last, **_units(frame)}


def _lives(connection: Connection, frame: Frame, who: str, values: dict[str, Any], *, tests: bool = False) -> Facts:
    chosen = f"person_id in ({who})"
    tested = f"{chosen} and sampled_on between :tested_from and :tested_to"
    return Facts(
        completions.read(connection, chosen, at=frame.at, **values),
        cases.read(connection, chosen, at=frame.at, **values),
        drug_tests.read(connection, tested, at=frame.at, **values) if tests else (),
        persons.read(connection, chosen, at=frame.at, **values),
    )


def _persons_of(table: str, condition: str) -> str:
    return f"select person_id from {table} where {condition} and {_KNOWN}"  # noqa: S608 -- Our own words.


def _units(frame: Frame) -> dict[str, Any]:
    return {"everywhere": frame.territory.units is None, "units": frame.territory.read}


_HERE = "(:everywhere or unit = any(cast(:units as text[])))"

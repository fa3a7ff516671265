"""The figures of the story: re-use and relapse per ward and half-year of completion, with all that they rest on."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.demo.client import Answer, Client
from deploy.demo.people import WARDS
from libs.vietnam.units import UnitRef, unit

HALVES = (
    (date(2025, 7, 1), date(2025, 12, 31)),
    (date(2026, 1, 1), date(2026, 6, 30)),
    (date(2026, 7, 1), date(2026, 12, 31)),
)
INDICATORS = {"I-01": "re-use within 12 months", "I-03": "relapse within 12 months"}
PURPOSE = "statutory-reporting"
LEGEND = """\
  n            people of the cohort with the event; of all: everybody who completed there in the half-year
  fully obs.   those observed for twelve months, or with the event; still obs.: whose twelve months are not over yet
  n of all     too low while some are still observed: read A-J instead
  A-J, K-M     incidence at twelve months: Aalen-Johansen, in which death and prison compete; Kaplan-Meier, in which
               the dead and imprisoned count as if they could still have the event; -: nobody was observed so long
  An officer's own figures show every cell; small ones are withheld from what is published (publish.small_cell)."""


def ask(client: Client, indicator: str, ward: str, half: tuple[date, date], as_known_on: str | None) -> Answer:
    """One figure."""
    known = f"&as_known_on={as_known_on.replace('+', '%2B')}" if as_known_on else ""
    path = f"/v1/indicators/{indicator}?unit={ward}&first={half[0]}&last={half[1]}&months=12{known}"
    return client.get(path, purpose=PURPOSE)


def show(client: Client, console: Console, as_known_on: str | None, wards: Sequence[str] = WARDS) -> str:
    """Print the figures of every ward and half-year as known on an instant, or now; the instant of the answers."""
    instant = ""
    policies: dict[str, str] = {}
    for indicator, title in INDICATORS.items():
        table = _table(f"{indicator} {title}")
        for ward in wards:
            for half in HALVES:
                body = ask(client, indicator, ward, half, instant or as_known_on).body
                instant = body["as_known_on"]
                policies |= {one["name"]: f"{one['choice']} ({one['source_of_doubt']})" for one in body["policies"]}
                table.add_row(unit(UnitRef(ward)).full_name, f"{half[0].year}/{1 + (half[0].month > 6)}", *_cells(body))
        table.caption = f"as known on {instant}; {_rules(body)}"
        console.print(table)
    console.print(LEGEND, style="dim", highlight=False)
    for name, choice in sorted(policies.items()):
        console.print(f"  {name} = {choice}", style="dim")
    return instant


def _table(title: str) -> Table:
    table = Table(title=title, title_justify="left", caption_justify="left")
    for name in ("ward", "completed in"):
        table.add_column(name)
    for name in ("n", "of all", "fully obs.", "still obs.", "n of all [95 %]", "person-years", "A-J", "K-M"):
        table.add_column(name, justify="right")
    return table


def _cells(body: dict[str, Any]) -> Iterator[str]:
    incidence = body["incidence"] or {}
    yield _number(body["numerator"])
    yield _number(body["denominator"])
    yield _number(body["fully_observed"])
    yield _number((incidence.get("stops") or {}).get("still_observed"))
    yield _share(body["share"])
    yield "-" if body["person_years"] is None else f"{body['person_years']:.1f}"
    yield _share(incidence.get("aalen_johansen"))
    yield _share(incidence.get("kaplan_meier"))


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)


def _share(rate: dict[str, Any] | None) -> str:
    if rate is None:
        return "-"
    bounds = "" if rate["low"] is None else f" [{100 * rate['low']:.1f}-{100 * rate['high']:.1f}]"
    return f"{100 * rate['value']:.1f} %{bounds}"


def _rules(body: dict[str, Any]) -> str:
    return f"basis: {'; '.join(body['indicator']['basis'])}"

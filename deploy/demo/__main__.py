"""`make demo`: a police list goes in, a relapse rate comes out, and the rate is rebuilt from the log."""

import shutil
from contextlib import closing
from datetime import datetime
from time import monotonic

from rich.console import Console

from deploy.demo.client import Client
from deploy.demo.load import WORLD_ENDS, World, load, office
from deploy.demo.people import WARDS
from deploy.demo.proof import LEVEL_SECONDS_MAX, NotProved, drop_and_rebuild, rebuild_beside
from deploy.demo.rates import HALVES, ask, show
from deploy.local.deadline import holds_within
from deploy.local.files import locked
from deploy.local.stack import DEMONSTRATION, Stack
from deploy.marking import mark_now
from deploy.services import service
from deploy.told import told
from deploy.whole import Clock, bring_up, settings_of
from libs.events.service import open_parts
from libs.events.settings import Settings, service_settings
from libs.vietnam.calendar import LOCAL, add_months

LEDGER_LINES = 8
WIDTH_MIN = 124
EXPLAINED_PEOPLE = 2


def main() -> None:
    """Tell the story on a stack of its own, and leave nothing running."""
    console = Console(width=max(Console().width, WIDTH_MIN))
    begun = monotonic()
    stack = Stack().beneath(DEMONSTRATION)
    with locked(stack.in_use, 0):
        # One that was killed may have left its servers, and they would write into the new folder.
        stack.down()
        shutil.rmtree(stack.root)
        try:
            console.rule("everything is started")
            bring_up(stack, console.print)
            with settings_of(stack) as shared:
                tell(stack, shared, console, World.of())
        finally:
            stopped = stack.down()
    console.print(f"stopped: {', '.join(stopped)}; the story took {monotonic() - begun:.0f} s")


def tell(stack: Stack, shared: Settings, console: Console, world: World) -> None:
    """The story on a running stack."""
    console.rule("a police list goes in, two years go by")
    load(shared, console.print, stack.root / "police-list", world)
    registry, reporting = office(shared, "registry"), office(shared, "reporting")
    console.rule("the management ledger of a ward")
    ledger(registry, console)
    console.rule("rates as known now")
    now = show(reporting, console, _settled(shared, reporting))
    console.rule("the same as known half a year ago")
    show(reporting, console, _half_a_year_before(now))
    console.rule("one number, down to its events")
    explained(reporting, console, now)
    console.rule("rebuilt beside the live version, swapped in under running reads")
    figure = ask(reporting, "I-03", WARDS[0], HALVES[0], now)
    certificate, seen = rebuild_beside(shared, lambda: ask(reporting, "I-03", WARDS[0], HALVES[0], now))
    for one in certificate.projections:
        console.print(f"  {one.name}: {one.rebuilt.rows} rows, the same digest, now read from {one.table}")
    console.print(f"  {seen.answers} readings meanwhile, {len(seen.failures)} failed, {seen.others} saw something else")
    console.rule("reporting's database dropped, and rebuilt from Kafka alone")
    seconds = drop_and_rebuild(stack, shared, certificate)
    again = ask(reporting, "I-03", WARDS[0], HALVES[0], now)
    if again.raw != figure.raw:
        raise NotProved("the rebuilt answer is not the same")
    console.print(f"  back in {seconds:.0f} s with the digests of the certificate; the answer is the same to the byte")


def ledger(registry: Client, console: Console) -> None:
    """Some lines of the ledger of the first ward."""
    heading = f"  {'name':<24} {'born':<5} {'category'}  {'completed':<10}  {'stage':<16} term"
    console.print(heading, style="bold")
    page = registry.get(f"/v1/management-ledger?unit={WARDS[0]}&limit={LEDGER_LINES}").body
    for line in page["items"]:
        term = f"until {line['term_ends_on']}" if line["term_ends_on"] else ""
        console.print(
            f"  {line['full_name'] or '(name unknown)':<24} {line['birth_year'] or '':<5} {line['category'] or '-'}"
            f"  completed {line['completed_on']}  {line['stage']:<16} {term}",
            highlight=False,
        )
    console.print("  … the next page under its cursor", style="dim")


def explained(reporting: Client, console: Console, now: str) -> None:
    """The relapses of one ward and half-year, each with its events."""
    first, last = HALVES[0]
    path = f"/v1/indicators/I-03/explanation?unit={WARDS[0]}&first={first}&last={last}&months=12"
    body = reporting.get(f"{path}&as_known_on={now.replace('+', '%2B')}", purpose="supervision").body
    console.print(f"  relapses: {body['total']} = " + " + ".join(str(one["adds"]) for one in body["people"]))
    people = body["people"]
    for person in people[:EXPLAINED_PEOPLE]:
        dates = ", ".join(f"{name} {day}" for name, day in person["dates"].items())
        console.print(f"  person {person['person_id']}: {dates}", highlight=False)
        for row in person["rows"]:
            events = ", ".join(event["position"] for event in row["events"])
            console.print(f"    {row['table']} {row['id']}: {events}", highlight=False)
    console.print(f"  … and {len(people) - EXPLAINED_PEOPLE} more people", style="dim")


def _settled(shared: Settings, reporting: Client) -> str:
    """Let the clock stand at the end of the story, and wait until reporting knows all of it: marks say so."""
    clock = Clock(shared)
    clock.set(WORLD_ENDS)
    clock.close()
    for name in service("reporting").following.sources:
        with closing(open_parts(service(name), service_settings(name), "worker")) as parts:
            mark_now(parts)

    def known() -> str:
        return str(ask(reporting, "I-03", WARDS[0], HALVES[0], None).body["as_known_on"])

    if not holds_within(LEVEL_SECONDS_MAX, lambda: datetime.fromisoformat(known()) >= WORLD_ENDS):
        raise NotProved("reporting did not come level with the registry")
    return known()


def _half_a_year_before(now: str) -> str:
    at = datetime.fromisoformat(now).astimezone(LOCAL)
    return datetime.combine(add_months(at.date(), -6), at.timetz()).isoformat()


if __name__ == "__main__":
    told(main)

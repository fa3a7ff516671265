"""Fills an empty stack: a police list as a commune officer would send it, then two years of the people's cases."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

from rich.progress import Progress

from deploy.demo.client import Client
from deploy.demo.list_file import Truth, list_file, truth_file
from deploy.demo.lives import BEGIN, FAR_AWAY, Deed, lives_of
from deploy.demo.offices import Known, Offices
from deploy.demo.people import Someone, make_people
from deploy.whole import Clock, issuer
from libs.events.settings import Settings, service_settings
from libs.vietnam.calendar import LOCAL
from libs.web.roles import Role

SEED = 20_250_701
PEOPLE = 640
LANES = 4
OFFICES = 8
AS_OF = "01/07/2025"
LIST_NAME = "danh-sach.xlsx"
# The police of Đồng Nai send one list for the five wards.
SENDER = "2025:75"
TOKEN_MINUTES = 600
WORLD_ENDS = datetime(2027, 7, 10, 8, tzinfo=LOCAL)
ENDS = "{matched} matched, {new} new, {quarantined} quarantined, {rejected} rejected"
Say = Callable[[str], None]


@dataclass(frozen=True)
class World:
    """The generated people and their lives; the same seed gives the same world."""

    people: Sequence[Someone]
    deeds: Sequence[Deed]

    @staticmethod
    def of(seed: int = SEED, people: int = PEOPLE) -> "World":
        """Make it."""
        random = Random(seed)
        made = make_people(random, people)
        return World(made, lives_of(random, made))


def load(shared: Settings, say: Say, folder: Path, world: World | None = None) -> World:
    """Fill the stack, telling what happens: the list, what a human decides about its rows, two years of cases.

    The list as it was sent and the truth behind its rows are kept in `folder`. Where an earlier filling was
    interrupted, this one goes on: what was done then is answered again and not done again.
    """
    world = world or World.of()
    offices_of_registry = [office(shared, "registry", f"office-{n}") for n in range(OFFICES)]
    registry, clock = offices_of_registry[0], Clock(shared)
    clock.reach(datetime.combine(BEGIN, time(8), LOCAL))
    deliver(registry, world, say, folder)
    offices = Offices(offices_of_registry, known_by_number(offices_of_registry, world.people))
    live(world, offices, clock)
    clock.close()
    say(f"two years of {len(offices.known)} people's cases: {offices.commands} commands")
    return world


def deliver(registry: Client, world: World, say: Say, folder: Path) -> None:
    """Send the list, send it again, and decide about the rows that wait as their truth says."""
    content, truth = list_file(SEED, world.people, AS_OF)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LIST_NAME).write_bytes(content)
    (folder / "truth.jsonl").write_text(truth_file(truth), "utf-8")
    first = send(registry, LIST_NAME, content)
    say(f"list of {first['received']} rows: {ENDS.format(**first)}")
    again = send(registry, "danh-sach (1).xlsx", content)
    say(f"the same list renamed: {'nothing new' if again['repeated'] else 'NOT RECOGNISED'}")
    resolved = resolve(registry, world, {one.row: one for one in truth})
    say(f"a human decided about {resolved.total()} rows: {resolved['matched']} matched, {resolved['new']} new")
    if not first["repeated"]:
        people = len({one.key for one in truth})
        say(f"people registered: {first['new'] + resolved['new']}; in the truth behind the rows: {people}")


def send(registry: Client, name: str, content: bytes) -> dict[str, Any]:
    """Send a list under a file name; how it ended."""
    body: dict[str, Any] = registry.upload("/v1/police-lists", name, content, {"unit": SENDER}).body
    return body


def resolve(registry: Client, world: World, truth: Mapping[int, Truth]) -> Counter[str]:
    """Decide about every row that waits: whose number the truth names, else somebody new; how many of each."""
    people = {person.key: person for person in world.people}
    outcomes: Counter[str] = Counter()
    for row in every(registry, "/v1/quarantined-rows?"):
        person = people[truth[row["row"]].key]
        known = registry.ask("/v1/persons/searches", {"number": person.citizen_id}).body["items"]
        corrections = {"id_number": person.citizen_id, "dob": person.born_on.strftime("%d/%m/%Y")}
        answer: dict[str, Any] = {"outcome": "new", "corrections": corrections}
        if known:
            answer = {"outcome": "matched", "person_id": known[0]["person_id"], "corrections": corrections}
        registry.command(f"/v1/quarantined-rows/{row['row_id']}/resolution", answer)
        outcomes[answer["outcome"]] += 1
    return outcomes


def every(client: Client, path: str) -> list[dict[str, Any]]:
    """All items of a paged list; the path has a query already."""
    items: list[dict[str, Any]] = []
    after = ""
    while True:
        page = client.get(f"{path}&limit=200{after}").body
        items += page["items"]
        if page["next"] is None:
            return items
        after = f"&cursor={page['next']}"


def office(shared: Settings, service: str, sub: str = "office-0") -> Client:
    """Officer, police and chairman in one, for the wards of the story and the far-away one."""
    roles = (Role.COMMUNE_OFFICER, Role.COMMUNE_CHAIRMAN, Role.COMMUNE_POLICE)
    token = issuer(shared).mint(*roles, sub=sub, units=[SENDER, FAR_AWAY], minutes=TOKEN_MINUTES)
    return Client(service_settings(service).url, token)


def live(world: World, offices: Offices, clock: Clock) -> None:
    """Two years, week by week: the clock moves on, and the offices do what fell into the week."""
    with Progress(transient=True) as bar, ThreadPoolExecutor(LANES) as lanes:
        task = bar.add_task("two years of cases", total=len(world.deeds))
        for week, deeds in groupby(world.deeds, key=_week):
            clock.reach(_end_of(week))
            # What concerns one person happens in order; different people do not wait for each other.
            for done in lanes.map(offices.do_all, _by_person(deeds)):
                bar.advance(task, done)


def _week(deed: Deed) -> int:
    return (deed.on - BEGIN).days // 7


def _end_of(week: int) -> datetime:
    return datetime.combine(BEGIN + timedelta(days=7 * week + 7), time(0, 1), LOCAL)


def _by_person(deeds: Iterable[Deed]) -> list[list[Deed]]:
    found: dict[int, list[Deed]] = {}
    for deed in deeds:
        found.setdefault(deed.key, []).append(deed)
    return list(found.values())


def known_by_number(registry: Sequence[Client], people: Sequence[Someone]) -> dict[int, Known]:
    """Whom the registry knows under which id, found by number as an office would."""

    def find(person: Someone) -> tuple[int, Known | None]:
        office = registry[person.key % len(registry)]
        items = office.ask("/v1/persons/searches", {"number": person.citizen_id}).body["items"]
        # Where somebody lives now may be the end of a move that is told, once more, from its beginning.
        return person.key, Known(items[0]["person_id"], person.unit) if len(items) == 1 else None

    with Progress(transient=True) as bar, ThreadPoolExecutor(LANES) as lanes:
        found = bar.track(lanes.map(find, people), total=len(people), description="finding people by number")
        return {key: known for key, known in found if known is not None}

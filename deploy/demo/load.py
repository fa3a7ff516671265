"""Fills an empty stack: a police list as a commune officer would send it, then two years of the people's cases."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from random import Random

from rich.progress import Progress

from deploy.demo.client import Client
from deploy.demo.lives import BEGIN, FAR_AWAY, Deed, lives_of
from deploy.demo.offices import Known, Offices
from deploy.demo.people import WARDS, Someone, make_people
from deploy.whole import Clock, issuer
from libs.events.settings import Settings, service_settings
from libs.vietnam.calendar import LOCAL
from libs.web.roles import Role

SEED = 20_250_701
PEOPLE = 640
LANES = 4
TOKEN_MINUTES = 600


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


def office(shared: Settings, service: str) -> Client:
    """The commune's officer, police and chairman in one, for the wards of the story."""
    roles = (Role.COMMUNE_OFFICER, Role.COMMUNE_CHAIRMAN, Role.COMMUNE_POLICE)
    token = issuer(shared).mint(*roles, units=[*WARDS, FAR_AWAY], minutes=TOKEN_MINUTES)
    return Client(service_settings(service).url, token)


def live(world: World, offices: Offices, clock: Clock) -> None:
    """Two years, week by week: the clock moves on, and the offices do what fell into the week."""
    with Progress(transient=True) as bar, ThreadPoolExecutor(LANES) as lanes:
        task = bar.add_task("two years of cases", total=len(world.deeds))
        for week, deeds in groupby(world.deeds, key=_week):
            clock.set(_end_of(week))
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


def known_by_number(registry: Client, people: Sequence[Someone]) -> dict[int, Known]:
    """Whom the registry knows under which id, found by number as an office would."""

    def find(person: Someone) -> tuple[int, Known | None]:
        items = registry.ask("/v1/persons/searches", {"number": person.citizen_id}).body["items"]
        return person.key, Known(items[0]["person_id"], items[0]["unit"]) if len(items) == 1 else None

    with Progress(transient=True) as bar, ThreadPoolExecutor(LANES) as lanes:
        found = bar.track(lanes.map(find, people), total=len(people), description="finding people by number")
        return {key: known for key, known in found if known is not None}

"""Two years of lives as dated acts: what offices did, and when, for each person of the list."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from deploy.demo.people import WARDS, Someone
from libs.events.contracts.values import EpisodeKind
from libs.law.l120 import L120_IN_FORCE
from libs.vietnam.calendar import add_months, add_working_days

BEGIN, END = date(2025, 7, 1), date(2027, 6, 30)
LAST_COMPLETION = date(2026, 12, 15)
FAR_AWAY = "2025:00070"  # Hoàn Kiếm, Hà Nội: another province.
KINDS = (EpisodeKind.COMPULSORY_ADULT, EpisodeKind.VOLUNTARY_FACILITY_PUBLIC, EpisodeKind.OPIOID_SUBSTITUTION)
KIND_WEIGHTS = (6, 3, 1)
SHARE_COMPLETING = 0.87
SHARE_RELAPSING_LATER = 0.08


class Act(StrEnum):
    """What an office does; the story says how over REST."""

    COMPLETE = "complete"
    REPORT = "report"
    DOSSIER = "dossier"
    DECIDE = "decide"
    HELPER = "helper"
    TEST = "test"
    DETERMINE = "determine"
    ABSENCE = "absence"
    TRANSFER = "transfer"
    RECEIVE = "receive"
    IMPRISON = "imprison"
    RELEASE = "release"
    DIE = "die"
    CORRECT = "correct"
    REVIEW = "review"
    REMOVE = "remove"


@dataclass(frozen=True, order=True)
class Deed:
    """One act on one day; `order` keeps a person's acts of a day in their order."""

    on: date
    order: int
    key: int
    act: Act = field(compare=False)
    facts: dict[str, Any] = field(compare=False, default_factory=dict)


def lives_of(random: Random, people: list[Someone]) -> list[Deed]:
    """All acts, by day; nobody is acted upon after what ends the case."""
    return sorted(deed for person in people for deed in _life(random, person))


def _life(random: Random, person: Someone) -> Iterator[Deed]:
    if random.random() > SHARE_COMPLETING:
        return
    kind = random.choices(KINDS, KIND_WEIGHTS)[0]
    completed = BEGIN + timedelta(days=random.randrange((LAST_COMPLETION - BEGIN).days))
    presented = completed + timedelta(days=random.randrange(8))
    dossier = add_working_days(presented, random.randrange(1, 4))
    decided = add_working_days(dossier, random.randrange(1, 3))
    opening: list[tuple[date, Act, dict[str, Any]]] = [
        (completed, Act.COMPLETE, {"kind": kind}),
        (presented, Act.REPORT, {}),
        (dossier, Act.DOSSIER, {}),
        (decided, Act.DECIDE, {"unit": person.unit}),
        (decided, Act.HELPER, {}),
    ]
    years = 2 if kind is EpisodeKind.COMPULSORY_ADULT else 1
    acts = [*opening, *_managed(random, person, completed, decided, years)]
    for order, (on, act, facts) in enumerate(acts):
        if on <= END:
            yield Deed(on, order, person.key, act, facts)


def _managed(
    random: Random, person: Someone, completed: date, decided: date, years: int
) -> Iterator[tuple[date, Act, dict[str, Any]]]:
    fate = random.random()
    day = decided + timedelta(days=random.randrange(20, 45))
    term_ends = add_months(completed, 12 * years)
    unit = person.unit
    yield day, Act.TEST, {"positive": False}
    turn = day + timedelta(days=random.randrange(20, 330))
    # Shares of fates, here and below.
    if fate < 0.16:
        yield from _relapses(random, turn)
        return
    if fate < 0.24:
        yield turn, Act.TEST, {"positive": True}
        yield turn + timedelta(days=9), Act.DETERMINE, {"addicted": False}
        turn += timedelta(days=20)
    elif fate < 0.26:
        yield turn, Act.DIE, {}
        return
    elif fate < 0.31:
        yield turn, Act.IMPRISON, {}
        if turn < L120_IN_FORCE:
            return
        turn += timedelta(days=random.randrange(60, 150))
        yield turn, Act.RELEASE, {}
        term_ends += timedelta(days=160)
    elif fate < 0.36:
        unit = random.choice([ward for ward in WARDS if ward != unit]) if random.random() < 0.7 else FAR_AWAY
        yield turn, Act.TRANSFER, {"to": unit}
        turn += timedelta(days=random.randrange(2, 9))
        yield turn, Act.RECEIVE, {"unit": unit}
    elif fate < 0.42:
        back = turn + timedelta(days=random.randrange(8, 50))
        yield back, Act.ABSENCE, {"since": turn, "reported": random.random() < 0.3}
        term_ends += timedelta(days=60)
        turn = back
    elif fate < 0.43:
        yield turn, Act.CORRECT, {"days": random.choice((-40, -12, 9))}
        term_ends += timedelta(days=10)
    later = max(turn, day) + timedelta(days=random.randrange(60, 200))
    if later < term_ends:
        yield later, Act.TEST, {"positive": False}
    yield from _removal(random, unit, max(term_ends, later), withheld=0.16 <= fate < 0.24)


def _relapses(random: Random, turn: date) -> Iterator[tuple[date, Act, dict[str, Any]]]:
    yield turn, Act.TEST, {"positive": True}
    yield turn + timedelta(days=random.randrange(5, 25)), Act.DETERMINE, {"addicted": True}


def _removal(
    random: Random, unit: str, term_ends: date, *, withheld: bool
) -> Iterator[tuple[date, Act, dict[str, Any]]]:
    reviewed = term_ends + timedelta(days=random.randrange(3, 9))
    yield reviewed, Act.REVIEW, {}
    # Under the old law a detected use withholds removal, and a human decides.
    despite = "không còn căn cứ" if withheld else None
    yield reviewed + timedelta(days=4), Act.REMOVE, {"unit": unit, "despite": despite}
    if random.random() < SHARE_RELAPSING_LATER:
        # A relapse is a fact about a person: it counts after the case too (D116 Art 3(6)).
        yield reviewed + timedelta(days=random.randrange(20, 90)), Act.DETERMINE, {"addicted": True}

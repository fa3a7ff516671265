"""What drawn lives mean, counted day by day and from nothing but their dates; a night is the one before a day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from libs.events.contracts.values import EndReason
from libs.vietnam.calendar import add_months
from tests.services.reporting.drawn import COMPLETED, DECIDED, Drawn, Span
from tests.services.reporting.story import FAR, WARD

COMPLETION = (COMPLETED - DECIDED).days
NEVER = 10_000
MEASURES = {EndReason.DECLARED_MISSING, EndReason.REFORMATORY}


@dataclass(frozen=True)
class Stay:
    """In a unit from one day to another, both included."""

    unit: str
    since: int
    until: int


class Counted:
    """One life, counted."""

    def __init__(self, life: Drawn) -> None:
        self.life = life
        end = life.end
        died = NEVER if life.died is None else life.died
        ended = NEVER if end is None else end.on
        relapse = ended if end is not None and end.how is EndReason.RELAPSED else NEVER
        self.relapse = relapse if relapse <= died else NEVER
        self.died, self.closed = died, min(ended, died)
        self.stays = list(self._stays())

    def managed(self, day: int, unit: str) -> bool:
        """Whether the unit managed the person on the day."""
        return any(self._managed(day, stay) for stay in self.stays if stay.unit == unit)

    def at_risk(self, day: int, unit: str) -> bool:
        """Whether the night before the day is time at risk in the unit."""
        return any(self._night(day, stay) for stay in self.stays if stay.unit == unit)

    def observed_relapse(self, unit: str) -> bool:
        """Whether the relapse fell into time at risk in the unit, if only on the one day that there was."""
        day = self.relapse
        inside_away = any(since < day < until for since, until in self.life.away)
        return self.at_risk(day, unit) or any(
            self._managed(day, stay) and self._begins(day, stay) and not inside_away
            for stay in self.stays
            if stay.unit == unit
        )

    def cohort(self, months: int) -> tuple[int, int, int]:
        """I-03: whether relapsed and whether fully observed within the months, and the days at risk of that."""
        window = (add_months(COMPLETED, months) - DECIDED).days
        relapsed = self.relapse <= window
        end = self.life.end
        prison = list(self.life.prison)
        lost = [self.died]
        if end is not None and end.how is EndReason.PRISON:
            prison.append((end.on, NEVER))
        if end is not None and end.how in MEASURES:
            lost.append(end.on)
        lost += [stay.since for stay in self.stays if stay.unit == FAR]
        stopped = [day for day in (*lost, *(since for since, _ in prison)) if day <= window]
        last = min([window, self.relapse, *lost])
        days = sum(not _inside(day, prison) for day in range(COMPLETION + 1, last + 1))
        return int(relapsed), int(relapsed or not stopped), days

    def _stays(self) -> Iterator[Stay]:
        here, since = WARD, 0
        for move in self.life.moves:
            yield Stay(here, since, move.left)
            if move.arrived is None:
                return
            here, since = move.to or here, move.arrived
        yield Stay(here, since, NEVER)

    def _managed(self, day: int, stay: Stay) -> bool:
        free = not any(since < day < until for since, until in self.life.prison)
        return 0 <= day <= self.closed and stay.since <= day <= stay.until and free

    def _night(self, day: int, stay: Stay) -> bool:
        there = max(0, stay.since) < day <= min(stay.until, self.closed, self.relapse)
        return there and not _inside(day, self.life.prison) and not _inside(day, self.life.away)

    def _begins(self, day: int, stay: Stay) -> bool:
        return day == max(0, stay.since) or any(since < day == until for since, until in self.life.prison)


def _inside(day: int, spans: Iterable[Span]) -> bool:
    return any(since < day <= until for since, until in spans)

"""What ends the observation of a completer before the window is over: events that compete, and losses that censor."""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from itertools import pairwise, zip_longest

from libs.events.contracts.values import EndReason
from services.reporting.facts.cases import CountedCase
from services.reporting.facts.completions import Completion
from services.reporting.indicators.lives import Life
from services.reporting.indicators.question import Frame


class Stop(StrEnum):
    """Why a person is observed no longer; of two on one day the one named first here counts."""

    EVENT = "event"
    DEATH = "death"
    PRISON = "prison"
    OTHER_MEASURE = "other_measure"
    LEFT_PROVINCE = "left_province"
    MISSING = "missing"
    TERM_ENDED = "term_ended"
    WINDOW_OVER = "window_over"
    STILL_OBSERVED = "still_observed"


# Whom one of these has befallen cannot relapse under observation; the others say nothing about the risk.
COMPETING = frozenset({Stop.DEATH, Stop.PRISON, Stop.OTHER_MEASURE})
_PRECEDENCE = {stop: rank for rank, stop in enumerate(Stop)}
_BY_END = {
    EndReason.REFORMATORY: Stop.OTHER_MEASURE,
    EndReason.COMPULSORY_EDUCATION: Stop.OTHER_MEASURE,
    EndReason.DECLARED_MISSING: Stop.MISSING,
}
Stopped = tuple[date, Stop]


def losses(life: Life, completion: Completion, frame: Frame) -> list[Stopped]:
    """Everything since the completion that ends or interrupts the observation, in order, the event itself excepted.

    Death, prison and other measures are the person's, in whichever case they were told; the term is that of the
    completed episode, and ends observation only where the policy switch says so.
    """
    since = completion.completed_on
    found = [stop for case in life.cases for stop in _of_case(case, completion, frame) if stop[0] >= since]
    if life.died_on is not None:
        found.append((max(life.died_on, since), Stop.DEATH))
    return in_order(found)


def in_order(stops: Iterable[Stopped]) -> list[Stopped]:
    """By date, and on one day by precedence."""
    return sorted(stops, key=lambda stop: (stop[0], _PRECEDENCE[stop[1]]))


def prison_spells(life: Life, since: date) -> list[tuple[date, date | None]]:
    """From when to when the person was in prison; None where no release is known."""
    spells: list[tuple[date, date | None]] = []
    for case in life.cases:
        spells += zip_longest(case.prison_from, case.prison_until)
    return [(start, end) for start, end in spells if start >= since]


def _of_case(case: CountedCase, completion: Completion, frame: Frame) -> Iterator[Stopped]:
    yield from ((on, Stop.PRISON) for on in case.prison_from)
    for on, (left, unit) in zip(case.stayed_from[1:], pairwise(case.stayed_in), strict=True):
        if unit != left and frame.territory.left_province(completion.unit, unit):
            yield on, Stop.LEFT_PROVINCE
    if case.ended_on is not None and case.end_reason in _BY_END:
        yield case.ended_on, _BY_END[case.end_reason]
    if frame.term_end_censors and case.episode_id == completion.episode_id:
        term_end = case.ended_on or case.term_ends_on
        if term_end is not None:
            yield max(term_end, completion.completed_on), Stop.TERM_ENDED

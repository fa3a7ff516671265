"""Completed episodes: the denominator of every cohort, and the relapse that was found after each."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.events.contracts.registry.determination import RelapseConfirmed, RelapseWithdrawn
from libs.events.contracts.registry.episode import CompletionCorrected, EpisodeCompleted
from libs.events.contracts.values import EpisodeKind
from libs.events.projection import Projection
from services.reporting.facts import RATES


@dataclass(frozen=True)
class Completion:
    """A completed episode; `relapses` are the dates of the determinations of addiction after it (D116 Art 3(6)).

    There is one for each determination, so that a withdrawal takes away its own. All are kept: once the completion
    is corrected to a later day, the first of them may lie before it.
    """

    episode_id: UUID
    person_id: UUID
    unit: str
    kind: EpisodeKind
    completed_on: date
    relapses: tuple[date, ...] = ()


completions = Projection(
    "reporting.completions",
    1,
    Completion,
    history=True,
    group=RATES,
    unit="unit",
    indexes=["(unit, completed_on)", "(person_id)"],
)


@completions.on(EpisodeCompleted, key=lambda e: e.episode_id)
def completed(event: EpisodeCompleted, row: Completion | None) -> Completion:
    """A first row."""
    return Completion(event.episode_id, event.person_id, event.unit, event.kind, event.completed_on)


@completions.on(CompletionCorrected, key=lambda e: e.episode_id)
def corrected(event: CompletionCorrected, row: Completion | None) -> Completion | None:
    """The corrected date counts from when we knew of it."""
    return None if row is None else replace(row, completed_on=event.completed_on)


@completions.on(RelapseConfirmed, key=lambda e: e.episode_id)
def relapsed(event: RelapseConfirmed, row: Completion | None) -> Completion | None:
    """Dated by the determination, whichever was told first."""
    if row is None:
        return None
    return replace(row, relapses=tuple(sorted((*row.relapses, event.determined_on))))


@completions.on(RelapseWithdrawn, key=lambda e: e.episode_id)
def withdrawn(event: RelapseWithdrawn, row: Completion | None) -> Completion | None:
    """It is no relapse from when we knew of it."""
    if row is None or event.determined_on not in row.relapses:
        return row
    first = row.relapses.index(event.determined_on)
    return replace(row, relapses=(*row.relapses[:first], *row.relapses[first + 1 :]))

"""A rehabilitation episode, as far as its completion, from which every term and every rate is counted."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never
from uuid import UUID

from libs.events.contracts.registry.episode import CompletionCorrected, EpisodeCompleted
from libs.events.contracts.values import EpisodeKind, UnitRef
from libs.events.decider import Decider, Invalid, Refused, Unknown
from libs.events.event import Event
from services.registry.domain.ages import ages_fit
from services.registry.domain.life import Life, said_before
from services.registry.domain.places import commune_on


@dataclass(frozen=True)
class CompleteEpisode:
    """Record that rehabilitation was completed, by its certificate; the route adds what is known of the life."""

    episode_id: UUID
    person_id: UUID
    kind: EpisodeKind
    completed_on: date
    today: date
    unit: UnitRef
    certificate_number: str
    issuer: str
    life: Life
    age_at_decision: int | None = None
    age_at_completion: int | None = None


@dataclass(frozen=True)
class CorrectCompletion:
    """The date of completion was wrong."""

    completed_on: date
    today: date
    reason: str
    life: Life


EpisodeCommand = CompleteEpisode | CorrectCompletion


@dataclass(frozen=True)
class Episode:
    """What decisions about an episode need to know."""

    completed: EpisodeCompleted | None = None
    completed_on: date | None = None


class AlreadyCompleted(Refused):
    """The episode was completed before, otherwise than said now; correct it instead."""

    problem = "already-completed"


class CompletedInTheFuture(Invalid):
    """A completion was dated after today."""

    problem = "completed-in-the-future"


def decide(command: EpisodeCommand, episode: Episode, law: Any) -> list[Event]:
    """What follows from a command; nothing when it says what is known already."""
    if command.completed_on > command.today:
        raise CompletedInTheFuture("a completion is dated after today")
    command.life.check(command.completed_on)
    match command:
        case CompleteEpisode():
            return complete(command, episode)
        case CorrectCompletion():
            return correct(command, episode)
        case _:
            assert_never(command)


def complete(command: CompleteEpisode, episode: Episode) -> list[Event]:
    """Complete an episode, once, to return to a commune that was there."""
    commune_on(command.unit, command.completed_on)
    completed = EpisodeCompleted(
        episode_id=command.episode_id,
        person_id=command.person_id,
        kind=command.kind,
        completed_on=command.completed_on,
        unit=command.unit,
        certificate_number=command.certificate_number,
        issuer=command.issuer,
        age_at_decision=command.age_at_decision,
        age_at_completion=command.age_at_completion,
        relied_on=command.life.position,
    )
    if said_before(episode.completed, completed):
        return []  # Said twice, true once.
    if episode.completed is not None:
        raise AlreadyCompleted("the episode was completed before")
    ages_fit(command.age_at_decision, command.age_at_completion)
    return [completed]


def correct(command: CorrectCompletion, episode: Episode) -> list[Event]:
    """Correct the date; what runs from it follows by reaction."""
    if episode.completed is None or episode.completed_on is None:
        raise Unknown("no such completed episode")
    if command.completed_on == episode.completed_on:
        return []
    return [
        CompletionCorrected(
            episode_id=episode.completed.episode_id,
            person_id=episode.completed.person_id,
            completed_on=command.completed_on,
            was=episode.completed_on,
            reason=command.reason,
            relied_on=command.life.position,
        )
    ]


def evolve(episode: Episode, event: Event) -> Episode:
    """The episode after one more fact."""
    match event:
        case EpisodeCompleted():
            return Episode(completed=event, completed_on=event.completed_on)
        case CompletionCorrected():
            return replace(episode, completed_on=event.completed_on)
        case _:
            return episode


episode_decider: Decider[EpisodeCommand, Episode] = Decider("episode", Episode(), decide, evolve)

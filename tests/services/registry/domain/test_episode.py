"""A rehabilitation episode: completed once, its date corrected as often as it was wrong."""

from dataclasses import replace
from typing import Any

import pytest

from libs.events.contracts.registry.episode import CompletionCorrected, EpisodeCompleted
from libs.events.contracts.values import EpisodeKind
from libs.events.decider import Invalid, Unknown
from libs.events.testing import Specification
from services.registry.domain.episode import (
    AlreadyCompleted,
    CompletedInTheFuture,
    CompleteEpisode,
    CorrectCompletion,
    Episode,
    episode_decider,
)
from tests.services.registry.domain.case.story import EARLIER, EPISODE, HERE, LIFE, PERSON, day

episode = Specification(episode_decider)
FACTS: dict[str, Any] = {
    "episode_id": EPISODE,
    "person_id": PERSON,
    "completed_on": day("2026-03-02"),
    "unit": HERE,
    "certificate_number": "26a-77",
    "issuer": "Cơ sở cai nghiện số 1",
    "age_at_decision": 17,
    "age_at_completion": 18,
}


def complete(kind: EpisodeKind = EpisodeKind.COMPULSORY_MINOR_12_17, **more: Any) -> CompleteEpisode:
    """Record a completion."""
    return CompleteEpisode(**{**FACTS, "kind": kind, "today": day("2026-03-04"), "life": LIFE, **more})


def completed(kind: EpisodeKind = EpisodeKind.COMPULSORY_MINOR_12_17, **more: Any) -> EpisodeCompleted:
    """It was recorded."""
    return EpisodeCompleted(**{**FACTS, "kind": kind, "relied_on": LIFE.position, **more})


def correct(on: str, today: str = "2026-05-04") -> CorrectCompletion:
    """The date was wrong."""
    return CorrectCompletion(day(on), day(today), "nhập sai", LIFE)


def corrected(on: str, was: str) -> CompletionCorrected:
    """It was corrected."""
    facts: dict[str, Any] = {"reason": "nhập sai", "relied_on": LIFE.position}
    return CompletionCorrected(episode_id=EPISODE, person_id=PERSON, completed_on=day(on), was=day(was), **facts)


@pytest.mark.parametrize("kind", EpisodeKind)
def test_an_episode_of_any_kind_is_completed_by_its_certificate(kind: EpisodeKind) -> None:
    episode.given().when(complete(kind)).then(completed(kind))


def test_the_same_completion_twice_is_one() -> None:
    episode.given(completed()).when(complete()).then()
    episode.given(completed(), corrected("2026-02-02", "2026-03-02")).when(complete()).then()


def test_an_episode_is_completed_once_and_then_only_corrected() -> None:
    episode.given(completed()).when(complete(completed_on=day("2026-03-01"))).then_refused(AlreadyCompleted)
    episode.given(completed()).when(complete(certificate_number="26a-78")).then_refused(AlreadyCompleted)


def test_nobody_is_younger_at_completion_than_when_sent() -> None:
    episode.given().when(complete(age_at_completion=16)).then_refused(Invalid)


def test_no_completion_lies_in_the_future() -> None:
    episode.given().when(complete(today=day("2026-03-01"))).then_refused(CompletedInTheFuture)
    episode.given(completed()).when(correct("2026-05-05")).then_refused(CompletedInTheFuture)


def test_an_episode_completed_or_corrected_to_today_is_not_in_the_future() -> None:
    episode.given().when(complete(today=day("2026-03-02"))).then(completed())
    episode.given(completed()).when(correct("2026-05-04")).then(corrected("2026-05-04", was="2026-03-02"))


def test_a_correction_says_what_the_date_is_and_what_it_was() -> None:
    episode.given(completed()).when(correct("2026-02-02")).then(corrected("2026-02-02", was="2026-03-02"))


def test_a_correction_can_itself_be_corrected() -> None:
    episode.given(completed(), corrected("2026-02-02", "2026-03-02")).when(correct("2026-03-02")).then(
        corrected("2026-03-02", was="2026-02-02")
    )


def test_the_same_date_again_corrects_nothing() -> None:
    episode.given(completed()).when(correct("2026-03-02")).then()
    episode.given(completed(), corrected("2026-02-02", "2026-03-02")).when(correct("2026-02-02")).then()


def test_what_was_never_completed_cannot_be_corrected() -> None:
    episode.given().when(correct("2026-02-02")).then_refused(Unknown)


def test_an_episode_ignores_what_is_not_its_own() -> None:
    state = episode_decider.fold(Episode(), [completed()])
    assert episode_decider.evolve(state, EARLIER.reported) == state


def test_ages_that_are_not_known_contradict_nothing() -> None:
    young = replace(complete(), age_at_decision=None, age_at_completion=None)
    episode.given().when(young).then(completed(age_at_decision=None, age_at_completion=None))

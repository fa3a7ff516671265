"""A relapse is found whichever was told first, the determination or the completion before it, and found once."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest

from libs.events.contracts.registry.determination import RelapseConfirmed
from libs.events.contracts.registry.episode import CompletionCorrected, EpisodeCompleted
from services.reporting.answers import Answer
from services.reporting.indicators.periods import half_year_of
from tests.services.registry.acting import Acting
from tests.services.registry.relapsing import COMPLETED, DAY, DETERMINED, complete, correct, determine, somebody
from tests.services.reporting.asked import asked
from tests.services.reporting.registry import TODAY, episode_of
from tests.services.reporting.story import WARD, Story, evening


def relied_on(registry: Acting, person: UUID, *kinds: type[EpisodeCompleted | CompletionCorrected]) -> str:
    """The position of the last event of these kinds."""
    wires = {kind.contract.wire for kind in kinds}
    stream = registry.parts.journal.streams([f"episode-{episode_of(person)}"])[f"episode-{episode_of(person)}"]
    return str([record for record in stream if record.type in wires][-1].position)


def one_relapse(registry: Acting, person: UUID, *known_from: type[EpisodeCompleted | CompletionCorrected]) -> None:
    """Exactly one relapse is told of, dated by the determination, after the completion known from such an event."""
    (relapse,) = registry.told(person, RelapseConfirmed)
    assert relapse == RelapseConfirmed(
        determination_id=relapse.determination_id,
        person_id=person,
        episode_id=episode_of(person),
        unit=WARD,
        determined_on=DETERMINED,
        relied_on=relied_on(registry, person, *known_from),
    )


@pytest.mark.parametrize("completed", [COMPLETED, DETERMINED])
def test_a_completion_told_after_a_determination_that_it_came_before_makes_it_one_relapse(
    reacting: Acting, completed: date
) -> None:
    person = somebody(reacting)
    determine(reacting, person)
    reacting.settle()
    assert reacting.told(person, RelapseConfirmed) == []
    complete(reacting, person, completed)
    reacting.settle()
    one_relapse(reacting, person, EpisodeCompleted)
    reacting.settle_again()
    one_relapse(reacting, person, EpisodeCompleted)


def test_a_completion_corrected_to_before_a_determination_makes_it_one_relapse(reacting: Acting) -> None:
    person = somebody(reacting)
    complete(reacting, person, DETERMINED + DAY)
    determine(reacting, person)
    reacting.settle()
    assert reacting.told(person, RelapseConfirmed) == []
    correct(reacting, person, COMPLETED)
    reacting.settle()
    one_relapse(reacting, person, CompletionCorrected)
    correct(reacting, person, COMPLETED - DAY)
    reacting.settle_again()
    assert len(reacting.told(person, RelapseConfirmed)) == 1


@pytest.mark.parametrize("reacted_between", [False, True])
def test_a_completion_told_while_the_office_determines_makes_it_one_relapse(
    reacting: Acting,
    reacted_between: bool,  # noqa: FBT001 -- A table.
) -> None:
    # The office had looked before the completion was told: both events ask for the relapse, or only the later can.
    person = somebody(reacting)
    complete(reacting, person)
    if reacted_between:
        reacting.settle()
    determine(reacting, person, knowing=False)
    assert reacting.told(person, RelapseConfirmed) == []
    reacting.settle()
    one_relapse(reacting, person, EpisodeCompleted)


def test_a_completion_that_was_known_makes_it_one_relapse_at_once(reacting: Acting) -> None:
    person = somebody(reacting)
    complete(reacting, person)
    determine(reacting, person)
    one_relapse(reacting, person, EpisodeCompleted)
    reacting.settle()
    one_relapse(reacting, person, EpisodeCompleted)


def test_neither_a_completion_after_it_nor_no_addiction_makes_a_relapse(reacting: Acting) -> None:
    later, clean = somebody(reacting), somebody(reacting)
    determine(reacting, later)
    complete(reacting, later, DETERMINED + DAY)
    determine(reacting, clean, addicted=False)
    complete(reacting, clean)
    reacting.settle()
    assert reacting.told(later, RelapseConfirmed) == reacting.told(clean, RelapseConfirmed) == []


def test_every_determination_after_a_completion_told_late_is_a_relapse(reacting: Acting) -> None:
    person = somebody(reacting)
    determine(reacting, person)
    determine(reacting, person)
    complete(reacting, person)
    reacting.settle()
    found = [relapse.determination_id for relapse in reacting.told(person, RelapseConfirmed)]
    assert len(found) == len(set(found)) == 2


# The rate.


def first_told(registry: Acting, person: UUID) -> None:
    complete(registry, person)
    determine(registry, person)


def told_late(registry: Acting, person: UUID) -> None:
    determine(registry, person)
    registry.settle()
    complete(registry, person)


def corrected_late(registry: Acting, person: UUID) -> None:
    complete(registry, person, DETERMINED + DAY)
    determine(registry, person)
    registry.settle()
    correct(registry, person, COMPLETED)


def rate(registry: Acting, tell: Callable[[Acting, UUID], None]) -> Answer:
    """I-03 of one person of whom the registry was told so."""
    person = somebody(registry)
    tell(registry, person)
    registry.settle()
    story = Story(
        [(evening(DETERMINED) + timedelta(seconds=n), one) for n, one in enumerate(registry.everything(person))]
    )
    return asked(story, "I-03", half_year_of(COMPLETED), months=12, known=TODAY)


@pytest.mark.parametrize("tell", [told_late, corrected_late])
def test_the_relapse_rate_is_the_same_whichever_was_told_first(
    reacting: Acting, tell: Callable[[Acting, UUID], None]
) -> None:
    expected = rate(reacting, first_told)
    assert (expected.numerator, expected.denominator) == (1, 1)
    assert rate(reacting, tell) == expected
    without = rate(reacting, complete)
    assert (without.numerator, without.denominator) == (0, 1)

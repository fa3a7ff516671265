"""Facts follow what is withdrawn and corrected: a relapse that is none, and the day on which a case ended."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from libs.events.contracts.registry.case import CaseEnded, CompletionReported, EndCorrected, ManagementDecided
from libs.events.contracts.registry.determination import RelapseConfirmed, RelapseWithdrawn
from libs.events.contracts.registry.episode import EpisodeCompleted
from libs.events.contracts.values import Category, EndReason, EpisodeKind
from libs.events.decision import Decision
from libs.events.event import Event
from libs.events.projection import Projection
from services.reporting.facts.cases import CountedCase, cases
from services.reporting.facts.completions import completions

CASE, PERSON, EPISODE, ONE, OTHER = (UUID(int=n) for n in range(1, 6))
HERE = "2025:26080"


def day(text: str) -> date:
    return date.fromisoformat(text)


def folded(projection: Projection[Any], events: Sequence[Event]) -> Any:
    row = None
    for event in events:
        row = projection.folds[type(event)].evolve(event, row)
    return row


COMPLETED = EpisodeCompleted(
    episode_id=EPISODE,
    person_id=PERSON,
    kind=EpisodeKind.VOLUNTARY_FACILITY_PUBLIC,
    completed_on=day("2025-03-03"),
    unit=HERE,
    certificate_number="46/GCN",
    issuer="Cơ sở cai nghiện số 1",
    relied_on="",
)


def confirmed(on: str, by: UUID = ONE) -> RelapseConfirmed:
    return RelapseConfirmed(
        determination_id=by, person_id=PERSON, episode_id=EPISODE, unit=HERE, determined_on=day(on), relied_on=""
    )


def withdrawn(on: str, by: UUID = ONE) -> RelapseWithdrawn:
    return RelapseWithdrawn(determination_id=by, person_id=PERSON, episode_id=EPISODE, determined_on=day(on))


def relapses(*events: Event) -> tuple[date, ...]:
    found: tuple[date, ...] = folded(completions, [COMPLETED, *events]).relapses
    return found


def test_a_withdrawn_relapse_is_none() -> None:
    assert relapses(confirmed("2025-06-09"), withdrawn("2025-06-09")) == ()


def test_a_withdrawal_takes_its_own_and_leaves_another_of_the_same_day() -> None:
    both = [confirmed("2025-06-09"), confirmed("2025-06-09", OTHER)]
    assert relapses(*both, withdrawn("2025-06-09")) == (day("2025-06-09"),)


def test_a_relapse_confirmed_anew_counts_on_its_corrected_day() -> None:
    moved = [confirmed("2025-06-09"), withdrawn("2025-06-09"), confirmed("2025-05-12")]
    assert relapses(confirmed("2025-06-02", OTHER), *moved) == (day("2025-05-12"), day("2025-06-02"))


ABOUT: dict[str, Any] = {"case_id": CASE, "person_id": PERSON}
MANAGED: list[Event] = [
    CompletionReported(
        **ABOUT,
        episode_id=EPISODE,
        unit=HERE,
        kind=EpisodeKind.VOLUNTARY_FACILITY_PUBLIC,
        completed_on=day("2025-03-03"),
        presented_on=day("2025-03-05"),
        dossier_due_on=None,
        rules=(),
        relied_on="",
    ),
    ManagementDecided(
        **ABOUT,
        episode_id=EPISODE,
        unit=HERE,
        category=Category.A,
        category_reason="",
        term_starts_on=day("2025-03-03"),
        term_ends_on=day("2026-03-03"),
        decision=Decision(number="15/QĐ-UBND", signed_on=day("2025-03-11"), body="", unit=HERE, signer="official-7"),
        in_time=True,
    ),
]


def ended(on: str) -> CaseEnded:
    return CaseEnded(**ABOUT, reason=EndReason.DECEASED, ended_on=day(on), rules=())


def end_corrected(on: str, was: str) -> EndCorrected:
    facts = {"ended_on": day(on), "was": day(was), "needs_review": False, "rules": ()}
    return EndCorrected(**ABOUT, reason=EndReason.DECEASED, **facts)


@pytest.mark.parametrize("on", ["2025-07-30", "2025-08-04", "2025-03-09"])
def test_a_case_whose_end_was_corrected_is_one_that_ended_then(on: str) -> None:
    row: CountedCase = folded(cases, [*MANAGED, ended("2025-08-01"), end_corrected(on, "2025-08-01")])
    assert row == folded(cases, [*MANAGED, ended(on)])
    assert row.ended_on == day(on)

"""What is true of every life of a person, an episode, a test, a determination and a case."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from libs.events.contracts.registry.drug_test import DrugTestResult, DrugTestStage
from libs.events.contracts.values import CaseStage as Stage
from libs.events.contracts.values import EndReason, EpisodeKind, Sex
from libs.events.decider import Decider, Refused
from libs.events.decision import Decision
from libs.law.law import LAW
from services.registry.domain import determination, drug_test, episode, person
from services.registry.domain.case import case_decider
from services.registry.domain.case import commands as c
from services.registry.domain.case.state import Case
from tests.services.registry.domain.case.story import CASE, CHAIRMAN, ELSEWHERE, EPISODE, HERE, PERSON, THERE
from tests.services.registry.domain.lives import Life, around, lives

UNITS = (HERE, THERE, ELSEWHERE)
IDS = tuple(UUID(int=n) for n in range(50, 53))
AGES = (None, 15, 17, 18, 40)
TEXTS = ("một", "hai")
CLOSED = {Stage.COMPLETED, Stage.ENDED}

# What a stage mostly meets; at any other moment anything may come.
_NEXT: dict[Stage, tuple[type, ...]] = {
    Stage.UNKNOWN: (c.ReportCompletion,),
    Stage.REPORTED: (c.OpenDossier,),
    Stage.DOSSIER_OPEN: (c.DecideManagement,),
    Stage.TRANSFERRING: (c.ReceiveTransfer, c.BounceTransfer, c.Imprison),
    Stage.PAUSED: (c.Release,),
    Stage.REMOVAL_REVIEW: (c.ApproveRemoval, c.NoteUse, c.Imprison),
    Stage.REMOVAL_WITHHELD: (c.ApproveRemoval, c.ClearUse),
}


def case_command(draw: st.DrawFn, state: Case, today: date) -> c.CaseCommand:
    """Mostly what the stage waits for, and always something that a caller could send."""
    kinds = _NEXT.get(state.stage, ())
    kind = draw(st.sampled_from(kinds)) if kinds and draw(st.integers(0, 3)) else draw(st.sampled_from(list(_MAKERS)))
    command: c.CaseCommand = _MAKERS[kind](draw, state, today)
    return command


def _decision(draw: st.DrawFn, state: Case, today: date) -> Decision:
    unit = draw(st.sampled_from((state.unit or HERE, state.unit or HERE, *UNITS)))
    body = draw(st.sampled_from((CHAIRMAN, CHAIRMAN, CHAIRMAN, "commune_police_chief")))
    return Decision(number="1", signed_on=around(draw, today), body=body, unit=unit, signer="x")


def _report(draw: st.DrawFn, state: Case, today: date) -> c.ReportCompletion:
    presented = around(draw, today)
    return c.ReportCompletion(
        case_id=CASE,
        person_id=PERSON,
        episode_id=EPISODE,
        unit=HERE,
        kind=draw(st.sampled_from(EpisodeKind)),
        completed_on=around(draw, presented),
        presented_on=presented,
        today=today,
        age_at_decision=draw(st.sampled_from(AGES)),
        age_at_completion=draw(st.sampled_from(AGES)),
    )


def _absence(draw: st.DrawFn, state: Case, today: date) -> c.RecordAbsence:
    back = around(draw, today)
    return c.RecordAbsence(around(draw, back), back, draw(st.booleans()), today)


def _notify(draw: st.DrawFn, state: Case, today: date) -> c.NotifyTransfer:
    left = datetime.combine(around(draw, today), time(draw(st.integers(0, 23))), UTC)
    told = left + timedelta(hours=draw(st.sampled_from((0, 1, 23, 25, 200, -1))))
    return c.NotifyTransfer(draw(st.sampled_from(UNITS)), left, told, today)


_MAKERS: dict[type, Any] = {
    c.ReportCompletion: _report,
    c.OpenDossier: lambda d, s, t: c.OpenDossier(around(d, t), t),
    c.DecideManagement: lambda d, s, t: c.DecideManagement(_decision(d, s, t), t, d(st.booleans())),
    c.AssignHelper: lambda d, s, t: c.AssignHelper(d(st.sampled_from(IDS)), "Hội", around(d, t), t),
    c.RecordAbsence: _absence,
    c.NotifyTransfer: _notify,
    c.ReceiveTransfer: lambda d, s, t: c.ReceiveTransfer(around(d, t), t),
    c.BounceTransfer: lambda d, s, t: c.BounceTransfer(around(d, t), d(st.sampled_from(TEXTS)), t),
    c.Imprison: lambda d, s, t: c.Imprison(around(d, t), t),
    c.Release: lambda d, s, t: c.Release(around(d, t), t),
    c.NoteUse: lambda d, s, t: c.NoteUse(d(st.sampled_from(IDS)), around(d, t)),
    c.ClearUse: lambda d, s, t: c.ClearUse(d(st.sampled_from(IDS))),
    c.NoteDetermination: lambda d, s, t: c.NoteDetermination(d(st.sampled_from((False, False, True))), around(d, t)),
    c.OpenRemovalReview: lambda d, s, t: c.OpenRemovalReview(t),
    c.ApproveRemoval: lambda d, s, t: c.ApproveRemoval(_decision(d, s, t), "54", t, d(st.sampled_from((None, *TEXTS)))),
    c.EndCase: lambda d, s, t: c.EndCase(d(st.sampled_from(EndReason)), around(d, t), t),
    c.CorrectCompletionDate: lambda d, s, t: c.CorrectCompletionDate(around(d, t), d(st.sampled_from(TEXTS))),
}


def person_command(draw: st.DrawFn, state: Any, today: date) -> person.PersonCommand:
    """Anything of a person."""
    name, number = draw(st.sampled_from(TEXTS)), draw(st.sampled_from((None, *TEXTS)))
    return draw(
        st.sampled_from(
            (
                person.RegisterPerson(PERSON, today, HERE, "list", name, Sex.MALE, None, citizen_id=number),
                person.RecordName(today, "list", name, draw(st.booleans())),
                person.RecordNumber(today, "list", number, draw(st.sampled_from((None, *TEXTS)))),
                person.RecordResidence(around(draw, today), today, draw(st.sampled_from(UNITS)), "list", number),
                person.ConfirmDeath(around(draw, today), today, "list"),
            )
        )
    )


def episode_command(draw: st.DrawFn, state: Any, today: date) -> episode.EpisodeCommand:
    """Anything of an episode."""
    if draw(st.booleans()):
        return episode.CorrectCompletion(around(draw, today), today, "nhập sai")
    kind, ages = draw(st.sampled_from(EpisodeKind)), (draw(st.sampled_from(AGES)), draw(st.sampled_from(AGES)))
    return episode.CompleteEpisode(EPISODE, PERSON, kind, around(draw, today), today, HERE, "1", "cơ sở", *ages)


def test_command(draw: st.DrawFn, state: Any, today: date) -> drug_test.DrugTestCommand:
    """Anything of a drug test."""
    result, on = draw(st.sampled_from(DrugTestResult)), around(draw, today)
    record = drug_test.RecordTest(IDS[0], PERSON, HERE, on, today, draw(st.sampled_from(DrugTestStage)), result, "R-21")
    return draw(
        st.sampled_from(
            (
                replace(record, form_number=draw(st.sampled_from((None, "03/17")))),
                drug_test.CorrectTest(on, result, today, "nhầm"),
                drug_test.AnnulTest(today, "nhầm"),
            )
        )
    )


def determination_command(draw: st.DrawFn, state: Any, today: date) -> determination.RecordDetermination:
    """Anything of a determination."""
    last = draw(st.none() | st.just(determination.LastCompletion(EPISODE, around(draw, today), "p")))
    on, addicted = around(draw, today), draw(st.booleans())
    return determination.RecordDetermination(IDS[0], PERSON, HERE, on, today, addicted, "bệnh viện", "7", last)


test_command.__test__ = False  # type: ignore[attr-defined]

DECIDERS: tuple[tuple[Decider[Any, Any], Any], ...] = (
    (case_decider, case_command),
    (person.person_decider, person_command),
    (episode.episode_decider, episode_command),
    (drug_test.drug_test_decider, test_command),
    (determination.determination_decider, determination_command),
)
any_life: st.SearchStrategy[Life[Any, Any]] = st.one_of(*(lives(decider, make) for decider, make in DECIDERS))
case_lives: st.SearchStrategy[Life[c.CaseCommand, Case]] = lives(case_decider, case_command)


@given(any_life)
def test_nothing_but_a_refusal_ever_stops_a_command_and_every_event_folds(life: Life[Any, Any]) -> None:
    assert life.steps  # `live` lets anything else through, and folds what was emitted.


@given(any_life)
def test_replaying_the_events_gives_the_state_that_the_commands_left(life: Life[Any, Any]) -> None:
    assert life.decider.fold(life.decider.initial, life.events) == life.state


@given(any_life)
def test_the_same_command_on_the_same_state_decides_the_same(life: Life[Any, Any]) -> None:
    again: list[Any] = []
    for state, command, _ in life.steps:
        try:
            again.append(life.decider.decide(command, state, life.law))
        except Refused as refused:
            again.append((type(refused), refused.rules, refused.params))
    said = [(type(r), r.rules, r.params) if isinstance(r, Refused) else r for _, _, r in life.steps]
    assert again == said


@given(any_life)
def test_said_twice_true_once(life: Life[Any, Any]) -> None:
    for state, command, result in life.steps:
        if not isinstance(result, Refused):
            after = life.decider.fold(state, result)
            assert life.decider.decide(command, after, life.law) == []


@given(any_life)
def test_every_rule_and_policy_that_is_named_exists(life: Life[Any, Any]) -> None:
    known = {rule.id for rule in LAW.rules}
    for event in life.events:
        named: Any = event
        rules = set(getattr(named, "rules", ())) | set(getattr(getattr(named, "decision", None), "rules", ()))
        assert rules <= known
        for policy in getattr(named, "policies", ()):
            name, choice = policy.split("=")
            assert str(life.law.switch(name).chosen(choice)) == choice
    for _, _, result in life.steps:
        assert not isinstance(result, Refused) or set(result.rules) <= known


@given(any_life)
def test_every_event_survives_its_own_json(life: Life[Any, Any]) -> None:
    for event in life.events:
        assert type(event).model_validate_json(event.model_dump_json()) == event


@given(case_lives)
def test_a_closed_case_never_opens_again(life: Life[c.CaseCommand, Case]) -> None:
    stages = [state.stage for state in life.states]
    closed = [stage for stage in stages if stage in CLOSED]
    assert stages[len(stages) - len(closed) :] == closed
    assert len(set(closed)) <= 1


@given(case_lives)
def test_a_term_is_never_over_before_it_begins(life: Life[c.CaseCommand, Case]) -> None:
    for state in life.states:
        assert state.term_ends_on is None or state.term_ends_on >= state.completed_on


@pytest.mark.parametrize("stage", Stage)
def test_random_lives_reach_every_stage(stage: Stage) -> None:
    # Else the sentences above would say little.
    cheap = settings(max_examples=3000, phases=[Phase.generate], database=None, derandomize=True)
    assert find(case_lives, lambda life: any(state.stage is stage for state in life.states), settings=cheap)

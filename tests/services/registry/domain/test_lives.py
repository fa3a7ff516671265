"""What is true of every life of a person, an episode, a test, a determination and a case."""

from datetime import date
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from libs.events.contracts.registry.case import CaseDeadlineMoved
from libs.events.contracts.registry.drug_test import DrugTestResult, DrugTestStage
from libs.events.contracts.values import CaseStage as Stage
from libs.events.contracts.values import EpisodeKind, Sex
from libs.events.decider import Decider, Refused
from libs.events.event import contracts
from libs.law.law import LAW
from services.registry.domain import determination, drug_test, episode, person
from services.registry.domain.case import case_decider
from services.registry.domain.case import commands as c
from services.registry.domain.case.state import Case
from services.registry.domain.life import Life as KnownLife
from services.registry.domain.life import birth_of
from tests.services.registry.domain.case.drawn import AGES, IDS, TEXTS, UNITS, case_command
from tests.services.registry.domain.case.story import EPISODE, HERE, PERSON
from tests.services.registry.domain.lives import Life, around, lives

# A busy machine is no counterexample.
unhurried = settings(deadline=None)
CLOSED = {Stage.COMPLETED, Stage.ENDED}


def a_life(draw: st.DrawFn, today: date) -> KnownLife:
    """Of somebody born long ago or just now, and mostly alive."""
    birth, died_on = draw(st.sampled_from((None, "1985", "2025-05"))), draw(st.none() | st.just(around(draw, today)))
    return KnownLife(draw(st.sampled_from(("p", "q"))), birth_of(birth, None), died_on)


def person_command(draw: st.DrawFn, state: Any, today: date) -> person.PersonCommand:
    """Anything of a person."""
    name, number = draw(st.sampled_from(TEXTS)), draw(st.sampled_from((None, *TEXTS)))
    options: tuple[person.PersonCommand, ...] = (
        person.RegisterPerson(PERSON, today, HERE, "list", name, Sex.MALE, None, citizen_id=number),
        person.RecordName(today, "list", name, draw(st.booleans())),
        person.RecordNumber(today, "list", number, draw(st.sampled_from((None, *TEXTS)))),
        person.RecordResidence(around(draw, today), today, draw(st.sampled_from(UNITS)), "list", number),
        person.FollowTransfer(draw(st.sampled_from(UNITS)), draw(st.sampled_from(UNITS)), around(draw, today)),
        person.ConfirmDeath(around(draw, today), today, "list"),
        person.WeighDeath(draw(st.sampled_from(((), IDS[:1], IDS)))),
    )
    return draw(st.sampled_from(options))


def episode_command(draw: st.DrawFn, state: Any, today: date) -> episode.EpisodeCommand:
    """Anything of an episode."""
    if draw(st.booleans()):
        return episode.CorrectCompletion(around(draw, today), today, "nhập sai", a_life(draw, today))
    kind, ages, on = draw(st.sampled_from(EpisodeKind)), draw(st.sampled_from(AGES)), around(draw, today)
    known = a_life(draw, today)
    return episode.CompleteEpisode(EPISODE, PERSON, kind, on, today, HERE, "1", "cơ sở", known, *ages)


def drug_test_command(draw: st.DrawFn, state: Any, today: date) -> drug_test.DrugTestCommand:
    """Anything of a drug test."""
    stage, result, on = draw(st.sampled_from(DrugTestStage)), draw(st.sampled_from(DrugTestResult)), around(draw, today)
    form, known = draw(st.sampled_from((None, "03/17"))), a_life(draw, today)
    options: tuple[drug_test.DrugTestCommand, ...] = (
        drug_test.RecordTest(IDS[0], PERSON, HERE, on, today, stage, result, "D105-38.1-đ", known, form_number=form),
        drug_test.CorrectTest(on, result, today, "nhầm", known),
        drug_test.AnnulTest(today, "nhầm"),
    )
    return draw(st.sampled_from(options))


def determination_command(draw: st.DrawFn, state: Any, today: date) -> determination.DeterminationCommand:
    """Anything of a determination."""
    completion = determination.LastCompletion(EPISODE, around(draw, today), "p")
    last = draw(st.none() | st.just(completion))
    on, addicted, known = around(draw, today), draw(st.booleans()), a_life(draw, today)
    options: tuple[determination.DeterminationCommand, ...] = (
        determination.RecordDetermination(IDS[0], PERSON, HERE, on, today, addicted, "bệnh viện", "7", last, known),
        determination.CorrectDetermination(on, addicted, today, "nhầm", last, known),
        determination.AnnulDetermination(today, "nhầm"),
        determination.ConfirmRelapse(completion),
    )
    return draw(st.sampled_from(options))


DECIDERS: tuple[tuple[Decider[Any, Any], Any], ...] = (
    (case_decider, case_command),
    (person.person_decider, person_command),
    (episode.episode_decider, episode_command),
    (drug_test.drug_test_decider, drug_test_command),
    (determination.determination_decider, determination_command),
)
any_life: st.SearchStrategy[Life[Any, Any]] = st.one_of(*(lives(decider, make) for decider, make in DECIDERS))
case_lives: st.SearchStrategy[Life[c.CaseCommand, Case]] = lives(case_decider, case_command)


@unhurried
@given(any_life)
def test_nothing_but_a_refusal_ever_stops_a_command_and_every_event_folds(life: Life[Any, Any]) -> None:
    assert life.steps  # `live` lets anything else through, and folds what was emitted.


@unhurried
@given(any_life)
def test_replaying_the_events_gives_the_state_that_the_commands_left(life: Life[Any, Any]) -> None:
    assert life.decider.fold(life.decider.initial, life.events) == life.state


@unhurried
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


@unhurried
@given(any_life)
def test_said_twice_true_once(life: Life[Any, Any]) -> None:
    for state, command, result in life.steps:
        if not isinstance(result, Refused):
            after = life.decider.fold(state, result)
            assert life.decider.decide(command, after, life.law) == []


@unhurried
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


@unhurried
@given(any_life)
def test_every_event_survives_its_own_json(life: Life[Any, Any]) -> None:
    for event in life.events:
        assert type(event).model_validate_json(event.model_dump_json()) == event


@unhurried
@given(case_lives)
def test_a_closed_case_never_opens_again(life: Life[c.CaseCommand, Case]) -> None:
    stages = [state.stage for state in life.states]
    closed = [stage for stage in stages if stage in CLOSED]
    assert stages[len(stages) - len(closed) :] == closed
    assert len(set(closed)) <= 1


@unhurried
@given(case_lives)
def test_a_term_is_never_over_before_it_begins(life: Life[c.CaseCommand, Case]) -> None:
    for state in life.states:
        assert state.term_ends_on is None or state.term_ends_on >= state.completed_on


def test_random_lives_reach_every_stage_and_every_event() -> None:
    # Else the sentences above would say little.
    stages: set[Stage] = set()
    events: set[type] = set()

    @settings(max_examples=800, phases=[Phase.generate], database=None, derandomize=True, deadline=None)
    @given(case_lives)
    def live(life: Life[c.CaseCommand, Case]) -> None:
        stages.update(state.stage for state in life.states)
        events.update(type(event) for event in life.events)

    live()
    assert stages == set(Stage)
    published = {one.cls for one in contracts() if one.cls.__module__ == "libs.events.contracts.registry.case"}
    # Under one law no deadline moves.
    assert events == published - {CaseDeadlineMoved}

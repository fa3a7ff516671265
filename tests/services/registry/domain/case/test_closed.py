"""What a closed case hears too late, and what ends before it can have ended, goes to a human (design: corrections)."""

import pytest

from libs.events.contracts.values import EndReason, EpisodeKind
from libs.events.event import Event
from services.registry.domain.case.commands import (
    ClearUse,
    CorrectDeath,
    EndByDeath,
    EndCase,
    NoteDetermination,
    NoteUse,
    RetractDetermination,
    ReviseDetermination,
)
from tests.services.registry.domain.case.story import (
    EARLIER,
    FOUND,
    NEW,
    OTHER_FOUND,
    TEST,
    absent,
    approved,
    case,
    day,
    end_corrected,
    ended,
    in_review,
    noted,
    notified,
    paused,
    received,
    unnoted,
    use_cleared,
    used,
)

DECEASED, RELAPSED, PRISON, ANNULLED = EndReason.DECEASED, EndReason.RELAPSED, EndReason.PRISON, EndReason.ANNULLED
# The term of EARLIER runs from 02/03/2026 to 02/03/2027; it was decided on 10/03/2026.
COMPLETED: list[Event] = [*EARLIER.managed, in_review("2027-03-03"), approved("2027-03-04", ())]
CLOSED: dict[str, list[Event]] = {
    "completed": COMPLETED,
    "deceased": [*EARLIER.managed, ended("2027-03-04", DECEASED)],
    "imprisoned": [*EARLIER.managed, ended("2027-03-04", PRISON)],
    "relapsed": [*EARLIER.managed, noted("2027-03-04", addicted=True), ended("2027-03-04", RELAPSED)],
}
VOID: list[Event] = [*EARLIER.managed, used("2026-04-06"), ended("2027-03-04", ANNULLED)]
LATE = used("2026-04-06", needs_review=True)
closed = pytest.mark.parametrize("history", CLOSED.values(), ids=CLOSED)


def note_use(on: str) -> NoteUse:
    """A confirmed positive was recorded."""
    return NoteUse(TEST, day(on))


# Tests.


@closed
@pytest.mark.parametrize("on", ["2026-03-02", "2027-03-04"])
def test_a_use_in_its_time_that_is_told_late_goes_to_a_human_once(history: list[Event], on: str) -> None:
    late = used(on, needs_review=True)
    case.given(*history).when(note_use(on)).then(late)
    case.given(*history, late).when(note_use(on)).then()


@closed
@pytest.mark.parametrize("on", ["2026-03-01", "2027-03-05"])
def test_a_use_before_the_completion_or_after_the_end_is_none_of_it(history: list[Event], on: str) -> None:
    case.given(*history).when(note_use(on)).then()


def test_a_use_that_was_corrected_or_annulled_after_the_end_goes_to_a_human() -> None:
    over = [*EARLIER.managed, used("2026-04-06"), in_review("2027-03-03"), approved("2027-03-04", (), "vì đã cai")]
    cleared = use_cleared("2026-04-06", needs_review=True)
    case.given(*over).when(ClearUse(TEST)).then(cleared)
    case.given(*over, cleared).when(ClearUse(TEST)).then()
    case.given(*over).when(note_use("2026-04-13")).then(cleared, used("2026-04-13", needs_review=True))
    case.given(*over).when(note_use("2027-03-05")).then(cleared)
    case.given(*over).when(note_use("2026-04-06")).then()


def test_a_use_is_none_of_a_case_that_never_was() -> None:
    case.given(*VOID).when(note_use("2026-04-13")).then()
    case.given(*VOID).when(ClearUse(TEST)).then()


def test_a_late_use_before_management_was_decided_calls_for_no_determination() -> None:
    over: list[Event] = [EARLIER.reported, ended("2026-04-13", DECEASED)]
    case.given(*over).when(note_use("2026-04-06")).then(used("2026-04-06", rules=(), needs_review=True))


# Determinations.


def test_an_addiction_within_a_term_that_was_certified_as_served_goes_to_a_human() -> None:
    command = NoteDetermination(FOUND, addicted=True, determined_on=day("2026-05-18"))
    late = noted("2026-05-18", addicted=True, needs_review=True)
    case.given(*COMPLETED).when(command).then(late)
    case.given(*COMPLETED, late).when(command).then()
    case.given(*COMPLETED, late).when(RetractDetermination(FOUND)).then(unnoted("2026-05-18", needs_review=True))
    case.given(*COMPLETED).when(ReviseDetermination(FOUND, addicted=True, determined_on=day("2026-05-18"))).then(late)


@pytest.mark.parametrize(("on", "addicted"), [("2027-03-05", True), ("2026-03-01", True), ("2026-05-18", False)])
def test_no_other_determination_does(
    on: str,
    addicted: bool,  # noqa: FBT001 -- A table.
) -> None:
    case.given(*COMPLETED).when(NoteDetermination(FOUND, addicted, day(on))).then()


@pytest.mark.parametrize("history", [CLOSED["deceased"], CLOSED["imprisoned"], CLOSED["relapsed"], VOID])
def test_a_case_that_ended_otherwise_ends_no_second_time(history: list[Event]) -> None:
    case.given(*history).when(NoteDetermination(OTHER_FOUND, addicted=True, determined_on=day("2026-05-18"))).then()


def test_a_case_that_ends_before_its_management_was_decided_goes_to_a_human() -> None:
    case.given(*EARLIER.managed).when(NoteDetermination(FOUND, addicted=True, determined_on=day("2026-03-09"))).then(
        noted("2026-03-09", addicted=True), ended("2026-03-09", RELAPSED, ("R-26",), needs_review=True)
    )
    case.given(*EARLIER.managed).when(NoteDetermination(FOUND, addicted=True, determined_on=day("2026-03-10"))).then(
        noted("2026-03-10", addicted=True), ended("2026-03-10", RELAPSED, ("R-26",))
    )


def test_an_end_corrected_to_before_the_decision_goes_to_a_human_and_still_follows_the_determination() -> None:
    over = [*EARLIER.managed, noted("2026-05-18", addicted=True), ended("2026-05-18", RELAPSED, ("R-26",))]
    early = ReviseDetermination(FOUND, addicted=True, determined_on=day("2026-03-09"))
    moved = end_corrected("2026-03-09", RELAPSED, "2026-05-18", ("R-26",), needs_review=True)
    case.given(*over).when(early).then(moved)
    case.given(*over, moved).when(early).then()
    back = ReviseDetermination(FOUND, addicted=True, determined_on=day("2026-05-25"))
    case.given(*over, moved).when(back).then(end_corrected("2026-05-25", RELAPSED, "2026-03-09", ("R-26",)))
    in_doubt = end_corrected("2026-03-09", RELAPSED, "2026-03-09", needs_review=True)
    case.given(*over, moved).when(RetractDetermination(FOUND)).then(in_doubt)


# Who is sent to compulsory rehab: adults.

MINOR = EpisodeKind.COMPULSORY_MINOR_12_17


@pytest.mark.parametrize(
    ("ages", "kind", "told", "rules"),
    [
        ((None, None), EARLIER.kind, 17, ()),
        ((None, None), EARLIER.kind, 18, ("R-26",)),
        ((16, 17), MINOR, 18, ("R-26",)),  # Grown up since.
        ((16, 17), MINOR, None, ()),
        ((17, 18), MINOR, None, ("R-26",)),
        ((17, None), EARLIER.kind, None, ()),
        ((None, None), MINOR, None, ()),
        ((None, None), EARLIER.kind, None, ("R-26",)),
    ],
)
def test_only_an_adult_is_on_the_compulsory_path_r_26(
    ages: tuple[int | None, int | None], kind: EpisodeKind, told: int | None, rules: tuple[str, ...]
) -> None:
    facts = {"kind": kind, "age_at_decision": ages[0], "age_at_completion": ages[1]}
    history = [EARLIER.reported.model_copy(update=facts), *EARLIER.managed[1:]]
    command = NoteDetermination(FOUND, addicted=True, determined_on=day("2026-05-18"), age=told)
    case.given(*history).when(command).then(noted("2026-05-18", addicted=True), ended("2026-05-18", RELAPSED, rules))
    over = [*history, noted("2026-05-11", addicted=True), ended("2026-05-11", RELAPSED, rules)]
    revised = ReviseDetermination(FOUND, addicted=True, determined_on=day("2026-05-18"), age=told)
    case.given(*over).when(revised).then(end_corrected("2026-05-18", RELAPSED, "2026-05-11", rules))


# Deaths.

MEANWHILE: list[list[Event]] = [
    [absent("2026-08-03", "2026-08-13", ends="2027-07-16")],
    [absent("2026-08-03", "2026-08-13", ends="2027-07-06", reported=True)],
    [notified("2026-08-10T09:00")],
    [notified("2026-08-03T09:00"), received("2026-08-10")],
    [paused("2026-08-10")],
    [used("2026-08-10")],
    [noted("2026-08-10", addicted=False)],
]


def die(on: str) -> EndByDeath:
    return EndByDeath(day(on))


def over(on: str, *, needs_review: bool) -> Event:
    return ended(on, DECEASED, ("R-36",), needs_review=needs_review)


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_a_death_before_what_happened_to_the_person_goes_to_a_human(meanwhile: list[Event]) -> None:
    case.given(*NEW.managed, *meanwhile).when(die("2026-08-09")).then(over("2026-08-09", needs_review=True))
    case.given(*NEW.managed, *meanwhile).when(die("2026-08-13")).then(over("2026-08-13", needs_review=False))


def test_a_death_before_the_decision_or_the_completion_goes_to_a_human_and_one_before_the_report_does_not() -> None:
    # NEW was completed on 6 July 2026, reported on the 8th, decided on the 14th.
    case.given(*NEW.managed).when(die("2026-07-13")).then(over("2026-07-13", needs_review=True))
    case.given(*NEW.managed).when(die("2026-07-14")).then(over("2026-07-14", needs_review=False))
    case.given(NEW.reported).when(die("2026-07-07")).then(over("2026-07-07", needs_review=False))
    case.given(NEW.reported).when(die("2026-07-05")).then(over("2026-07-05", needs_review=True))


def test_a_death_corrected_to_before_what_happened_to_the_person_goes_to_a_human() -> None:
    dead = [*NEW.managed, used("2026-08-10"), over("2026-08-13", needs_review=False)]
    for on, needs_review in (("2026-08-09", True), ("2026-08-10", False)):
        case.given(*dead).when(CorrectDeath(day(on))).then(
            end_corrected(on, DECEASED, "2026-08-13", ("R-36",), needs_review=needs_review)
        )


def test_an_annulment_looks_at_nothing() -> None:
    annul = EndCase(ANNULLED, day("2026-07-07"), today=day("2026-09-01"))
    case.given(*NEW.managed).when(annul).then(ended("2026-07-07", ANNULLED))

"""The management term: its start, its length, and the days that do not count in it."""

from dataclasses import replace
from datetime import date

import pytest

from libs.events.contracts.values import Category
from libs.law.choices import DecisionPath
from libs.law.law import LAW, Law, NotInForce
from libs.law.spans import Span
from libs.law.terms import Term, TermFacts, decision_path, management_term

TODAY = date(2026, 8, 31)


def day(text: str) -> date:
    return date.fromisoformat(text)


def span(start: str, until: str | None = None) -> Span:
    return Span(day(start), day(until) if until else None)


BASE = TermFacts(Category.A, completed_on=day("2026-03-02"), decided_on=day("2026-03-20"))


def ends(facts: TermFacts, law: Law = LAW, as_of: date = TODAY) -> date:
    return management_term(facts, law, as_of=as_of).value.ends_on


@pytest.mark.parametrize(
    ("category", "last", "rule"),
    [("A", "2027-03-02", "R-01"), ("B", "2027-03-02", "R-02"), ("C", "2028-03-02", "R-03")],
)
def test_a_term_runs_from_completion_not_from_the_decision(category: str, last: str, rule: str) -> None:
    found = management_term(replace(BASE, category=Category(category)), LAW, as_of=TODAY)
    assert found.value == Term(day("2026-03-02"), day(last), day(last))
    assert (found.rules, found.policies) == ((rule,), ("term.last_day=anniversary",))


@pytest.mark.parametrize("decided_on", ["2026-06-30", "2026-07-01"])
def test_terms_are_the_same_under_both_laws(decided_on: str) -> None:
    assert ends(replace(BASE, decided_on=day(decided_on))) == day("2027-03-02")


def test_a_decision_before_the_modern_law_has_no_term_here() -> None:
    with pytest.raises(NotInForce):
        ends(replace(BASE, completed_on=day("2021-12-01"), decided_on=day("2021-12-31")))


def test_a_term_from_29_february_ends_on_28_february_unless_a_switch_says_march() -> None:
    leap = replace(BASE, completed_on=day("2024-02-29"), decided_on=day("2024-03-05"))
    assert ends(leap) == day("2025-02-28")
    assert ends(leap, LAW.with_policy("term.leap_day", "first_of_march")) == day("2025-03-01")


def test_days_of_unreported_absence_are_added() -> None:
    found = management_term(replace(BASE, unreported_absences=(span("2026-04-01", "2026-04-11"),)), LAW, as_of=TODAY)
    assert found.value == Term(day("2026-03-02"), day("2027-03-02"), day("2027-03-12"))
    assert found.value.uncounted_days == 10
    assert found.rules == ("R-01", "R-18")


def test_overlapping_absences_are_counted_once() -> None:
    absences = (span("2026-04-06", "2026-04-16"), span("2026-04-01", "2026-04-11"), span("2026-04-02", "2026-04-03"))
    assert ends(replace(BASE, unreported_absences=absences)) == day("2027-03-17")


def test_absence_and_prison_on_the_same_days_are_counted_once() -> None:
    both = replace(
        BASE,
        unreported_absences=(span("2026-07-10", "2026-07-20"),),
        imprisonments=(span("2026-07-15", "2026-07-25"),),
    )
    assert ends(both) == day("2027-03-17")


@pytest.mark.parametrize(
    ("start", "until", "last"),
    [
        ("2027-03-03", "2027-05-01", "2027-03-02"),  # After the term: it changes nothing.
        ("2027-03-02", "2027-03-05", "2027-03-05"),  # From the last day on: that day is served on return.
        ("2026-02-01", "2026-03-07", "2027-03-07"),  # Only days since the completion.
        ("2026-02-01", "2026-03-02", "2027-03-02"),  # Over when the term began.
        ("2026-02-01", "2026-02-10", "2027-03-02"),  # Over long before.
    ],
)
def test_only_absence_within_the_term_extends_it(start: str, until: str, last: str) -> None:
    assert ends(replace(BASE, unreported_absences=(span(start, until),))) == day(last)


def test_absence_in_the_added_days_extends_the_term_again() -> None:
    added = span("2026-04-01", "2026-04-11")
    assert ends(replace(BASE, unreported_absences=(added, span("2027-03-10", "2027-03-15")))) == day("2027-03-17")


def test_a_running_absence_moves_the_end_day_by_day_and_leaves_it_unsettled() -> None:
    running = replace(BASE, unreported_absences=(span("2026-08-22"),))
    today = management_term(running, LAW, as_of=TODAY).value
    tomorrow = management_term(running, LAW, as_of=day("2026-09-01")).value
    assert (today.ends_on, today.settled) == (day("2027-03-12"), False)
    assert (tomorrow.ends_on, tomorrow.settled) == (day("2027-03-13"), False)


def test_a_term_never_ends_while_an_absence_that_began_in_it_is_running() -> None:
    years_later = day("2031-01-01")
    assert ends(replace(BASE, unreported_absences=(span("2027-03-02"),)), as_of=years_later) > years_later


def test_absence_announced_for_the_last_day_leaves_the_term_unsettled() -> None:
    announced = replace(BASE, unreported_absences=(span("2027-03-02"),))
    found = management_term(announced, LAW, as_of=TODAY).value
    assert (found.ends_on, found.settled) == (day("2027-03-02"), False)


def test_absence_that_begins_after_the_term_leaves_it_settled() -> None:
    late = replace(BASE, unreported_absences=(span("2027-03-03"),))
    assert management_term(late, LAW, as_of=day("2027-06-01")).value == Term(
        day("2026-03-02"), day("2027-03-02"), day("2027-03-02")
    )


ABSENT_OVER_THE_CHANGE = replace(BASE, unreported_absences=(span("2026-06-26", "2026-07-06"),))


@pytest.mark.parametrize(
    ("law", "last", "policies"),
    [
        (LAW, "2027-03-12", ("d116.end=holds", "absence.under_l120=not_counted")),
        (
            LAW.with_policy("absence.under_l120", "counted"),
            "2027-03-07",
            ("d116.end=holds", "absence.under_l120=counted"),
        ),
        (LAW.with_policy("d116.end", "ended"), "2027-03-07", ("d116.end=ended", "absence.under_l120=not_counted")),
    ],
)
def test_absence_from_01_07_2026_on_follows_the_switches(law: Law, last: str, policies: tuple[str, ...]) -> None:
    found = management_term(ABSENT_OVER_THE_CHANGE, law, as_of=TODAY)
    assert found.value.ends_on == day(last)
    assert found.policies == ("term.last_day=anniversary", *policies)


@pytest.mark.parametrize(
    ("start", "until", "last", "rules"),
    [
        ("2026-06-20", "2026-07-01", "2027-03-02", ("R-01",)),
        ("2026-06-20", "2026-07-02", "2027-03-03", ("R-01", "R-34")),
        ("2026-07-01", "2026-07-11", "2027-03-12", ("R-01", "R-34")),
    ],
)
def test_prison_pauses_the_term_only_from_01_07_2026_on(
    start: str, until: str, last: str, rules: tuple[str, ...]
) -> None:
    found = management_term(replace(BASE, imprisonments=(span(start, until),)), LAW, as_of=TODAY)
    assert (found.value.ends_on, found.rules) == (day(last), rules)


def test_whether_prison_pauses_a_case_decided_before_follows_a_switch() -> None:
    ending = LAW.with_policy("prison.of_earlier_cases", "ends")
    july = replace(BASE, imprisonments=(span("2026-07-01", "2026-07-11"),))
    found = management_term(july, ending, as_of=TODAY)
    assert found.value.ends_on == day("2027-03-02")
    assert found.rules == ("R-01",)
    assert found.policies == ("term.last_day=anniversary", "prison.of_earlier_cases=ends")
    assert ends(replace(july, decided_on=day("2026-07-01")), ending) == day("2027-03-12")


MOVED = replace(BASE, transits=(span("2026-05-01", "2026-05-11"),))


@pytest.mark.parametrize(
    ("law", "term"),
    [
        (LAW, ("2026-03-02", "2027-03-02", "2027-03-02")),
        (LAW.with_policy("transfer.transit_days", "not_counted"), ("2026-03-02", "2027-03-02", "2027-03-12")),
        (LAW.with_policy("transfer.term", "restarts"), ("2026-05-11", "2027-05-11", "2027-05-11")),
    ],
)
def test_a_move_changes_nothing_unless_a_switch_says_so(law: Law, term: tuple[str, str, str]) -> None:
    found = management_term(MOVED, law, as_of=TODAY)
    starts, nominal, last = map(day, term)
    assert found.value == Term(starts, nominal, last)
    assert {choice.split("=")[0] for choice in found.policies} == {
        "term.last_day",
        "transfer.term",
        "transfer.transit_days",
    }


def test_a_term_does_not_restart_before_it_began_nor_before_the_person_is_received() -> None:
    law = LAW.with_policy("transfer.term", "restarts")
    assert ends(replace(BASE, transits=(span("2026-01-01", "2026-01-05"),)), law) == day("2027-03-02")
    assert ends(replace(BASE, transits=(span("2026-05-01"),)), law) == day("2027-03-02")


def test_a_term_covers_its_first_and_its_last_day() -> None:
    term = Term(day("2026-03-02"), day("2027-03-02"), day("2027-03-02"))
    days = ["2026-03-01", "2026-03-02", "2027-03-02", "2027-03-03"]
    assert [term.covers(day(text)) for text in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("signed_on", "path"),
    [("2027-03-01", DecisionPath.ORDINARY), ("2027-03-02", DecisionPath.REVIEW), ("2027-03-03", DecisionPath.REVIEW)],
)
def test_a_decision_on_a_term_that_is_over_goes_to_a_human(signed_on: str, path: DecisionPath) -> None:
    term = Term(day("2026-03-02"), day("2027-03-02"), day("2027-03-02"))
    assert decision_path(term, LAW, signed_on=day(signed_on)).value is path


def test_a_late_decision_states_the_switch_that_sent_it_to_review() -> None:
    term = Term(day("2026-03-02"), day("2027-03-02"), day("2027-03-02"))
    law = LAW.with_policy("decision.late", "ordinary")
    found = decision_path(term, law, signed_on=day("2027-04-01"))
    assert (found.value, found.policies) == (DecisionPath.ORDINARY, ("decision.late=ordinary",))

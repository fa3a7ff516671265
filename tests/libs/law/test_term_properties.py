"""What is true of every term, whatever the spans and the switches."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from libs.events.contracts.values import Category
from libs.law.law import LAW, Law
from libs.law.policies import SWITCHES
from libs.law.spans import Span
from libs.law.terms import Term, TermFacts, management_term

COMPLETED = date(2025, 9, 1)
KINDS = ("unreported_absences", "imprisonments", "transits")

days = st.integers(-50, 1200).map(lambda n: COMPLETED + timedelta(days=n))


@st.composite
def some_span(draw: st.DrawFn) -> Span:
    start = draw(days)
    length = draw(st.none() | st.integers(0, 400))
    return Span(start, None if length is None else start + timedelta(days=length))


@st.composite
def some_law(draw: st.DrawFn) -> Law:
    law = LAW
    for switch in SWITCHES:
        law = law.with_policy(switch.name, draw(st.sampled_from((switch.default, *switch.alternatives))))
    return law


spans = st.lists(st.tuples(st.sampled_from(KINDS), some_span()), max_size=6)
decisions = st.integers(0, 600).map(lambda n: COMPLETED + timedelta(days=n))


def term(chosen: Sequence[tuple[str, Span]], decided_on: date, law: Law, as_of: date) -> Term:
    by_kind = {kind: tuple(span for of, span in chosen if of == kind) for kind in KINDS}
    return management_term(TermFacts(Category.A, COMPLETED, decided_on, **by_kind), law, as_of=as_of).value


@settings(deadline=None)
@given(spans, some_span(), st.sampled_from(KINDS), decisions, some_law(), days)
def test_adding_a_span_never_shortens_the_term(
    chosen: list[tuple[str, Span]], added: Span, kind: str, decided_on: date, law: Law, as_of: date
) -> None:
    before = term(chosen, decided_on, law, as_of)
    assert term([*chosen, (kind, added)], decided_on, law, as_of).ends_on >= before.ends_on


@settings(deadline=None)
@given(st.data(), spans, decisions, some_law(), days)
def test_the_order_of_spans_is_irrelevant(
    data: st.DataObject, chosen: list[tuple[str, Span]], decided_on: date, law: Law, as_of: date
) -> None:
    shuffled = data.draw(st.permutations(chosen))
    assert term(shuffled, decided_on, law, as_of) == term(chosen, decided_on, law, as_of)


@settings(deadline=None)
@given(spans, decisions, some_law(), days)
def test_saying_a_span_twice_changes_nothing(
    chosen: list[tuple[str, Span]], decided_on: date, law: Law, as_of: date
) -> None:
    assert term(chosen * 2, decided_on, law, as_of) == term(chosen, decided_on, law, as_of)


@settings(deadline=None)
@given(spans, decisions, some_law(), days)
def test_an_unsettled_term_has_not_ended_and_a_settled_one_stays(
    chosen: list[tuple[str, Span]], decided_on: date, law: Law, as_of: date
) -> None:
    today = term(chosen, decided_on, law, as_of)
    later = term(chosen, decided_on, law, as_of + timedelta(days=100))
    assert later == today if today.settled else later.ends_on >= today.ends_on


@settings(deadline=None)
@given(spans, decisions, days)
def test_the_counted_days_of_a_settled_term_are_its_nominal_length(
    chosen: list[tuple[str, Span]], decided_on: date, as_of: date
) -> None:
    absences = [(kind, span) for kind, span in chosen if kind == "unreported_absences"]
    found = term(absences, decided_on, LAW, as_of)
    uncounted = {
        day
        for _, span in absences
        for n in range(((span.until or as_of + timedelta(days=1)) - span.start).days)
        if found.covers(day := span.start + timedelta(days=n))
    }
    assert found.uncounted_days == len(uncounted)

"""Every indicator says what it is, in both languages, and names rules and policies that there are."""

import pytest

from libs.events.decider import Unknown
from libs.law.law import LAW
from services.reporting.grounds import about, policies_of, rules_of
from services.reporting.indicators import INDICATORS, indicator_of
from services.reporting.indicators.indicator import Indicator, Measure
from services.reporting.indicators.tally import Number


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=INDICATORS)
def test_an_indicator_explains_itself(indicator: Indicator) -> None:
    said = about(indicator)
    assert all(text.strip() for text in (said.name_vi, said.name_en, said.definition, said.numerator, said.window))
    assert said.pitfalls
    assert f"domain.md §4.2 {indicator.id}" in said.basis


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=INDICATORS)
def test_its_rules_and_policies_are_known_to_the_law(indicator: Indicator) -> None:
    assert [rule.id for rule in rules_of(indicator, LAW)] == list(indicator.rules)
    assert {policy.name for policy in policies_of(indicator, LAW)} == set(indicator.policies)


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=INDICATORS)
def test_what_it_measures_it_counts(indicator: Indicator) -> None:
    needed = {
        Measure.SHARE: Number.DENOMINATOR,
        Measure.SHARE_OF_FULLY_OBSERVED: Number.FULLY_OBSERVED,
        Measure.PER_PERSON_YEAR: Number.DAYS_AT_RISK,
    }
    assert {Number.NUMERATOR, Number.DENOMINATOR} <= set(indicator.numbers)
    assert {number for measure, number in needed.items() if measure in indicator.measures} <= set(indicator.numbers)
    assert bool(indicator.windows) is (Measure.INCIDENCE in indicator.measures)


def test_cohorts_are_followed_for_3_6_12_and_24_months() -> None:
    windows = {one.id: sorted(one.windows) for one in INDICATORS.values() if one.windows}
    assert windows == {key: [3, 6, 12, 24] for key in ("I-01", "I-03", "I-06")}
    assert indicator_of("I-06").windows[0] == 24, "the curve runs to 24 months unless told otherwise"


def test_there_is_no_other_indicator() -> None:
    with pytest.raises(Unknown):
        indicator_of("I-99")

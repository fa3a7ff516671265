"""I-01: of those who completed in the period, who had a confirmed positive within t months."""

from collections.abc import Sequence
from uuid import UUID

from libs.events.contracts.registry.drug_test import DrugTestResult
from services.reporting.facts.completions import Completion
from services.reporting.indicators.cohort import UNFINISHED, Cohort, Event
from services.reporting.indicators.follow_up import FollowUp
from services.reporting.indicators.indicator import Indicator, Measure
from services.reporting.indicators.lives import Life
from services.reporting.indicators.reading import read_completers_and_tests
from services.reporting.indicators.spells import covers
from services.reporting.indicators.tally import Number

CONCLUSIVE = frozenset({DrugTestResult.POSITIVE, DrugTestResult.NEGATIVE})


def _first_reuse(life: Life, completion: Completion) -> Event:
    test = life.reused_after(completion.completed_on)
    return Event() if test is None else Event(test.sampled_on, [test.test_id])


def _testing(life: Life, seen: FollowUp) -> tuple[dict[Number, int], Sequence[UUID]]:
    """How often the person was tested while at risk, and refused: few tests find few re-uses."""
    within = [test for test in life.tests if covers(seen.at_risk, test.sampled_on)]
    done = [test.test_id for test in within if test.result in CONCLUSIVE]
    refused = [test.test_id for test in within if test.result is DrugTestResult.REFUSED]
    return {Number.TESTS: len(done), Number.REFUSED_TESTS: len(refused)}, [*done, *refused]


cohort = Cohort(_first_reuse, _testing)

indicator = Indicator(
    id="I-01",
    name_vi="Tỷ lệ tái sử dụng trái phép chất ma túy, theo nhóm hoàn thành cai nghiện",
    name_en="Re-use rate, cohort",
    definition="The share of a completion cohort with a first confirmed positive test within t months.",
    numerator="people of the cohort with a first confirmed positive (legal result) after the completion date,"
    " within t months of it",
    denominator="all people completing in the period; and those of them fully observed for t months or with the event",
    window="t = 3, 6, 12 or 24 months since completion; cohort by completion half-year",
    pitfalls=(
        UNFINISHED,
        "Counts depend on how often people are tested: read tests per person-month beside it.",
        "A refused test is no negative and no positive; refusals are shown apart.",
        "A quick test proves nothing; only a confirmatory positive counts, until it is annulled or corrected.",
        "An event counts wherever it was found, also after prison or a move; incidence stops at the first of these.",
    ),
    basis=("domain.md §3.5: the legal positive is the signed Mẫu 03", "domain.md §4.2 I-01"),
    numbers=(
        Number.NUMERATOR,
        Number.DENOMINATOR,
        Number.FULLY_OBSERVED,
        Number.DAYS_AT_RISK,
        Number.TESTS,
        Number.REFUSED_TESTS,
    ),
    measures=frozenset({Measure.SHARE, Measure.SHARE_OF_FULLY_OBSERVED, Measure.INCIDENCE}),
    read=read_completers_and_tests,
    evaluate=cohort.evaluate,
    windows=(12, 3, 6, 24),
    rules=("R-21", "R-24", "R-32", "R-33", "R-34"),
    policies=("rates.term_end", "publish.small_cell"),
)

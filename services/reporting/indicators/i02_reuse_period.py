"""I-02: of those under management in the period, who had a confirmed positive in it."""

from services.reporting.indicators.cohort import rows_of
from services.reporting.indicators.indicator import Indicator, Measure
from services.reporting.indicators.lives import Facts, Life, is_confirmed_positive, lives_of
from services.reporting.indicators.management import managed, units_of
from services.reporting.indicators.question import Frame
from services.reporting.indicators.reading import read_managed_and_tests
from services.reporting.indicators.tally import Counted, Number, Tally


def evaluate(facts: Facts, frame: Frame) -> Tally:
    """Count the people under management in the frame's period, each once."""
    lives = lives_of(facts)
    counted = (_counted(life, frame) for life in lives)
    divided = frame.territory.divided
    return Tally(
        [one for one in counted if one is not None],
        {unit: sum(bool(managed(life, frame, {unit})) for life in lives) for unit in sorted(divided)},
    )


def _counted(life: Life, frame: Frame) -> Counted | None:
    days = managed(life, frame, frame.territory)
    if not days:
        return None
    positives = [test for test in life.tests if is_confirmed_positive(test)]
    found = [test for test in positives if any(start <= test.sampled_on <= end for start, end in days)]
    dates = {"managed_from": days[0][0], "managed_to": days[-1][1]}
    return Counted(
        person_id=life.person_id,
        unit=units_of(life, frame)[0],
        adds={Number.NUMERATOR: int(bool(found)), Number.DENOMINATOR: 1},
        dates=dates | ({"event_on": found[0].sampled_on} if found else {}),
        rows=rows_of(life, [test.test_id for test in found]),
    )


indicator = Indicator(
    id="I-02",
    name_vi="Tỷ lệ tái sử dụng trái phép chất ma túy trong kỳ, trên số người đang được quản lý",
    name_en="Re-use rate, period",
    definition="The share of people under management in a period who had a confirmed positive test in it.",
    numerator="people with at least one confirmed positive sampled in the period while under management in the unit",
    denominator="people under management in the unit at any time in the period",
    window="the report period",
    pitfalls=(
        "A person counts once in a period, and again in the next: periods must not be added up.",
        "Not comparable with I-01, which follows a cohort from its completion.",
        "Under management means decided, and not in transit, in prison or ended.",
    ),
    basis=("domain.md §3.5: the legal positive is the signed Mẫu 03", "domain.md §4.2 I-02"),
    numbers=(Number.NUMERATOR, Number.DENOMINATOR),
    measures=frozenset({Measure.SHARE}),
    read=read_managed_and_tests,
    evaluate=evaluate,
    rules=("R-21", "R-32", "R-33", "R-34"),
)

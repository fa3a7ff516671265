"""I-06: the cumulative share relapsed, month by month, with competing risks and by Kaplan-Meier beside it."""

from services.reporting.indicators.cohort import UNFINISHED
from services.reporting.indicators.i03_relapse_cohort import cohort
from services.reporting.indicators.indicator import Indicator, Measure
from services.reporting.indicators.reading import read_completers
from services.reporting.indicators.tally import Number

indicator = Indicator(
    id="I-06",
    name_vi="Tỷ lệ tái nghiện tích lũy (Aalen-Johansen, Kaplan-Meier)",
    name_en="Cumulative relapse",
    definition="The probability of relapse within each month since completion, up to t months.",
    numerator="none: a curve; the determinations within t months are shown as the numerator of I-03",
    denominator="people at risk on each day since completion, shown as n at risk",
    window="to 24 months since completion; cohort by completion half-year",
    pitfalls=(
        UNFINISHED,
        "Kaplan-Meier treats the dead and imprisoned as if they could still relapse; use the competing-risk estimate.",
        "Read n at risk: late months rest on few people.",
        "Nothing is said of months that nobody was observed for.",
    ),
    basis=(
        "D116 Art 3(6): relapse is determined by a competent body",
        "Aalen and Johansen (1978); Kaplan and Meier (1958)",
        "domain.md §4.2 I-06",
    ),
    numbers=(Number.NUMERATOR, Number.DENOMINATOR, Number.FULLY_OBSERVED, Number.DAYS_AT_RISK),
    measures=frozenset({Measure.INCIDENCE, Measure.CURVE}),
    read=read_completers,
    evaluate=cohort.evaluate,
    windows=(24, 3, 6, 12),
    rules=("R-25", "R-32", "R-33", "R-34", "R-36"),
    policies=("rates.term_end", "publish.small_cell"),
)

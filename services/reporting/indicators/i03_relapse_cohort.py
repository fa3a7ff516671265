"""I-03: of those who completed in the period, who was determined addicted within t months."""

from services.reporting.facts.completions import Completion
from services.reporting.indicators.cohort import UNFINISHED, Cohort, Event
from services.reporting.indicators.indicator import Indicator, Measure
from services.reporting.indicators.lives import Life
from services.reporting.indicators.reading import read_completers
from services.reporting.indicators.tally import Number


def first_relapse(life: Life, completion: Completion) -> Event:
    """The first determination of addiction on or after the completion, dated by itself."""
    return Event(life.relapsed_after(completion.completed_on))


cohort = Cohort(first_relapse)

indicator = Indicator(
    id="I-03",
    name_vi="Tỷ lệ tái nghiện, theo nhóm hoàn thành cai nghiện",
    name_en="Relapse rate, cohort",
    definition="The share of a completion cohort determined addicted by a competent body within t months.",
    numerator="people of the cohort determined addicted by a competent body within t months of the completion",
    denominator="all people completing in the period; and those of them fully observed for t months or with the event",
    window="t = 3, 6, 12 or 24 months since completion; cohort by completion half-year",
    pitfalls=(
        UNFINISHED,
        "A determination may come months after the use; a relapse is dated by the determination.",
        "Death and prison compete with relapse; a move out of the province, or a declaration of missing, censors.",
        "A determination counts wherever it was made, also after prison or a move; incidence stops at the first.",
        "Reformatory and compulsory education compete as prison does; their end is not known here.",
    ),
    basis=("D116 Art 3(6): relapse is determined by a competent body", "domain.md §4.2 I-03"),
    numbers=(Number.NUMERATOR, Number.DENOMINATOR, Number.FULLY_OBSERVED, Number.DAYS_AT_RISK),
    measures=frozenset({Measure.SHARE, Measure.SHARE_OF_FULLY_OBSERVED, Measure.INCIDENCE}),
    read=read_completers,
    evaluate=cohort.evaluate,
    windows=(12, 3, 6, 24),
    rules=("R-25", "R-32", "R-33", "R-34", "R-36"),
    policies=("rates.term_end", "publish.small_cell"),
)

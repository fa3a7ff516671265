"""The indicators of this house by id: small files over facts, each with its definition and its pitfalls."""

from libs.events.decider import Unknown
from services.reporting.indicators.i01_reuse_cohort import indicator as i01
from services.reporting.indicators.i02_reuse_period import indicator as i02
from services.reporting.indicators.i03_relapse_cohort import indicator as i03
from services.reporting.indicators.i04_relapse_time_at_risk import indicator as i04
from services.reporting.indicators.i05_relapse_stock import indicator as i05
from services.reporting.indicators.i06_cumulative_relapse import indicator as i06
from services.reporting.indicators.indicator import Indicator

INDICATORS: dict[str, Indicator] = {one.id: one for one in (i01, i02, i03, i04, i05, i06)}


def indicator_of(identity: str) -> Indicator:
    """The indicator with this id; `Unknown` when there is none."""
    if identity not in INDICATORS:
        raise Unknown("no indicator has this id", indicator=identity)
    return INDICATORS[identity]

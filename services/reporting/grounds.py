"""What a figure rests on, as texts: the indicator's own words, rows of law, and choices where the law is silent."""

from libs.law.law import Law
from services.reporting.answers import About, PolicyText, RuleText
from services.reporting.indicators.indicator import Indicator


def about(indicator: Indicator) -> About:
    """What the indicator says of itself."""
    return About(**{name: getattr(indicator, name) for name in About.model_fields})


def rules_of(indicator: Indicator, law: Law) -> tuple[RuleText, ...]:
    """The rows of law that shape the figure, in the order the indicator names them, whichever day they hold on."""
    by_id = {rule.id: rule for rule in law.rules}
    return tuple(
        RuleText(
            id=rule.id,
            name=rule.name,
            source=rule.source,
            valid_from=rule.valid_from,
            valid_to=law.last_day(rule),
            note=rule.note,
        )
        for rule in map(by_id.__getitem__, indicator.rules)
    )


def policies_of(indicator: Indicator, law: Law) -> tuple[PolicyText, ...]:
    """The policy switches that the figure rests on, with the choice that stands."""
    found = []
    for stated in law.stated(*indicator.policies):
        name, choice = stated.split("=", 1)
        switch = law.switch(name)
        found.append(
            PolicyText(name=name, choice=choice, question=switch.question, source_of_doubt=switch.source_of_doubt)
        )
    return tuple(found)

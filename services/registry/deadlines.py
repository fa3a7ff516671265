"""The registry's deadlines, and how those that the law sets are computed anew when it changed."""

from libs.events.deadlines import DeadlineRow, Deadlines
from libs.events.reactor import Reaction
from services.registry.domain.case import case_decider
from services.registry.domain.case.commands import RedateDeadlines
from services.registry.projections.deadlines import decisions, dossiers, terms


def redate(row: DeadlineRow) -> Reaction:
    """The command that computes the deadline of a case by the law as it is now."""
    return Reaction(case_decider, f"case-{row.of}", row.subject, RedateDeadlines())


DEADLINES = [Deadlines(dossiers, redate), Deadlines(decisions, redate), Deadlines(terms)]

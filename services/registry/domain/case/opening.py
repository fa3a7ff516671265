"""A case is opened: reported, its dossier made, its management decided."""

from dataclasses import replace
from datetime import date

from libs.events.contracts.registry.case import (
    CaseDeadlineMoved,
    CompletionReported,
    DossierOpened,
    ManagementDecided,
    TermCorrected,
)
from libs.events.contracts.values import CaseDeadline
from libs.events.contracts.values import CaseStage as Stage
from libs.events.event import Event
from libs.law.applied import Applied
from libs.law.authority import lister
from libs.law.categories import category_of
from libs.law.choices import DecisionPath
from libs.law.deadlines import decision_due, dossier_due
from libs.law.law import Law
from libs.law.terms import TermFacts, decision_path, management_term
from libs.law.transition import governing_regime
from services.registry.domain.ages import ages_fit
from services.registry.domain.case.checks import at_stage, decided_by_law, in_order, once
from services.registry.domain.case.commands import (
    CorrectCompletionDate,
    DecideManagement,
    OpenDossier,
    ReportCompletion,
)
from services.registry.domain.case.refusals import LateDecision
from services.registry.domain.case.state import Case
from services.registry.domain.places import commune_on


def report_completion(command: ReportCompletion, case: Case, law: Law) -> list[Event]:
    """Open a case at the person's presenting; the dossier is due three working days later (R-10)."""
    in_order(completed_on=command.completed_on, presented_on=command.presented_on, today=command.today)
    commune_on(command.unit, command.presented_on)
    due = dossier_due(command.presented_on, law)
    reported = CompletionReported(
        case_id=command.case_id,
        person_id=command.person_id,
        episode_id=command.episode_id,
        unit=command.unit,
        kind=command.kind,
        completed_on=command.completed_on,
        presented_on=command.presented_on,
        dossier_due_on=due.value,
        age_at_decision=command.age_at_decision,
        age_at_completion=command.age_at_completion,
        rules=due.rules,
        policies=due.policies,
        relied_on=command.relied_on,
    )
    if (case.episode_id, case.presented_on) == (command.episode_id, command.presented_on):
        return []  # Said twice, true once.
    at_stage(case, Stage.UNKNOWN, rules=("R-10",))
    ages_fit(command.age_at_decision, command.age_at_completion)
    return [reported]


def open_dossier(command: OpenDossier, case: Case, law: Law) -> list[Event]:
    """Make the dossier and list the person (R-10, R-13; R-05, from 01/07/2026 R-06)."""
    if case.dossier_on == command.opened_on:
        return []
    at_stage(case, Stage.REPORTED, rules=("R-13",))
    in_order(presented_on=case.presented_on, opened_on=command.opened_on, today=command.today)
    listing = lister(law, on=command.opened_on)
    due = dossier_due(case.presented_on, law)
    decide_by = decision_due(command.opened_on, law)
    return [
        DossierOpened(
            case_id=case.id,
            person_id=case.person_id,
            opened_on=command.opened_on,
            listed_by=listing.value.by,
            in_time=_in_time(due.value, command.opened_on),
            decision_due_on=decide_by.value,
            rules=once(listing.rules, due.rules, decide_by.rules),
            policies=once(due.policies, decide_by.policies),
        )
    ]


def decide_management(command: DecideManagement, case: Case, law: Law) -> list[Event]:
    """Decide on management; the term runs from the completion (R-01 … R-04, R-14; R-42 across 01/07/2026)."""
    decision = command.decision
    if case.decision == decision:
        return []
    at_stage(case, Stage.DOSSIER_OPEN, rules=("R-04", "R-14"))
    in_order(opened_on=case.dossier_on or case.presented_on, signed_on=decision.signed_on, today=command.today)
    authority = decided_by_law(decision, case, law)
    category = category_of(case.kind, case.ages, law, on=decision.signed_on)
    facts = TermFacts(category.value.category, case.completed_on, decision.signed_on)
    term = management_term(facts, law, as_of=command.today)
    path = decision_path(term.value, law, signed_on=decision.signed_on)
    if path.value is DecisionPath.REVIEW and not command.reviewed:
        raise LateDecision("the term is over before the decision", rules=term.rules, ends_on=term.value.ends_on)
    due = decision_due(case.dossier_on or case.presented_on, law)
    regime = governing_regime(case.dates, law, on=decision.signed_on)
    rules = once(authority, regime.rules, category.rules, term.rules, due.rules)
    return [
        ManagementDecided(
            case_id=case.id,
            person_id=case.person_id,
            episode_id=case.episode_id,
            unit=case.unit,
            category=category.value.category,
            category_reason=category.value.reason,
            term_starts_on=term.value.starts_on,
            term_ends_on=term.value.ends_on,
            decision=decision.model_copy(update={"rules": rules}),
            in_time=_in_time(due.value, decision.signed_on),
            policies=once(category.policies, term.policies, path.policies, due.policies),
        )
    ]


def correct_completion_date(command: CorrectCompletionDate, case: Case, law: Law) -> list[Event]:
    """Compute anew what runs from the completion; a case that is closed, or decided too late, goes to a human."""
    if command.completed_on == case.completed_on:
        return []
    review = case.stage in {Stage.COMPLETED, Stage.ENDED, Stage.REMOVAL_REVIEW, Stage.REMOVAL_WITHHELD}
    starts_on = ends_on = None
    rules: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    if case.decided_on is not None:
        facts = replace(case.facts, completed_on=command.completed_on)
        term = management_term(facts, law, as_of=case.decided_on)
        path = decision_path(term.value, law, signed_on=case.decided_on)
        starts_on, ends_on = term.value.starts_on, term.value.ends_on
        rules, policies = term.rules, once(term.policies, path.policies)
        review |= path.value is DecisionPath.REVIEW
    return [
        TermCorrected(
            case_id=case.id,
            person_id=case.person_id,
            completed_on=command.completed_on,
            term_starts_on=starts_on,
            term_ends_on=ends_on,
            reason=command.reason,
            needs_review=review or command.completed_on > case.presented_on,
            rules=rules,
            policies=policies,
        )
    ]


def redate_deadlines(case: Case, law: Law) -> list[Event]:
    """The dossier or the decision, whichever is open, is due when the law and its calendar say so now (R-10, R-14)."""
    if case.stage is Stage.REPORTED:
        return _moved(case, CaseDeadline.DOSSIER, dossier_due(case.presented_on, law), case.dossier_due_on)
    if case.stage is Stage.DOSSIER_OPEN:
        due = decision_due(case.dossier_on or case.presented_on, law)
        return _moved(case, CaseDeadline.DECISION, due, case.decision_due_on)
    return []


def _moved(case: Case, deadline: CaseDeadline, due: Applied[date | None], was: date | None) -> list[Event]:
    if due.value == was:
        return []
    return [
        CaseDeadlineMoved(
            case_id=case.id,
            person_id=case.person_id,
            deadline=deadline,
            due_on=due.value,
            was=was,
            rules=due.rules,
            policies=due.policies,
        )
    ]


def _in_time(due: date | None, done_on: date) -> bool:
    return due is None or done_on <= due

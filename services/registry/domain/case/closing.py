"""How a case closes: use noted, removal reviewed, and the early ends."""

from libs.events.contracts.registry.case import (
    CaseEnded,
    EndCorrected,
    RemovalApproved,
    RemovalReviewOpened,
    RemovalWithheld,
    UseCleared,
    UseDetected,
)
from libs.events.contracts.values import CaseStage as Stage
from libs.events.contracts.values import EndReason
from libs.events.decider import NotAllowedByLaw
from libs.events.event import Event
from libs.law.applied import Applied
from libs.law.choices import Removal
from libs.law.law import Law
from libs.law.removal import UseInTerm, removal_after_term, takes_off_list
from libs.law.terms import management_term
from libs.law.use import triggers_determination
from libs.law.words import OffList
from services.registry.domain.case.checks import at_stage, decided_by_law, in_order, once, told_before
from services.registry.domain.case.commands import (
    ApproveRemoval,
    ClearUse,
    CorrectDeath,
    EndByDeath,
    EndCase,
    NoteUse,
    OpenRemovalReview,
)
from services.registry.domain.case.refusals import DeathOfAPerson, RemovalIsWithheld, RemovalNotDue
from services.registry.domain.case.state import MANAGED, OPEN, Case

# Which early ends the law knows, and as what.
_OFF_LIST = {
    EndReason.REFORMATORY: OffList.REFORMATORY,
    EndReason.COMPULSORY_EDUCATION: OffList.COMPULSORY_EDUCATION,
    EndReason.DECLARED_MISSING: OffList.DECLARED_MISSING,
}


def note_use(command: NoteUse, case: Case, law: Law) -> list[Event]:
    """A confirmed use since the completion is noted, and under management calls for a determination (R-25).

    On another day than before, it is the same use corrected; before the completion or after the end, it is none. A case
    that had closed by the time somebody told of it goes to a human: its removal may have rested on there being none.
    """
    if case.uses.get(command.test_id) == command.detected_on:
        return []
    before = clear_use(ClearUse(command.test_id), case)
    if not case.covers(command.detected_on):
        return before
    managed = case.stage in MANAGED if case.is_open else case.decided_on is not None
    triggered = triggers_determination(law, used_on=command.detected_on, under_management=managed)
    detected = UseDetected(
        case_id=case.id,
        person_id=case.person_id,
        test_id=command.test_id,
        detected_on=command.detected_on,
        needs_review=not case.is_open,
        rules=triggered.rules if triggered.value else (),
    )
    return [*before, detected]


def clear_use(command: ClearUse, case: Case) -> list[Event]:
    """A result that was annulled or corrected is no detected use any more; a case that closed with it is looked at."""
    if command.test_id not in case.uses or case.annulled:
        return []
    return [
        UseCleared(
            case_id=case.id,
            person_id=case.person_id,
            test_id=command.test_id,
            detected_on=case.uses[command.test_id],
            needs_review=not case.is_open,
        )
    ]


def open_removal_review(command: OpenRemovalReview, case: Case, law: Law) -> list[Event]:
    """Once the term is served, review the removal (001-46); detected use may stand in its way (R-30, R-31)."""
    opened_on = command.opened_on
    if case.stage in {Stage.REMOVAL_REVIEW, Stage.REMOVAL_WITHHELD}:
        told_before(opened_on=(case.reviewed_on, opened_on))
        return []
    at_stage(case, Stage.ACTIVE, rules=("R-37",))
    in_order(opened_on=opened_on, today=command.today)
    term = management_term(case.facts, law, as_of=opened_on)
    if opened_on <= term.value.ends_on:
        raise RemovalNotDue("the term still runs", rules=term.rules, ends_on=term.value.ends_on)
    found = removal_after_term(_use(case), case.dates, law, on=opened_on)
    allowed = found.value is Removal.ALLOWED
    opened = RemovalReviewOpened(
        case_id=case.id,
        person_id=case.person_id,
        opened_on=opened_on,
        rules=once(term.rules, found.rules if allowed else ()),
        policies=once(term.policies, found.policies if allowed else ()),
    )
    return [opened] if allowed else [opened, _withheld(command, case, found)]


def approve_removal(command: ApproveRemoval, case: Case, law: Law) -> list[Event]:
    """The chairman certifies the end and removes from the list (R-30, R-31, R-37).

    Nothing is signed before its review opened. A use that withheld the removal, or that would now (it became known
    during the review), needs an answer.
    """
    if case.removal == command.decision and case.removal_papers is not None:
        number, despite = case.removal_papers
        told_before(certificate_number=(number, command.certificate_number), despite=(despite, command.despite))
        return []
    at_stage(case, Stage.REMOVAL_REVIEW, Stage.REMOVAL_WITHHELD, rules=("R-37",))
    signed_on = command.decision.signed_on
    in_order(term_ends_on=case.term_ends_on or case.completed_on, signed_on=signed_on, today=command.today)
    in_order(review_opened_on=case.reviewed_on, signed_on=signed_on)
    authority = decided_by_law(command.decision, case, law)
    use = _use(case)
    found = removal_after_term(use, case.dates, law, on=signed_on)
    withheld = case.stage is Stage.REMOVAL_WITHHELD or found.value is Removal.WITHHELD
    if withheld and use is not UseInTerm.NONE and not command.despite:
        rules = case.withheld_by or found.rules
        raise RemovalIsWithheld("say why the person is removed although removal was withheld", rules=rules)
    rules = once(authority, found.rules, ("R-37",) if law.holds("R-37", on=signed_on) else ())
    certificate_in_doubt = law.end_in_doubt("removal.certificate", on=signed_on)
    return [
        RemovalApproved(
            case_id=case.id,
            person_id=case.person_id,
            approved_on=command.decision.signed_on,
            certificate_number=command.certificate_number,
            decision=command.decision.model_copy(update={"rules": rules}),
            despite=command.despite,
            policies=once(found.policies, certificate_in_doubt),
        )
    ]


def end_case(command: EndCase, case: Case, law: Law) -> list[Event]:
    """End early for a reason that the law of the day knows (R-33, R-36), or annul what was decided in error."""
    if command.reason is EndReason.DECEASED:
        raise DeathOfAPerson("a death is told of the person", rules=("R-36",))
    if case.ended == (command.reason, command.ended_on):
        return []
    at_stage(case, *OPEN, rules=("R-33", "R-36"))
    in_order(ended_on=command.ended_on, today=command.today)
    rules: tuple[str, ...] = ()
    if command.reason is not EndReason.ANNULLED:
        in_order(completed_on=case.completed_on, ended_on=command.ended_on)
        rules = _off_list(command, law)
    return [
        CaseEnded(
            case_id=case.id,
            person_id=case.person_id,
            reason=command.reason,
            ended_on=command.ended_on,
            rules=rules,
        )
    ]


def end_by_death(command: EndByDeath, case: Case, law: Law) -> list[Event]:
    """A death ends the open case (R-36); who was decided about, tested or away after it is looked at by a human."""
    if case.ended == (EndReason.DECEASED, command.died_on):
        return []
    at_stage(case, *OPEN, rules=("R-36",))
    return [
        CaseEnded(
            case_id=case.id,
            person_id=case.person_id,
            reason=EndReason.DECEASED,
            ended_on=command.died_on,
            needs_review=command.died_on < case.last_fact_on,
            rules=takes_off_list(OffList.DECEASED, law, on=command.died_on).rules,
        )
    ]


def correct_death(command: CorrectDeath, case: Case, law: Law) -> list[Event]:
    """The case that a death ended ended when the person died (R-36); a human looks where that is before other facts."""
    if case.ended is None or case.ended[0] is not EndReason.DECEASED or case.ended[1] == command.died_on:
        return []
    return [
        EndCorrected(
            case_id=case.id,
            person_id=case.person_id,
            reason=EndReason.DECEASED,
            ended_on=command.died_on,
            was=case.ended[1],
            needs_review=command.died_on < case.last_fact_on,
            rules=takes_off_list(OffList.DECEASED, law, on=command.died_on).rules,
        )
    ]


def _off_list(command: EndCase, law: Law) -> tuple[str, ...]:
    reason = _OFF_LIST.get(command.reason)
    if reason is None:
        raise NotAllowedByLaw("this end follows from another command", end=command.reason)
    off = takes_off_list(reason, law, on=command.ended_on)
    if not off.value:
        raise NotAllowedByLaw("the law of that day knows no such end", rules=off.rules, end=command.reason)
    return off.rules


def _use(case: Case) -> UseInTerm:
    last = max((on for on in case.uses.values() if on >= case.completed_on), default=None)
    if last is None:
        return UseInTerm.NONE
    cleared = any(on >= last and not addicted for on, addicted in case.noted.values())
    return UseInTerm.NOT_ADDICTED if cleared else UseInTerm.DETECTED


def _withheld(command: OpenRemovalReview, case: Case, found: Applied[Removal]) -> RemovalWithheld:
    return RemovalWithheld(
        case_id=case.id,
        person_id=case.person_id,
        withheld_on=command.opened_on,
        why=_use(case),
        rules=found.rules,
        policies=found.policies,
    )

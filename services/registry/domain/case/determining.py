"""What determinations of addiction mean for a case: noted, corrected, annulled."""

from datetime import date

from libs.events.contracts.registry.case import CaseEnded, DeterminationNoted, DeterminationUnnoted, EndCorrected
from libs.events.contracts.values import CaseStage as Stage
from libs.events.contracts.values import EndReason, EpisodeKind
from libs.events.event import Event
from libs.law.categories import ADULT_FROM
from libs.law.law import Law
from libs.law.removal import takes_off_list
from libs.law.use import triggers_compulsory_rehab
from libs.law.words import OffList
from services.registry.domain.case.checks import once
from services.registry.domain.case.commands import NoteDetermination, RetractDetermination, ReviseDetermination
from services.registry.domain.case.state import Case

Determined = NoteDetermination | ReviseDetermination


def note_determination(command: NoteDetermination, case: Case, law: Law) -> list[Event]:
    """Addiction ends the case (R-26, R-33); no addiction leaves the detected use as it was (domain 2.2, notes).

    A case not decided yet ends too: it would stay open for ever and bar the case after the next completion. One whose
    term was certified as served before anybody told of an addiction within it goes to a human.
    """
    known = case.noted.get(command.determination_id) == (command.determined_on, command.addicted)
    if known or not case.covers(command.determined_on):
        return []
    late = case.stage is Stage.COMPLETED and command.addicted
    if not (case.is_open or late):
        return []
    noted = DeterminationNoted(
        case_id=case.id,
        person_id=case.person_id,
        determination_id=command.determination_id,
        determined_on=command.determined_on,
        addicted=command.addicted,
        needs_review=late,
    )
    return [noted] if late or not command.addicted else [noted, _ended(command, case, law)]


def revise_determination(command: ReviseDetermination, case: Case, law: Law) -> list[Event]:
    """A case that the determination ended ends on the corrected day, or goes to a human; an open one looks anew.

    To a human goes also one that now ends before its management was decided.
    """
    if case.ended_by == command.determination_id and case.ended_on is not None:
        if not command.addicted or command.determined_on < case.completed_on:
            return [_end_in_doubt(case)]
        if command.determined_on == case.ended_on:
            return []
        moved = {
            "ended_on": command.determined_on,
            "rules": _relapse_rules(command, case, law),
            "needs_review": _before_decision(command.determined_on, case),
        }
        return [_end_in_doubt(case).model_copy(update=moved)]
    if case.noted.get(command.determination_id) == (command.determined_on, command.addicted):
        return []
    note = NoteDetermination(command.determination_id, command.addicted, command.determined_on, command.age)
    return [*_unnoted(command.determination_id, case), *note_determination(note, case, law)]


def retract_determination(command: RetractDetermination, case: Case) -> list[Event]:
    """A case that the determination ended goes to a human; what was noted is not any more."""
    if case.ended_by == command.determination_id and case.ended_on is not None:
        return [_end_in_doubt(case)]
    return _unnoted(command.determination_id, case)


def _ended(command: NoteDetermination, case: Case, law: Law) -> CaseEnded:
    return CaseEnded(
        case_id=case.id,
        person_id=case.person_id,
        reason=EndReason.RELAPSED,
        ended_on=command.determined_on,
        needs_review=_before_decision(command.determined_on, case),
        rules=_relapse_rules(command, case, law),
    )


def _before_decision(on: date, case: Case) -> bool:
    return case.decided_on is not None and on < case.decided_on


def _relapse_rules(command: Determined, case: Case, law: Law) -> tuple[str, ...]:
    """The compulsory path for the adult who was under management (R-26), and what takes off the list then (R-33)."""
    on = command.determined_on
    sent = triggers_compulsory_rehab(
        law, determined_on=on, age=_age(command, case), under_management=case.decided_on is not None
    )
    off = takes_off_list(OffList.DETERMINED_ADDICTED, law, on=on)
    return once(sent.rules if sent.value else (), off.rules if off.value else ())


def _age(command: Determined, case: Case) -> int:
    """The age on the day, or the last known; whose age nobody knows is grown up, unless the episode was a minor's."""
    for age in (command.age, case.ages.at_completion, case.ages.at_decision):
        if age is not None:
            return age
    return ADULT_FROM - 1 if case.kind is EpisodeKind.COMPULSORY_MINOR_12_17 else ADULT_FROM


def _end_in_doubt(case: Case) -> EndCorrected:
    if case.ended is None:
        raise ValueError("a case that did not end early")
    reason, ended_on = case.ended
    return EndCorrected(
        case_id=case.id,
        person_id=case.person_id,
        reason=reason,
        ended_on=ended_on,
        was=ended_on,
        needs_review=True,
        rules=(),
    )


def _unnoted(determination_id: object, case: Case) -> list[Event]:
    return [
        DeterminationUnnoted(
            case_id=case.id,
            person_id=case.person_id,
            determination_id=noted,
            determined_on=on,
            needs_review=not case.is_open,
        )
        for noted, (on, _) in case.noted.items()
        if noted == determination_id
    ]

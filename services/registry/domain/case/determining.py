"""What determinations of addiction mean for a case: noted, corrected, annulled."""

from datetime import date

from libs.events.contracts.registry.case import CaseEnded, DeterminationNoted, DeterminationUnnoted, EndCorrected
from libs.events.contracts.values import EndReason
from libs.events.event import Event
from libs.law.law import Law
from libs.law.removal import takes_off_list
from libs.law.words import OffList
from services.registry.domain.case.checks import once
from services.registry.domain.case.commands import NoteDetermination, RetractDetermination, ReviseDetermination
from services.registry.domain.case.state import OPEN, Case


def note_determination(command: NoteDetermination, case: Case, law: Law) -> list[Event]:
    """Addiction ends the case (R-26, R-33); no addiction leaves the detected use as it was (domain 2.2, notes).

    A case not decided yet ends too: it would stay open for ever and bar the case after the next completion.
    """
    if case.stage not in OPEN or command.determined_on < case.completed_on:
        return []
    about = {"case_id": case.id, "person_id": case.person_id}
    noted = DeterminationNoted(
        determined_on=command.determined_on,
        addicted=command.addicted,
        determination_id=command.determination_id,
        **about,
    )
    if not command.addicted:
        return [] if (command.determination_id, command.determined_on) in case.cleared else [noted]
    rules = _relapse_rules(case, law, command.determined_on)
    ended = CaseEnded(reason=EndReason.RELAPSED, ended_on=command.determined_on, rules=rules, **about)
    return [noted, ended]


def revise_determination(command: ReviseDetermination, case: Case, law: Law) -> list[Event]:
    """A case that the determination ended ends on the corrected day, or goes to a human; an open one looks anew."""
    if case.ended_by == command.determination_id and case.ended_on is not None:
        if not command.addicted or command.determined_on < case.completed_on:
            return [_end_in_doubt(case)]
        if command.determined_on == case.ended_on:
            return []
        rules = _relapse_rules(case, law, command.determined_on)
        moved = {"ended_on": command.determined_on, "rules": rules, "needs_review": False}
        return [_end_in_doubt(case).model_copy(update=moved)]
    if not command.addicted and (command.determination_id, command.determined_on) in case.cleared:
        return []
    note = NoteDetermination(command.addicted, command.determined_on, command.determination_id)
    return [*_unnoted(command.determination_id, case), *note_determination(note, case, law)]


def retract_determination(command: RetractDetermination, case: Case) -> list[Event]:
    """A case that the determination ended goes to a human; what was noted is not any more."""
    if case.ended_by == command.determination_id and case.ended_on is not None:
        return [_end_in_doubt(case)]
    return _unnoted(command.determination_id, case)


def _relapse_rules(case: Case, law: Law, on: date) -> tuple[str, ...]:
    """The compulsory path for who was under management (R-26), and what takes off the list on that day (R-33)."""
    off = takes_off_list(OffList.DETERMINED_ADDICTED, law, on=on)
    return once(("R-26",) if case.decided_on is not None else (), off.rules if off.value else ())


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
            needs_review=case.stage not in OPEN,
        )
        for noted, on in sorted(case.cleared, key=str)
        if noted == determination_id
    ]

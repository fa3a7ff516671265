"""A case as decisions need to know it, and how each event changes it."""

from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from libs.events.contracts.registry.case import (
    AbsenceRecorded,
    CaseDeadlineMoved,
    CaseEnded,
    CasePaused,
    CaseResumed,
    CompletionReported,
    DeterminationNoted,
    DeterminationUnnoted,
    DossierOpened,
    EndCorrected,
    HelperAssigned,
    ManagementDecided,
    RemovalApproved,
    RemovalReviewOpened,
    RemovalWithheld,
    TermCorrected,
    TransferBounced,
    TransferNotified,
    TransferReceived,
    UseCleared,
    UseDetected,
)
from libs.events.contracts.values import CaseDeadline, Category, EndReason, EpisodeKind, UnitRef
from libs.events.contracts.values import CaseStage as Stage
from libs.events.decision import Decision
from libs.events.event import Event
from libs.law.categories import Ages
from libs.law.spans import Span
from libs.law.terms import TermFacts
from libs.law.transition import CaseDates

OPEN = frozenset(Stage) - {Stage.UNKNOWN, Stage.COMPLETED, Stage.ENDED}
# The term runs, or would if the person were not away.
MANAGED = frozenset({Stage.ACTIVE, Stage.TRANSFERRING, Stage.PAUSED, Stage.REMOVAL_REVIEW, Stage.REMOVAL_WITHHELD})
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Case:
    """A case after some events; dates and ids mean nothing before the stage that sets them."""

    stage: Stage = Stage.UNKNOWN
    id: UUID = NOBODY
    person_id: UUID = NOBODY
    episode_id: UUID = NOBODY
    unit: UnitRef = ""
    kind: EpisodeKind = EpisodeKind.VOLUNTARY_HOME_COMMUNITY
    ages: Ages = field(default_factory=Ages)
    completed_on: date = date.min
    presented_on: date = date.min
    dossier_due_on: date | None = None
    dossier_on: date | None = None
    decision_due_on: date | None = None
    category: Category | None = None
    decision: Decision | None = None
    term_ends_on: date | None = None
    absences: tuple[Span, ...] = ()
    reported_absences: tuple[Span, ...] = ()
    prison: tuple[Span, ...] = ()
    transits: tuple[Span, ...] = ()
    to_unit: UnitRef | None = None
    arrival: TransferReceived | TransferBounced | None = None
    uses: dict[UUID, date] = field(default_factory=dict)
    noted: dict[UUID, tuple[date, bool]] = field(default_factory=dict)
    withheld_by: tuple[str, ...] = ()
    reviewed_on: date = date.min
    removal: Decision | None = None
    removal_papers: tuple[str, object] | None = None
    ended: tuple[EndReason, date] | None = None
    ended_by: UUID | None = None
    helpers: dict[UUID, tuple[str, date]] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether there is such a case."""
        return self.stage is not Stage.UNKNOWN

    @property
    def decided_on(self) -> date | None:
        """When management was decided."""
        return None if self.decision is None else self.decision.signed_on

    @property
    def ended_on(self) -> date | None:
        """When it ended early."""
        return None if self.ended is None else self.ended[1]

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be done about it."""
        return self.stage in OPEN

    @property
    def last_fact_on(self) -> date:
        """The last day of what was decided about the person or happened to them; a report may come after a death."""
        spans = (*self.absences, *self.reported_absences, *self.prison, *self.transits)
        ends = (span.until or span.start for span in spans)
        found = (on for on, _ in self.noted.values())
        return max(self.completed_on, self.decided_on or date.min, *ends, *self.uses.values(), *found)

    @property
    def annulled(self) -> bool:
        """Whether it was decided in error, and nothing concerns it any more."""
        return self.ended is not None and self.ended[0] is EndReason.ANNULLED

    def covers(self, on: date) -> bool:
        """Whether a fact of the day concerns it: none of before the completion or after the end does."""
        if self.annulled:
            return False
        closed_on = self.ended_on if self.removal is None else self.removal.signed_on
        return self.completed_on <= on and (closed_on is None or on <= closed_on)

    @property
    def dates(self) -> CaseDates:
        """The dates that the transition between the laws asks for."""
        return CaseDates(decided_on=self.decided_on, dossier_begun_on=self.dossier_on, completed_on=self.completed_on)

    @property
    def facts(self) -> TermFacts:
        """What the term rests on; only once it was decided."""
        if self.category is None or self.decided_on is None:
            raise ValueError("no term before the decision")
        return TermFacts(self.category, self.completed_on, self.decided_on, self.absences, self.prison, self.transits)


def evolve(case: Case, event: Event) -> Case:  # noqa: C901, PLR0911, PLR0912 -- One line or two an event.
    """The case after one more fact."""
    match event:
        case CompletionReported():
            return Case(
                stage=Stage.REPORTED,
                id=event.case_id,
                person_id=event.person_id,
                episode_id=event.episode_id,
                unit=event.unit,
                kind=event.kind,
                ages=Ages(event.age_at_decision, event.age_at_completion),
                completed_on=event.completed_on,
                presented_on=event.presented_on,
                dossier_due_on=event.dossier_due_on,
            )
        case DossierOpened():
            due = event.decision_due_on
            return replace(case, stage=Stage.DOSSIER_OPEN, dossier_on=event.opened_on, decision_due_on=due)
        case CaseDeadlineMoved():
            if event.deadline is CaseDeadline.DOSSIER:
                return replace(case, dossier_due_on=event.due_on)
            return replace(case, decision_due_on=event.due_on)
        case ManagementDecided():
            return replace(
                case,
                stage=Stage.ACTIVE,
                category=event.category,
                decision=_as_said(event.decision),
                term_ends_on=event.term_ends_on,
            )
        case HelperAssigned():
            return replace(case, helpers=case.helpers | {event.helper_id: (event.organisation, event.assigned_on)})
        case AbsenceRecorded():
            away = Span(event.absent_from, event.absent_until)
            if event.reported:
                return replace(case, reported_absences=(*case.reported_absences, away))
            return replace(case, absences=(*case.absences, away), term_ends_on=event.term_ends_on)
        case TransferNotified():
            return replace(
                case,
                stage=Stage.TRANSFERRING,
                to_unit=event.to_unit,
                transits=(*case.transits, Span(event.left_on)),
                arrival=None,
            )
        case TransferReceived():
            return _arrived(case, event, event.received_on)
        case TransferBounced():
            return _arrived(case, event, event.bounced_on)
        case CasePaused():
            return replace(case, stage=Stage.PAUSED, prison=(*case.prison, Span(event.paused_on)))
        case CaseResumed():
            *before, last = case.prison
            spans = (*before, Span(last.start, event.resumed_on))
            return replace(case, stage=Stage.ACTIVE, prison=spans, term_ends_on=event.term_ends_on)
        case UseDetected():
            return replace(case, uses=case.uses | {event.test_id: event.detected_on})
        case UseCleared():
            return replace(case, uses={test: on for test, on in case.uses.items() if test != event.test_id})
        case DeterminationNoted():
            by = event.determination_id if event.addicted and case.is_open else case.ended_by
            found = (event.determined_on, event.addicted)
            return replace(case, noted=case.noted | {event.determination_id: found}, ended_by=by)
        case DeterminationUnnoted():
            return replace(case, noted=_without(case, event.determination_id))
        case RemovalReviewOpened():
            return replace(case, stage=Stage.REMOVAL_REVIEW, reviewed_on=event.opened_on, withheld_by=())
        case RemovalWithheld():
            return replace(case, stage=Stage.REMOVAL_WITHHELD, withheld_by=event.rules)
        case RemovalApproved():
            papers = (event.certificate_number, event.despite)
            return replace(case, stage=Stage.COMPLETED, removal=_as_said(event.decision), removal_papers=papers)
        case CaseEnded():
            return replace(case, stage=Stage.ENDED, ended=(event.reason, event.ended_on))
        case EndCorrected():
            return _end_corrected(case, event)
        case TermCorrected():
            return replace(case, completed_on=event.completed_on, term_ends_on=event.term_ends_on)
        case _:
            return case


def _arrived(case: Case, arrival: TransferReceived | TransferBounced, on: date) -> Case:
    *before, last = case.transits
    spans = (*before, Span(last.start, max(on, last.start)))
    return replace(case, stage=Stage.ACTIVE, unit=arrival.unit, to_unit=None, transits=spans, arrival=arrival)


def _end_corrected(case: Case, event: EndCorrected) -> Case:
    ended, by = (event.reason, event.ended_on), case.ended_by
    if by is None:
        return replace(case, ended=ended)
    if event.ended_on == event.was:  # What ended it bears it no more.
        return replace(case, ended_by=None, noted=_without(case, by))
    return replace(case, ended=ended, noted=case.noted | {by: (event.ended_on, True)})


def _without(case: Case, determination_id: UUID) -> dict[UUID, tuple[date, bool]]:
    return {noted: found for noted, found in case.noted.items() if noted != determination_id}


def _as_said(decision: Decision) -> Decision:
    return decision.model_copy(update={"rules": ()})

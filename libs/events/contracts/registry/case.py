"""A post-rehab management case (hồ sơ quản lý sau cai nghiện) from the report to its end (domain 3.3)."""

from datetime import date, datetime
from uuid import UUID

from libs.events.contracts.values import CaseDeadline, Category, EndReason, EpisodeKind, UnitRef
from libs.events.decision import Decision
from libs.events.event import Event, Health


class CompletionReported(Event, type="registry.completion-reported", version=1, effective="presented_on"):
    """The person presented at the commune after completing, or a facility or the police told of it (R-10).

    `relied_on` is the position of the completion that the registry knew.
    """

    case_id: UUID
    person_id: UUID
    episode_id: UUID
    unit: UnitRef
    kind: EpisodeKind
    completed_on: date
    presented_on: date
    dossier_due_on: date | None
    age_at_decision: int | None = None
    age_at_completion: int | None = None
    rules: tuple[str, ...]
    policies: tuple[str, ...] = ()
    relied_on: str


class DossierOpened(Event, type="registry.dossier-opened", version=1, effective="opened_on"):
    """Police proposal, short CV and certificate are together (R-13), and the person is listed (R-05, R-06)."""

    case_id: UUID
    person_id: UUID
    opened_on: date
    listed_by: str
    in_time: bool
    decision_due_on: date | None
    rules: tuple[str, ...]
    policies: tuple[str, ...] = ()


class CaseDeadlineMoved(Event, type="registry.case-deadline-moved", version=1):
    """By the law or the calendar as it is now, the dossier or the decision is due on another day, or on none."""

    case_id: UUID
    person_id: UUID
    deadline: CaseDeadline
    due_on: date | None
    was: date | None
    rules: tuple[str, ...]
    policies: tuple[str, ...] = ()


class ManagementDecided(Event, type="registry.management-decided", version=1, effective="term_starts_on"):
    """The chairman decided on management; the term runs from the completion, not from the decision (R-01 … R-04)."""

    case_id: UUID
    person_id: UUID
    episode_id: UUID
    unit: UnitRef
    category: Category
    category_reason: str
    term_starts_on: date
    term_ends_on: date
    decision: Decision
    in_time: bool
    policies: tuple[str, ...] = ()


class HelperAssigned(Event, type="registry.helper-assigned", version=1, effective="assigned_on"):
    """Somebody was named to counsel and help the person (R-38)."""

    case_id: UUID
    person_id: UUID
    helper_id: UUID
    organisation: str
    assigned_on: date


class AbsenceRecorded(Event, type="registry.absence-recorded", version=1, effective="absent_from"):
    """The person was away from the residence; an unreported absence lengthens the term (R-18).

    `absent_until` is the first day back. `term_ends_on` is the end of the term with this absence in it.
    """

    case_id: UUID
    person_id: UUID
    absent_from: date
    absent_until: date
    reported: bool
    term_ends_on: date
    rules: tuple[str, ...]
    policies: tuple[str, ...] = ()


class TransferNotified(Event, type="registry.transfer-notified", version=1, effective="left_on"):
    """The person moved; the old commune told the new one (R-19 until 30/06/2026, R-20 after).

    `due` is a civil date or, from 01/07/2026, an instant, in ISO form.
    """

    case_id: UUID
    person_id: UUID
    from_unit: UnitRef
    to_unit: UnitRef
    left_on: date
    left_at: datetime
    due: str
    in_time: bool
    rules: tuple[str, ...]


class TransferReceived(Event, type="registry.transfer-received", version=1, effective="received_on"):
    """The new commune found the person living there and goes on with the same term (R-35)."""

    case_id: UUID
    person_id: UUID
    from_unit: UnitRef
    unit: UnitRef
    received_on: date
    rules: tuple[str, ...]


class TransferBounced(Event, type="registry.transfer-bounced", version=1, effective="bounced_on"):
    """The new commune did not find the person; the old one answers for the case again."""

    case_id: UUID
    person_id: UUID
    unit: UnitRef
    bounced_on: date
    reason: Health[str]


class CasePaused(Event, type="registry.case-paused", version=1, effective="paused_on"):
    """Prison interrupts the term; the person is off the list meanwhile (R-33, R-34)."""

    case_id: UUID
    person_id: UUID
    paused_on: date
    rules: tuple[str, ...]
    policies: tuple[str, ...] = ()


class CaseResumed(Event, type="registry.case-resumed", version=1, effective="resumed_on"):
    """Released: the remaining term is served, and ends on `term_ends_on` (R-34)."""

    case_id: UUID
    person_id: UUID
    resumed_on: date
    term_ends_on: date
    rules: tuple[str, ...]
    policies: tuple[str, ...] = ()


class UseDetected(Event, type="registry.use-detected", version=1, effective="detected_on"):
    """A confirmed positive result fell into the term; addiction must be determined (R-25).

    `needs_review` when the case had closed before it heard of it.
    """

    case_id: UUID
    person_id: UUID
    test_id: UUID
    detected_on: date
    needs_review: bool = False
    rules: tuple[str, ...]


class UseCleared(Event, type="registry.use-cleared", version=1, effective="detected_on"):
    """A result that had been counted as detected use was annulled or corrected.

    `needs_review` when the case had closed with it.
    """

    case_id: UUID
    person_id: UUID
    test_id: UUID
    detected_on: date
    needs_review: bool = False


class DeterminationNoted(Event, type="registry.determination-noted", version=1, effective="determined_on"):
    """The case took note of a determination; one that found no addiction leaves the detected use as it was (R-30).

    `needs_review` when the term was certified as served before anybody told of an addiction within it.
    """

    case_id: UUID
    person_id: UUID
    determination_id: UUID
    determined_on: date
    addicted: bool
    needs_review: bool = False


class DeterminationUnnoted(Event, type="registry.determination-unnoted", version=1, effective="determined_on"):
    """A determination of which the case had taken note was corrected or annulled.

    `needs_review` when the case had closed with it.
    """

    case_id: UUID
    person_id: UUID
    determination_id: UUID
    determined_on: date
    needs_review: bool


class RemovalReviewOpened(Event, type="registry.removal-review-opened", version=1, effective="opened_on"):
    """The term is served; the commune reviews the removal from the list (001-46)."""

    case_id: UUID
    person_id: UUID
    opened_on: date
    rules: tuple[str, ...]
    policies: tuple[str, ...] = ()


class RemovalApproved(Event, type="registry.removal-approved", version=1, effective="approved_on"):
    """The chairman certified the end of the term and removed the person from the list (R-37, Mẫu 54)."""

    case_id: UUID
    person_id: UUID
    approved_on: date
    certificate_number: str
    decision: Decision
    despite: Health[str] | None = None
    policies: tuple[str, ...] = ()


class RemovalWithheld(Event, type="registry.removal-withheld", version=1, effective="withheld_on"):
    """The review found what stands in the way of removal (R-30); somebody must decide on."""

    case_id: UUID
    person_id: UUID
    withheld_on: date
    why: str
    rules: tuple[str, ...]
    policies: tuple[str, ...] = ()


class CaseEnded(Event, type="registry.case-ended", version=1, effective="ended_on"):
    """The case ended before its term was served (R-32, R-33, R-36).

    `needs_review` when it ended before something that was decided about the person, or happened to them.
    """

    case_id: UUID
    person_id: UUID
    reason: EndReason
    ended_on: date
    needs_review: bool = False
    rules: tuple[str, ...]
    policies: tuple[str, ...] = ()


class EndCorrected(Event, type="registry.end-corrected", version=1, effective="ended_on"):
    """The fact that ended the case was corrected: the end follows it.

    `needs_review` where that fact is no more, and the end is left as it was; and where the end now lies before
    something that was decided about the person, or happened to them.
    """

    case_id: UUID
    person_id: UUID
    reason: EndReason
    ended_on: date
    was: date
    needs_review: bool
    rules: tuple[str, ...]


class TermCorrected(Event, type="registry.term-corrected", version=1, effective="term_starts_on"):
    """A fact that the term runs from was corrected; `needs_review` when the case was past the point to follow it."""

    case_id: UUID
    person_id: UUID
    completed_on: date
    term_starts_on: date | None
    term_ends_on: date | None
    reason: Health[str]
    needs_review: bool
    rules: tuple[str, ...]
    policies: tuple[str, ...] = ()

"""What can be asked of a case. `today` is the civil date of the request; facts of other streams come with it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from libs.events.contracts.values import EndReason, EpisodeKind, UnitRef
from libs.events.decision import Decision


@dataclass(frozen=True)
class ReportCompletion:
    """A person who completed an episode presented at the commune, or somebody told of it (R-10).

    `relied_on` is the position of the event from which the completion is known.
    """

    case_id: UUID
    person_id: UUID
    episode_id: UUID
    unit: UnitRef
    kind: EpisodeKind
    completed_on: date
    presented_on: date
    today: date
    relied_on: str
    age_at_decision: int | None = None
    age_at_completion: int | None = None


@dataclass(frozen=True)
class OpenDossier:
    """The papers of R-13 are together and the person is listed."""

    opened_on: date
    today: date


@dataclass(frozen=True)
class DecideManagement:
    """The chairman's decision; `reviewed` says that a human looked at one that comes after its term."""

    decision: Decision
    today: date
    reviewed: bool = False


@dataclass(frozen=True)
class AssignHelper:
    """Name who counsels and helps (R-38)."""

    helper_id: UUID
    organisation: str
    assigned_on: date
    today: date


@dataclass(frozen=True)
class RecordAbsence:
    """Record an absence that is over; `absent_until` is the first day back (R-18)."""

    absent_from: date
    absent_until: date
    reported: bool
    today: date


@dataclass(frozen=True)
class NotifyTransfer:
    """The person left at an instant; the old commune tells the new one at `notified_at`."""

    to_unit: UnitRef
    left_at: datetime
    notified_at: datetime
    today: date


@dataclass(frozen=True)
class ReceiveTransfer:
    """The new commune found the person living there."""

    received_on: date
    today: date


@dataclass(frozen=True)
class BounceTransfer:
    """The new commune did not find the person."""

    bounced_on: date
    reason: str
    today: date


@dataclass(frozen=True)
class Imprison:
    """A prison sentence began (R-32, R-33, R-34)."""

    imprisoned_on: date
    today: date


@dataclass(frozen=True)
class Release:
    """The person came out of prison."""

    released_on: date
    today: date


@dataclass(frozen=True)
class NoteUse:
    """A confirmed positive result of this person was recorded."""

    test_id: UUID
    detected_on: date


@dataclass(frozen=True)
class ClearUse:
    """A result noted before does not count any more."""

    test_id: UUID


@dataclass(frozen=True)
class NoteDetermination:
    """A competent body determined, on a day, whether the person is addicted; `age` is theirs then, where known."""

    determination_id: UUID
    addicted: bool
    determined_on: date
    age: int | None = None


@dataclass(frozen=True)
class ReviseDetermination:
    """A determination of this person was corrected, and says this now."""

    determination_id: UUID
    addicted: bool
    determined_on: date
    age: int | None = None


@dataclass(frozen=True)
class RetractDetermination:
    """A determination of this person was annulled."""

    determination_id: UUID


@dataclass(frozen=True)
class OpenRemovalReview:
    """The term is served: review the removal; what stands in its way withholds it."""

    opened_on: date
    today: date


@dataclass(frozen=True)
class ApproveRemoval:
    """The chairman's certificate (Mẫu 54); `despite` answers a removal that was withheld."""

    decision: Decision
    certificate_number: str
    today: date
    despite: str | None = None


@dataclass(frozen=True)
class EndCase:
    """An early end by declaration of missing, reformatory, compulsory education, or annulment."""

    reason: EndReason
    ended_on: date
    today: date


@dataclass(frozen=True)
class EndByDeath:
    """The person's death was told."""

    died_on: date


@dataclass(frozen=True)
class CorrectDeath:
    """The date of the death that ended the case was corrected."""

    died_on: date


@dataclass(frozen=True)
class CorrectCompletionDate:
    """The episode's completion was corrected."""

    completed_on: date
    reason: str


@dataclass(frozen=True)
class RedateDeadlines:
    """The law or its calendar was changed after deadlines had been set: compute those that are open anew."""


CaseCommand = (
    ReportCompletion
    | OpenDossier
    | DecideManagement
    | AssignHelper
    | RecordAbsence
    | NotifyTransfer
    | ReceiveTransfer
    | BounceTransfer
    | Imprison
    | Release
    | NoteUse
    | ClearUse
    | NoteDetermination
    | ReviseDetermination
    | RetractDetermination
    | OpenRemovalReview
    | ApproveRemoval
    | EndCase
    | EndByDeath
    | CorrectDeath
    | CorrectCompletionDate
    | RedateDeadlines
)

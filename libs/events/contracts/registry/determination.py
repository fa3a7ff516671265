"""The determination of addiction (xác định tình trạng nghiện) by a competent body, and the relapse it proves."""

from datetime import date
from uuid import UUID

from libs.events.contracts.values import UnitRef
from libs.events.event import Event, Health


class DeterminationRecorded(Event, type="registry.determination-recorded", version=1, effective="determined_on"):
    """A competent body found the person addicted, or not (L73 Art 27, L120 Art 31).

    `age` is the whole years that the person surely had on the day, where known; `relied_on` is the position of what the
    registry knew of the person's life.
    """

    determination_id: UUID
    person_id: UUID
    unit: UnitRef
    determined_on: date
    addicted: bool
    body: str
    certificate_number: str
    age: int | None = None
    relied_on: str


class DeterminationCorrected(Event, type="registry.determination-corrected", version=1, effective="determined_on"):
    """The record of a determination was wrong; what it proved and what followed from it is looked at anew.

    `age` and `relied_on` as in the record, for the corrected day.
    """

    determination_id: UUID
    person_id: UUID
    determined_on: date
    addicted: bool
    was: date
    reason: Health[str]
    age: int | None = None
    relied_on: str


class DeterminationAnnulled(Event, type="registry.determination-annulled", version=1, effective="annulled_on"):
    """The determination counts for nothing any more."""

    determination_id: UUID
    person_id: UUID
    annulled_on: date
    reason: Health[str]


class RelapseConfirmed(Event, type="registry.relapse-confirmed", version=1, effective="determined_on"):
    """A relapse (tái nghiện): determined addicted after a completed episode, case open or not (D116 Art 3(6)).

    `relied_on` is the position of the completion that the registry knew, `episode_id` the last one before.
    """

    determination_id: UUID
    person_id: UUID
    episode_id: UUID
    unit: UnitRef
    determined_on: date
    relied_on: str


class RelapseWithdrawn(Event, type="registry.relapse-withdrawn", version=1, effective="determined_on"):
    """A relapse that had been confirmed is none: its determination was corrected or annulled.

    `determined_on` is the date that had counted; where the corrected determination proves a relapse, that is
    confirmed anew.
    """

    determination_id: UUID
    person_id: UUID
    episode_id: UUID
    determined_on: date

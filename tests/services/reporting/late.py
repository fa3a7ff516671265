"""Facts told in any order: a story of which everything becomes known on one day, and what corrects it."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid5

from libs.events.contracts.registry.case import EndCorrected, TransferBounced
from libs.events.contracts.registry.determination import RelapseWithdrawn
from libs.events.contracts.values import EndReason
from libs.events.event import Event
from tests.services.reporting.story import Person, Story

TOLD = date(2027, 3, 1)
ASKED = date(2027, 3, 2)


@dataclass
class AtOnce(Story):
    """The order in which it is written is the order in which it is told."""

    def tell(self, event: Event, on: date, known: date | None = None) -> None:  # noqa: ARG002 -- All on one day.
        """Known on the one day, after all that was told before."""
        super().tell(event, TOLD)


def bounced(person: Person, on: date) -> None:
    """The commune that the person had left has the case again."""
    event = TransferBounced(case_id=person.case, person_id=person.id, unit=person.unit, bounced_on=on, reason="test")
    person.story.tell(event, on)


def end_corrected(person: Person, reason: EndReason, on: date, was: date) -> None:
    """The case ended on another day."""
    event = EndCorrected(
        case_id=person.case, person_id=person.id, reason=reason, ended_on=on, was=was, needs_review=False, rules=()
    )
    person.story.tell(event, on)


def withdrawn(person: Person, on: date) -> None:
    """The determination of that day is no relapse."""
    event = RelapseWithdrawn(
        determination_id=uuid5(person.id, f"determination {on}"),
        person_id=person.id,
        episode_id=person.episodes[-1],
        determined_on=on,
    )
    person.story.tell(event, on)

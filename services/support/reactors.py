"""What the registry's news does to enrolments: death ends what is under way; the end of management does not."""

from uuid import UUID

from sqlalchemy import Connection

from libs.events.contracts.registry.case import CaseEnded
from libs.events.contracts.registry.person import PersonDied
from libs.events.contracts.support.training import DropReason
from libs.events.contracts.values import EndReason
from libs.events.reactor import Reaction, Reactor
from services.support.domain.training import training_decider
from services.support.domain.training.commands import EndTraining
from services.support.projections.trainings import trainings

training_follow_up = Reactor("support.training-follow-up")
# A case can be the first to tell of these.
_ENDS = {EndReason.DECEASED: DropReason.DECEASED, EndReason.DECLARED_MISSING: DropReason.DECLARED_MISSING}


@training_follow_up.on(PersonDied)
def person_died(event: PersonDied, connection: Connection) -> list[Reaction]:
    """Death ends every enrolment."""
    return _each(connection, event.person_id, EndTraining(DropReason.DECEASED, event.died_on))


@training_follow_up.on(CaseEnded)
def case_ended(event: CaseEnded, connection: Connection) -> list[Reaction]:
    """Only what takes the person away ends the enrolment with the case."""
    reason = _ENDS.get(event.reason)
    return [] if reason is None else _each(connection, event.person_id, EndTraining(reason, event.ended_on))


def _each(connection: Connection, person_id: UUID, command: EndTraining) -> list[Reaction]:
    # All of them: which have ended already, their decider knows.
    rows = trainings.read(connection, "person_id = :person", person=person_id)
    subject = f"person-{person_id}"
    return [Reaction(training_decider, f"training-{row.training_id}", subject, command) for row in rows]

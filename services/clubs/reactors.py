"""What the registry's news does to memberships: death and moving away end them, the end of management does not.

Membership is voluntary, and a relapse does not by itself end it (domain 3.6): the club is there for that, too.
"""

from uuid import UUID

from sqlalchemy import Connection

from libs.events.contracts.clubs.membership import LeaveReason
from libs.events.contracts.registry.case import CaseEnded, TransferReceived
from libs.events.contracts.registry.person import PersonDied
from libs.events.contracts.values import EndReason
from libs.events.reactor import Reaction, Reactor
from services.clubs.domain.membership import membership_decider
from services.clubs.domain.membership.commands import EndMembership, MembershipCommand, NoteMove
from services.clubs.projections.memberships import memberships

membership_follow_up = Reactor("clubs.membership-follow-up")
# A case can be the first to tell of these.
_ENDS = {EndReason.DECEASED: LeaveReason.DECEASED, EndReason.DECLARED_MISSING: LeaveReason.DECLARED_MISSING}


@membership_follow_up.on(PersonDied)
def person_died(event: PersonDied, connection: Connection) -> list[Reaction]:
    """Death ends every membership."""
    return _each(connection, event.person_id, EndMembership(LeaveReason.DECEASED, event.died_on))


@membership_follow_up.on(CaseEnded)
def case_ended(event: CaseEnded, connection: Connection) -> list[Reaction]:
    """Only what takes the person away ends the membership with the case."""
    reason = _ENDS.get(event.reason)
    return [] if reason is None else _each(connection, event.person_id, EndMembership(reason, event.ended_on))


@membership_follow_up.on(TransferReceived)
def transfer_received(event: TransferReceived, connection: Connection) -> list[Reaction]:
    """Who lives elsewhere now left the club of the old commune."""
    return _each(connection, event.person_id, NoteMove(event.unit, event.received_on))


def _each(connection: Connection, person_id: UUID, command: MembershipCommand) -> list[Reaction]:
    # All of them: which have ended already, their decider knows.
    rows = memberships.read(connection, "person_id = :person", person=person_id)
    subject = f"person-{person_id}"
    return [Reaction(membership_decider, f"membership-{row.membership_id}", subject, command) for row in rows]

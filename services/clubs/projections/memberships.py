"""Memberships, one row each: whom a club invited, who came, who left."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.events.contracts.clubs.membership import (
    InvitationDeclined,
    InvitationLapsed,
    LeaveReason,
    MemberInvited,
    MemberJoined,
    MemberLeft,
    MemberRejoined,
)
from libs.events.contracts.clubs.membership import MembershipStage as Stage
from libs.events.decider import Refused
from libs.events.projection import Projection


class AlreadyMember(Refused):
    """The person is invited to this club or has been its member: whoever left rejoins."""

    problem = "already-member"


@dataclass(frozen=True)
class MembershipRow:
    """A membership of the club of a unit."""

    membership_id: UUID
    person_id: UUID
    club_id: UUID
    unit: str
    stage: Stage
    invited_on: date
    joined_on: date | None = None
    left_on: date | None = None
    left_for: LeaveReason | None = None


memberships = Projection(
    "clubs.memberships",
    1,
    MembershipRow,
    unit="unit",
    indexes=["(person_id)", "(club_id)"],
    unique={"(person_id, club_id) where stage not in ('declined', 'lapsed')": AlreadyMember},
)


@memberships.on(MemberInvited, key=lambda e: e.membership_id)
def invited(event: MemberInvited, row: MembershipRow | None) -> MembershipRow:
    """A first row."""
    return MembershipRow(
        membership_id=event.membership_id,
        person_id=event.person_id,
        club_id=event.club_id,
        unit=event.unit,
        stage=Stage.INVITED,
        invited_on=event.invited_on,
    )


@memberships.on(MemberJoined, key=lambda e: e.membership_id)
def joined(event: MemberJoined, row: MembershipRow | None) -> MembershipRow | None:
    """A member."""
    return row and replace(row, stage=Stage.ACCEPTED, joined_on=event.joined_on)


@memberships.on(InvitationDeclined, key=lambda e: e.membership_id)
def declined(event: InvitationDeclined, row: MembershipRow | None) -> MembershipRow | None:
    """The row stays; the person may be invited again."""
    return row and replace(row, stage=Stage.DECLINED)


@memberships.on(InvitationLapsed, key=lambda e: e.membership_id)
def lapsed(event: InvitationLapsed, row: MembershipRow | None) -> MembershipRow | None:
    """The row stays; the person may be invited again."""
    return row and replace(row, stage=Stage.LAPSED, left_for=event.reason)


@memberships.on(MemberLeft, key=lambda e: e.membership_id)
def left(event: MemberLeft, row: MembershipRow | None) -> MembershipRow | None:
    """No member now."""
    return row and replace(row, stage=Stage.LEFT, left_on=event.left_on, left_for=event.reason)


@memberships.on(MemberRejoined, key=lambda e: e.membership_id)
def rejoined(event: MemberRejoined, row: MembershipRow | None) -> MembershipRow | None:
    """A member again, from this day."""
    return row and replace(row, stage=Stage.ACCEPTED, joined_on=event.rejoined_on, left_on=None, left_for=None)

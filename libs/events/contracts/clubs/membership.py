"""A membership (hội viên) of an after-rehab club, from the invitation to its end (domain 3.6).

No event has free text: what follows from the registry must be writable also after a person's key was destroyed.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from libs.events.contracts.values import UnitRef
from libs.events.event import Event


class MembershipStage(StrEnum):
    """Where a membership stands; whoever left can come back to `accepted`."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    LEFT = "left"


class LeaveReason(StrEnum):
    """Why a membership or an open invitation ended; the registry alone says `deceased` and `declared_missing`."""

    OWN_WISH = "own_wish"
    MOVED_AWAY = "moved_away"
    DECEASED = "deceased"
    DECLARED_MISSING = "declared_missing"
    OTHER = "other"


class MemberInvited(Event, type="clubs.member-invited", version=1, effective="invited_on"):
    """The board invited somebody from the management list (001-16).

    `unit` is the commune whose list it was, `relied_on` the registry's event from which the clubs knew it.
    """

    membership_id: UUID
    person_id: UUID
    club_id: UUID
    unit: UnitRef
    invited_on: date
    relied_on: str


class MemberJoined(Event, type="clubs.member-joined", version=1, effective="joined_on"):
    """The invitation was accepted."""

    membership_id: UUID
    person_id: UUID
    joined_on: date


class InvitationDeclined(Event, type="clubs.invitation-declined", version=1, effective="declined_on"):
    """The invitation was declined; membership is voluntary."""

    membership_id: UUID
    person_id: UUID
    declined_on: date


class InvitationLapsed(Event, type="clubs.invitation-lapsed", version=1, effective="lapsed_on"):
    """An invitation that nobody had answered ended with what the registry learned of the person."""

    membership_id: UUID
    person_id: UUID
    reason: LeaveReason
    lapsed_on: date


class MemberLeft(Event, type="clubs.member-left", version=1, effective="left_on"):
    """The person is no member any more."""

    membership_id: UUID
    person_id: UUID
    reason: LeaveReason
    left_on: date


class MemberRejoined(Event, type="clubs.member-rejoined", version=1, effective="rejoined_on"):
    """Somebody who had left is a member again; `relied_on` is the registry's event that was known of the person."""

    membership_id: UUID
    person_id: UUID
    rejoined_on: date
    relied_on: str

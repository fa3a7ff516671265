"""What can be asked of a membership. `today` is the civil date of the request; facts of the registry come with it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.events.contracts.clubs.membership import LeaveReason
from libs.events.contracts.values import UnitRef


@dataclass(frozen=True)
class InviteMember:
    """Invite somebody; `managed` is what the registry was known to say, `relied_on` the event it was known from."""

    membership_id: UUID
    person_id: UUID
    club_id: UUID
    unit: UnitRef
    invited_on: date
    today: date
    managed: bool
    relied_on: str


@dataclass(frozen=True)
class AnswerInvitation:
    """The person accepts, or declines."""

    accepted: bool
    answered_on: date
    today: date


@dataclass(frozen=True)
class LeaveClub:
    """The member leaves."""

    reason: LeaveReason
    left_on: date
    today: date


@dataclass(frozen=True)
class RejoinClub:
    """Somebody who left comes back; `alive` and `relied_on` as for an invitation."""

    rejoined_on: date
    today: date
    alive: bool
    relied_on: str


@dataclass(frozen=True)
class EndMembership:
    """The registry told of what ends every membership."""

    reason: LeaveReason
    ended_on: date


@dataclass(frozen=True)
class NoteMove:
    """The registry told that a unit received the person as its own."""

    unit: UnitRef
    moved_on: date


MembershipCommand = InviteMember | AnswerInvitation | LeaveClub | RejoinClub | EndMembership | NoteMove

"""Members of a club: invite from the list, answer, leave, come back, and the club's members."""

from dataclasses import asdict
from datetime import date
from uuid import UUID

from libs.events.contracts.clubs.membership import LeaveReason, MembershipStage
from libs.events.handling import Outcome
from libs.people import known
from libs.web.answers import Seen
from libs.web.bodies import Body, View
from libs.web.edge import Edge
from libs.web.paging import Page, PageRequest
from libs.web.roles import Permission
from libs.web.routing import Router
from services.clubs.domain.membership import membership_decider
from services.clubs.domain.membership.commands import (
    AnswerInvitation,
    InviteMember,
    LeaveClub,
    MembershipCommand,
    RejoinClub,
)
from services.clubs.projections.memberships import MembershipRow, memberships
from services.clubs.projections.persons import persons

router = Router("memberships")


class InvitationBody(Body):
    """Whom a club invites, and when."""

    person_id: UUID
    club_id: UUID
    invited_on: date


class AnswerBody(Body):
    """Whether the person comes."""

    accepted: bool
    answered_on: date


class LeaveBody(Body):
    """Why and when a member left; of deaths the registry tells."""

    reason: LeaveReason
    left_on: date


class RejoinBody(Body):
    """When somebody came back."""

    rejoined_on: date


class MembershipView(View):
    """A membership; `joined_on` is the last day of joining."""

    membership_id: UUID
    person_id: UUID
    club_id: UUID
    unit: str
    stage: MembershipStage
    invited_on: date
    joined_on: date | None
    left_on: date | None
    left_for: LeaveReason | None


@router.command("/v1/memberships", permission=Permission.MEMBER_INVITE, created="/v1/memberships/{id}")
def invite_member(body: InvitationBody, edge: Edge) -> Outcome:
    """Invite somebody from the commune's management list (001-16)."""
    person, position = edge.found(known(persons, edge.reading(persons), body.person_id))
    edge.mine(club=body.club_id)
    membership_id = edge.new_id("membership")
    command = InviteMember(
        membership_id=membership_id,
        person_id=body.person_id,
        club_id=body.club_id,
        unit=person.unit,
        invited_on=body.invited_on,
        today=edge.today,
        managed=person.managed,
        relied_on=str(position),
    )
    stream = f"membership-{membership_id}"
    return edge.handle(membership_decider, stream, command, subject=f"person-{body.person_id}")


@router.command("/v1/memberships/{membership_id}/answer", permission=Permission.MEMBER_INVITE)
def answer_invitation(membership_id: UUID, body: AnswerBody, edge: Edge) -> Outcome:
    """Record that the person accepts or declines."""
    _mine(edge, membership_id)
    return _handle(edge, membership_id, AnswerInvitation(body.accepted, body.answered_on, edge.today))


@router.command("/v1/memberships/{membership_id}/leaving", permission=Permission.MEMBER_INVITE)
def leave_club(membership_id: UUID, body: LeaveBody, edge: Edge) -> Outcome:
    """Record that a member left."""
    _mine(edge, membership_id)
    return _handle(edge, membership_id, LeaveClub(body.reason, body.left_on, edge.today))


@router.command("/v1/memberships/{membership_id}/rejoining", permission=Permission.MEMBER_INVITE)
def rejoin_club(membership_id: UUID, body: RejoinBody, edge: Edge) -> Outcome:
    """Record that somebody who lives here came back."""
    row = _mine(edge, membership_id)
    person, position = edge.found(known(persons, edge.reading(persons), row.person_id))
    return _handle(edge, membership_id, RejoinClub(body.rejoined_on, edge.today, person.alive, str(position)))


@router.query("/v1/memberships/{membership_id}", permission=Permission.MEMBER_READ, person=True)
def read_membership(membership_id: UUID, edge: Edge) -> Seen[MembershipView]:
    """A membership as it stands."""
    row = _mine(edge, membership_id)
    return Seen(_view(row), [row.person_id], stream=f"membership-{membership_id}")


@router.query("/v1/clubs/{club_id}/members", permission=Permission.MEMBER_READ, person=True)
def list_members(club_id: UUID, request: PageRequest, edge: Edge) -> Seen[Page[MembershipView]]:
    """Everybody whom a club ever invited, and what became of it."""
    edge.mine(club=club_id)
    rows = edge.page(memberships, request, "club_id = :club", club=club_id)
    return Seen(rows.page(_view), rows.column("person_id"))


def _mine(edge: Edge, membership_id: UUID) -> MembershipRow:
    row = edge.find(memberships, membership_id)
    edge.mine(club=row.club_id)
    return row


def _handle(edge: Edge, membership_id: UUID, command: MembershipCommand) -> Outcome:
    return edge.handle(membership_decider, f"membership-{membership_id}", command)


def _view(row: MembershipRow) -> MembershipView:
    return MembershipView(**asdict(row))

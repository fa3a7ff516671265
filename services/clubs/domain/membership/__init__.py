"""A membership of an after-rehab club: from the list by invitation, voluntary, and ended by no relapse (domain 3.6).

Refused
├── NotOnTheList         409  only people on the management list are invited
├── PersonDeceased       409  the registry told of a death
├── WrongStage           409  the membership is in another stage (libs.events.decider)
├── Unknown              404  there is no such membership (libs.events.decider)
└── Invalid              422  dates contradict each other, or the registry says it (libs.events.decider)
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, assert_never
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
from libs.events.contracts.values import UnitRef
from libs.events.decider import Decider, Invalid, Refused, Unknown, WrongStage
from libs.events.event import Event
from libs.vietnam.units import UnitError, scope_communes
from libs.vietnam.units import UnitRef as CatalogueUnit
from services.clubs.domain.membership.commands import (
    AnswerInvitation,
    EndMembership,
    InviteMember,
    LeaveClub,
    MembershipCommand,
    NoteMove,
    RejoinClub,
)

# What a club learns from the registry and never says itself.
_OF_THE_REGISTRY = frozenset({LeaveReason.DECEASED, LeaveReason.DECLARED_MISSING})
# Where each event leaves a membership, from its effective day on.
_STAGES: dict[type[Event], Stage] = {
    MemberInvited: Stage.INVITED,
    MemberJoined: Stage.ACCEPTED,
    InvitationDeclined: Stage.DECLINED,
    InvitationLapsed: Stage.LAPSED,
    MemberLeft: Stage.LEFT,
    MemberRejoined: Stage.ACCEPTED,
}
About = dict[str, UUID]


@dataclass(frozen=True)
class Membership:
    """What decisions about a membership need to know; `since` is the day of its stage, `last` what led to it."""

    invited: MemberInvited | None = None
    stage: Stage | None = None
    since: date = date.min
    last: Event | None = None


class NotOnTheList(Refused):
    """Only people on the management list are invited (001-16)."""

    problem = "not-on-the-list"


class PersonDeceased(Refused):
    """The registry told of the person's death."""

    problem = "person-deceased"


def decide(command: MembershipCommand, membership: Membership, law: Any) -> list[Event]:
    """What follows from a command; nothing when it says what is known already."""
    if isinstance(command, InviteMember):
        return invite(command, membership)
    if membership.invited is None:
        raise Unknown("there is no such membership")
    about = {"membership_id": membership.invited.membership_id, "person_id": membership.invited.person_id}
    match command:
        case AnswerInvitation():
            return answer(command, membership, about)
        case LeaveClub():
            return leave(command, membership, about)
        case RejoinClub():
            return rejoin(command, membership, about)
        case EndMembership():
            return end(command.reason, command.ended_on, membership, about)
        case NoteMove():
            stays = _answers_for(command.unit, membership.invited.unit)
            return [] if stays else end(LeaveReason.MOVED_AWAY, command.moved_on, membership, about)
        case _:
            assert_never(command)


def invite(command: InviteMember, membership: Membership) -> list[Event]:
    """Invite from the list (001-16); the invitation stays good when the person comes off the list later."""
    if not command.managed:
        raise NotOnTheList("the person is not on the management list", rules=("001-16",))
    invited = MemberInvited(
        membership_id=command.membership_id,
        person_id=command.person_id,
        club_id=command.club_id,
        unit=command.unit,
        invited_on=command.invited_on,
        relied_on=command.relied_on,
    )
    return _once(invited, membership, command.today, None)


def answer(command: AnswerInvitation, membership: Membership, about: About) -> list[Event]:
    """Accept or decline; nobody has to come."""
    if command.accepted:
        return _once(MemberJoined(joined_on=command.answered_on, **about), membership, command.today, Stage.INVITED)
    declined = InvitationDeclined(declined_on=command.answered_on, **about)
    return _once(declined, membership, command.today, Stage.INVITED)


def leave(command: LeaveClub, membership: Membership, about: About) -> list[Event]:
    """A member may leave at any time."""
    if command.reason in _OF_THE_REGISTRY:
        raise Invalid("only the registry tells of this", end=command.reason)
    left = MemberLeft(reason=command.reason, left_on=command.left_on, **about)
    return _once(left, membership, command.today, Stage.ACCEPTED)


def rejoin(command: RejoinClub, membership: Membership, about: About) -> list[Event]:
    """Whoever left may come back, listed or not: the list says who is invited, not who may stay."""
    rejoined = MemberRejoined(rejoined_on=command.rejoined_on, relied_on=command.relied_on, **about)
    events = _once(rejoined, membership, command.today, Stage.LEFT)
    if events and not command.alive:
        raise PersonDeceased("the person died", rules=("R-36",))
    return events


def end(reason: LeaveReason, on: date, membership: Membership, about: About) -> list[Event]:
    """End what is open, on the day or, if that was before the present stage began, on the first day of the stage."""
    day = max(on, membership.since)
    match membership.stage:
        case Stage.ACCEPTED:
            return [MemberLeft(reason=reason, left_on=day, **about)]
        case Stage.INVITED:
            return [InvitationLapsed(reason=reason, lapsed_on=day, **about)]
        case _:
            return []


def evolve(membership: Membership, event: Event) -> Membership:
    """The membership after one more fact."""
    stage = _STAGES.get(type(event))
    if stage is None:
        return membership
    invited = event if isinstance(event, MemberInvited) else membership.invited
    return Membership(invited, stage, event.effective_on or date.min, event)


def _answers_for(unit: UnitRef, club_unit: UnitRef) -> bool:
    # A merged ward is no move: the new commune answers for the old one's club (domain 2.6).
    try:
        return club_unit == unit or club_unit in scope_communes(CatalogueUnit(unit))
    except UnitError:
        return False


def _once(event: Event, membership: Membership, today: date, stage: Stage | None) -> list[Event]:
    """The event, at its stage and on a day between that stage's first and today; nothing when it was the last one."""
    if event == membership.last:
        return []
    if membership.stage is not stage:
        raise WrongStage("the membership is in another stage", stage=membership.stage)
    if not membership.since <= (event.effective_on or today) <= today:
        raise Invalid("the day lies before what happened last, or in the future")
    return [event]


membership_decider: Decider[MembershipCommand, Membership] = Decider("membership", Membership(), decide, evolve)

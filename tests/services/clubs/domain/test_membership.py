"""The rules of a membership, each as one sentence."""

from datetime import date
from uuid import UUID

import pytest

from libs.events.contracts.clubs.membership import (
    InvitationDeclined,
    InvitationLapsed,
    LeaveReason,
    MemberInvited,
    MemberJoined,
    MemberLeft,
    MemberRejoined,
)
from libs.events.contracts.registry.person import PersonDied
from libs.events.decider import Invalid, Unknown, WrongStage
from libs.events.event import Event
from libs.events.testing import Specification
from services.clubs.domain.membership import NotOnTheList, PersonDeceased, membership_decider
from services.clubs.domain.membership.commands import (
    AnswerInvitation,
    EndMembership,
    InviteMember,
    LeaveClub,
    MembershipCommand,
    NoteMove,
    RejoinClub,
)

MEMBERSHIP, PERSON, CLUB = (UUID(int=n) for n in range(1, 4))
ABOUT = {"membership_id": MEMBERSHIP, "person_id": PERSON}
HERE, THERE = "2025:26080", "2025:00004"
# Phường Hàng Gòn's ground today was, among others, phường Xuân Tân's (domain 2.6).
XUAN_TAN, HANG_GON = "2004:26110", "2025:26113"
RELIED_ON = "registry/7/3"
TODAY = date(2025, 9, 1)

membership = Specification(membership_decider)


def on(day: int) -> date:
    """A day of spring 2025."""
    return date(2025, 4, day)


def invite(day: int = 1, *, managed: bool = True, unit: str = HERE) -> InviteMember:
    return InviteMember(MEMBERSHIP, PERSON, CLUB, unit, on(day), TODAY, managed, RELIED_ON)


def answer(day: int, *, accepted: bool = True) -> AnswerInvitation:
    return AnswerInvitation(accepted, on(day), TODAY)


def leave(day: int, reason: LeaveReason = LeaveReason.OWN_WISH) -> LeaveClub:
    return LeaveClub(reason, on(day), TODAY)


def rejoin(day: int, *, alive: bool = True) -> RejoinClub:
    return RejoinClub(on(day), TODAY, alive, RELIED_ON)


def die(day: int) -> EndMembership:
    return EndMembership(LeaveReason.DECEASED, on(day))


def invited(day: int = 1, unit: str = HERE) -> MemberInvited:
    return MemberInvited(**ABOUT, club_id=CLUB, unit=unit, invited_on=on(day), relied_on=RELIED_ON)


def joined(day: int) -> MemberJoined:
    return MemberJoined(**ABOUT, joined_on=on(day))


def declined(day: int) -> InvitationDeclined:
    return InvitationDeclined(**ABOUT, declined_on=on(day))


def lapsed(day: int, reason: LeaveReason = LeaveReason.DECEASED) -> InvitationLapsed:
    return InvitationLapsed(**ABOUT, reason=reason, lapsed_on=on(day))


def left(day: int, reason: LeaveReason = LeaveReason.OWN_WISH) -> MemberLeft:
    return MemberLeft(**ABOUT, reason=reason, left_on=on(day))


def rejoined(day: int) -> MemberRejoined:
    return MemberRejoined(**ABOUT, rejoined_on=on(day), relied_on=RELIED_ON)


def test_an_invitation_says_which_news_of_the_registry_it_relied_on() -> None:
    membership.given().when(invite()).then(invited())


def test_only_people_on_the_list_are_invited() -> None:
    membership.given().when(invite(managed=False)).then_refused(NotOnTheList, rules=["001-16"])


def test_nobody_is_invited_tomorrow() -> None:
    tomorrow = InviteMember(MEMBERSHIP, PERSON, CLUB, HERE, date(2025, 9, 2), TODAY, managed=True, relied_on=RELIED_ON)
    membership.given().when(tomorrow).then_refused(Invalid)


def test_an_invitation_said_twice_is_one() -> None:
    membership.given(invited()).when(invite()).then()


def test_a_membership_begins_once() -> None:
    membership.given(invited()).when(invite(2)).then_refused(WrongStage)


@pytest.mark.parametrize("command", [answer(2), leave(2), rejoin(2), die(2), NoteMove(THERE, on(2))])
def test_without_an_invitation_there_is_no_membership(command: MembershipCommand) -> None:
    membership.given().when(command).then_refused(Unknown)


def test_who_accepts_is_a_member() -> None:
    membership.given(invited()).when(answer(2)).then(joined(2))


def test_membership_is_voluntary() -> None:
    membership.given(invited()).when(answer(2, accepted=False)).then(declined(2))


@pytest.mark.parametrize(
    ("history", "said_again"),
    [
        ([invited(), joined(2)], answer(2)),
        ([invited(), declined(2)], answer(2, accepted=False)),
        ([invited(), joined(2), left(3)], leave(3)),
        ([invited(), joined(2), left(3), rejoined(4)], rejoin(4)),
        ([invited(), joined(2), left(3, LeaveReason.DECEASED)], die(3)),
        ([invited(), lapsed(3)], die(3)),
    ],
)
def test_what_is_known_already_changes_nothing(history: list[Event], said_again: MembershipCommand) -> None:
    membership.given(*history).when(said_again).then()


@pytest.mark.parametrize(
    ("history", "command"),
    [
        ([invited(), declined(2)], answer(3)),
        ([invited(), lapsed(2)], answer(3)),
        ([invited()], leave(3)),
        ([invited()], rejoin(3)),
        ([invited(), joined(2)], rejoin(3)),
        ([invited(), joined(2), left(3)], leave(4)),
        ([invited(), joined(2), left(3)], leave(3, LeaveReason.OTHER)),
    ],
)
def test_each_step_has_its_stage(history: list[Event], command: MembershipCommand) -> None:
    membership.given(*history).when(command).then_refused(WrongStage)


@pytest.mark.parametrize(
    ("history", "command"),
    [
        ([invited(5)], answer(4)),
        ([invited(), joined(5)], leave(4)),
        ([invited(), joined(2), left(5)], rejoin(4)),
        ([invited()], AnswerInvitation(accepted=True, answered_on=date(2025, 9, 2), today=TODAY)),
    ],
)
def test_days_follow_each_other_and_end_today(history: list[Event], command: MembershipCommand) -> None:
    membership.given(*history).when(command).then_refused(Invalid)


def test_a_member_leaves_at_will() -> None:
    membership.given(invited(), joined(2)).when(leave(3)).then(left(3))


@pytest.mark.parametrize("reason", [LeaveReason.DECEASED, LeaveReason.DECLARED_MISSING])
def test_only_the_registry_tells_of_deaths(reason: LeaveReason) -> None:
    membership.given(invited(), joined(2)).when(leave(3, reason)).then_refused(Invalid)


def test_who_left_may_come_back() -> None:
    membership.given(invited(), joined(2), left(3)).when(rejoin(4)).then(rejoined(4))


def test_and_leave_again() -> None:
    membership.given(invited(), joined(2), left(3), rejoined(4)).when(leave(5)).then(left(5))


def test_the_dead_do_not_come_back() -> None:
    membership.given(invited(), joined(2), left(3)).when(rejoin(4, alive=False)).then_refused(
        PersonDeceased, rules=["R-36"]
    )


def test_death_ends_a_membership() -> None:
    membership.given(invited(), joined(2)).when(die(9)).then(left(9, LeaveReason.DECEASED))


def test_death_lets_an_open_invitation_lapse() -> None:
    membership.given(invited()).when(die(9)).then(lapsed(9))


def test_no_membership_ends_before_it_began() -> None:
    membership.given(invited(), joined(5)).when(die(2)).then(left(5, LeaveReason.DECEASED))


@pytest.mark.parametrize("history", [[declined(2)], [joined(2), left(3)]])
def test_death_changes_nothing_for_who_is_no_member(history: list[Event]) -> None:
    membership.given(invited(), *history).when(die(9)).then()


def test_moving_to_another_commune_ends_a_membership() -> None:
    membership.given(invited(), joined(2)).when(NoteMove(THERE, on(9))).then(left(9, LeaveReason.MOVED_AWAY))


def test_a_unit_that_no_catalogue_knows_is_another_one() -> None:
    membership.given(invited()).when(NoteMove("2025:99999", on(9))).then(lapsed(9, LeaveReason.MOVED_AWAY))


def test_coming_back_to_the_same_commune_is_no_move() -> None:
    membership.given(invited(), joined(2)).when(NoteMove(HERE, on(9))).then()


def test_a_merged_ward_is_no_move() -> None:
    membership.given(invited(unit=XUAN_TAN), joined(2)).when(NoteMove(HANG_GON, on(9))).then()


def test_events_of_others_pass_by() -> None:
    stranger = PersonDied(person_id=PERSON, died_on=on(1), source="test")
    membership.given(invited(), stranger).when(answer(2)).then(joined(2))

"""Three cases to start sentences with: one wholly under the old law, one across the change, one under the new law."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from libs.events.contracts.registry.case import (
    AbsenceRecorded,
    CaseEnded,
    CasePaused,
    CaseResumed,
    CompletionReported,
    DeterminationNoted,
    DeterminationUnnoted,
    DossierOpened,
    EndCorrected,
    HelperAssigned,
    ManagementDecided,
    RemovalApproved,
    RemovalReviewOpened,
    RemovalWithheld,
    TermCorrected,
    TransferBounced,
    TransferNotified,
    TransferReceived,
    UseCleared,
    UseDetected,
)
from libs.events.contracts.values import Category, EndReason, EpisodeKind
from libs.events.decision import Decision
from libs.events.event import Event
from libs.events.testing import Specification
from libs.law.law import LAW
from libs.vietnam.calendar import LOCAL
from services.registry.domain.case import case_decider
from services.registry.domain.case.commands import (
    ApproveRemoval,
    CaseCommand,
    DecideManagement,
    OpenDossier,
    OpenRemovalReview,
    ReportCompletion,
)
from services.registry.domain.case.state import Case
from services.registry.domain.life import Life

CASE, PERSON, EPISODE, HELPER, TEST, OTHER_TEST, FOUND, OTHER_FOUND = (UUID(int=n) for n in range(1, 9))
ABOUT: dict[str, Any] = {"case_id": CASE, "person_id": PERSON}
HERE, THERE, ELSEWHERE = "2025:26080", "2025:26740", "2025:00004"
KIND = EpisodeKind.VOLUNTARY_FACILITY_PUBLIC
CHAIRMAN = "commune_chairman"
HOLDS, ENDED = "d116.end=holds", "d116.end=ended"
# Somebody of whose life nothing is known but that there is one.
LIFE = Life("registry/3/1")
ANNIVERSARY = "term.last_day=anniversary"

case = Specification(case_decider, LAW)


def under(**choices: str) -> Specification[CaseCommand, Case]:
    """The same law with switches turned; `transition__under_management="l73"` turns `transition.under_management`."""
    law = LAW
    for name, choice in choices.items():
        law = law.with_policy(name.replace("__", "."), choice)
    return Specification(case_decider, law)


def day(text: str) -> date:
    """A civil date."""
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    """An instant by the clock of Viet Nam."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def signed(on: str, *, unit: str = HERE, body: str = CHAIRMAN, rules: tuple[str, ...] = ()) -> Decision:
    """A decision signed on a day."""
    return Decision(number="15/QĐ-UBND", signed_on=day(on), body=body, unit=unit, signer="official-7", rules=rules)


@dataclass(frozen=True)
class Story:
    """The four days with which a case begins, and the last day of its nominal term."""

    completed: str
    presented: str
    dossier: str
    decided: str
    ends: str
    category: Category = Category.A
    kind: EpisodeKind = KIND

    @property
    def report(self) -> ReportCompletion:
        """The command that opens it."""
        return ReportCompletion(
            CASE,
            PERSON,
            EPISODE,
            HERE,
            self.kind,
            day(self.completed),
            day(self.presented),
            today=day(self.presented),
            relied_on=LIFE.position,
        )

    @property
    def open_dossier(self) -> OpenDossier:
        """The papers are together."""
        return OpenDossier(day(self.dossier), today=day(self.dossier))

    @property
    def decide(self) -> DecideManagement:
        """The chairman decides."""
        return DecideManagement(signed(self.decided), today=day(self.decided))

    @property
    def reported(self) -> CompletionReported:
        """It is open."""
        return CompletionReported(
            **ABOUT,
            episode_id=EPISODE,
            unit=HERE,
            kind=self.kind,
            completed_on=day(self.completed),
            presented_on=day(self.presented),
            dossier_due_on=None,
            rules=(),
            relied_on=LIFE.position,
        )

    @property
    def dossier_opened(self) -> DossierOpened:
        """It waits for the decision."""
        return DossierOpened(
            **ABOUT, opened_on=day(self.dossier), listed_by="", in_time=True, decision_due_on=None, rules=()
        )

    @property
    def management_decided(self) -> ManagementDecided:
        """It is managed."""
        return ManagementDecided(
            **ABOUT,
            episode_id=EPISODE,
            unit=HERE,
            category=self.category,
            category_reason="",
            term_starts_on=day(self.completed),
            term_ends_on=day(self.ends),
            decision=signed(self.decided),
            in_time=True,
        )

    @property
    def with_dossier(self) -> list[Event]:
        """Everything before the decision."""
        return [self.reported, self.dossier_opened]

    @property
    def managed(self) -> list[Event]:
        """Everything up to the decision."""
        return [*self.with_dossier, self.management_decided]


# Completed on a Monday, presented on the Wednesday, papers on the Friday, decided on the Tuesday.
OLD = Story("2024-03-04", "2024-03-06", "2024-03-08", "2024-03-12", ends="2025-03-04")
EARLIER = Story("2026-03-02", "2026-03-04", "2026-03-06", "2026-03-10", ends="2027-03-02")
NEW = Story("2026-07-06", "2026-07-08", "2026-07-10", "2026-07-14", ends="2027-07-06")
# As EARLIER, but decided only after the change.
SEAM = replace(EARLIER, presented="2026-06-26", dossier="2026-06-30", decided="2026-07-02")


def helped(on: str) -> HelperAssigned:
    """A helper is assigned."""
    return HelperAssigned(**ABOUT, helper_id=HELPER, organisation="Hội Phụ nữ", assigned_on=day(on))


def absent(start: str, back: str, *, ends: str, reported: bool = False, **more: Any) -> AbsenceRecorded:
    """An absence; `ends` is the end of the term with it."""
    return AbsenceRecorded(
        **ABOUT,
        absent_from=day(start),
        absent_until=day(back),
        reported=reported,
        term_ends_on=day(ends),
        **{"rules": (), **more},
    )


def notified(left: str, **more: Any) -> TransferNotified:
    """The person left for THERE at an instant."""
    facts = {"from_unit": HERE, "to_unit": THERE, "due": "", "in_time": True, "rules": (), **more}
    return TransferNotified(**ABOUT, left_on=at(left).date(), left_at=at(left), **facts)


def received(on: str, unit: str = THERE) -> TransferReceived:
    """The new commune has the case."""
    return TransferReceived(**ABOUT, from_unit=HERE, unit=unit, received_on=day(on), rules=("R-35",))


def bounced(on: str, reason: str = "không có người này") -> TransferBounced:
    """The old commune has it back."""
    return TransferBounced(**ABOUT, unit=HERE, bounced_on=day(on), reason=reason)


def paused(on: str, rules: tuple[str, ...] = ("R-33", "R-34"), policies: tuple[str, ...] = ()) -> CasePaused:
    """Prison interrupts the term."""
    return CasePaused(**ABOUT, paused_on=day(on), rules=rules, policies=policies)


def resumed(
    on: str, *, ends: str, rules: tuple[str, ...] = ("R-01", "R-34"), policies: tuple[str, ...] = (ANNIVERSARY,)
) -> CaseResumed:
    """The remaining term is served."""
    return CaseResumed(**ABOUT, resumed_on=day(on), term_ends_on=day(ends), rules=rules, policies=policies)


def used(on: str, test: UUID = TEST, rules: tuple[str, ...] = ("R-25",), *, needs_review: bool = False) -> UseDetected:
    """A confirmed use in the term."""
    return UseDetected(**ABOUT, test_id=test, detected_on=day(on), needs_review=needs_review, rules=rules)


def use_cleared(on: str, test: UUID = TEST, *, needs_review: bool = False) -> UseCleared:
    """That use counts no more."""
    return UseCleared(**ABOUT, test_id=test, detected_on=day(on), needs_review=needs_review)


def noted(on: str, *, addicted: bool, by: UUID = FOUND, needs_review: bool = False) -> DeterminationNoted:
    """The case took note of a determination."""
    facts = {"determined_on": day(on), "addicted": addicted, "needs_review": needs_review}
    return DeterminationNoted(**ABOUT, determination_id=by, **facts)


def unnoted(on: str, *, needs_review: bool = False) -> DeterminationUnnoted:
    """It counts no more."""
    return DeterminationUnnoted(**ABOUT, determination_id=FOUND, determined_on=day(on), needs_review=needs_review)


def in_review(
    on: str, rules: tuple[str, ...] = ("R-01",), policies: tuple[str, ...] = (ANNIVERSARY,)
) -> RemovalReviewOpened:
    """The removal is under review, once a term of these rules is served."""
    return RemovalReviewOpened(**ABOUT, opened_on=day(on), rules=rules, policies=policies)


def withheld(on: str, why: str, rules: tuple[str, ...], policies: tuple[str, ...] = ()) -> RemovalWithheld:
    """Something stands in the way of removal."""
    return RemovalWithheld(**ABOUT, withheld_on=day(on), why=why, rules=rules, policies=policies)


def review(on: str) -> OpenRemovalReview:
    """The term is served, and told on the day itself."""
    return OpenRemovalReview(day(on), day(on))


def approve(on: str, *, despite: str | None = None, unit: str = HERE, body: str = CHAIRMAN) -> ApproveRemoval:
    """The chairman certifies the end of the term."""
    return ApproveRemoval(signed(on, unit=unit, body=body), "54/GCN", today=day(on), despite=despite)


def approved(
    on: str, rules: tuple[str, ...], despite: str | None = None, unit: str = HERE, policies: tuple[str, ...] = ()
) -> RemovalApproved:
    """Off the list for good."""
    decision = signed(on, unit=unit, rules=rules)
    facts = {"certificate_number": "54/GCN", "decision": decision, "despite": despite, "policies": policies}
    return RemovalApproved(**ABOUT, approved_on=day(on), **facts)


def ended(
    on: str,
    reason: EndReason,
    rules: tuple[str, ...] = (),
    policies: tuple[str, ...] = (),
    *,
    needs_review: bool = False,
) -> CaseEnded:
    """Over before the term was served."""
    facts = {"needs_review": needs_review, "rules": rules, "policies": policies}
    return CaseEnded(**ABOUT, reason=reason, ended_on=day(on), **facts)


def end_corrected(
    on: str, reason: EndReason, was: str, rules: tuple[str, ...] = (), *, needs_review: bool = False
) -> EndCorrected:
    """What ended it was corrected."""
    facts = {"ended_on": day(on), "was": day(was), "needs_review": needs_review, "rules": rules}
    return EndCorrected(**ABOUT, reason=reason, **facts)


def term_corrected(
    completed: str, starts: str | None, ends: str | None, *, needs_review: bool, **more: tuple[str, ...]
) -> TermCorrected:
    """The term follows a corrected completion, by its rules once it was decided."""
    return TermCorrected(
        **ABOUT,
        completed_on=day(completed),
        term_starts_on=None if starts is None else day(starts),
        term_ends_on=None if ends is None else day(ends),
        reason="nhập sai",
        needs_review=needs_review,
        **({"rules": ()} if starts is None else {"rules": ("R-01",), "policies": (ANNIVERSARY,), **more}),
    )

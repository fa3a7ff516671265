"""A drug test: recorded, corrected, annulled; only a confirmatory positive with its signed form counts in law."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from libs.events.contracts.registry.drug_test import (
    DrugTestAnnulled,
    DrugTestCorrected,
    DrugTestGround,
    DrugTestRecorded,
    DrugTestResult,
    DrugTestStage,
)
from libs.events.contracts.values import UnitRef
from libs.events.decider import Decider, Invalid, Refused, Unknown
from libs.events.event import Event
from libs.law.applied import Applied
from libs.law.law import Law, NotInForce
from libs.law.use import positive_sent_to
from services.registry.domain.life import Life, said_before


@dataclass(frozen=True)
class RecordTest:
    """Record a test and its result; `form_number` names the signed Mẫu 03. The route adds what is known of the life."""

    test_id: UUID
    person_id: UUID
    unit: UnitRef
    sampled_on: date
    today: date
    stage: DrugTestStage
    result: DrugTestResult
    ground: DrugTestGround
    life: Life
    substances: tuple[str, ...] = ()
    form_number: str | None = None


@dataclass(frozen=True)
class CorrectTest:
    """The record of the test was wrong."""

    sampled_on: date
    result: DrugTestResult
    today: date
    reason: str
    life: Life


@dataclass(frozen=True)
class AnnulTest:
    """The test must count for nothing."""

    today: date
    reason: str


DrugTestCommand = RecordTest | CorrectTest | AnnulTest


@dataclass(frozen=True)
class DrugTest:
    """What decisions about a test need to know."""

    recorded: DrugTestRecorded | None = None
    sampled_on: date | None = None
    result: DrugTestResult | None = None
    annulled: bool = False


class AlreadyTested(Refused):
    """The test was recorded before, otherwise than said now; correct it instead."""

    problem = "already-tested"


class AnnulledBefore(Refused):
    """An annulled test cannot be corrected."""

    problem = "test-annulled"


class SampledInTheFuture(Invalid):
    """A sample was dated after today."""

    problem = "sampled-in-the-future"


class NotSigned(Invalid):
    """A confirmed positive needs the number of its signed form (Mẫu 03, domain 3.5)."""

    problem = "test-not-signed"


def decide(command: DrugTestCommand, test: DrugTest, law: Law) -> list[Event]:
    """What follows from a command; nothing when it says what is known already."""
    if isinstance(command, RecordTest):
        return record(command, test, law)
    if test.recorded is None:
        raise Unknown("there is no such test")
    match command:
        case CorrectTest():
            return correct(command, test, test.recorded, law)
        case AnnulTest():
            return annul(command, test, test.recorded)
        case _:
            assert_never(command)


def record(command: RecordTest, test: DrugTest, law: Law) -> list[Event]:
    """A confirmed positive goes at once to the chairman (R-22), from 01/07/2026 to the police chief (R-23)."""
    if command.sampled_on > command.today:
        raise SampledInTheFuture("a sample is dated after today")
    command.life.check(command.sampled_on)
    positive = _counts(command.stage, command.result)
    if positive and not command.form_number:
        raise NotSigned("a confirmed positive needs its form number")
    sent = _sent_to(positive, law, command.sampled_on)
    recorded = DrugTestRecorded(
        test_id=command.test_id,
        person_id=command.person_id,
        unit=command.unit,
        sampled_on=command.sampled_on,
        stage=command.stage,
        result=command.result,
        ground=command.ground,
        substances=list(command.substances) or None,
        form_number=command.form_number,
        sent_to=sent.value,
        rules=sent.rules,
        relied_on=command.life.position,
    )
    if said_before(test.recorded, recorded):
        return []  # Said twice, true once.
    if test.recorded is not None:
        raise AlreadyTested("the test was recorded before")
    return [recorded]


def correct(command: CorrectTest, test: DrugTest, recorded: DrugTestRecorded, law: Law) -> list[Event]:
    """What follows from the result is looked at again by reaction; without its form no test becomes a positive."""
    if test.annulled:
        raise AnnulledBefore("the test was annulled")
    if command.sampled_on > command.today:
        raise SampledInTheFuture("a sample is dated after today")
    command.life.check(command.sampled_on)
    positive = _counts(recorded.stage, command.result)
    if positive and not recorded.form_number:
        raise NotSigned("a confirmed positive needs its form number; annul this test and record it anew")
    if (test.sampled_on, test.result) == (command.sampled_on, command.result):
        return []
    sent = _sent_to(positive, law, command.sampled_on)
    return [
        DrugTestCorrected(
            test_id=recorded.test_id,
            person_id=recorded.person_id,
            stage=recorded.stage,
            sampled_on=command.sampled_on,
            result=command.result,
            reason=command.reason,
            sent_to=sent.value,
            rules=sent.rules,
            relied_on=command.life.position,
        )
    ]


def annul(command: AnnulTest, test: DrugTest, recorded: DrugTestRecorded) -> list[Event]:
    """Annulled twice, annulled once."""
    if test.annulled:
        return []
    return [
        DrugTestAnnulled(
            test_id=recorded.test_id,
            person_id=recorded.person_id,
            annulled_on=command.today,
            reason=command.reason,
        )
    ]


def _counts(stage: DrugTestStage, result: DrugTestResult) -> bool:
    return stage is DrugTestStage.CONFIRMATORY and result is DrugTestResult.POSITIVE


def _sent_to(positive: bool, law: Law, on: date) -> Applied[str | None]:  # noqa: FBT001 -- One answer for both.
    if not positive:
        return Applied(None)
    try:
        sent = positive_sent_to(law, on=on)
    except NotInForce as silent:
        raise Invalid("no law of that day is known") from silent
    return sent.then(sent.value.to)


def evolve(test: DrugTest, event: Event) -> DrugTest:
    """The test after one more fact."""
    match event:
        case DrugTestRecorded():
            return DrugTest(event, event.sampled_on, event.result)
        case DrugTestCorrected():
            return replace(test, sampled_on=event.sampled_on, result=event.result)
        case DrugTestAnnulled():
            return replace(test, annulled=True)
        case _:
            return test


drug_test_decider: Decider[DrugTestCommand, DrugTest] = Decider("test", DrugTest(), decide, evolve)

"""A drug test (xét nghiệm chất ma túy trong cơ thể); the legal positive is the signed Mẫu 03 (domain 3.5)."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from libs.events.contracts.values import UnitRef
from libs.events.event import Event, Health

# The point of law that a test rests on: D105 Art 38.1 (nine grounds) until 30/06/2026, L120 Art 23.1 since.
DrugTestGround = Annotated[str, StringConstraints(pattern=r"^(D105-38\.1-[abcdđeghi]|L120-23\.1-[abcdđe])$")]


class DrugTestStage(StrEnum):
    """A quick test is presumptive; only the confirmatory one with its signed form counts in law."""

    SCREENING = "screening"
    CONFIRMATORY = "confirmatory"


class DrugTestResult(StrEnum):
    """What a test said; a refusal is no negative."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    INVALID = "invalid"
    REFUSED = "refused"


class DrugTestRecorded(Event, type="registry.test-recorded", version=1, effective="sampled_on"):
    """A test with its result; `form_number` names the signed Mẫu 03, `sent_to` who must know of it (R-22, R-23).

    `relied_on` is the position of what the registry knew of the person's life.
    """

    test_id: UUID
    person_id: UUID
    unit: UnitRef
    sampled_on: date
    stage: DrugTestStage
    result: DrugTestResult
    ground: DrugTestGround
    substances: Health[list[str]] | None = None
    form_number: str | None = None
    sent_to: str | None = None
    rules: tuple[str, ...] = ()
    relied_on: str


class DrugTestCorrected(Event, type="registry.test-corrected", version=1, effective="sampled_on"):
    """The record of a test was wrong; one that now is positive goes to whom the law names (R-22, R-23).

    `relied_on` as in the record.
    """

    test_id: UUID
    person_id: UUID
    stage: DrugTestStage
    sampled_on: date
    result: DrugTestResult
    reason: Health[str]
    sent_to: str | None = None
    rules: tuple[str, ...] = ()
    relied_on: str


class DrugTestAnnulled(Event, type="registry.test-annulled", version=1, effective="annulled_on"):
    """The test counts for nothing any more."""

    test_id: UUID
    person_id: UUID
    annulled_on: date
    reason: Health[str]

"""Drug tests; a re-use is the first confirmed positive after a completion."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.events.contracts.registry.drug_test import (
    DrugTestAnnulled,
    DrugTestCorrected,
    DrugTestRecorded,
    DrugTestResult,
    DrugTestStage,
)
from libs.events.projection import Projection
from services.reporting.facts import RATES


@dataclass(frozen=True)
class CountedTest:
    """A test that counts until it is annulled; only a confirmatory positive is a re-use."""

    test_id: UUID
    person_id: UUID
    unit: str
    sampled_on: date
    stage: DrugTestStage
    result: DrugTestResult
    annulled: bool = False


drug_tests = Projection(
    "reporting.drug_tests", 1, CountedTest, history=True, group=RATES, unit="unit", indexes=["(person_id)"]
)


@drug_tests.on(DrugTestRecorded, key=lambda e: e.test_id)
def recorded(event: DrugTestRecorded, row: CountedTest | None) -> CountedTest:
    """A first row."""
    return CountedTest(event.test_id, event.person_id, event.unit, event.sampled_on, event.stage, event.result)


@drug_tests.on(DrugTestCorrected, key=lambda e: e.test_id)
def corrected(event: DrugTestCorrected, row: CountedTest | None) -> CountedTest | None:
    """The corrected result counts from when we knew of it."""
    return None if row is None else replace(row, sampled_on=event.sampled_on, result=event.result)


@drug_tests.on(DrugTestAnnulled, key=lambda e: e.test_id)
def annulled(event: DrugTestAnnulled, row: CountedTest | None) -> CountedTest | None:
    """It counts for nothing any more, and stays to be explained."""
    return None if row is None else replace(row, annulled=True)

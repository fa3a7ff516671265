"""Drug tests as the commune's police recorded them."""

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


@dataclass(frozen=True)
class TestRow:
    """A test."""

    test_id: UUID
    person_id: UUID
    unit: str
    sampled_on: date
    stage: DrugTestStage
    result: DrugTestResult
    annulled: bool = False


drug_tests = Projection("registry.drug_tests", 1, TestRow, unit="unit", indexes=["(person_id, sampled_on)"])


@drug_tests.on(DrugTestRecorded, key=lambda e: e.test_id)
def recorded(event: DrugTestRecorded, row: TestRow | None) -> TestRow:
    """A first row."""
    return TestRow(event.test_id, event.person_id, event.unit, event.sampled_on, event.stage, event.result)


@drug_tests.on(DrugTestCorrected, key=lambda e: e.test_id)
def corrected(event: DrugTestCorrected, row: TestRow | None) -> TestRow | None:
    """The corrected result is shown."""
    return row and replace(row, sampled_on=event.sampled_on, result=event.result)


@drug_tests.on(DrugTestAnnulled, key=lambda e: e.test_id)
def annulled(event: DrugTestAnnulled, row: TestRow | None) -> TestRow | None:
    """The row stays."""
    return row and replace(row, annulled=True)

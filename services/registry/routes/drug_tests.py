"""Drug tests: recorded, corrected, annulled."""

from datetime import date
from uuid import UUID

from pydantic import Field

from libs.events.contracts.registry.drug_test import DrugTestGround, DrugTestResult, DrugTestStage
from libs.events.handling import Outcome
from libs.web.bodies import Body
from libs.web.edge import Edge
from libs.web.roles import Permission
from libs.web.routing import Router
from services.registry.domain.drug_test import AnnulTest, CorrectTest, RecordTest, drug_test_decider
from services.registry.projections.drug_tests import drug_tests
from services.registry.projections.persons import persons
from services.registry.routes.people import life_of, recording_unit
from services.registry.routes.texts import Document, Reason

router = Router("drug-tests")


class TestBody(Body):
    """A test with its result; a confirmed positive needs the number of its signed form (Mẫu 03)."""

    person_id: UUID
    sampled_on: date
    stage: DrugTestStage
    result: DrugTestResult
    ground: DrugTestGround
    substances: list[Document] = Field(default=[], max_length=20)
    form_number: Document | None = None


class TestCorrectionBody(Body):
    """What the record should have said."""

    sampled_on: date
    result: DrugTestResult
    reason: Reason


class AnnulmentBody(Body):
    """Why the test must count for nothing."""

    reason: Reason


@router.command("/v1/drug-tests", permission=Permission.TEST_RECORD, created="/v1/drug-tests/{id}")
def record_test(body: TestBody, edge: Edge) -> Outcome:
    """Record a test; a confirmed positive in the term is a detected use of the case (R-25)."""
    row = edge.find(persons, body.person_id)
    test_id = edge.new_id("test")
    command = RecordTest(
        test_id=test_id,
        person_id=body.person_id,
        unit=recording_unit(edge, row),
        sampled_on=body.sampled_on,
        today=edge.today,
        stage=body.stage,
        result=body.result,
        ground=body.ground,
        life=life_of(edge, body.person_id),
        substances=tuple(body.substances),
        form_number=body.form_number,
    )
    return edge.handle(drug_test_decider, f"test-{test_id}", command, subject=f"person-{body.person_id}")


@router.command("/v1/drug-tests/{test_id}/corrections", permission=Permission.TEST_RECORD)
def correct_test(test_id: UUID, body: TestCorrectionBody, edge: Edge) -> Outcome:
    """Correct a test; what followed from it is looked at anew."""
    row = edge.find(drug_tests, test_id)
    command = CorrectTest(body.sampled_on, body.result, edge.today, body.reason, life_of(edge, row.person_id))
    return edge.handle(drug_test_decider, f"test-{test_id}", command)


@router.command("/v1/drug-tests/{test_id}/annulment", permission=Permission.TEST_RECORD)
def annul_test(test_id: UUID, body: AnnulmentBody, edge: Edge) -> Outcome:
    """Annul a test."""
    edge.find(drug_tests, test_id)
    return edge.handle(drug_test_decider, f"test-{test_id}", AnnulTest(edge.today, body.reason))

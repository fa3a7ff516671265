"""What commands on cases bring."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime

from libs.events.contracts.values import EndReason
from libs.events.decision import Decision, DocumentNumber, OfficialId
from libs.web.bodies import Body
from libs.web.units import known_unit
from services.registry.routes.texts import Document, Reason


class ReportBody(Body):
    """The completed episode, and when the person presented at the commune (R-10)."""

    episode_id: UUID
    unit: str
    presented_on: date


class DossierBody(Body):
    """When the papers of R-13 were together."""

    opened_on: date


class DecisionBody(Body):
    """A signed decision (quyết định); `body` is the deciding office, `unit` its unit, `signer` an opaque id."""

    number: DocumentNumber
    signed_on: date
    body: Document
    unit: str
    signer: OfficialId

    def decision(self) -> Decision:
        """As the events carry it; the rules are added by what was decided."""
        unit = known_unit(self.unit)
        return Decision(number=self.number, signed_on=self.signed_on, body=self.body, unit=unit, signer=self.signer)


class ManagementBody(DecisionBody):
    """`reviewed` says that a human looked at a decision that comes after its term."""

    reviewed: bool = False


class HelperBody(Body):
    """Who counsels and helps (R-38)."""

    helper_id: UUID
    organisation: Document
    assigned_on: date


class AbsenceBody(Body):
    """An absence that is over; `absent_until` is the first day back (R-18)."""

    absent_from: date
    absent_until: date
    reported: bool


class TransferBody(Body):
    """Where to, when the person left, and when the other commune was told (R-19, R-20)."""

    to_unit: str
    left_at: AwareDatetime
    notified_at: AwareDatetime


class ReceiptBody(Body):
    """When the new commune found the person living there."""

    received_on: date


class BounceBody(Body):
    """When and why the new commune sent the case back."""

    bounced_on: date
    reason: Reason


class PrisonBody(Body):
    """When a prison sentence began."""

    imprisoned_on: date


class ReleaseBody(Body):
    """When the person was released."""

    released_on: date


class RemovalReviewBody(Body):
    """When the review began: a day after the term's last."""

    opened_on: date


class RemovalBody(DecisionBody):
    """The certificate (Mẫu 54); `despite` answers a removal that was withheld."""

    certificate_number: Document
    despite: Reason | None = None


class EndBody(Body):
    """An early end that the law of the day knows (R-33, R-36) other than death, or an annulment."""

    reason: EndReason
    ended_on: date

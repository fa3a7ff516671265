"""Who read what about whom: a row committed before the answer leaves, or no answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from libs.web.failures import log_failure
from libs.web.refusals import ReadNotRecorded


@dataclass(frozen=True)
class Reading:
    """One reading of personal data; `units` are those of the caller, `fields` what the answer shows."""

    caller: str
    roles: Sequence[str]
    units: Sequence[str]
    purpose: str
    route: str
    request_id: UUID
    subjects: Sequence[UUID]
    fields: Sequence[str]


def record(engine: Engine, reading: Reading) -> None:
    """Commit the record; `ReadNotRecorded` when that cannot be done, and then nothing may be answered."""
    values = {
        "caller": reading.caller,
        "roles": list(reading.roles),
        "unit": ",".join(reading.units),
        "purpose": reading.purpose,
        "route": reading.route,
        "request_id": reading.request_id,
        "subjects": list(dict.fromkeys(reading.subjects)),
        "fields": list(reading.fields),
    }
    try:
        with engine.begin() as connection:
            connection.execute(_INSERT, values)
    except SQLAlchemyError as error:
        log_failure(error, 40)
        raise ReadNotRecorded("the reading could not be recorded") from error


_INSERT = text(
    "insert into read_record (caller, roles, unit, purpose, route, request_id, subjects, fields)"
    " values (:caller, :roles, :unit, :purpose, :route, :request_id, :subjects, :fields)"
)

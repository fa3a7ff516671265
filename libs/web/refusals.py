"""What the edge itself refuses, and what an error of the machinery means to the caller.

EdgeRefused                       carries headers
├── Unauthenticated          401  no token, or one that does not count
├── Forbidden                403  no role of the caller grants the route's permission
├── NoAuthority              403  a role does, but the caller holds no unit on this day
├── OutsideScope             403  a unit named in the request lies outside the caller's
├── PurposeRequired          400  personal data is read for a purpose, and none was named
├── PurposeNotAllowed        403  the purpose is unknown, or not one of the caller's
├── KeyRequired              400  a command carries an `Idempotency-Key`
├── KeyReused                422  the key came before, with another request
├── HeaderMalformed          400  a header says nothing that can be understood
├── ParameterUnknown         422  the query names a parameter that the route does not have
├── CursorMalformed          400  the cursor is not one that this list gave
├── BodyMalformed            400  the body is not what its content type says
├── RequestInvalid           422  fields are missing, unknown or out of bounds; `errors` says where
├── BodyTooLarge             413
├── MediaUnsupported         415
├── MethodNotAllowed         405
├── NotYetKnown              409  what the caller waits for has not arrived here
├── TooManyRequests          429
├── Unavailable              503  the database is away, or too busy
├── Stopping                 503  cut off; the same request again tells what became of it
├── JournalNotVerified       503  after a failover nothing is written until the journal is verified
├── ReadNotRecorded          503  no record of the reading, no reading
└── Failed                   500  our own mistake
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from libs.events.decider import Refused

RETRY_SECONDS = 5


class EdgeRefused(Refused):
    """A refusal before, beside or after the domain; `headers` go with the answer."""

    headers: ClassVar[Mapping[str, str]] = {}


class Unauthenticated(EdgeRefused):
    """There is no bearer token, or it does not count."""

    status = 401
    problem = "unauthenticated"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class Forbidden(EdgeRefused):
    """No role of the caller grants what the route needs."""

    status = 403
    problem = "forbidden"


class NoAuthority(EdgeRefused):
    """The caller's role counts in no unit on this day."""

    status = 403
    problem = "no-authority-today"


class OutsideScope(EdgeRefused):
    """The request names a unit that is not the caller's."""

    status = 403
    problem = "outside-scope"


class PurposeRequired(EdgeRefused):
    """Personal data is read for a named purpose only."""

    status = 400
    problem = "purpose-required"


class PurposeNotAllowed(EdgeRefused):
    """The purpose is none, or none of the caller's."""

    status = 403
    problem = "purpose-not-allowed"


class KeyRequired(EdgeRefused):
    """A command needs an `Idempotency-Key`, so that it can be repeated safely."""

    status = 400
    problem = "idempotency-key-required"


class KeyReused(EdgeRefused):
    """The `Idempotency-Key` belongs to another request of the same caller."""

    status = 422
    problem = "idempotency-key-reused"


class HeaderMalformed(EdgeRefused):
    """A header is not in its form; `params.header` names it."""

    status = 400
    problem = "header-malformed"


class ParameterUnknown(EdgeRefused):
    """A query parameter that the route does not have."""

    status = 422
    problem = "parameter-unknown"


class CursorMalformed(EdgeRefused):
    """Not a cursor of this list."""

    status = 400
    problem = "cursor-malformed"


class BodyMalformed(EdgeRefused):
    """The body cannot be read as its content type."""

    status = 400
    problem = "body-malformed"


class RequestInvalid(EdgeRefused):
    """Fields are missing, unknown or out of bounds."""

    status = 422
    problem = "request-invalid"

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__("the request does not have the form that the route asks for")
        self.errors = tuple(errors)


class BodyTooLarge(EdgeRefused):
    """The body is larger than the route takes."""

    status = 413
    problem = "body-too-large"


class MediaUnsupported(EdgeRefused):
    """The route takes another content type."""

    status = 415
    problem = "media-unsupported"


class MethodNotAllowed(EdgeRefused):
    """The path exists, with other methods."""

    status = 405
    problem = "method-not-allowed"


class NotYetKnown(EdgeRefused):
    """What `Aftercare-Wait-For` names has not arrived here in time."""

    status = 409
    problem = "not-yet-known"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class TooManyRequests(EdgeRefused):
    """The caller asks faster than it may."""

    status = 429
    problem = "too-many-requests"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class Unavailable(EdgeRefused):
    """The database is away or too busy; nothing was done."""

    status = 503
    problem = "unavailable"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": str(RETRY_SECONDS)}


class Stopping(Unavailable):
    """The service was stopped before it answered; whether anything was done is told when it is asked again."""

    problem = "stopping"


class JournalNotVerified(Unavailable):
    """Nothing is written until the journal has been compared with its log."""

    problem = "journal-unverified"


class ReadNotRecorded(Unavailable):
    """The reading could not be recorded, so nothing is answered."""

    problem = "read-not-recorded"


class Failed(EdgeRefused):
    """Something broke here; the log of this process knows where."""

    status = 500
    problem = "internal-error"

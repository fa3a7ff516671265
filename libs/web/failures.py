"""What any exception means to the caller, and what the process log may say of it: types and places, never texts."""

import asyncio
import logging
from collections.abc import Sequence
from http import HTTPStatus
from traceback import extract_tb

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException

from libs.events.database import Away
from libs.events.decider import Invalid, Refused, Unknown
from libs.events.journal import JournalUnverified
from libs.web.problems import invalid
from libs.web.refusals import (
    BodyMalformed,
    BodyTooLarge,
    Failed,
    Forbidden,
    JournalNotVerified,
    MediaUnsupported,
    MethodNotAllowed,
    Stopping,
    Unauthenticated,
    Unavailable,
)

FRAMES_MAX = 8
_log = logging.getLogger("aftercare.failures")
_BY_STATUS: dict[int, type[Refused]] = {
    400: BodyMalformed,
    401: Unauthenticated,
    403: Forbidden,
    404: Unknown,
    405: MethodNotAllowed,
    413: BodyTooLarge,
    415: MediaUnsupported,
}


# The first that fits.
_MEANINGS: Sequence[tuple[tuple[type[BaseException], ...], type[Refused]]] = (
    ((asyncio.CancelledError,), Stopping),
    ((JournalUnverified,), JournalNotVerified),
    ((DataError,), Invalid),
    (Away, Unavailable),
    ((Exception,), Failed),
)


def meaning_of(error: BaseException, known: frozenset[str] = frozenset()) -> Refused:
    """The refusal that stands for an exception; one of our own making is logged and told as `internal-error`."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, RequestValidationError):
        return _unreadable(error, known)
    if isinstance(error, HTTPException):
        return _of_status(error)
    kinds, refusal = next((kinds, refusal) for kinds, refusal in _MEANINGS if isinstance(error, kinds))
    log_failure(error, logging.ERROR if refusal is Failed else logging.WARNING)
    return refusal(f"it stands for {kinds[0].__name__}")


def log_failure(error: BaseException, level: int) -> None:
    """Say what happened and where; the text of an exception can carry a name or a number, so it stays here."""
    frames = extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    places = [f"{frame.filename}:{frame.lineno}" for frame in [*ours[-FRAMES_MAX:], *frames[-1:]]]
    sqlstate = getattr(getattr(error, "orig", None), "sqlstate", None)
    _log.log(level, "%s %s at %s", type(error).__name__, sqlstate or "", " < ".join(reversed(places)))


def _unreadable(error: RequestValidationError, known: frozenset[str]) -> Refused:
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return BodyMalformed("not JSON")
    return invalid(found, known)


def _of_status(error: HTTPException) -> Refused:
    other = Failed if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else BodyMalformed
    return _BY_STATUS.get(error.status_code, other)("the framework refused")

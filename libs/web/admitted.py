"""What a request's headers say, checked once before anything else of it is looked at."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from libs.web.access import Caller, Reach
from libs.web.freshness import WAIT_FOR, Positions, parse_positions
from libs.web.purposes import HEADER as PURPOSE
from libs.web.purposes import Purpose, allowed
from libs.web.refusals import HeaderMalformed, KeyRequired, PurposeNotAllowed, PurposeRequired

KEY = "Idempotency-Key"
IF_MATCH = "If-Match"
_KEY = re.compile(r"[!-~]{1,200}", re.ASCII)
_ETAG = re.compile(r'"([0-9]{1,9})"', re.ASCII)


@dataclass(frozen=True)
class Admitted:
    """A request that may proceed: who calls, how far they reach, for what, and under which conditions."""

    caller: Caller
    reach: Reach
    request_id: UUID
    language: str
    purpose: Purpose | None
    key: str | None
    expected: int | None
    wait_for: Positions


def purpose_in(headers: Mapping[str, str], reach: Reach, *, needed: bool) -> Purpose | None:
    """The purpose named, of those that the caller's granting roles may have; `PurposeRequired` if it is needed."""
    named = headers.get(PURPOSE)
    if named is None:
        if needed:
            raise PurposeRequired("personal data is read for a named purpose")
        return None
    try:
        purpose = Purpose(named)
    except ValueError:
        raise PurposeNotAllowed("no such purpose") from None
    if not allowed(purpose, reach.roles):
        raise PurposeNotAllowed("not a purpose of the caller's roles")
    return purpose


def key_in(headers: Mapping[str, str]) -> str:
    """The `Idempotency-Key`: 1 to 200 visible ASCII characters."""
    key = headers.get(KEY)
    if key is None:
        raise KeyRequired("a command carries an Idempotency-Key")
    if not _KEY.fullmatch(key):
        raise HeaderMalformed("not a key", header=KEY)
    return key


def expected_in(headers: Mapping[str, str]) -> int | None:
    """The version that `If-Match` names as `"7"`; None when the header is not there."""
    named = headers.get(IF_MATCH)
    if named is None:
        return None
    match = _ETAG.fullmatch(named)
    if match is None:
        raise HeaderMalformed("not a version", header=IF_MATCH)
    return int(match[1])


def wait_in(headers: Mapping[str, str]) -> Positions:
    """The positions of `Aftercare-Wait-For`; none when the header is not there."""
    named = headers.get(WAIT_FOR)
    return {} if named is None else parse_positions(named)

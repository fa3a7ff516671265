"""Limits on everything that a caller can make large, long or frequent."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from libs.web.bodies import OnceRequest
from libs.web.refusals import BodyTooLarge, TooManyRequests

CALLERS_MAX = 10_000


@dataclass(frozen=True)
class Limits:
    """What a process allows; the largest police list is about 150 MB (domain.md §7.2)."""

    body_bytes_max: int = 65_536
    upload_bytes_max: int = 200 * 1_048_576
    wait_seconds_max: float = 5.0
    wait_poll_seconds: float = 0.02
    waiters_max: int = 200
    requests_per_second: float = 50.0
    requests_burst: int = 200


def limited(request: Request, bytes_max: int) -> Request:
    """The request, whose body ends in a 413 once it is larger; at once where it says its length."""
    length = request.headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or int(length) > bytes_max:
        raise BodyTooLarge("the body is too large", bytes_max=bytes_max)
    seen = 0

    async def receive() -> Message:
        nonlocal seen
        message = await request.receive()
        seen += len(message.get("body", b""))
        if seen > bytes_max:
            # FastAPI lets this class through while it reads a body, and no other.
            raise HTTPException(413)
        return message

    return OnceRequest(request.scope, receive)


class Rate:
    """A bucket per caller: `per_second` requests on the long run, `burst` at once."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, caller: str) -> None:
        """Count one request; `TooManyRequests` when the bucket is empty."""
        now = self._clock()
        with self._lock:
            left, at = self._buckets.pop(caller, (float(self._burst), now))
            left = min(self._burst, left + (now - at) * self._per_second)
            self._buckets[caller] = (max(left - 1, 0.0) if left >= 1 else left, now)
            while len(self._buckets) > CALLERS_MAX:
                self._buckets.popitem(last=False)
        if left < 1:
            raise TooManyRequests("the caller asks faster than it may")

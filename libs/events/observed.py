"""A process that operations can watch: its spans and metrics go out while it runs, and its last ones as it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import monotonic

from libs.events.metering import start_metering
from libs.events.telemetry import start_telemetry

# The exporters' own flushes take as long as the collector pleases, whatever they are told.
FAREWELL_SECONDS = 1.5


@contextmanager
def observed(process: str, endpoint: str | None) -> Iterator[None]:
    """Export to an OTLP collector, or nowhere; what is left at the end goes out within `FAREWELL_SECONDS`, or never."""
    providers = (start_telemetry(process, endpoint), start_metering(process, endpoint))
    try:
        yield
    finally:
        flushes = [Thread(target=one.force_flush, daemon=True) for one in providers if one is not None]
        for flush in flushes:
            flush.start()
        deadline = monotonic() + FAREWELL_SECONDS
        for flush in flushes:
            flush.join(max(0.0, deadline - monotonic()))

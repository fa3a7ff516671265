"""Metrics: how fast, how far behind and how wrong, in numbers that name services and nobody else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from opentelemetry import metrics
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource

EXPORT_MILLISECONDS = 15_000
TIMEOUT_SECONDS = 2
APPENDED = "aftercare.append.events"
APPEND_DURATION = "aftercare.append.duration"
CHAIN_BREAKS = "aftercare.chain.breaks"
BACKLOG = "aftercare.relay.backlog"
BACKLOG_AGE = "aftercare.relay.age"
LAG = "aftercare.follower.lag"
STALENESS = "aftercare.follower.age"
PARKED = "aftercare.parked"
REBUILT = "aftercare.rebuild.progress"
ALARMS = "aftercare.alarms"
GAUGES = {
    BACKLOG: ("{event}", "Events that are not published yet."),
    BACKLOG_AGE: ("s", "Age of the oldest event that is not published yet."),
    LAG: ("{event}", "Events that the newest mark of a source tells of, not applied yet."),
    STALENESS: ("s", "Age of the newest mark of a source that is wholly applied."),
    PARKED: ("{event}", "Events parked for a projection or reactor."),
    REBUILT: ("1", "Part of the events that a new version of a group has folded."),
    ALARMS: ("{alarm}", "How many things the watch holds to be wrong, by what it calls them."),
}


class Number(NamedTuple):
    """One value of a gauge, and what it is about."""

    gauge: str
    value: float
    about: Mapping[str, str]


COUNTED = {
    APPENDED: ("{event}", "Events appended to the journal."),
    APPEND_DURATION: ("s", "From the first lock of a head to the commit, as a histogram."),
    CHAIN_BREAKS: ("{record}", "Records of a source that do not follow from the one before them."),
}
_meter = metrics.get_meter("aftercare")
_appended = _meter.create_counter(APPENDED, *COUNTED[APPENDED])
_append_duration = _meter.create_histogram(APPEND_DURATION, *COUNTED[APPEND_DURATION])
_chain_breaks = _meter.create_counter(CHAIN_BREAKS, *COUNTED[CHAIN_BREAKS])
_told: dict[str, Sequence[Number]] = {}


def start_metering(process: str, endpoint: str | None, reader: MetricReader | None = None) -> MeterProvider | None:
    """Export this process's metrics to an OTLP collector, or through a given reader; without either, nowhere."""
    if reader is None:
        if endpoint is None:
            return None
        exporter = OTLPMetricExporter(endpoint=f"{endpoint}/v1/metrics", timeout=TIMEOUT_SECONDS)
        reader = PeriodicExportingMetricReader(exporter, EXPORT_MILLISECONDS)
    provider = MeterProvider([reader], Resource.create({"service.name": process}), shutdown_on_exit=False)
    metrics.set_meter_provider(provider)
    return provider


def appended(service: str, events: int, seconds: float) -> None:
    """A transaction that appended so many events was committed."""
    about = {"service": service}
    _appended.add(events, about)
    _append_duration.record(seconds, about)


def chain_broken(service: str, source: str) -> None:
    """A follower met a record that does not follow from the one before it."""
    _chain_breaks.add(1, {"service": service, "source": source})


def told(service: str, numbers: Iterable[Number]) -> None:
    """What the watch of a service read last."""
    _told[service] = list(numbers)


def _gauge(name: str, unit: str, description: str) -> None:
    """A gauge that tells what is there now, and nothing of what was once."""

    def observe(_options: CallbackOptions) -> Iterator[Observation]:
        for service, numbers in list(_told.items()):
            for number in numbers:
                if number.gauge == name:
                    yield Observation(number.value, {"service": service, **number.about})

    _meter.create_observable_gauge(name, [observe], unit, description)


for gauge, (unit, description) in GAUGES.items():
    _gauge(gauge, unit, description)

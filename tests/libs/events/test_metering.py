"""The numbers that leave a process: of what happened, and of what is there now."""

import os
import subprocess
import sys
import zlib
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from libs.events.kafka import Log
from libs.events.metering import ALARMS, BACKLOG, GAUGES, Number
from libs.events.readings import Readings, read_readings
from libs.events.service import Parts
from libs.events.watching import Watch
from tests.conftest import Bench
from tests.libs.events.test_flow import write
from tests.libs.events.test_telemetry import Collector

PROGRAM = """
import sys
from libs.events.metering import BACKLOG, Number, appended, chain_broken, told
from libs.events.observed import observed
with observed("registry-worker", sys.argv[1]):
    appended("registry", 3, 0.004)
    chain_broken("clubs", "registry")
    told("registry", [Number(BACKLOG, 7, {})])
"""


def test_a_collector_receives_the_numbers_of_a_named_process() -> None:
    with closing(Collector()) as collector:
        command = [sys.executable, "-c", PROGRAM, collector.endpoint]
        subprocess.run(command, check=True, cwd=Path(__file__).parents[3], env=dict(os.environ), timeout=30)  # noqa: S603 -- Ours.
    sent = [body for path, body in collector.received if path == "/v1/metrics"]
    assert sent
    body = b"".join(zlib.decompress(one, wbits=47) if one[:2] == b"\x1f\x8b" else one for one in sent)
    wanted = ("registry-worker", "aftercare.append.events", "aftercare.append.duration", "aftercare.chain.breaks")
    assert all(name.encode() in body for name in (*wanted, BACKLOG))


def test_without_a_collector_nothing_is_exported() -> None:
    with closing(Collector()) as collector:
        program = PROGRAM.replace("sys.argv[1]", "None")
        command = [sys.executable, "-c", program]
        subprocess.run(command, check=True, cwd=Path(__file__).parents[3], env=dict(os.environ), timeout=30)  # noqa: S603 -- Ours.
        assert collector.received == []


def numbers(readings: Readings, gauge: str) -> list[tuple[float, dict[str, str]]]:
    return [(one.value, dict(one.about)) for one in readings.numbers() if one.gauge == gauge]


def test_the_readings_of_a_service_are_told_by_every_gauge_but_the_alarms(
    writing: Bench, worker: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    appended: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "libs.events.metering.appended", lambda service, events, _seconds: appended.append((service, events))
    )
    writing.verify_journal()
    write(worker, [uuid4(), uuid4()])
    readings = read_readings(worker.engine, writing.service.name)
    assert (numbers(readings, BACKLOG), readings.oldest_seconds > 0) == ([(4, {})], True)
    assert sum(events for _, events in appended) == 4
    assert {service for service, _ in appended} == {writing.service.name}


def test_what_is_parked_and_what_is_rebuilt_is_told(writing: Bench, worker: Parts) -> None:
    name = writing.service.name
    run(
        writing,
        "insert into parked_event (taker, source, partition, sequence, subject, value, reason)"
        f" values ('x', '{name}', 0, 1, 's', '', 'r'), ('x', '{name}', 0, 2, 's', '', 'r')",
    )
    writing.verify_journal()
    write(worker, [uuid4()], counts=3)
    run(
        writing,
        "insert into checkpoint (follower, source, partition, topic_id, chain, owner_epoch, sequence)"
        f" select 'build:notes', '{name}', partition, null, chain, 0, 1 from journal_head where sequence > 0",
    )
    told = read_readings(worker.engine, name).numbers()
    found = {(one.gauge, *one.about.values()): one.value for one in told}
    assert found[("aftercare.parked", "x")] == 2
    assert found[("aftercare.rebuild.progress", "notes")] == 0.25


def run(bench: Bench, statement: str) -> None:

    with bench.superuser.begin() as connection:
        connection.execute(text(statement))


def test_every_alarm_is_told_as_a_number_from_the_first_look_on(
    writing: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Number] = []
    monkeypatch.setattr("libs.events.metering.told", lambda _service, numbers: told.extend(numbers))
    Watch(writing.service.name, worker.engine, log, None).look()
    alarms = {one.about["alarm"]: one.value for one in told if one.gauge == ALARMS}
    assert set(alarms.values()) == {0}
    assert len(alarms) == 6
    assert {one.gauge for one in told} <= GAUGES.keys()

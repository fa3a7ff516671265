"""The stack as its users meet it: real servers that start, answer, stop, die and come back with their data."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from deploy.local import stack as stack_module
from deploy.local.deadline import holds_within
from deploy.local.failure import StackFailed
from deploy.local.part import Condition
from deploy.local.postgresql import plain
from deploy.local.processes import Command
from deploy.local.stack import Stack
from deploy.local.state import HOST
from libs.events.kafka import Log, events_topic
from libs.events.settings import ServiceSettings, Settings

VISIBLE_SECONDS = 10.0
DEATH_SECONDS = 5.0


def conditions(stack: Stack) -> dict[str, Condition]:
    return {part.name: part.condition for part in stack.status()}


def ask(stack: Stack, query: str, setting: str = "SUPERUSER_DATABASE_URL") -> object:
    with psycopg.connect(plain(stack.environment()[setting])) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row and row[0]


def tell(stack: Stack, statement: str) -> None:
    with psycopg.connect(plain(stack.environment()["REGISTRY_OWNER_DATABASE_URL"])) as connection:
        connection.execute(statement.encode())


def values(stack: Stack, service: str) -> list[bytes | None]:
    log, topic = Log(stack.environment()["KAFKA_BOOTSTRAP_SERVERS"]), events_topic(service)
    ends = log.ends(topic, range(24))
    return [message.value for message in log.read(topic, dict.fromkeys(ends, 0), ends)]


def publish(stack: Stack, service: str, value: bytes) -> None:
    log = Log(stack.environment()["KAFKA_BOOTSTRAP_SERVERS"])
    log.ensure_topics(service, 1)
    publisher = log.publisher(service)
    publisher.publish([(events_topic(service), 3, "key", value)])
    publisher.close()


@pytest.fixture
def taken(own: Stack) -> Iterator[list[int]]:
    """The ports of the stopped stack, taken by somebody else."""
    own.down()
    text = (own.root / "kafka" / "server.properties").read_text()
    ports = [int(own.postgresql.address(own.environment()).split(":")[1])]
    ports += [int(word.rpartition(":")[2]) for word in text.split("listeners=")[1].split()[0].split(",")]
    others = [socket.create_server((HOST, port)) for port in ports]
    yield ports
    for other in others:
        other.close()


def test_both_servers_answer(own: Stack) -> None:
    assert conditions(own) == {"postgresql": Condition.RUNNING, "kafka": Condition.RUNNING}


def test_up_on_a_running_stack_starts_nothing(own: Stack) -> None:
    assert own.up() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("TimeZone", "UTC"), ("fsync", "on"), ("password_encryption", "scram-sha-256"), ("max_connections", "300")],
)
def test_postgresql_is_set_as_in_production(own: Stack, name: str, value: str) -> None:
    assert ask(own, f"show {name}") == value


def test_databases_sort_by_code_point_whatever_the_machine_speaks(own: Stack) -> None:
    assert ask(own, "select datlocale from pg_database where datname = 'registry_keyring'") == "C.UTF-8"


def test_data_survive_down_and_up(own: Stack) -> None:
    tell(own, "create table kept as select 1 as one")
    publish(own, "kept", b"{}")
    assert holds_within(VISIBLE_SECONDS, lambda: values(own, "kept") == [b"{}"])
    assert own.down() == ["kafka", "postgresql"]
    assert own.down() == []
    assert set(conditions(own).values()) == {Condition.STOPPED}
    assert own.up() == ["postgresql", "kafka"]
    assert ask(own, "select one from kept", "REGISTRY_OWNER_DATABASE_URL") == 1
    assert values(own, "kept") == [b"{}"]


def test_data_survive_a_power_cut(own: Stack) -> None:
    tell(own, "create table rescued as select 1 as one")
    publish(own, "rescued", b"{}")
    # What readers could see; a commit is acknowledged a moment before.
    assert holds_within(VISIBLE_SECONDS, lambda: values(own, "rescued") == [b"{}"])
    assert own.kafka.kill()
    assert own.postgresql.kill()
    assert own.up() == ["postgresql", "kafka"]
    assert ask(own, "select one from rescued", "REGISTRY_OWNER_DATABASE_URL") == 1
    assert values(own, "rescued") == [b"{}"]


def test_postgresql_starts_after_its_postmaster_alone_was_killed(own: Stack) -> None:
    pid = next(part.pid for part in own.status() if part.name == "postgresql")
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert holds_within(DEATH_SECONDS, lambda: not own.postgresql.runs())
    assert own.postgresql.start()
    assert ask(own, "select 1") == 1


def test_of_two_ups_at_once_one_starts_and_the_other_finds_it_done(own: Stack) -> None:
    own.postgresql.kill()
    with ThreadPoolExecutor() as pool:
        started = list(pool.map(lambda stack: stack.up(), [own, Stack(own.root, given={})]))
    assert sorted(started) == [[], ["postgresql"]]


def test_taken_ports_are_chosen_anew_and_data_stay(own: Stack, taken: list[int]) -> None:
    before = own.environment()
    publish_to = "KAFKA_BOOTSTRAP_SERVERS"
    own.up()
    after = own.environment()
    assert set(conditions(own).values()) == {Condition.RUNNING}
    assert after[publish_to] != before[publish_to]
    assert str(taken[0]) not in after["SUPERUSER_DATABASE_URL"]
    # A shell that sourced the file before the move still means this stack.
    assert Stack(own.root, given=before).up() == []


def test_processes_start_last_and_stop_first(own: Stack, tmp_path: Path) -> None:
    stack = Stack(tmp_path, given={"KAFKA_BOOTSTRAP_SERVERS": own.environment()["KAFKA_BOOTSTRAP_SERVERS"]})
    serve = (sys.executable, "-c", "import os, time; print(os.environ['REGISTRY_URL']); time.sleep(600)")
    try:
        assert stack.up([Command("first", serve), Command("second", serve)]) == ["postgresql", "first", "second"]
        assert list(conditions(stack)) == ["postgresql", "kafka", "first", "second"]
        stack.postgresql.restart()
    finally:
        assert stack.down() == ["second", "first", "postgresql"]
    assert (tmp_path / "logs" / "first.log").read_text().strip() == stack.environment()["REGISTRY_URL"]


def test_two_stacks_stand_side_by_side(own: Stack, tmp_path: Path) -> None:
    other = Stack(tmp_path, given={})
    try:
        assert other.up() == ["postgresql", "kafka"]
        tell(other, "create table here_only ()")
        assert ask(own, "select to_regclass('here_only')", "REGISTRY_OWNER_DATABASE_URL") is None
    finally:
        other.down()
    assert set(conditions(own).values()) == {Condition.RUNNING}


def test_a_stack_elsewhere_is_used_and_not_started(own: Stack, tmp_path: Path) -> None:
    theirs = {name: value for name, value in own.environment().items() if "DATABASE" in name or "KAFKA" in name}
    stack = Stack(tmp_path, given=theirs)
    assert stack.up() == []
    assert set(conditions(stack).values()) == {Condition.ELSEWHERE}
    assert theirs.items() <= stack.environment().items()
    assert not (tmp_path / "postgresql").exists()


def test_a_stack_elsewhere_that_is_silent_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_module, "ELSEWHERE_SECONDS", 0.0)
    with pytest.raises(StackFailed, match=r"^kafka does not answer at 127\.0\.0\.1:1$"):
        Stack(tmp_path, given={"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}).up()
    assert not (tmp_path / "env").exists()


def test_a_shell_reads_the_settings_from_the_file(own: Stack) -> None:
    script = f'set -eu; . "{own.env_file}"; env -0'
    output = subprocess.run(  # noqa: S603  # A shell is what is tested.
        ["/bin/sh", "-c", script], env={"PATH": os.environ["PATH"]}, capture_output=True, check=True
    )
    seen = dict(line.split("=", 1) for line in output.stdout.decode().split("\0") if line)
    assert own.environment().items() <= seen.items()
    assert own.env_file.stat().st_mode & 0o077 == 0


def test_every_setting_that_a_process_needs_is_there(own: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in own.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings().aftercare_mode == "development"
    for service in ("registry", "clubs", "support", "reporting"):
        assert ServiceSettings(_env_prefix=f"{service.upper()}_").url.startswith("http://127.0.0.1:")

"""`aftercare journal restore | sign | verify` and `aftercare log`, as an operator has them."""

from base64 import b64encode
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from kafka import TopicPartition
from pydantic import SecretStr
from sqlalchemy import text
from typer import Typer
from typer.testing import CliRunner, Result

from deploy import log_commands, restore_commands, signing
from deploy.restore_commands import BACK, LOST
from deploy.services import NAMES, service
from libs.events.kafka import Log, events_topic
from libs.events.signing import Signer
from libs.web.app import MIGRATIONS
from tests.conftest import Bench, MakeBench
from tests.libs.events.sample import note_projection
from tests.libs.events.test_flow import following, level, working, write
from tests.libs.events.test_refilling import delete
from tests.libs.events.test_relay_refusals import trusted
from tests.libs.events.test_restoring import emptied
from tests.libs.events.waiting import until


class Told:
    """A service with events in its journal and its topic, one that follows it, and the commands."""

    def __init__(self, writing: Bench, reader: Bench, log: Log) -> None:
        self.writing = writing
        self.reader = reader
        self.log = log
        self.name = writing.service.name

    def says(self, app: Typer, *words: str) -> Result:
        return CliRunner().invoke(app, [*words])


@pytest.fixture
def told(make_bench: MakeBench, log: Log, monkeypatch: pytest.MonkeyPatch) -> Told:
    writing = make_bench(topics=True, inline=[note_projection()], migrations=[MIGRATIONS])
    reader = following(make_bench, writing, note_projection("followed"))
    benches = {bench.service.name: bench for bench in (writing, reader)}
    for commands in (log_commands, restore_commands):
        monkeypatch.setattr(commands, "_worker", lambda name: benches[name].open("worker", transaction_seconds=0))
    monkeypatch.setattr(restore_commands, "_log", lambda: log)
    monkeypatch.setattr(restore_commands, "NAMES", tuple(benches))
    monkeypatch.setattr(restore_commands, "service", lambda name: benches[name].service)
    monkeypatch.setattr(restore_commands, "service_settings", lambda name: benches[name].settings)
    monkeypatch.setattr(log_commands, "signer_of", lambda _: None)
    with closing(writing.open()) as parts, working(writing, reader, log=log):
        until(lambda: trusted(writing), "the relay's verification")
        write(parts, [uuid4() for _ in range(5)])
        until(lambda: level(writing, reader), "the follower being level")
    return Told(writing, reader, log)


def test_a_lost_database_is_put_back_and_what_cannot_come_back_is_said(told: Told) -> None:
    emptied(told.writing)
    result = told.says(log_commands.journal, "restore", told.name, "--by", "an-operator")
    assert result.exit_code == 0, result.output
    assert f"{told.name}: 10 events put back" in result.output
    for table in ("command_log", "operation", "projection_certificate", "read_record"):
        assert f"  {table}: " in result.output
    with told.writing.superuser.connect() as connection:
        done = connection.execute(text("select operator, action, outcome from operation")).one()
    assert tuple(done) == ("an-operator", "journal restore", "10 events put back")


def test_a_lost_topic_is_filled_again_and_compared(told: Told) -> None:
    delete(told.log, told.writing)
    result = told.says(restore_commands.log, "restore", told.name, "--by", "an-operator")
    assert (result.exit_code, "10 events agree" in result.output, "0 differences" in result.output) == (0, True, True)


def test_the_reconciler_tells_what_agrees_and_ends_with_1_where_something_does_not(told: Told) -> None:
    right = told.says(restore_commands.log, "verify", told.name)
    assert (right.exit_code, right.output) == (
        0,
        f"{told.name}: 10 events agree, 24 checkpoints of followers looked at, 0 strays, 0 differences\n",
    )
    with told.writing.superuser.connect() as connection:
        cut = connection.execute(text("select min(partition) from journal")).scalar_one()
    with told.log._admin() as admin:
        admin.delete_records({TopicPartition(events_topic(told.name), cut): 1})
    wrong = told.says(restore_commands.log, "verify", told.name)
    assert wrong.exit_code == 1
    assert wrong.output.startswith(f"{told.name}/{cut}/1: the log begins with 2 (the log has nothing, the journal ")
    assert f"first of all: {told.name}/{cut}/1" in wrong.output


def test_heads_are_signed_once_a_day_and_checked(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "heads are not signed here" in told.says(log_commands.journal, "verify", told.name).output
    signer = Signer.of(told.name, tmp_path, b64encode(bytes(32)).decode())
    monkeypatch.setattr(log_commands, "signer_of", lambda _: signer)
    assert f"{told.name}: {tmp_path / told.name}" in told.says(log_commands.journal, "sign", told.name).output
    again = told.says(log_commands.journal, "sign", told.name)
    assert again.output == f"{told.name}: the heads of today are signed already\n"
    right = told.says(log_commands.journal, "verify", told.name)
    assert (right.exit_code, "10 events verified, 1 days of signed heads, 0 doubts" in right.output) == (0, True)
    (path,) = (tmp_path / told.name).iterdir()
    path.write_bytes(path.read_bytes().replace(b'"0":[', b'"0": ['))
    assert told.says(log_commands.journal, "verify", told.name).exit_code == 0, "spaces are no edit"
    path.write_bytes(path.read_bytes().replace(b"chain", b"").replace(b'"1":[', b'"1":[7'))
    wrong = told.says(log_commands.journal, "verify", told.name)
    assert (wrong.exit_code, "is not what was signed" in wrong.output) == (1, True)


def test_every_table_of_every_service_comes_back_or_is_named_as_lost(make_bench: MakeBench) -> None:
    migrations = [folder for name in NAMES for folder in service(name).migrations]
    bench = make_bench(migrations=list(dict.fromkeys(migrations)))
    with bench.superuser.connect() as connection:
        made = connection.execute(text("select table_name from projection_version")).scalars().all()
        found = text("select tablename from pg_tables where schemaname = 'public'")
        tables = set(connection.execute(found).scalars()) - set(made)
    assert tables <= BACK | LOST.keys()
    assert BACK.isdisjoint(LOST)
    assert tables >= BACK


def test_the_worker_of_a_service_with_a_key_and_a_folder_signs_once_a_day(
    monkeypatch: pytest.MonkeyPatch, told: Told, tmp_path: Path
) -> None:
    own = told.writing.settings.model_copy(update={"signing_key": SecretStr(b64encode(bytes(32)).decode())})
    monkeypatch.setattr(signing, "service_settings", lambda _: own)
    for folder, chores in ((None, 0), (tmp_path, 1)):
        shared = type("Shared", (), {"head_signatures": folder})
        monkeypatch.setattr(signing, "settings", lambda shared=shared: shared)
        made = signing.signing_of(told.name)
        assert len(made) == chores
    with closing(told.writing.open("worker")) as parts:
        made[0].do(parts)
        made[0].do(parts)
    assert len(list((tmp_path / told.name).iterdir())) == 1

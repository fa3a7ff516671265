"""`aftercare keyring` as an operator uses it, on a journal whose subjects have keys."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, nullcontext
from datetime import date
from os import urandom
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from typer.testing import CliRunner

from deploy import keyring_commands, run_commands
from libs.events.codec import Codec
from libs.events.keyring import KeyLost, KeyringBehind, SubjectForgotten
from libs.events.keyrings.wrapping import KeyUnopenable, fingerprint, refuse_unopenable
from libs.events.record import Draft, body_of
from libs.events.settings import Settings
from libs.web import serve as serve_module
from tests.conftest import Bench, MakeBench
from tests.libs.events.keyrings import Vaults
from tests.libs.events.sample import NoteClosed, NoteOpened, meta


@pytest.fixture
def bench(make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = make_bench()
    bench.verify_journal()
    monkeypatch.setattr(keyring_commands, "service", lambda _name: bench.service)
    monkeypatch.setattr(keyring_commands, "service_settings", lambda _name: bench.settings)
    return bench


@pytest.fixture
def vaults(bench: Bench) -> Iterator[Vaults]:
    with closing(bench.open("worker")) as parts:
        yield Vaults(parts, bench.settings.key_encryption_keys[0])


def said(bench: Bench, *words: str) -> list[str]:
    result = CliRunner().invoke(keyring_commands.app, [*words, bench.service.name, "--by", "an-operator"])
    assert result.exit_code == 0, result.output
    return [line.removeprefix(f"{bench.service.name}: ") for line in result.output.splitlines()]


def open_note(vaults: Vaults, subject: str) -> None:
    """An event with sealed fields about a subject."""
    note = uuid4()
    event = NoteOpened(note_id=note, opened_on=date(2026, 1, 5), unit="2025:26080", title="Bí Mật")
    codec = Codec(vaults.parts.service.name, vaults.process())
    append(vaults, codec.drafts(f"note-{note}", 0, subject, [event], meta()))


def append(vaults: Vaults, drafts: list[Draft]) -> None:
    with vaults.parts.journal.transaction() as transaction:
        transaction.append(drafts)


def say_forgotten(vaults: Vaults, subject: str) -> None:
    """As a service says that it destroyed a key."""
    service, about = vaults.parts.service.name, meta()
    named = (f"{service}.subject-forgotten", f"urn:aftercare:schema:{service}.subject-forgotten:1", None)
    body = body_of(service, (f"forgetting-{subject}", 1, subject), about, 0, named, {})
    append(vaults, [Draft(f"forgetting-{subject}", 1, subject, about.command_id, 0, body)])


def lose_ledger(bench: Bench) -> None:
    """As a journal is after it was restored from its topic."""
    with bench.superuser.begin() as connection:
        connection.execute(text("delete from subject_key"))


def test_rotate_wraps_anew_and_the_former_key_leaves_the_settings(
    bench: Bench, vaults: Vaults, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = vaults.process().ensure(["person-1", "person-2"])
    new, before = b64encode(urandom(32)).decode(), bench.settings
    secrets = {"key_encryption_key": SecretStr(new), "former_key_encryption_keys": before.key_encryption_key}
    during = before.model_copy(update=secrets)
    after = during.model_copy(update={"former_key_encryption_keys": None})
    with closing(Bench(bench.service, after, bench.superuser).open()) as parts:
        with pytest.raises(KeyUnopenable, match=fingerprint(before.key_encryption_keys[0])):
            refuse_unopenable(parts.keys, after.key_encryption_keys)
        monkeypatch.setattr(keyring_commands, "service_settings", lambda _name: during)
        assert said(bench, "rotate") == ["2 keys wrapped anew, none under another key-encryption key"]
        refuse_unopenable(parts.keys, after.key_encryption_keys)
        assert parts.codec.keyring.find(made) == made


@pytest.mark.parametrize("program", ["api", "worker"])
def test_no_process_starts_that_could_not_open_every_key(
    bench: Bench, vaults: Vaults, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    vaults.process().ensure(["person-1"])
    other = bench.settings.model_copy(update={"key_encryption_key": SecretStr(b64encode(urandom(32)).decode())})
    shared = Settings(kafka_bootstrap_servers="x:1", token_issuer="x", token_jwks="x")  # noqa: S106 -- No secret.
    for module in (run_commands, serve_module):
        monkeypatch.setattr(module, "service_settings", lambda _name: other)
        monkeypatch.setattr(module, "settings", lambda: shared)
        monkeypatch.setattr(module, "observed", lambda *_: nullcontext())
    monkeypatch.setattr(run_commands, "service", lambda _name: bench.service)
    monkeypatch.setattr(run_commands, "signing_of", lambda _name: [])
    monkeypatch.setattr(run_commands, "run_worker", lambda *_: pytest.fail("it started"))
    monkeypatch.setattr(serve_module, "make_app", lambda *_, **__: pytest.fail("it started"))
    start = {"api": run_commands.api, "worker": run_commands.worker}[program]
    with closing(Bench(bench.service, other, bench.superuser).open()) as parts:
        monkeypatch.setattr(run_commands, "open_parts", lambda *_: parts)
        with pytest.raises(KeyUnopenable):
            start(bench.service.name)


def test_several_former_keys_are_told_apart_and_none_are_none(bench: Bench) -> None:
    keys = [b64encode(bytes([n]) * 32).decode() for n in range(3)]
    one = bench.settings.model_copy(update={"key_encryption_key": SecretStr(keys[0])})
    assert one.key_encryption_keys == [bytes(32)]
    several = one.model_copy(update={"former_key_encryption_keys": SecretStr(f"{keys[1]}, {keys[2]},")})
    assert several.key_encryption_keys == [bytes([n]) * 32 for n in range(3)]


def test_verify_finds_lost_keys_by_the_journal_when_the_ledger_is_lost_too(bench: Bench, vaults: Vaults) -> None:
    open_note(vaults, "person-1")
    with vaults.put_back():
        open_note(vaults, "person-2")
        nothing_sealed = NoteClosed(note_id=uuid4())
        codec = Codec(bench.service.name, vaults.process())
        append(vaults, codec.drafts("note-3", 0, "person-3", [nothing_sealed], meta()))
    lose_ledger(bench)
    assert said(bench, "verify") == ["2 subjects, 0 destroyed again, 1 keys lost"]
    keyring = vaults.process()
    assert keyring.find(["person-1", "person-2"]).keys() == {"person-1"}
    with pytest.raises(KeyLost):
        keyring.ensure(["person-2"])
    # Nothing was ever sealed about this one, so there was no key to lose.
    assert keyring.ensure(["person-3"]).keys() == {"person-3"}


def test_verify_destroys_by_the_journal_who_was_forgotten_when_the_ledger_is_lost_too(
    bench: Bench, vaults: Vaults
) -> None:
    open_note(vaults, "person-1")
    with vaults.put_back():
        vaults.process().forget("person-1")
        say_forgotten(vaults, "person-1")
    lose_ledger(bench)
    assert said(bench, "verify") == ["1 subjects, 1 destroyed again, 0 keys lost"]
    with pytest.raises(SubjectForgotten):
        vaults.process().ensure(["person-1"])


def test_reapply_says_how_many_keys_were_back(bench: Bench, vaults: Vaults) -> None:
    open_note(vaults, "person-1")
    with vaults.put_back():
        vaults.process().forget("person-1")
    with pytest.raises(KeyringBehind):
        vaults.process().find(["person-1"])
    assert said(bench, "reapply") == ["1 destroyed again"]
    assert said(bench, "reapply") == ["0 destroyed again"]
    assert vaults.process().find(["person-1"]) == {}


def test_a_lost_search_key_is_said_in_words(bench: Bench, vaults: Vaults) -> None:
    with vaults.put_back():
        vaults.process().ensure(["search"])
    assert "rebuild" in said(bench, "verify")[-1]


def test_every_action_is_recorded_with_who_did_it(bench: Bench, vaults: Vaults) -> None:
    for verb in ("verify", "rotate", "reapply"):
        said(bench, verb)
    with vaults.parts.engine.connect() as connection:
        rows = connection.execute(text("select operator, action from operation order by id")).all()
    assert [tuple(row) for row in rows] == [("an-operator", f"keyring {v}") for v in ("verify", "rotate", "reapply")]

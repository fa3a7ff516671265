"""One suite for every keyring: the one in a database and its double in memory keep the same promises."""

import os
from collections.abc import Iterator
from contextlib import closing

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import text

from libs.events import keyring as keyring_module
from libs.events.codec import Codec
from libs.events.event import REDACTED
from libs.events.keyring import DatabaseKeyring, Keyring, MemoryKeyring, SubjectForgotten
from libs.events.service import Parts
from tests.conftest import MakeBench
from tests.libs.events.test_codec import drafted, opened

SECRET = os.urandom(32)


@pytest.fixture
def parts(make_bench: MakeBench) -> Iterator[Parts]:
    with closing(make_bench().open()) as parts:
        yield parts


@pytest.fixture(params=["memory", "database"])
def keyring(request: pytest.FixtureRequest) -> Keyring:
    if request.param == "memory":
        return MemoryKeyring()
    return DatabaseKeyring(request.getfixturevalue("parts").keys, SECRET)


def test_a_subject_keeps_the_key_that_was_made_for_it(keyring: Keyring) -> None:
    keys = keyring.ensure(["person-1", "person-2"])
    assert keyring.ensure(["person-2", "person-1"]) == keys == keyring.find(["person-1", "person-2"])
    assert keys["person-1"] != keys["person-2"]
    assert {len(key) for key in keys.values()} == {32}


def test_a_subject_without_a_key_is_left_out_and_gets_none_by_being_looked_for(keyring: Keyring) -> None:
    keyring.ensure(["person-1"])
    assert keyring.find(["person-1", "person-2"]).keys() == {"person-1"}
    assert keyring.find(["person-2"]) == {}


def test_a_destroyed_key_is_gone_for_ever_and_never_made_anew(keyring: Keyring) -> None:
    keyring.ensure(["person-1", "person-2"])
    for _ in range(2):
        keyring.forget("person-1")
        assert keyring.find(["person-1", "person-2"]).keys() == {"person-2"}
        with pytest.raises(SubjectForgotten, match="person-1"):
            keyring.ensure(["person-2", "person-1"])


def test_a_subject_can_be_forgotten_before_it_had_a_key(keyring: Keyring) -> None:
    keyring.forget("person-1")
    with pytest.raises(SubjectForgotten):
        keyring.ensure(["person-1"])


def test_a_replay_after_the_key_was_destroyed_is_redacted(keyring: Keyring) -> None:
    codec = Codec("sample", keyring)
    record = drafted(codec, event := opened())
    assert codec.open([record]) == [event]
    keyring.forget("person-1")
    (replayed,) = codec.open([record])
    assert replayed == event.model_copy(update={"title": REDACTED, "detail": REDACTED})


def test_keys_outlive_the_process_and_lie_wrapped(parts: Parts) -> None:
    keys = DatabaseKeyring(parts.keys, SECRET).ensure(["person-1"])
    assert DatabaseKeyring(parts.keys, SECRET).find(["person-1"]) == keys
    with parts.keys.connect() as connection:
        (wrapped,) = connection.execute(text("select wrapped from keyring where subject = 'person-1'")).scalars()
    assert keys["person-1"] not in bytes(wrapped)


def test_another_secret_opens_no_key_and_neither_does_a_row_moved_to_another_subject(parts: Parts) -> None:
    DatabaseKeyring(parts.keys, SECRET).ensure(["person-1"])
    with pytest.raises(InvalidTag):
        DatabaseKeyring(parts.keys, os.urandom(32)).find(["person-1"])
    with parts.keys.begin() as connection:
        connection.execute(text("update keyring set subject = 'person-2'"))
    with pytest.raises(InvalidTag):
        DatabaseKeyring(parts.keys, SECRET).find(["person-2"])


def test_no_more_open_keys_are_kept_than_the_limit(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring_module, "CACHED_KEYS_MAX", 3)
    keyring = DatabaseKeyring(parts.keys, SECRET)
    subjects = [f"person-{n}" for n in range(10)]
    keys = keyring.ensure(subjects)
    assert len(keyring._open) == 3
    assert keyring.find(subjects) == keys

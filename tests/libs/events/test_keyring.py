"""One suite for every keyring: the one in a database and its double in memory keep the same promises."""

import os
from collections.abc import Iterator
from contextlib import closing
from threading import Thread

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from libs.events.codec import Codec
from libs.events.database import Away
from libs.events.event import REDACTED
from libs.events.keyring import DatabaseKeyring, Keyring, MemoryKeyring, SubjectForgotten
from libs.events.keyrings import opened as opened_module
from libs.events.keyrings.wrapping import KeyUnopenable
from libs.events.service import Parts
from tests.conftest import MakeBench
from tests.libs.events.keyrings import a_second_later, unhurried
from tests.libs.events.test_codec import drafted, opened
from tests.libs.events.waiting import until

__all__ = ["unhurried"]
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
    with pytest.raises(KeyUnopenable):
        DatabaseKeyring(parts.keys, os.urandom(32)).find(["person-1"])
    with parts.keys.begin() as connection:
        connection.execute(text("update keyring set subject = 'person-2'"))
    with pytest.raises(InvalidTag):
        DatabaseKeyring(parts.keys, SECRET).find(["person-2"])


def test_no_more_open_keys_are_kept_than_the_limit(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened_module, "CACHED_KEYS_MAX", 3)
    keyring = DatabaseKeyring(parts.keys, SECRET)
    subjects = [f"person-{n}" for n in range(10)]
    keys = keyring.ensure(subjects)
    assert len(keyring._open) == 3
    assert keyring.find(subjects) == keys


@pytest.mark.usefixtures("unhurried")
def test_a_key_destroyed_by_another_process_is_served_until_the_second_is_over(parts: Parts) -> None:
    one, other = (DatabaseKeyring(parts.keys, SECRET) for _ in range(2))
    keys = one.ensure(["person-1", "person-2"])
    other.forget("person-1")
    assert one.find(keys) == keys
    assert a_second_later(one).find(keys) == {"person-2": keys["person-2"]}
    with pytest.raises(SubjectForgotten):
        one.ensure(["person-1"])


def test_time_alone_has_a_process_look_again(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.events.keyrings.standing.LOOK_SECONDS", 0.05)
    one, other = (DatabaseKeyring(parts.keys, SECRET) for _ in range(2))
    one.ensure(["person-1"])
    other.forget("person-1")
    until(lambda: one.find(["person-1"]) == {}, "a look at what others destroyed", seconds=10)


@pytest.mark.usefixtures("unhurried")
def test_the_keyring_is_asked_once_a_second_however_often_keys_are_used(parts: Parts) -> None:
    keyring = DatabaseKeyring(parts.keys, SECRET)
    keyring.ensure(["person-1"])
    asked: list[str] = []
    event.listen(parts.keys, "before_cursor_execute", lambda *given: asked.append(given[2]))
    for _ in range(50):
        keyring.find(["person-1"])
    assert asked == []
    a_second_later(keyring).find(["person-1"])
    assert len(asked) == 1


@pytest.mark.usefixtures("unhurried")
def test_while_the_keyring_is_away_no_key_is_served_from_memory(parts: Parts) -> None:
    keyring = DatabaseKeyring(parts.keys, SECRET)
    keys = keyring.ensure(["person-1"])
    away = True

    def refuse(*_given: object) -> None:
        if away:
            raise OperationalError("asked", None, Exception("the server is away"))

    event.listen(parts.keys, "before_cursor_execute", refuse)
    assert keyring.find(["person-1"]) == keys
    for _ in range(2):
        with pytest.raises(Away):
            a_second_later(keyring).find(["person-1"])
    away = False
    with pytest.raises(Away):
        keyring.find(["person-1"])  # Nothing was asked anew.
    assert a_second_later(keyring).find(["person-1"]) == keys


@pytest.mark.usefixtures("unhurried")
def test_a_key_read_just_before_it_was_destroyed_is_not_remembered_after(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    DatabaseKeyring(parts.keys, SECRET).ensure(["person-1"])
    keyring = DatabaseKeyring(parts.keys, SECRET)
    rows = DatabaseKeyring._rows

    def rows_then_forgotten(self: DatabaseKeyring, subjects: set[str]) -> object:
        found = rows(self, subjects)
        monkeypatch.setattr(DatabaseKeyring, "_rows", rows)
        keyring.forget("person-1")
        return found

    monkeypatch.setattr(DatabaseKeyring, "_rows", rows_then_forgotten)
    assert keyring.find(["person-1"]).keys() == {"person-1"}
    assert keyring.find(["person-1"]) == {}


def test_forgetting_while_others_ensure_leaves_no_key_behind(parts: Parts) -> None:
    subjects = [f"person-{n}" for n in range(30)]
    failed: list[Exception] = []

    def ensure(keyring: DatabaseKeyring) -> None:
        for subject in subjects:
            try:
                keyring.ensure([subject])
            except SubjectForgotten:
                continue
            except Exception as error:  # noqa: BLE001 -- Told to the test.
                failed.append(error)

    others = [Thread(target=ensure, args=(DatabaseKeyring(parts.keys, SECRET),)) for _ in range(3)]
    for thread in others:
        thread.start()
    forgetting = DatabaseKeyring(parts.keys, SECRET)
    for subject in reversed(subjects):
        forgetting.forget(subject)
    until(lambda: not any(thread.is_alive() for thread in others), "the end of all")
    assert failed == []
    assert DatabaseKeyring(parts.keys, SECRET).find(subjects) == {}

"""The key-encryption key is changed under running writers; what was sealed before opens after, and no event changes."""

from collections.abc import Iterator
from contextlib import closing
from os import urandom
from threading import Event as Flag
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from deploy.local.stack import Stack
from libs.events.codec import Codec
from libs.events.keyring import DatabaseKeyring
from libs.events.keyrings import mending
from libs.events.keyrings.mending import rotate
from libs.events.keyrings.wrapping import KeyUnopenable, Wrapper, fingerprint, refuse_unopenable
from libs.events.record import Record
from libs.events.service import Service
from tests.conftest import MakeBench, bench_of
from tests.libs.events.sample import NoteOpened
from tests.libs.events.test_codec import drafted, opened
from tests.libs.events.waiting import until

OLD, NEW = urandom(32), urandom(32)


@pytest.fixture
def keys(make_bench: MakeBench) -> Iterator[Engine]:
    with closing(make_bench().open()) as parts:
        yield parts.keys


@pytest.fixture(scope="module")
def shared_keys(stack: Stack) -> Iterator[Engine]:
    bench = bench_of(stack, Service(name="rotating", law=None))
    with closing(bench.open()) as parts:
        yield parts.keys
    bench.superuser.dispose()


def lying_under(keys: Engine) -> dict[str, int]:
    with keys.connect() as connection:
        rows = connection.execute(text("select wrapped_by, count(*) n from keyring group by 1 order by 1"))
        return {row.wrapped_by: row.n for row in rows}


def test_after_a_rotation_the_former_key_is_needed_no_more(keys: Engine) -> None:
    made = DatabaseKeyring(keys, OLD).ensure(f"person-{n}" for n in range(20))
    with pytest.raises(KeyUnopenable, match=fingerprint(OLD)):
        DatabaseKeyring(keys, NEW).find(made)
    assert DatabaseKeyring(keys, NEW, [OLD]).find(made) == made
    assert rotate(keys, Wrapper(NEW, [OLD])) == 20
    assert lying_under(keys) == {fingerprint(NEW): 20}
    assert DatabaseKeyring(keys, NEW).find(made) == made
    assert rotate(keys, Wrapper(NEW, [OLD])) == 0


def test_a_start_is_refused_while_a_key_lies_under_what_the_process_has_not(keys: Engine) -> None:
    refuse_unopenable(keys, [NEW])
    DatabaseKeyring(keys, OLD).ensure(["person-1"])
    DatabaseKeyring(keys, NEW).ensure(["person-2"])
    refuse_unopenable(keys, [NEW, OLD])
    with pytest.raises(KeyUnopenable, match=f"{fingerprint(OLD)}.*FORMER_KEY_ENCRYPTION_KEYS") as refused:
        refuse_unopenable(keys, [NEW])
    assert "person" not in str(refused.value)
    rotate(keys, Wrapper(NEW, [OLD]))
    refuse_unopenable(keys, [NEW])


def test_a_rotation_that_cannot_open_a_key_says_so_and_wraps_nothing_wrongly(keys: Engine) -> None:
    made = DatabaseKeyring(keys, OLD).ensure(["person-1"])
    with pytest.raises(KeyUnopenable):
        rotate(keys, Wrapper(NEW))
    assert DatabaseKeyring(keys, OLD).find(made) == made


def test_a_rotation_killed_at_any_batch_goes_on_where_it_was(keys: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mending, "ROTATE_KEYS", 3)
    made = DatabaseKeyring(keys, OLD).ensure(f"person-{n:02}" for n in range(10))
    rewrap = mending._rewrap
    left = 2

    def killed(*given: Any) -> None:
        nonlocal left
        rewrap(*given)
        left -= 1
        if not left:
            raise KeyboardInterrupt

    monkeypatch.setattr(mending, "_rewrap", killed)
    with pytest.raises(KeyboardInterrupt):
        rotate(keys, Wrapper(NEW, [OLD]))
    assert lying_under(keys) == {fingerprint(NEW): 3, fingerprint(OLD): 7}
    assert DatabaseKeyring(keys, NEW, [OLD]).find(made) == made
    monkeypatch.setattr(mending, "_rewrap", rewrap)
    assert rotate(keys, Wrapper(NEW, [OLD])) == 7
    assert DatabaseKeyring(keys, NEW).find(made) == made


def test_a_key_made_under_the_former_one_behind_the_pass_is_wrapped_anew_too(
    keys: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, rewrap = DatabaseKeyring(keys, OLD), mending._rewrap
    late.ensure(["person-2"])

    def overtaken(*given: Any) -> None:
        rewrap(*given)
        late.ensure(["person-1"])

    monkeypatch.setattr(mending, "_rewrap", overtaken)
    assert rotate(keys, Wrapper(NEW, [OLD])) == 2
    assert lying_under(keys) == {fingerprint(NEW): 2}


def test_a_key_destroyed_before_a_rotation_stays_destroyed(keys: Engine) -> None:
    keyring = DatabaseKeyring(keys, OLD)
    keyring.ensure(["person-1", "person-2"])
    keyring.forget("person-1")
    assert rotate(keys, Wrapper(NEW, [OLD])) == 1
    assert DatabaseKeyring(keys, NEW).find(["person-1", "person-2"]).keys() == {"person-2"}


def test_keys_are_made_and_destroyed_while_two_rotate(keys: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mending, "ROTATE_KEYS", 5)
    DatabaseKeyring(keys, OLD).ensure(f"before-{n:03}" for n in range(100))
    made: dict[str, bytes] = {}
    failed: list[Exception] = []
    ended = Flag()

    def write(secret: bytes, former: bytes, name: str) -> None:
        keyring = DatabaseKeyring(keys, secret, [former])
        n = 0
        while not ended.is_set():
            n += 1
            made.update(keyring.ensure([f"{name}-{n:03}"]))
            keyring.forget(f"before-{n:03}")

    def guarded(do: Any, *given: Any) -> None:
        try:
            do(*given)
        except Exception as error:  # noqa: BLE001 -- Told to the test.
            failed.append(error)

    writers = [Thread(target=guarded, args=(write, *one)) for one in ((OLD, NEW, "old"), (NEW, OLD, "new"))]
    rotors = [Thread(target=guarded, args=(rotate, keys, Wrapper(NEW, [OLD]))) for _ in range(2)]
    for thread in writers:
        thread.start()
    until(lambda: len(made) > 4, "some keys")
    for thread in rotors:
        thread.start()
    many = len(made) + 4
    until(lambda: len(made) > many, "keys made beside the rotations")
    ended.set()
    until(lambda: not any(thread.is_alive() for thread in (*writers, *rotors)), "the end of all")
    assert failed == []
    rotate(keys, Wrapper(NEW, [OLD]))
    assert lying_under(keys).keys() - {None} == {fingerprint(NEW)}
    after = DatabaseKeyring(keys, NEW)
    assert after.find(made) == made
    assert after.find(["before-001"]) == {}


@settings(max_examples=20)
@given(st.lists(st.sampled_from(["seal", "rotate", "forget", "restart"]), min_size=1, max_size=12))
def test_whatever_was_sealed_before_a_rotation_opens_after_it(shared_keys: Engine, steps: list[str]) -> None:
    chain = [urandom(32)]
    with shared_keys.begin() as connection:
        connection.execute(text("truncate keyring"))
    codec = Codec("sample", DatabaseKeyring(shared_keys, chain[-1]))
    sealed: dict[str, tuple[Record, NoteOpened]] = {}
    for step in steps:
        if step == "seal":
            subject = f"person-{len(sealed)}-{uuid4()}"
            event = opened()
            sealed[subject] = (drafted(codec, event, subject), event)
        elif step == "rotate":
            chain.append(urandom(32))
            rotate(shared_keys, Wrapper(chain[-1], chain[-2:-1]))
            codec = Codec("sample", DatabaseKeyring(shared_keys, chain[-1]))
        elif step == "forget" and sealed:
            subject, _ = sealed.popitem()
            codec.keyring.forget(subject)
        else:
            codec = Codec("sample", DatabaseKeyring(shared_keys, chain[-1]))
        for record, event in sealed.values():
            assert codec.open([record]) == [event]

"""Processes that make, note and destroy keys at the same moment, or die between, never look like a restored keyring."""

from collections.abc import Iterator
from contextlib import closing
from threading import Thread

import pytest

from libs.events.keyring import DatabaseKeyring
from libs.events.keyrings.ledger import DatabaseLedger
from tests.conftest import MakeBench
from tests.libs.events.keyrings import Vaults, a_second_later, unhurried
from tests.libs.events.waiting import until

__all__ = ["unhurried"]
pytestmark = pytest.mark.usefixtures("unhurried")


@pytest.fixture
def vaults(make_bench: MakeBench) -> Iterator[Vaults]:
    with closing(make_bench().open("worker")) as parts:
        yield Vaults(parts)


def test_a_key_made_by_one_who_died_before_noting_it_is_noted_by_the_next(vaults: Vaults) -> None:
    made = vaults.process(guarded=False).ensure(["person-1"])
    assert vaults.ledger.noted(["person-1"]) == set()
    assert vaults.process().ensure(["person-1"]) == made
    assert vaults.ledger.noted(["person-1"]) == {"person-1"}


def test_a_forgetting_that_died_before_it_was_noted_is_ended_by_saying_it_again(vaults: Vaults) -> None:
    vaults.process(guarded=False).forget("person-1")
    assert vaults.ledger.forgotten("") == []
    vaults.process().forget("person-1")
    assert vaults.ledger.forgotten("") == ["person-1"]


def test_the_ledger_is_written_after_the_keyring_and_asked_before_it(
    vaults: Vaults, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a process which looks while another makes a key sees no keyring that is behind."""
    running, other = vaults.process(), vaults.process()
    running.ensure(["person-0"])
    asked = DatabaseLedger.remembered

    def asked_and_overtaken(ledger: DatabaseLedger) -> object:
        monkeypatch.setattr(DatabaseLedger, "remembered", asked)
        other.ensure(["person-1", "person-2"])
        other.forget("person-2")
        remembered = asked(ledger)
        other.ensure(["person-3"])
        other.forget("person-1")
        return remembered

    monkeypatch.setattr(DatabaseLedger, "remembered", asked_and_overtaken)
    assert a_second_later(running).find(["person-0", "person-1"]).keys() == {"person-0"}


def test_a_key_that_another_makes_at_the_same_moment_is_not_taken_for_lost(
    vaults: Vaults, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, other = DatabaseLedger.noted, vaults.process()
    made: dict[str, bytes] = {}

    def overtaken(ledger: DatabaseLedger, subjects: set[str]) -> set[str]:
        monkeypatch.setattr(DatabaseLedger, "noted", asked)
        made.update(other.ensure(subjects))
        return asked(ledger, subjects)

    monkeypatch.setattr(DatabaseLedger, "noted", overtaken)
    assert vaults.process().ensure(["person-1"]) == made
    assert made.keys() == {"person-1"}


def test_makers_and_forgetters_of_keys_never_look_like_a_restored_keyring(vaults: Vaults) -> None:
    behind: list[Exception] = []
    rounds = 25

    def work(keyring: DatabaseKeyring, mine: str) -> None:
        try:
            for n in range(rounds):
                subject = f"{mine}-{n}"
                a_second_later(keyring).ensure([subject, f"shared-{n}"])
                if n % 2:
                    keyring.forget(subject)
                assert (subject in a_second_later(keyring).find([subject])) is (n % 2 == 0)
        except Exception as error:  # noqa: BLE001 -- Told to the test.
            behind.append(error)

    threads = [Thread(target=work, args=(vaults.process(), f"of-{n}")) for n in range(3)]
    for thread in threads:
        thread.start()
    until(lambda: not any(thread.is_alive() for thread in threads), "all rounds")
    assert behind == []
    assert len(vaults.ledger.forgotten("")) == 3 * (rounds // 2)

"""A keyring put back from a backup serves nothing until erasures are re-applied, and gives no subject a second key."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import text

from libs.events.codec import Codec
from libs.events.database import Away
from libs.events.event import REDACTED
from libs.events.keyring import SEARCH, DatabaseKeyring, KeyLost, KeyringBehind, SubjectForgotten, keyed_hash
from libs.web.failures import meaning_of
from libs.web.refusals import Unavailable
from tests.conftest import MakeBench
from tests.libs.events.keyrings import Vaults, a_second_later, unhurried
from tests.libs.events.sample import NoteOpened
from tests.libs.events.test_codec import drafted, opened

__all__ = ["unhurried"]
pytestmark = pytest.mark.usefixtures("unhurried")


@pytest.fixture
def vaults(make_bench: MakeBench) -> Iterator[Vaults]:
    with closing(make_bench().open("worker")) as parts:
        yield Vaults(parts)


def refuses(keyring: DatabaseKeyring, *subjects: str) -> None:
    for ask in (keyring.find, keyring.ensure):
        with pytest.raises(KeyringBehind):
            ask(subjects)


def test_erasures_after_the_backup_stop_everything_until_they_are_reapplied(vaults: Vaults) -> None:
    keys = vaults.process().ensure(["person-1", "person-2"])
    with vaults.put_back():
        vaults.process().forget("person-1")
    # Without its ledger it would serve an erased person again.
    assert vaults.process(guarded=False).find(["person-1"]) == {"person-1": keys["person-1"]}
    restarted = vaults.process()
    refuses(restarted, "person-2")
    assert vaults.reapply() == 1
    assert a_second_later(restarted).find(["person-1", "person-2"]) == {"person-2": keys["person-2"]}
    with pytest.raises(SubjectForgotten):
        restarted.ensure(["person-1"])
    assert vaults.reapply() == 0


def test_a_subject_forgotten_and_not_known_to_the_backup_is_destroyed_too(vaults: Vaults) -> None:
    with vaults.put_back():
        vaults.process().forget("person-1")
    refuses(vaults.process(), "person-2")
    assert vaults.reapply() == 1
    with pytest.raises(SubjectForgotten):
        vaults.process().ensure(["person-1"])


def test_as_many_destroyed_keys_of_others_do_not_stand_for_an_erasure(vaults: Vaults) -> None:
    vaults.process().ensure(["person-1", "person-2"])
    # Died between destroying and noting: destroyed here, not noted there.
    vaults.process(guarded=False).forget("person-2")
    with vaults.put_back():
        vaults.process().forget("person-1")
    refuses(vaults.process(), "person-3")


def test_a_running_process_sees_that_destroyed_keys_are_back(vaults: Vaults) -> None:
    running = vaults.process(guarded=False)
    keys = running.ensure(["person-1", "person-2"])
    with vaults.put_back():
        running.forget("person-1")
        assert a_second_later(running).find(["person-1", "person-2"]) == {"person-2": keys["person-2"]}
    assert running.find(["person-2"]) == {"person-2": keys["person-2"]}  # The second is not over.
    refuses(a_second_later(running), "person-2")
    refuses(a_second_later(running), "person-2")


def test_a_running_process_that_never_saw_an_erasure_misses_it_too(vaults: Vaults) -> None:
    running = vaults.process()
    running.ensure(["person-1"])
    with vaults.put_back():
        vaults.process().forget("person-1")
    refuses(a_second_later(running), "person-1")


def test_a_running_process_with_a_ledger_serves_again_once_all_is_level(vaults: Vaults) -> None:
    running = vaults.process()
    running.ensure(["person-1"])
    with vaults.put_back():
        running.ensure(["person-2", "person-3"])
        running.forget("person-3")
        a_second_later(running).find([])
    refuses(a_second_later(running), "person-1")
    found = vaults.verify()
    assert (found.reapplied, found.lost) == (1, 1)
    assert a_second_later(running).find(["person-1", "person-2", "person-3"]).keys() == {"person-1"}


def test_keys_made_after_the_backup_are_lost_and_never_made_a_second_time(vaults: Vaults) -> None:
    vaults.process().ensure(["person-1"])
    with vaults.put_back():
        first = vaults.process().ensure(["person-2"])
    restarted = vaults.process()
    refuses(restarted, "person-1")
    refuses(restarted, "person-2")
    found = vaults.verify()
    assert (found.subjects, found.reapplied, found.lost, found.search_made_anew) == (2, 0, 1, False)
    a_second_later(restarted)
    assert restarted.find(["person-1", "person-2"]).keys() == {"person-1"}
    with pytest.raises(KeyLost, match="person-2 was lost"):
        restarted.ensure(["person-2"])
    assert restarted.ensure(["person-3"]) != first
    assert vaults.verify().lost == 0


def test_without_a_ledger_a_second_key_is_made(vaults: Vaults) -> None:
    with vaults.put_back():
        first = vaults.process(guarded=False).ensure(["person-1"])
    assert vaults.process(guarded=False).ensure(["person-1"]) != first


def test_a_key_that_a_backup_missed_by_a_moment_gets_no_second_one_either(vaults: Vaults) -> None:
    """The newest key is there and an older one is not: its maker had not committed when the backup was made."""
    vaults.process().ensure(["person-1"])
    vaults.process().ensure(["person-2"])
    with vaults.keys.begin() as connection:
        connection.execute(text("delete from keyring where subject = 'person-1'"))
    restarted = vaults.process()
    with pytest.raises(KeyringBehind, match="person-1"):
        restarted.ensure(["person-1"])
    assert vaults.verify().lost == 1
    with pytest.raises(KeyLost):
        restarted.ensure(["person-1"])


def test_what_was_sealed_under_a_lost_key_replays_redacted(vaults: Vaults) -> None:
    with vaults.put_back():
        codec = Codec("sample", vaults.process())
        record = drafted(codec, opened())
    vaults.verify()
    (replayed,) = Codec("sample", vaults.process()).open([record])
    assert isinstance(replayed, NoteOpened)
    assert replayed.title is REDACTED


def test_a_lost_search_key_is_made_anew_and_said_to_be(vaults: Vaults) -> None:
    with vaults.put_back():
        before = keyed_hash(vaults.process(), "Nguyễn")
    refuses(vaults.process(), SEARCH)
    assert vaults.verify().search_made_anew
    assert keyed_hash(vaults.process(), "Nguyễn") != before
    assert not vaults.verify().search_made_anew


@pytest.mark.parametrize("mend", ["reapply", "verify"])
def test_a_mended_keyring_is_level_though_numbers_were_drawn_in_vain(vaults: Vaults, mend: str) -> None:
    """Keys that others made first, or whose maker died, leave gaps; the mended keyring numbers without them."""
    with vaults.put_back():
        with vaults.keys.begin() as connection:
            connection.execute(text("alter table keyring alter column number restart with 100"))
        vaults.process().ensure(["person-1"])
        if mend == "reapply":
            vaults.process().forget("person-1")
    refuses(vaults.process(), "person-2")
    getattr(vaults, mend)()
    assert vaults.process().ensure(["person-2"]).keys() == {"person-2"}


def test_on_a_level_keyring_verifying_changes_nothing(vaults: Vaults) -> None:
    running = vaults.process()
    keys = running.ensure(["person-1", "person-2", SEARCH])
    running.forget("person-2")
    found = vaults.verify()
    assert (found.subjects, found.reapplied, found.lost, found.search_made_anew) == (3, 0, 0, False)
    assert vaults.process().find(keys) == {one: key for one, key in keys.items() if one != "person-2"}


def test_what_is_behind_is_away_to_all_who_wait_for_servers() -> None:
    assert issubclass(KeyringBehind, Away)
    assert isinstance(meaning_of(KeyringBehind("older")), Unavailable)
    assert not issubclass(SubjectForgotten, Away)

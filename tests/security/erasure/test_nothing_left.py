"""After it no byte in the clear is left of them in anything that the product or its engines wrote."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from os import urandom

import pytest
from sqlalchemy import text

from deploy.services import NAMES
from deploy.whole import processes
from libs.events.keyrings.mending import rotate
from libs.events.keyrings.wrapping import KeyUnopenable, Wrapped, Wrapper, refuse_unopenable
from libs.events.settings import service_settings
from tests.security.canaries import CONTROL, STORY
from tests.security.erasure.conftest import Erased
from tests.security.erasure.counting import worker
from tests.security.erasure.leavings import everything, pages, plant
from tests.security.erasure.locks import wrapped_in
from tests.security.places import engine_files

pytestmark = pytest.mark.stack
KINDS = {"table", "dump", "topic", "file", "engine", "page", "export"}


@pytest.fixture(scope="module")
def left_behind(erased: Erased) -> Mapping[str, bytes]:
    """All of it, once every process has ended and the last of it was written; with somebody else planted in it."""
    left = erased.world.left
    for process in reversed(processes()):
        left.stack.stop_process(process.name)
    plant(left)
    return dict(everything(left))


def test_nothing_that_was_written_anywhere_shows_them(left_behind: Mapping[str, bytes]) -> None:
    assert [hit for place, content in left_behind.items() for hit in STORY.find(place, content)] == []


def test_the_search_finds_in_every_kind_of_place_who_is_in_the_clear_there(left_behind: Mapping[str, bytes]) -> None:
    found = {place for place, content in left_behind.items() if CONTROL.find(place, content)}
    assert {place.split()[0] for place in found} == KINDS
    assert {"table clubs.public.planted", "dump dump of clubs", "topic clubs.events", "file logs/planted.log"} <= found
    assert any(place.startswith("engine postgresql") for place in found)
    assert any(place.startswith("engine kafka") for place in found)


def test_the_search_reaches_every_service(left_behind: Mapping[str, bytes]) -> None:
    written = {place for place, content in left_behind.items() if content}
    for name in NAMES:
        assert {f"table {name}.public.journal", f"topic {name}.events", f"dump dump of {name}_keyring"} <= written
        assert {f"file logs/{name}-api.log", f"table {name}_keyring.public.keyring"} <= written
    told = ("list_file", "list_row", "list_link", "command_log", "read_record", "operation")
    assert {f"table registry.public.{name}" for name in told} <= written
    assert "table clubs.public.parked_event" in left_behind


def test_a_wrapped_key_lies_on_under_its_table_until_a_full_vacuum_and_in_the_log_until_the_key_over_it_goes(
    erased: Erased, left_behind: Mapping[str, bytes]
) -> None:
    """What is deleted stays a while in pages and log of PostgreSQL: who copies the disk must not have both keys."""
    left, subjects = erased.world.left, [one.id for one in erased.world.told.to_erase]
    wrapped = [
        one
        for subject, one in wrapped_in(erased.before.dumps["dump of registry_keyring"]).items()
        if subject.removeprefix("person-") in subjects
    ]
    under_table = [content for place, content in left_behind.items() if place.startswith("page ")]
    assert lying(wrapped, under_table) == wrapped
    with closing(worker("registry")) as parts:
        with parts.keys.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum full keyring"))
        assert lying(wrapped, [content for _, content in pages(left.stack.root)]) == []
        assert lying(wrapped, [content for _, content in engine_files(left.stack.root, left.first_wal)]) == wrapped
        other, (current, *_) = urandom(32), service_settings("registry").key_encryption_keys
        assert rotate(parts.keys, Wrapper(other, [current])) > 0
        refuse_unopenable(parts.keys, [other])
    for one in wrapped:
        with pytest.raises(KeyUnopenable):
            Wrapper(other).open("whoever", one)


def lying(wrapped: Sequence[Wrapped], contents: Sequence[bytes]) -> list[Wrapped]:
    """Those of the wrapped keys that lie in one of the contents."""
    return [one for one in wrapped if any(one.secret in content for content in contents)]

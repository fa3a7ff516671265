"""Files of lists: destroyed with whom they name, or when their ninety days are over; never while one is worked at."""

from contextlib import closing
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from deploy.whole import Clock
from libs.events.settings import settings
from services.registry.feed.chores import destroy_files
from services.registry.feed.keeping import KEPT_DAYS, content_of
from tests.security.canaries import CONTROL
from tests.security.erasure.conftest import Erased
from tests.security.erasure.counting import worker
from tests.security.erasure.locks import keys, locks, opened
from tests.security.erasure.telling import beside, registered_beside, send
from tests.security.story import BEGINS

pytestmark = pytest.mark.stack


def destroyed(url: str, list_id: str) -> bool:
    """Whether a file has no key any more, and neither it nor a row of it anything under one."""
    with psycopg.connect(url, dbname="registry") as connection:
        kept = connection.execute(
            "select 1 from list_file where list_id = %(id)s and (sealed is not null or destroyed_at is null)"
            " union select 1 from list_row where list_id = %(id)s and sealed is not null",
            {"id": list_id},
        ).fetchall()
    return not kept and f"registry/list-{list_id}" not in keys(url)


def test_a_file_that_is_still_worked_at_is_left_until_it_is_asked_for_again(erased: Erased) -> None:
    world = erased.world
    registry, url = world.offices.registry, world.url
    person = registered_beside(registry)
    list_id = send(registry, [beside(person)], "18/08/2025")["list_id"]
    with psycopg.connect(url, dbname="registry", autocommit=True) as connection:
        halfway = "update list_row set done = %s, outcome = %s where list_id = %s"
        connection.execute(halfway, (False, "matched", list_id))
        said = world.aftercare("erase-subject", person.id)
        assert (said.returncode, "still being worked at" in said.stdout) == (1, True), said
        assert f"person-{person.id}: complete" in said.stdout
        assert not destroyed(url, list_id)
        connection.execute(halfway, (True, "quarantined", list_id))
    said = world.aftercare("erase-subject", person.id)
    assert (said.returncode, f"list-{list_id}: complete" in said.stdout) == (0, True), said
    assert destroyed(url, list_id)


def test_nobody_is_erased_who_is_not_known(erased: Erased) -> None:
    said = erased.world.aftercare("erase-subject", erased.world.told.listed.id, "00000000-0000-4000-8000-000000000000")
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == "aftercare: the registry knows no person 00000000-0000-4000-8000-000000000000\n"


def test_the_key_of_a_file_is_destroyed_when_its_ninety_days_are_over(erased: Erased) -> None:
    url, bystander = erased.world.url, erased.world.told.bystander
    list_id = send(erased.world.offices.registry, [beside(bystander)], "19/08/2025")["list_id"]
    written = [one for one in locks(url) if list_id in one.bound_to.decode()]
    assert {place.split(" by ")[0] for place, said in opened(written, keys(url)) if CONTROL.find(place, said)} == {
        "list file's content",
        "row of a list",
    }
    with closing(worker("registry")) as parts, closing(Clock(settings())) as clock:
        clock.set(BEGINS + timedelta(days=KEPT_DAYS - 1))
        destroy_files.do(parts)
        assert not destroyed(url, list_id)
        clock.set(BEGINS + timedelta(days=KEPT_DAYS + 1))
        destroy_files.do(parts)
        assert content_of(parts, UUID(list_id)) is None
    assert destroyed(url, list_id)
    assert opened(written, keys(url)) == []

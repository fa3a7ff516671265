"""No table, topic, log, span or refusal holds an identifying plaintext: canaries are planted, and all is searched."""

import pytest

from deploy.services import NAMES
from deploy.whole import processes
from tests.security.canaries import STORY
from tests.security.conftest import Left
from tests.security.fields import OPEN, text_fields
from tests.security.searching import found
from tests.security.workbooks import FIELDS, PLAIN, everything

pytestmark = pytest.mark.stack


def test_every_field_that_can_say_something_about_somebody_was_planted(left: Left) -> None:
    """A new field has its place in `story.py` or, when it can say nothing of anybody, its reason in `fields.OPEN`."""
    free = {one for fields in OPEN.values() for one in fields}
    assert left.kept.planted == text_fields() - free
    assert free <= text_fields()


def test_every_column_of_a_list_that_can_say_something_about_somebody_was_planted() -> None:
    silent = {name for name, cell in everything().items() if not STORY.find(name, cell.encode())}
    assert silent == PLAIN.keys()
    assert everything().keys() == {*FIELDS}


def test_the_search_reaches_every_process_table_and_topic(left: Left) -> None:
    exports = b"".join(body for _, body in left.exports)
    assert [one.name for one in processes() if one.name.encode() not in exports] == []
    assert [name for name in NAMES if left.log(f"{name}-api").count(b"aftercare.access") < 20] == []
    assert b"registry api" in left.activity
    written = {place for place, content in left.tables.items() if content}
    told = ("journal", "command_log", "read_record", "names_v1", "numbers_v1", "list_file", "list_row", "list_link")
    assert {f"registry.public.{name}" for name in told} <= written
    assert {f"{name}_keyring.public.keyring" for name in ("registry", "clubs", "support")} <= written
    assert {"registry.events", "clubs.events", "support.events"} <= {one for one, said in left.topics.items() if said}


def test_no_table_of_any_database_shows_anybody(left: Left) -> None:
    assert found([*left.tables.items(), ("pg_stat_activity", left.activity)]) == []


def test_no_record_of_any_topic_shows_anybody(left: Left) -> None:
    assert found(left.topics.items()) == []


def test_no_log_and_no_file_of_an_engine_shows_anybody(left: Left) -> None:
    assert found(left.files.items()) == []


def test_no_span_and_no_metric_shows_anybody(left: Left) -> None:
    assert found(left.exports) == []


def test_no_refusal_and_no_answer_to_a_command_repeats_what_was_sent(left: Left) -> None:
    told = [(one.request, one.said) for one in left.kept.answers if one.status >= 400 or not one.shows_person]
    assert found((f"answer {number}", said) for number, (_, said) in enumerate(told)) == []

"""The search is seen to find what a test plants itself: in a cell, a record, a log, and what PostgreSQL says."""

import gzip
from typing import Any
from unicodedata import normalize

import psycopg
import pytest
import zstandard
from kafka import KafkaProducer

from libs.events.kafka import Log, events_topic
from libs.vietnam.names import folded_name
from tests.libs.events.waiting import until
from tests.security.canaries import CONTROL
from tests.security.conftest import Left
from tests.security.places import files, tables, topics
from tests.security.searching import places

pytestmark = pytest.mark.stack


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("text", CONTROL.name()),
        ("text", normalize("NFD", CONTROL.name()).upper()),
        ("text", folded_name(CONTROL.name())),
        ("text", CONTROL.twelve()),
        ("text[]", [CONTROL.nine()]),
        ("jsonb", '{"a": ["\\u0056\\u1ed7nh\\u1eb7mx"]}'),
        ("json", '{"a": ["V\\u1ed7nh\\u1eb7mx"]}'),
        ("bytea", CONTROL.name().encode("utf-16")),
        ("bytea", zstandard.compress(" ".join(CONTROL.text() for _ in range(40)).encode())),
        ("bytea", gzip.compress(CONTROL.name().encode(), mtime=0)),
        ("date", CONTROL.born),
    ],
)
def test_a_planted_cell_is_found(left: Left, column: str, value: Any) -> None:
    with psycopg.connect(left.superuser, dbname="clubs_keyring", autocommit=True) as superuser:
        superuser.execute(f"create table planted (said {column})".encode())
        try:
            superuser.execute(f"insert into planted values (%s::{column})".encode(), [value])
            found = places(tables(left.superuser, ["clubs_keyring"]))
        finally:
            superuser.execute("drop table planted")
    assert {place.split(" ")[0].removesuffix(".said") for place in found} == {"clubs_keyring.public.planted"}


@pytest.mark.parametrize("part", ["key", "headers", "value"])
def test_a_planted_record_is_found(left: Left, part: str) -> None:
    said: dict[str, Any] = {"key": b"a key", "value": b"a value"}
    topic, canary = f"planted.{part}", CONTROL.name().encode()
    producer = KafkaProducer(bootstrap_servers=left.kafka, compression_type="zstd", allow_auto_create_topics=False)
    try:
        Log(left.kafka).ensure_topics(topic, 1)
        producer.send(events_topic(topic), **said | {part: [("a-header", canary)] if part == "headers" else canary})
        producer.flush()
    finally:
        producer.close()
    assert places(topics(left.kafka, [events_topic(topic)])) == {events_topic(topic)}


def test_a_planted_line_of_a_log_is_found(left: Left) -> None:
    log = left.stack.root / "logs" / "planted.log"
    log.write_text(f"a person called {CONTROL.word()} was refused\n")
    found = places(files(left.stack.root))
    log.unlink()
    assert "logs/planted.log" in found


def test_what_postgresql_says_of_a_value_stands_in_a_log_that_is_searched(left: Left) -> None:
    with psycopg.connect(left.superuser) as superuser, pytest.raises(psycopg.errors.InvalidTextRepresentation):
        superuser.execute("select %s::int", [CONTROL.name()])
    until(lambda: bool(CONTROL.find("", left.log("postgresql"))), "the server's own words", seconds=10)

"""A record is the same in the journal and in Kafka, and anyone can recompute its chain from Kafka alone."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.codec import Codec
from libs.events.keyring import MemoryKeyring
from libs.events.record import (
    NotARecord,
    Position,
    Record,
    chained,
    first_link,
    from_row,
    from_value,
    micros,
    next_link,
    to_value,
)
from tests.libs.events.sample import NoteCounted, meta

AT = datetime(2026, 7, 1, 0, 0, 0, 1, tzinfo=UTC)


def some(n: int) -> list[Record]:
    codec = Codec("sample", MemoryKeyring())
    note = uuid4()
    records: list[Record] = []
    chain = first_link("sample", 3)
    for i in range(n):
        draft = codec.drafts(f"note-{note}", i, "person-1", [NoteCounted(note_id=note, count=i)], meta())[0]
        at = AT + timedelta(microseconds=i)
        chain = next_link(chain, i + 1, at, draft.body)
        records.append(from_row("sample", (3, i + 1, at, chain, draft.body.decode())))
    return records


def test_a_record_survives_the_log_unchanged() -> None:
    (record,) = some(1)
    assert from_value(3, to_value(record)) == record


def test_the_log_holds_a_cloud_event_with_every_journal_field() -> None:
    (record,) = some(1)
    cloud = orjson.loads(to_value(record))
    wanted = {"specversion", "id", "source", "type", "subject", "dataschema", "data", "stream", "version"}
    wanted |= {"sequence", "recordedat", "chain", "commandid", "commandindex", "correlationid", "actor"}
    assert wanted <= cloud.keys()
    assert all(name.isalnum() and name.islower() for name in cloud)


def test_the_chain_is_the_formula_of_the_design() -> None:
    (record,) = some(1)
    spelled = first_link("sample", 3) + (1).to_bytes(8, "big") + micros(AT).to_bytes(8, "big") + record.body
    assert record.chain == sha256(spelled).digest()
    assert first_link("sample", 3) == sha256(b"sample/3").digest()


def test_one_changed_byte_breaks_the_chain_at_its_record() -> None:
    records = some(5)
    assert chained(first_link("sample", 3), records) is None
    broken = Record(**{name: getattr(records[2], name) for name in Record._fields} | {"body": records[2].body + b" "})
    assert chained(first_link("sample", 3), [*records[:2], broken, *records[3:]]) is broken


@pytest.mark.parametrize("value", [b"", b"[]", b"{}", b'{"source":"x","sequence":1}', b"\xff", b'"x"'])
def test_what_is_no_record_is_refused(value: bytes) -> None:
    with pytest.raises(NotARecord):
        from_value(0, value)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001 -- Given a zone below.
def test_microseconds_are_exact_in_every_zone(naive: datetime) -> None:
    there = naive.replace(tzinfo=timezone(timedelta(hours=7)))
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros(there)) == there


def test_a_position_is_read_as_it_is_written() -> None:
    position = Position("registry", 7, 4211)
    assert Position.parse(str(position)) == position

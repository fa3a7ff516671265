"""The journal and the Kafka topic agree on where a subject lies."""

from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as kafka_murmur2

from libs.events.partitions import PARTITIONS, murmur2, partition_of


@given(st.binary(max_size=80))
def test_our_murmur2_is_kafkas(data: bytes) -> None:
    assert murmur2(data) == kafka_murmur2(data) & 0xFFFFFFFF


@given(st.text(min_size=1, max_size=60))
def test_a_subject_lies_where_kafkas_partitioner_puts_its_key(subject: str) -> None:
    assert partition_of(subject) == (kafka_murmur2(subject.encode()) & 0x7FFFFFFF) % PARTITIONS

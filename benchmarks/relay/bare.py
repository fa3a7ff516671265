"""The peer: kafka-python's idempotent producer alone, given bytes that are ready."""

from collections.abc import Mapping
from time import monotonic

from kafka import KafkaProducer

from benchmarks.ground import Ground
from libs.events.kafka import events_topic
from libs.events.kafka.pinned import BATCH_BYTES, LINGER_MS
from libs.events.record import from_value

TOPIC = events_topic("peer")


def produce(ground: Ground, topic: str, starts: Mapping[int, int]) -> float:
    """Seconds from the first send until every record of `topic` from these offsets on is acknowledged in the peer's."""
    log = ground.log
    found = log.read(topic, dict(starts), log.ends(topic, list(starts)))
    ready = [(m.partition, from_value(m.partition, m.value or b"").subject.encode(), m.value) for m in found]
    producer = KafkaProducer(
        bootstrap_servers=ground.bootstrap,
        acks="all",
        enable_idempotence=True,
        linger_ms=LINGER_MS,
        batch_size=BATCH_BYTES,
        compression_type="zstd",
        max_in_flight_requests_per_connection=5,
    )
    producer.partitions_for(TOPIC)
    began = monotonic()
    futures = [producer.send(TOPIC, value=value, key=key, partition=partition) for partition, key, value in ready]
    producer.flush()
    seconds = monotonic() - began
    producer.close()
    failed = sum(not future.succeeded() for future in futures)
    if failed:
        raise RuntimeError(f"{failed} records of the peer were not acknowledged")
    return seconds

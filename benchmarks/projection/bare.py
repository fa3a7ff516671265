"""The peer for scale of the log: kafka-python alone, a poll loop that decodes nothing."""

from time import monotonic

from kafka import KafkaConsumer, TopicPartition

from benchmarks.ground import Ground
from libs.events.kafka.pinned import FETCH_BYTES_MAX, PARTITION_FETCH_BYTES_MAX, POLL_RECORDS_MAX
from libs.events.partitions import PARTITIONS

POLL_MS = 100


def consume(ground: Ground, topic: str, events: int) -> float:
    """Seconds from asking for the first records until the last are here, with the settings that ours has."""
    consumer = KafkaConsumer(
        bootstrap_servers=ground.bootstrap,
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_poll_records=POLL_RECORDS_MAX,
        fetch_max_bytes=FETCH_BYTES_MAX,
        max_partition_fetch_bytes=PARTITION_FETCH_BYTES_MAX,
    )
    places = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    began = 0.0
    missing = events
    while missing > 0:
        asked = monotonic()
        count = sum(map(len, consumer.poll(timeout_ms=POLL_MS).values()))
        if count and not began:
            began = asked
        missing -= count
    ended = monotonic()
    consumer.close(autocommit=False)
    return ended - began

"""What is unsafe by default, pinned for every client."""

from collections.abc import Mapping, Sequence

from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor

MIB = 1 << 20
TRANSACTION_TIMEOUT_MS = 15_000
DELIVERY_TIMEOUT_MS = 10_000
REQUEST_TIMEOUT_MS = 4_000
BLOCK_MS_MAX = 10_000
FETCH_BYTES_MAX = 16 * MIB
PARTITION_FETCH_BYTES_MAX = 2 * MIB
BATCH_BYTES = 128 << 10
LINGER_MS = 5
POLL_RECORDS_MAX = 5_000
SESSION_TIMEOUT_MS = 15_000
POLL_INTERVAL_MS_MAX = 120_000
METADATA_AGE_MS_MAX = 3_000
# The client's own half a minute would be added to every absence of a broker.
RECONNECT_MS_MAX = 1_000
Pinned = Mapping[str, object]
# Of a consumer that sees what open transactions have written, too.
UNCOMMITTED: Pinned = {"isolation_level": "read_uncommitted"}


def admin(servers: Sequence[str]) -> Pinned:
    """Of an admin client."""
    return {
        "bootstrap_servers": servers,
        "request_timeout_ms": REQUEST_TIMEOUT_MS,
        "reconnect_backoff_max_ms": RECONNECT_MS_MAX,
    }


def consumer(servers: Sequence[str]) -> Pinned:
    """Of every consumer."""
    return {
        "bootstrap_servers": servers,
        "enable_auto_commit": False,
        "auto_offset_reset": "none",
        "isolation_level": "read_committed",
        "allow_auto_create_topics": False,
        "reconnect_backoff_max_ms": RECONNECT_MS_MAX,
        "max_poll_records": POLL_RECORDS_MAX,
        "fetch_max_bytes": FETCH_BYTES_MAX,
        "max_partition_fetch_bytes": PARTITION_FETCH_BYTES_MAX,
    }


def member(group: str, instance: str | None) -> Pinned:
    """Of a consumer in a group, beside those of every consumer."""
    return {
        "group_id": group,
        "group_instance_id": instance,
        "partition_assignment_strategy": [CooperativeStickyAssignor()],
        "session_timeout_ms": SESSION_TIMEOUT_MS,
        "max_poll_interval_ms": POLL_INTERVAL_MS_MAX,
        "fetch_max_wait_ms": 50,
        # A topic that was not there yet when the group formed is noticed soon, not after five minutes.
        "metadata_max_age_ms": METADATA_AGE_MS_MAX,
        "retry_backoff_ms": 20,
    }


def producer(servers: Sequence[str], transactional_id: str) -> Pinned:
    """Of a transactional producer."""
    return {
        "bootstrap_servers": servers,
        "client_id": transactional_id,
        "transactional_id": transactional_id,
        "acks": "all",
        "enable_idempotence": True,
        "allow_auto_create_topics": False,
        "transaction_timeout_ms": TRANSACTION_TIMEOUT_MS,
        "delivery_timeout_ms": DELIVERY_TIMEOUT_MS,
        "request_timeout_ms": REQUEST_TIMEOUT_MS,
        "max_block_ms": BLOCK_MS_MAX,
        "reconnect_backoff_max_ms": RECONNECT_MS_MAX,
        "retry_backoff_ms": 5,
        "linger_ms": LINGER_MS,
        "batch_size": BATCH_BYTES,
        "compression_type": "zstd",
        "max_in_flight_requests_per_connection": 5,
    }

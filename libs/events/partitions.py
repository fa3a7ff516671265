"""Where a subject's events lie: the same partition in the journal and in the Kafka topic."""

from functools import lru_cache

PARTITIONS = 24
_SEED = 0x9747B28C
_M = 0x5BD1E995
_MASK = 0xFFFFFFFF


@lru_cache(maxsize=65_536)
def partition_of(subject: str) -> int:
    """The partition (0 … 23) of a subject: Kafka's own rule, `(murmur2(key) & 0x7fffffff) % partitions`."""
    return (murmur2(subject.encode()) & 0x7FFFFFFF) % PARTITIONS


def murmur2(data: bytes) -> int:
    """Murmur2 as Kafka's default partitioner computes it, an unsigned 32-bit integer."""
    length = len(data)
    h = _SEED ^ length
    whole = length & ~3
    for i in range(0, whole, 4):
        k = int.from_bytes(data[i : i + 4], "little") * _M & _MASK
        h = (h * _M & _MASK) ^ ((k ^ (k >> 24)) * _M & _MASK)
    if length > whole:
        h = (h ^ int.from_bytes(data[whole:], "little")) * _M & _MASK
    h = (h ^ (h >> 13)) * _M & _MASK
    return h ^ (h >> 15)

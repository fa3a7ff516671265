"""The log over a cluster in memory: the real `Log`, `Publisher` and `Member`; only their clients are others."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from libs.events.kafka import Log, Publisher, TopicPartition, pinned
from libs.events.memory_cluster.broker import MemoryBroker
from libs.events.memory_cluster.consumer import MemoryConsumer
from libs.events.memory_cluster.producer import MemoryProducer


class MemoryLog(Log):
    """A cluster of one broker in memory."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    def publisher(self, transactional_id: str) -> Publisher:
        """As Kafka's."""
        return Publisher(MemoryProducer(self._broker, transactional_id, pinned.TRANSACTION_TIMEOUT_MS / 1000))

    @contextmanager
    def _admin(self) -> Iterator[Any]:
        yield MemoryAdmin(self._broker)

    def _make_consumer(self, **settings: Any) -> Any:
        return MemoryConsumer(self._broker, **({"max_poll_records": pinned.POLL_RECORDS_MAX} | settings))


class MemoryAdmin:
    """What this system, and who breaks it, ask of an admin client. All is done when a method returns."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    def create_topics(self, topics: Sequence[Any]) -> None:
        """TopicAlreadyExistsError where there is one."""
        for topic in topics:
            self._broker.hooks.step("create topic")
            configs = dict(topic.topic_configs or {})
            self._broker.create(topic.name, topic.num_partitions, topic.replication_factor, configs)

    def delete_topics(self, names: Sequence[str]) -> None:
        """UnknownTopicOrPartitionError where there is none."""
        for name in names:
            self._broker.hooks.step("delete topic")
            self._broker.delete(name)

    def delete_records(self, befores: Mapping[TopicPartition, int]) -> None:
        """Delete what lies before an offset of each."""
        for place, before in befores.items():
            self._broker.hooks.step("delete records")
            self._broker.partition(place).cut(before)

    def list_topics(self) -> list[str]:
        """The names of all."""
        return list(self._broker.topics)

    def wait_for_topics(self, names: Sequence[str]) -> None:
        """They are there at once."""

    def describe_topics(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """Number, partitions and replicas of each, or an error's code."""
        return [self._described(name) for name in names]

    def describe_configs(self, resources: Sequence[Any], **_settings: object) -> dict[str, dict[str, Any]]:
        """Every setting of each; none of one that is not there."""
        topics = {one.name: self._broker.topics.get(one.name) for one in resources}
        return {
            "topic": {
                name: {setting: {"value": value} for setting, value in topic.configs.items()} if topic else {}
                for name, topic in topics.items()
            }
        }

    def close(self) -> None:
        """Nothing is open."""

    def _described(self, name: str) -> dict[str, Any]:
        self._broker.hooks.step("describe topic")
        topic = self._broker.topics.get(name)
        if topic is None:
            return {"name": name, "error_code": 3}
        replicas = list(range(1, topic.replicas + 1))
        partitions = [{"partition_index": number, "replica_nodes": replicas} for number in range(len(topic.partitions))]
        return {"name": name, "error_code": 0, "topic_id": topic.id, "partitions": partitions}

"""The two topics of a service: how they are named, made and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kafka.admin import ConfigResource, ConfigResourceType

from libs.events.kafka.client import LogRefused, TopicMissing
from libs.events.partitions import PARTITIONS


@dataclass(frozen=True)
class Topic:
    """A topic as the broker describes it."""

    name: str
    id: UUID
    partitions: int
    replicas: int


def events_topic(service: str) -> str:
    """Where a service publishes its events."""
    return f"{service}.events"


def marks_topic(service: str) -> str:
    """Where a service publishes its marks."""
    return f"{service}.marks"


def content_type(topic: str) -> str:
    """What the records of a service's topic are: events, or marks, which are none."""
    return "application/cloudevents+json" if topic.endswith(".events") else "application/json"


def wanted_topics(service: str) -> dict[str, tuple[int, dict[str, str]]]:
    """How many partitions the topics of a service have, and what is kept in them: everything, for ever."""
    kept = {"retention.ms": "-1", "retention.bytes": "-1"}
    return {
        events_topic(service): (PARTITIONS, kept | {"cleanup.policy": "delete"}),
        marks_topic(service): (1, kept | {"cleanup.policy": "compact"}),
    }


def check_topic(admin: Any, name: str, partitions: int, wanted: Mapping[str, str]) -> None:
    """LogRefused when a topic has other partitions or another policy than wanted."""
    found = described(admin, name).partitions
    if found != partitions:
        raise LogRefused(f"{name} has {found} partitions, not {partitions}")
    resource = ConfigResource(ConfigResourceType.TOPIC, name)
    policy = admin.describe_configs([resource], config_filter="all")["topic"][name]
    for setting, value in wanted.items():
        if policy[setting]["value"] != value:
            raise LogRefused(f"{name} has {setting}={policy[setting]['value']}, not {value}")


def described(admin: Any, name: str) -> Topic:
    """A topic as an admin client describes it; TopicMissing where it is not."""
    found = admin.describe_topics([name])
    if not found or found[0].get("error_code"):
        raise TopicMissing(f"topic {name} does not exist: run `aftercare topics`")
    partitions = found[0]["partitions"]
    return Topic(name, UUID(str(found[0]["topic_id"])), len(partitions), len(partitions[0]["replica_nodes"]))

"""A PostgreSQL of this folder's own, and three brokers in place of one."""

from collections.abc import Iterator

import pytest

from deploy.local.stack import Stack
from libs.events.kafka import Log
from tests.faults.brokers.cluster import BROKERS, Cluster


class Replicated(Log):
    """A Kafka that holds everything three times, whatever is asked of it."""

    def ensure_topics(self, service: str, replication: int) -> None:
        """As asked, three times."""
        super().ensure_topics(service, max(replication, BROKERS))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The brokers."""
    made = Cluster.under(tmp_path_factory.mktemp("cluster"))
    try:
        made.start()
        yield made
    finally:
        made.end()


@pytest.fixture(scope="module")
def stack(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The other engine."""
    made = Stack(tmp_path_factory.mktemp("stack"), given={"KAFKA_BOOTSTRAP_SERVERS": cluster.servers})
    made.up()
    yield made
    made.down()


@pytest.fixture(scope="module")
def log(cluster: Cluster) -> Log:
    """Their Kafka."""
    return Replicated(cluster.servers)

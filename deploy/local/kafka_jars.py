"""The broker's jars: fetched once per user, each checked against `kafka.lock` before anything runs them."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext

from deploy.local.failure import StackFailed
from deploy.local.files import locked

KAFKA = "org.apache.kafka:kafka_2.13:4.3.0"
# Kafka's own release brings it beside what Kafka depends on; without it the broker says nothing.
LOGGING = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"
LOCK = Path(__file__).with_name("kafka.lock")
SIZE = "at most 65 MB"
FETCHERS_MAX = 8
FETCH_TIMEOUT_SECONDS = 20


@dataclass(frozen=True)
class Jar:
    """One line of the lock file: `group:artifact:version sha256`."""

    coordinate: str
    sha256: str

    @property
    def file_name(self) -> str:
        """What the jar is called, here and where it comes from."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def read_lock(path: Path = LOCK) -> list[Jar]:
    """The jars that the lock file names."""
    return [Jar(*line.split()) for line in path.read_text().splitlines()]


def cache_folder() -> Path:
    """Where the jars of all stacks of a user lie; `AFTERCARE_CACHE` replaces `~/.cache/aftercare`."""
    cache = os.environ.get("AFTERCARE_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "aftercare"
    return Path(cache).expanduser().absolute() / f"kafka-{KAFKA.rpartition(':')[2]}"


def class_path(jars: list[Jar], folder: Path) -> str:
    """A Java class path of exactly these jars, fetched if missing; StackFailed when one cannot be had or differs."""
    if _missing(jars, folder):
        with locked(folder.with_name(f"{folder.name}.lock")):
            _fetch_into(folder, _missing(jars, folder))
    for jar in jars:
        check(jar, folder / jar.file_name)
    return os.pathsep.join(str(folder / jar.file_name) for jar in jars)


def check(jar: Jar, path: Path) -> None:
    """StackFailed unless the file is the jar that the lock file means."""
    if sha256(path) != jar.sha256:
        raise StackFailed(f"{path} is not the {jar.coordinate} of {LOCK.name}: its sha256 differs; delete it")


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def maven(repository: Path) -> MavenContext:
    """Maven Central, or what the user's jgo settings put in its place, writing to this folder only."""
    remotes = {"central": MAVEN_CENTRAL_URL} | GlobalSettings.load().repositories
    return MavenContext(repo_cache=repository, remote_repos=remotes, timeout=FETCH_TIMEOUT_SECONDS)


def _missing(jars: Iterable[Jar], folder: Path) -> list[Jar]:
    return [jar for jar in jars if not (folder / jar.file_name).exists()]


def _fetch_into(folder: Path, jars: list[Jar]) -> None:
    if jars:
        sys.stderr.write(f"fetching Kafka from Maven Central, once: {len(jars)} files, {SIZE}\n")
    folder.mkdir(parents=True, exist_ok=True)
    # Beside the folder, so that a checked jar moves into it at once or not at all.
    with tempfile.TemporaryDirectory(dir=folder.parent) as room, ThreadPoolExecutor(FETCHERS_MAX) as pool:
        context = maven(Path(room))
        for jar, path in pool.map(lambda jar: (jar, _fetch(jar, context)), jars):
            check(jar, path)
            path.replace(folder / jar.file_name)


def _fetch(jar: Jar, context: MavenContext) -> Path:
    group, artifact, version = jar.coordinate.split(":")
    try:
        return Path(context.project(group, artifact).at_version(version).artifact().resolve())
    except (OSError, RuntimeError) as error:
        why = f"{jar.file_name}: {type(error).__name__}"
        raise StackFailed(
            f"Kafka could not be fetched from Maven Central ({why}), which is needed once: go online, or set"
            " AFTERCARE_CACHE to a folder that has it, or KAFKA_BOOTSTRAP_SERVERS to a broker elsewhere"
        ) from error

"""Writes `kafka.lock` anew: `python -m deploy.local.kafka_lock` after another version was chosen."""

import tempfile
from pathlib import Path

from deploy.local.kafka_jars import KAFKA, LOCK, LOGGING, maven, sha256

SCOPES = ("compile", "runtime")


def lines(repository: Path) -> list[str]:
    """`group:artifact:version sha256` of the broker and all it needs, as Maven Central has them now."""
    context = maven(repository)
    given, needed = context.resolver.resolve([context.create_dependency(KAFKA)])
    needed = [one for one in needed if one.scope in SCOPES]
    # Resolved together, the versions that logging prefers would displace Kafka's; what it needs is there already.
    artifacts = [one.artifact for one in (*given, *needed, context.create_dependency(LOGGING))]
    return sorted(f"{one.groupId}:{one.artifactId}:{one.version} {sha256(Path(one.resolve()))}" for one in artifacts)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as room:
        LOCK.write_text("".join(f"{line}\n" for line in lines(Path(room))))

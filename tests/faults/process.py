"""One process of the counting service, as `deploy.cli` runs those of the product.

`process api|worker|rebuild NAME [SOURCE]`, or `process migrate NAME FOLDER` with migrations beside its own.
"""

import logging
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from libs.events import feeds
from libs.events.feeds import TopicFeed
from libs.events.kafka import Log, pinned
from libs.events.observed import observed
from libs.events.rebuild import Rebuild
from libs.events.service import Service, migrate_service, open_parts
from libs.events.settings import service_settings, settings
from libs.events.worker import run_worker
from libs.web.serve import serve
from tests.faults.counting import reading, writing
from tests.libs.web.sample import expand

# The shortest that a broker allows: a killed member is missed sooner, so that a round of a test is shorter.
SESSION_TIMEOUT_MS = 6_000
# A rebuild of a few thousand events has many batches then.
REBUILD_RECORDS_MAX = 100


def main(kind: str, name: str, *sources: str) -> int:
    """Run until told to stop, or killed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("kafka").setLevel(logging.ERROR)
    pinned.SESSION_TIMEOUT_MS = SESSION_TIMEOUT_MS
    if kind == "migrate":
        return _migrate(writing(name), *sources)
    service = reading(name, *sources) if sources else writing(name)
    if kind == "api":
        serve(service, expand_units=expand)
        return 0
    return _rebuild(service) if kind == "rebuild" else _work(service)


def _work(service: Service) -> int:
    with observed(f"{service.name}-worker", settings().otlp_endpoint):
        parts = open_parts(service, service_settings(service.name), "worker")
        return 0 if run_worker(parts, Log(settings().kafka_bootstrap_servers)) else 1


def _rebuild(service: Service) -> int:
    """Rebuild all that the service follows, as one group, and swap it in."""
    feeds.POLL_RECORDS_MAX = REBUILD_RECORDS_MAX  # type: ignore[attr-defined]  # Used as it is there.
    following = service.following
    with closing(open_parts(service, service_settings(service.name), "worker", transaction_seconds=0)) as parts:
        feed = TopicFeed(following.sources, Log(settings().kafka_bootstrap_servers))
        return 0 if Rebuild("counts", following.projections, parts.codec, feed, parts.store).run().same else 1


def _migrate(service: Service, folder: str) -> int:
    migrations = [*service.migrations, Path(folder)]
    migrate_service(replace(service, migrations=migrations), service_settings(service.name))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

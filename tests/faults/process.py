"""One process of the counting service, as `deploy.cli` runs those of the product: `process api|worker NAME [SOURCE]`."""

import logging
import sys

from libs.events import kafka
from libs.events.service import Service, open_parts
from libs.events.settings import service_settings, settings
from libs.events.worker import run_worker
from libs.web.serve import serve
from tests.faults.counting import reading, writing
from tests.libs.web.sample import expand

# The shortest that a broker allows: a killed member is missed sooner, so that a round of a test is shorter.
kafka.SESSION_TIMEOUT_MS = 6_000


def main(kind: str, name: str, *sources: str) -> int:
    """Run until told to stop, or killed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("kafka").setLevel(logging.ERROR)
    service = reading(name, *sources) if sources else writing(name)
    if kind == "api":
        serve(service, expand_units=expand)
        return 0
    return _work(service)


def _work(service: Service) -> int:
    parts = open_parts(service, service_settings(service.name), "worker")
    return 0 if run_worker(parts, kafka.Log(settings().kafka_bootstrap_servers)) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

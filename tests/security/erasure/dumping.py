"""Dumps of all databases, as an operator takes them."""

import subprocess
from collections.abc import Iterator

from deploy.local.wheel import program
from tests.security.places import Content, databases


def dumps(url: str) -> Iterator[Content]:
    """Every database as `pg_dump` writes it."""
    for name in databases(url):
        if not name.startswith("template"):
            line = program("pg_dump", "-d", url.rpartition("/")[0] + f"/{name}")
            yield f"dump of {name}", subprocess.run(line, capture_output=True, check=True).stdout  # noqa: S603 -- Ours.

"""Support on real databases, and what it heard of the registry."""

from collections.abc import Iterator

import pytest

from deploy.local.stack import Stack
from deploy.services import folder
from services.support.service import service
from tests.conftest import bench_of
from tests.services.clubs.twin import Twin, beside, opened


@pytest.fixture(scope="module")
def support(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """Support with its app; nothing is followed but what a test lets it hear."""
    bench = bench_of(stack, beside(service, "supportdesk", "registry"))
    bench.verify_journal()
    with opened(bench, tmp_path_factory.mktemp("issuer"), folder("support")) as twin:
        yield twin
    bench.superuser.dispose()

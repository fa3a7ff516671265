"""The clubs on real databases, and what they heard of the registry."""

from collections.abc import Iterator

import pytest

from deploy.local.stack import Stack
from deploy.services import folder
from services.clubs.service import service
from tests.conftest import bench_of
from tests.services.clubs.twin import Twin, beside, opened


@pytest.fixture(scope="module")
def clubs(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """The clubs with their app; nothing is followed but what a test lets them hear."""
    bench = bench_of(stack, beside(service, "clubsdesk", "registry"))
    bench.verify_journal()
    with opened(bench, tmp_path_factory.mktemp("issuer"), folder("clubs")) as twin:
        yield twin
    bench.superuser.dispose()

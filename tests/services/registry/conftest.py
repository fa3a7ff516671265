"""The registry on a real database."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from deploy.local.stack import Stack
from services.registry.service import service
from tests.conftest import bench_of
from tests.services.registry.acting import Acting, acting


@pytest.fixture(scope="module")
def reacting(stack: Stack, request: pytest.FixtureRequest) -> Iterator[Acting]:
    """A registry of a test module, which reacts when a test says so."""
    name = f"reg_{request.module.__name__.rsplit('.', 1)[-1]}"
    bench = bench_of(stack, replace(service, name=name))
    with acting(bench) as one:
        yield one
    bench.superuser.dispose()

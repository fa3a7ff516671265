"""Reporting on real tables, filled with stories."""

from collections.abc import Iterator

import pytest

from deploy.local.stack import Stack
from libs.events.follower import Following
from libs.events.service import Service
from libs.law.law import LAW
from services.reporting.explain import FACTS
from services.reporting.facts import SOURCE
from tests.conftest import Bench, bench_of


@pytest.fixture(scope="module")
def bench(stack: Stack, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Reporting's database under a name of its own; what a test writes it rolls back."""
    name = f"rates_{request.module.__name__.rsplit('.', 1)[-1]}"
    bench = bench_of(stack, Service(name=name, law=LAW, following=Following([SOURCE], FACTS)))
    yield bench
    bench.superuser.dispose()

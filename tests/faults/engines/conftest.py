"""Engines of each file's own, because they are killed: those of the whole run stay up, and hold little to recover."""

from collections.abc import Iterator

import pytest

from deploy.local.stack import Stack
from libs.events.kafka import Log


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Engines in a folder of their own."""
    stack = Stack(tmp_path_factory.mktemp("mortal"), given={})
    stack.up()
    yield stack
    stack.down()


@pytest.fixture(scope="module")
def log(stack: Stack) -> Log:
    """The Kafka of those engines."""
    return Log(stack.environment()["KAFKA_BOOTSTRAP_SERVERS"])


@pytest.fixture
def mortal(stack: Stack) -> Iterator[Stack]:
    """The engines for a test that kills them; whatever it left down is up for the next."""
    yield stack
    stack.up()

"""What the tests of the library's engines start from."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from libs.events.service import Parts
from tests.conftest import Bench, MakeBench
from tests.libs.events.sample import note_projection


@pytest.fixture
def writing(make_bench: MakeBench) -> Bench:
    """A service with topics whose notes are folded inline."""
    return make_bench(topics=True, inline=[note_projection()])


@pytest.fixture
def worker(writing: Bench) -> Iterator[Parts]:
    """Its worker's parts."""
    with closing(writing.open("worker")) as parts:
        yield parts

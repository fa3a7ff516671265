"""A stack of these tests' own, because they stop and kill it."""

from collections.abc import Iterator

import pytest

from deploy.local.stack import Stack


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that a test may treat as it likes, if it runs again at the end."""
    own = Stack(tmp_path_factory.mktemp("own"), given={})
    own.up()
    yield own
    own.down()

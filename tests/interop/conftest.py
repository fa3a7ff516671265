"""Others' programs, or a plain word that they could not be had."""

import pytest

from tests.interop.node import CouldNotRun, Node, node


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs programs of others is run by `make test-interop` alone."""
    for item in items:
        if "others" in getattr(item, "fixturenames", ()):
            item.add_marker("interop")


@pytest.fixture(scope="session")
def others() -> Node:
    """The programs of others; without them the test fails, and says that it could not run."""
    try:
        return node()
    except CouldNotRun as why:
        pytest.fail(str(why), pytrace=False)

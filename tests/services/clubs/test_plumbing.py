"""What a new service costs beside its own subject: well under a hundred lines."""

import pytest

from deploy.services import folder

LINES_MAX = 60
PLUMBING = [
    "service.py",
    "projections/persons.py",
    "__init__.py",
    "domain/__init__.py",
    "projections/__init__.py",
    "routes/__init__.py",
]


@pytest.mark.parametrize("name", ["clubs", "support"])
def test_a_service_needs_well_under_a_hundred_lines_of_plumbing(name: str) -> None:
    lines = sum(len((folder(name) / file).read_text("utf-8").splitlines()) for file in PLUMBING)
    assert lines < LINES_MAX

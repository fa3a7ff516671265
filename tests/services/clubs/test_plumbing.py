"""What a new service costs beside its own subject: well under a hundred lines."""

import pytest

from deploy.services import folder

LINES_MAX = 60


@pytest.mark.parametrize("name", ["clubs", "support"])
def test_a_service_needs_well_under_a_hundred_lines_of_plumbing(name: str) -> None:
    files = [
        folder(name) / "service.py",
        folder(name) / "projections" / "persons.py",
        *folder(name).rglob("__init__.py"),
    ]
    plumbing = [file for file in files if "domain/" not in file.as_posix() or file.parent.name == "domain"]
    lines = sum(len(file.read_text("utf-8").splitlines()) for file in plumbing)
    assert lines < LINES_MAX, f"{lines} lines in {[file.name for file in plumbing]}"

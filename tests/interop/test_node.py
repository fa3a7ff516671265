"""What others' programs are had from, and what is said where they cannot be had."""

import json
from pathlib import Path

import pytest

from tests.interop import conftest
from tests.interop.node import HERE, CouldNotRun, node

NOWHERE = {"PATH": "/nowhere", "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}


def test_what_is_installed_is_pinned_by_content_and_names_no_place() -> None:
    locked = json.loads((HERE / "package-lock.json").read_text("utf-8"))["packages"]
    wanted = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    for name, package in locked.items():
        assert "resolved" not in package, name
        assert name == "" or package["integrity"].startswith("sha512-"), name
    assert "--hash=sha256:" in (HERE / "requirements.txt").read_text("utf-8")


def test_without_node_and_without_a_network_it_is_said_and_nothing_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CouldNotRun, match=r"interop could not run: `.*pip install.*requirements.txt"):
        node(tmp_path, NOWHERE)

    def nothing() -> None:
        node(tmp_path, NOWHERE)

    monkeypatch.setattr(conftest, "node", nothing)
    with pytest.raises(pytest.fail.Exception, match="interop could not run"):
        conftest.others.__wrapped__()  # type: ignore[attr-defined]


def test_without_packages_and_without_a_network_it_is_said(tmp_path: Path) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'no network' >&2\nexit 7\n", "utf-8")
    npm.chmod(0o755)
    program = tmp_path / "node"
    program.write_text("#!/bin/sh\necho v20.1.0\n", "utf-8")
    program.chmod(0o755)
    with pytest.raises(CouldNotRun, match=r"ended with 7\nno network"):
        node(tmp_path / "cache", {"PATH": f"{tmp_path}:/bin:/usr/bin"})

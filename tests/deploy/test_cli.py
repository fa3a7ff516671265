"""The command line as its users meet it: what it prints, and how it ends."""

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from deploy import cli
from deploy.local import commands
from deploy.local.stack import Stack
from deploy.rebuilding import FillingFailed
from libs.events.checkpoints import OwnershipLost
from libs.events.journal import JournalUnverified
from libs.events.parking import TooManyParked
from libs.events.rebuild import NothingToRollBack

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `aftercare` over a folder of the test's own: exit code, stdout, stderr."""
    monkeypatch.setattr(commands, "Stack", partial(Stack, tmp_path / "local", given={}))

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["aftercare", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0), *capsys.readouterr()

    return run


def test_the_stack_goes_up_is_seen_and_goes_down(run: Run, tmp_path: Path) -> None:
    code, out, err = run("stack", "up")
    assert (code, err) == (0, "")
    assert out.startswith("postgresql started\nkafka started\n")
    assert out.endswith(f"settings: source {tmp_path}/local/env\n")
    assert run("stack", "up")[1].startswith("all of it runs already\n")
    code, out, _ = run("stack", "status", "--json")
    assert code == 0
    assert {part["name"]: part["condition"] for part in json.loads(out)} == {
        "postgresql": "running",
        "kafka": "running",
    }
    assert run("stack", "down") == (0, "kafka stopped\npostgresql stopped\n", "")
    assert run("stack", "down") == (0, "nothing was running\n", "")
    assert run("stack", "status")[0] == 1


def test_a_stack_that_never_was_is_stopped_and_stays_unmade(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("stack", "status")
    assert (code, out.split()) == (1, ["postgresql", "stopped", "kafka", "stopped"])
    assert not (tmp_path / "local").exists()


def test_without_a_network_a_line_says_what_replaces_the_broker(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERCARE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    code, out, err = run("stack", "up")
    fetching, why = err.splitlines()
    assert (code, out) == (1, "")
    assert fetching.startswith("fetching Kafka from Maven Central, once: ")
    assert "could not be fetched" in why
    assert "KAFKA_BOOTSTRAP_SERVERS" in why
    assert "AFTERCARE_CACHE" in why
    assert list((tmp_path / "cache" / "kafka-4.3.0").iterdir()) == []
    # What does not run was not touched either.
    assert not (tmp_path / "local" / "postgresql").exists()


@pytest.mark.parametrize(
    "failure",
    [
        FillingFailed("1 of 2 processes ended with 1"),
        JournalUnverified(),
        NothingToRollBack("cases: no version before this one"),
        OwnershipLost("registry/0 was taken over"),
        TooManyParked("more than 1000 events of registry/0 are parked"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_what_a_user_can_mend_ends_with_one_line(run: Run, monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def fail() -> None:
        raise failure

    monkeypatch.setattr(cli, "app", fail)
    assert run() == (1, "", f"aftercare: {failure}\n")
    assert len(str(failure)) > 20

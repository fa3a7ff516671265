"""A contest: turns, ratios, and the verdict; correctness comes before speed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from benchmarks import __main__ as command
from benchmarks.__main__ import Name
from benchmarks.contest import Contestants, Lap, Row, run
from benchmarks.ground import Ground
from benchmarks.report import page

NOWHERE = Ground({})
application = Typer()
application.command()(command.main)


def row(*peers: Lap, ours: Lap | None = None) -> Row:
    """A row whose contestants are as fast, and as right, as said."""

    @contextmanager
    def contest(_ground: Ground, _size: int) -> Iterator[Contestants]:
        laps = {"ours": ours or Lap(100, 1.0, {"seen": 100}), **{f"peer {n}": lap for n, lap in enumerate(peers)}}
        yield {name: lambda lap=lap: lap for name, lap in laps.items()}  # type: ignore[misc]

    return Row("made", "Made up", "By hand.", 100, {"peer 0": 2.0}, contest)


@pytest.mark.parametrize(("seconds", "verdict"), [(2.0, "reached"), (1.9, "missed")])
def test_a_figure_is_reached_by_the_ratio_of_the_rates(seconds: float, verdict: str) -> None:
    _, peer = run(row(Lap(100, seconds, {"seen": 100})), NOWHERE, 3, 100)
    assert (peer.verdict, peer.ratio and peer.ratio.median) == (verdict, seconds)


def test_a_peer_without_a_figure_is_shown_for_scale() -> None:
    slow = Lap(100, 9.0, {"seen": 100})
    assert [one.verdict for one in run(row(slow, slow), NOWHERE, 1, 100)] == ["ours", "reached", "for scale"]


def test_who_is_wrong_has_reached_nothing() -> None:
    _, peer = run(row(Lap(100, 9.0, {"seen": 99}, ("missed: 1",))), NOWHERE, 2, 100)
    assert (peer.verdict, peer.wrong, peer.counters) == ("wrong", ("missed: 1",), {"seen": 198})


@pytest.mark.parametrize(("lock", "verdict"), [(49.0, "reached"), (51.0, "missed")])
def test_a_measure_is_held_against_its_limit(lock: float, verdict: str) -> None:
    ours = Lap(100, 1.0, {"reads": 100}, measures={"lock": lock, "longest read": 90.0})
    limited = replace(row(ours=ours), limits={"lock": 50.0})
    (standing,) = run(limited, NOWHERE, 2, 100)
    assert (standing.verdict, standing.measures["lock"].median) == (verdict, lock)
    shown = page(limited, [standing], {"rounds": 2}, {})
    assert f"| ours | lock | **{lock}** [{lock} … {lock}] | < 50 | {verdict} |" in shown


@pytest.mark.parametrize(("wrong", "code"), [((), 0), (("missed: 1",), 1)])
def test_a_wrong_result_fails_the_run_and_a_slow_one_does_not(
    wrong: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    @contextmanager
    def nowhere() -> Iterator[Ground]:
        yield NOWHERE

    made = row(Lap(100, 0.1, {"seen": 100}), ours=Lap(100, 1.0, {"seen": 99}, wrong))
    monkeypatch.setattr(command, "engines", nowhere)
    monkeypatch.setattr(command, "machine", lambda _ground: {"processor": "any"})
    monkeypatch.setattr(command, "ROWS", {name.value: made for name in Name})
    assert invoke(tmp_path, "--row", "append").exit_code == code
    page = next(tmp_path.glob("*-made.md")).read_text("utf-8")
    assert ("missed: 1" in page) is bool(wrong)


def test_every_row_runs_small_and_right_on_real_engines(tmp_path: Path) -> None:
    told = invoke(tmp_path, "--rounds", "1", "--size", "192")
    assert told.exit_code == 0, told.output
    documents = [orjson.loads(path.read_bytes()) for path in tmp_path.glob("*.json")]
    assert not [standing["wrong"] for document in documents for standing in document["standings"] if standing["wrong"]]
    found = {document["row"]: document["standings"][0] for document in documents}
    assert found.keys() == {name.value for name in Name}
    counters = {name: ours["counters"] for name, ours in found.items()}
    assert counters["append"]["seen"] == counters["append"]["appended"] >= 192
    assert counters["relay"]["events"] == counters["visible"]["visible"] == 192
    assert counters["projection"]["rows as expected"] == counters["projection"]["rows"] > 0
    assert counters["rebuild"]["rows"] == 192
    assert counters["swap"]["versions read"] == 2
    assert counters["swap"]["reads"] > counters["swap"]["events meanwhile"] > 0
    assert 0 < found["visible"]["measures"]["p50"]["median"] <= found["visible"]["measures"]["p99"]["median"]


def invoke(folder: Path, *words: str) -> Result:
    """Run the command as `make bench` does, with its pages in a folder."""
    return CliRunner().invoke(application, [*words, "--results", str(folder)])

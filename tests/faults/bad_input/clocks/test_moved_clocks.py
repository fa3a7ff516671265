"""Clocks an hour before, an hour behind and going back, under load: the order of events rests on none of them."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from deploy.local.stack import Stack
from libs.events.kafka import Log
from libs.events.settings import Mode
from libs.web.issuer import Issuer
from libs.web.roles import Role
from tests.conftest import Bench
from tests.faults.clients import Caller
from tests.faults.conftest import Counting, FiguresOf, MakeCounting
from tests.faults.processes import Process
from tests.faults.test_crash_points import proved
from tests.libs.events.waiting import until
from tests.libs.web.conftest import AUDIENCE, ISSUER
from tests.libs.web.sample import HOME

SOURCE = Path(__file__).with_name("clock_moved.c")
HOUR = 3_600
# Of PostgreSQL and the workers: ahead, and back by two hours while they work, and ahead again.
MOVES = (HOUR, -HOUR, 0, HOUR, -HOUR)
# Of an API: what the dates of a token bear that was made now and lives no longer than that.
BORNE, LIFE_MINUTES = 50, 0.5
EVENTS_MIN = 30


@dataclass(frozen=True)
class Clock:
    """The wall clock of some processes."""

    library: Path
    file: Path

    def environment(self) -> dict[str, str]:
        """What a process is given to have this clock."""
        return {"LD_PRELOAD": str(self.library), "CLOCK_MOVED": str(self.file)}

    def move(self, seconds: int) -> None:
        """So many seconds ahead of the true time."""
        fresh = self.file.with_suffix(".fresh")
        fresh.write_text(str(seconds), "utf-8")
        fresh.chmod(0o644)
        fresh.rename(self.file)


@pytest.fixture
def clocks(mortal: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Clock]]:
    """One clock for the engines and the workers, one for the API; PostgreSQL has its own from here on."""
    library = tmp_path / "clock_moved.so"
    subprocess.run(("gcc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE), check=True)  # noqa: S603, S607 -- Of our own.
    made = {name: Clock(library, tmp_path / name) for name in ("work", "api")}
    for clock in made.values():
        clock.move(0)
    mortal.postgresql.stop()
    with monkeypatch.context() as preloaded:
        for name, value in made["work"].environment().items():
            preloaded.setenv(name, value)
        mortal.postgresql.start()
    yield made
    mortal.postgresql.stop()


def moved(bench: Bench) -> float:
    """How many seconds PostgreSQL's clock is ahead of ours."""
    with bench.superuser.connect() as connection:
        there: datetime = connection.execute(text("select clock_timestamp()")).scalar_one()
    return (there - datetime.now(UTC)).total_seconds()


def given(process: Process, clock: Clock) -> None:
    """The process has this clock from its next start on."""
    process.environment = {**process.environment, **clock.environment()}


def out_of_order(bench: Bench) -> int:
    """How many events were recorded no later than the one before them in their partition."""
    before = "lag(recorded_at) over (partition by partition order by sequence)"
    with bench.superuser.connect() as connection:
        found = connection.execute(
            text(
                f"select count(*) from (select recorded_at, {before} as before from journal) j where recorded_at <= before"
            )
        )
        return int(found.scalar_one())


def counts(counting: Counting, folder: Path, minutes: float) -> bool:
    """Whether a token that was made now, and lives so long, counts."""
    issuer = Issuer(folder / "issuer", mode=Mode.DEVELOPMENT, issuer=ISSUER, audience=AUDIENCE)
    caller = Caller(counting.load.base_url, issuer.mint(Role.COMMUNE_OFFICER, units=[HOME], minutes=minutes))
    status = caller.send("POST", "/v1/notes", {"unit": "no unit", "title": ""}, Idempotency_Key=str(uuid4())).status
    caller.close()
    return status != HTTPStatus.UNAUTHORIZED


@pytest.mark.faults
@pytest.mark.row(60)
def test_clocks_that_are_wrong_and_go_back_change_no_order_and_tokens_have_a_minutes_leeway(
    make_counting: MakeCounting, clocks: dict[str, Clock], log: Log, tmp_path: Path, figures_of: FiguresOf
) -> None:
    counting = make_counting(clients=2, kept=True)
    for process, clock in ((counting.api, "api"), (counting.relay, "work"), (counting.follower, "work")):
        given(process, clocks[clock])
    counting.start()
    seen: list[float] = []
    with counting.load.running():
        for seconds in MOVES:
            clocks["work"].move(seconds)
            recorded = counting.recorded()
            until(lambda before=recorded: counting.recorded() > before + EVENTS_MIN, "events being recorded")  # type: ignore[misc]
            followed = counting.folded()
            until(lambda before=followed: counting.folded() > before + EVENTS_MIN, "events being followed")  # type: ignore[misc]
            seen.append(round(moved(counting.writer)))
    assert seen == list(MOVES)
    false = 0
    for seconds in (BORNE, -BORNE):
        clocks["api"].move(seconds)
        false += not counts(counting, tmp_path, minutes=LIFE_MINUTES)
    for seconds in (HOUR, -HOUR):
        clocks["api"].move(seconds)
        assert not counts(counting, tmp_path, minutes=LIFE_MINUTES)
    clocks["api"].move(0)
    inverted = out_of_order(counting.writer) + out_of_order(counting.reader)
    found = proved(counting, log)
    assert (inverted, false) == (0, 0)
    figures_of(
        rounds=len(MOVES),
        lost=found.lost,
        doubled=found.doubled,
        out_of_order=inverted,
        tokens_falsely_refused=false,
        acknowledged=found.acknowledged,
    )

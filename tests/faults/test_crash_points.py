"""`kill -9` before and after every commit, under load: acknowledged commands lost 0, doubled effects 0."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from libs.events.crash import POINTS
from libs.events.kafka import Log
from tests.faults.conftest import MIGRATIONS, Counting, FiguresOf, MakeCounting
from tests.faults.processes import Process
from tests.faults.proofs import Figures, figures
from tests.libs.events.waiting import until

ROUNDS = 20
PASSES = (2, 30)
# A rebuild has at least so many batches, once so many events are there.
BATCHES, REBUILT_MIN = (1, 8), 1_000
PLACES = ("append", "relay", "follower")


def crashes(counting: Counting, at: Sequence[str]) -> list[float]:
    """Let one process die at each of these points, one life after the other; the seconds until its work went on.

    It went on once something is recorded, or for relay and follower folded, that was not recorded when it died. A life
    that ended before that has none.
    """
    process = counting.of(at[0])
    gauge = counting.recorded if process is counting.api else counting.folded
    process.kill()
    process.start(at[0])
    seconds = []
    for following in (*at[1:], None):
        died, before = process.await_death(), counting.recorded()
        process.start(following)
        until(lambda before=before: gauge() > before or not process.alive, f"{process.name} going on", 60)  # type: ignore[misc]
        if gauge() > before:
            seconds.append(time.monotonic() - died)
    return seconds


def proved(counting: Counting, log: Log) -> Figures:
    """The figures once everything is level; they must hold."""
    counting.await_level()
    found = figures(counting.writer, counting.reader, log, counting.load.acknowledged)
    assert found.holds(), str(found)
    assert found.log_events == counting.recorded(), str(found)
    return found


def test_a_crash_at_each_point_loses_and_doubles_nothing(make_counting: MakeCounting, log: Log) -> None:
    counting = make_counting(clients=2, pace=0.05)
    counting.start()
    with counting.load.running():
        until(lambda: counting.folded() > 0, "the first events being followed")
        # Each process dies twice, and all three at about the same time.
        lives = [[f"{point}:3" for point in POINTS if point.startswith(place)] for place in PLACES]
        with ThreadPoolExecutor() as together:
            seconds = [max(each) for each in together.map(lambda at: crashes(counting, at), lives)]
    found = proved(counting, log)
    print(f"\n6 crashes: {found}; work went on within {', '.join(f'{s:.1f}' for s in seconds)} s")


@pytest.mark.faults
@pytest.mark.parametrize("point", [point for point in POINTS if point.startswith(PLACES)])
def test_twenty_crashes_at_a_point_lose_and_double_nothing(
    make_counting: MakeCounting, log: Log, figures_of: FiguresOf, point: str
) -> None:
    counting = make_counting()
    counting.start()
    chance = random.Random(point)
    with counting.load.running():
        until(lambda: counting.folded() > 0, "the first events being followed")
        seconds = crashes(counting, [f"{point}:{chance.randint(*PASSES)}" for _ in range(ROUNDS)])
    tell(figures_of, point, proved(counting, log), seconds)


@pytest.mark.faults
@pytest.mark.parametrize("point", [point for point in POINTS if point.startswith(("rebuild", "swap"))])
def test_twenty_rebuilds_that_crash_at_a_point_go_on_and_are_right(
    make_counting: MakeCounting, log: Log, figures_of: FiguresOf, point: str
) -> None:
    counting = make_counting(clients=2, pace=0.05)
    counting.start()
    chance = random.Random(point)
    passes = BATCHES if point.startswith("rebuild") else (1, 1)
    with counting.load.running():
        until(lambda: counting.folded() > REBUILT_MIN, "enough being followed")
        seconds = [again(counting.rebuild, f"{point}:{chance.randint(*passes)}") for _ in range(ROUNDS)]
    with counting.reader.superuser.connect() as connection:
        made = connection.exec_driver_sql("select count(*) from projection_certificate").scalar_one()
    assert made >= ROUNDS
    tell(figures_of, point, proved(counting, log), seconds)


@pytest.mark.faults
@pytest.mark.parametrize("point", [point for point in POINTS if point.startswith("migration")])
def test_twenty_migrations_that_crash_at_a_point_are_done_or_not(
    make_counting: MakeCounting, log: Log, figures_of: FiguresOf, tmp_path: Path, point: str
) -> None:
    counting = make_counting(clients=2, pace=0.05)
    counting.start()
    done: list[bool] = []
    with counting.load.running():
        until(lambda: counting.folded() > 0, "the first events being followed")
        seconds = []
        for number in range(ROUNDS):
            wanted(tmp_path / MIGRATIONS, number)
            seconds.append(again(counting.migrate, point, lambda n=number: done.append(there(counting, n))))  # type: ignore[misc]
            assert there(counting, number)
    assert set(done) == {point == "migration.after-commit"}
    tell(figures_of, point, proved(counting, log), seconds)


def again(process: Process, crash_at: str, meanwhile: Callable[[], object] = lambda: None) -> float:
    """Start a process that dies at a crash point, and start it again; how long after its death its work is done."""
    process.start(crash_at)
    died = process.await_death()
    meanwhile()
    process.start()
    return process.await_end() - died


def wanted(folder: Path, number: int) -> None:
    """Another migration in a folder: a table that says how many events there were."""
    before = f'"more_{number - 1}"' if number else None
    folder.mkdir(exist_ok=True)
    (folder / f"more_{number}.py").write_text(
        f'from alembic import op\n\nrevision = "more_{number}"\ndown_revision = {before}\ndepends_on = "web_0001"\n\n\n'
        f'def upgrade():\n    op.execute("create table more_{number} as select count(*) from journal")\n',
        "utf-8",
    )


def there(counting: Counting, number: int) -> bool:
    """Whether that table is there, and the schema says so."""
    with counting.writer.superuser.connect() as connection:
        made = connection.exec_driver_sql(f"select to_regclass('more_{number}') is not null").scalar_one()
        said = connection.exec_driver_sql(
            "select exists (select from alembic_version where version_num = %s)", (f"more_{number}",)
        ).scalar_one()
    assert made == said
    return bool(made)


def tell(figures_of: FiguresOf, point: str, found: Figures, seconds: Sequence[float]) -> None:
    """The figures of one crash point."""
    figures_of(
        point,
        rounds=ROUNDS,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(max(seconds), 1),
        acknowledged=found.acknowledged,
    )

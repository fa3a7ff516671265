"""PostgreSQL and Kafka restarted and killed under load: nothing lost, nobody has to act, and callers are told."""

import time
from collections.abc import Callable, Mapping
from http.client import HTTPException

import pytest

from deploy.local.engine import Engine
from deploy.local.stack import Stack
from libs.events.kafka import Log
from tests.faults.clients import Answer
from tests.faults.conftest import Counting, FiguresOf, MakeCounting
from tests.faults.test_crash_points import proved
from tests.libs.events.waiting import until

ROUNDS = 5
MISSED_MIN = 20
STALER_SECONDS = 2
RESUMED_SECONDS_MAX = 60.0
# The service that the events are named for: a read knows its sources by that.
SOURCE = "sample"
TYPE = "urn:aftercare:problem:"
HOW: Mapping[str, Callable[[Engine], bool]] = {"killed": Engine.kill, "stopped": Engine.stop}


def started(counting: Counting) -> Counting:
    """The same, once commands are taken, followed and told over REST."""
    counting.desk.start()
    counting.start()
    return counting


def seconds_until_resumed(counting: Counting, engine: Engine) -> float:
    """Start the server again, and do nothing else; how long after it answers commands are taken and followed."""
    engine.start()
    answered = time.monotonic()
    counting.forget_connections()
    acknowledged, folded = len(counting.load.acknowledged), counting.folded()
    until(lambda: len(counting.load.acknowledged) > acknowledged, "commands being taken", RESUMED_SECONDS_MAX)
    until(lambda: counting.folded() > folded, "events being followed", RESUMED_SECONDS_MAX)
    return time.monotonic() - answered


def answer_of(counting: Counting, note: str, **headers: str) -> Answer:
    """What the desk tells of a note; it was started last and may not listen yet."""
    answers: list[Answer] = []

    def answered() -> bool:
        try:
            answers.append(counting.caller.send("GET", f"/v1/notes/{note}", **headers))
        except (OSError, HTTPException):
            return False
        return True

    until(answered, "the desk answering")
    return answers[0]


def a_followed_note(counting: Counting) -> str:
    until(lambda: counting.folded() > MISSED_MIN, "the first events being followed")
    return counting.load.acknowledged[0].id


def refused(counting: Counting) -> None:
    """Return when a command was refused because PostgreSQL is away."""
    before = counting.load.refusals.total()
    until(lambda: counting.load.refusals.total() > before, "commands being refused")


def missed(counting: Counting) -> None:
    """Return when some commands were taken that Kafka has not seen."""
    before = len(counting.load.acknowledged)
    until(lambda: len(counting.load.acknowledged) > before + MISSED_MIN, "commands being taken")


def staleness(counting: Counting, note: str) -> int:
    return int(answer_of(counting, note).headers["aftercare-staleness"])


def a_problem(answer: Answer) -> tuple[int, str, str | None]:
    return answer.status, answer.headers["content-type"], answer.headers.get("retry-after")


def test_without_postgresql_callers_are_told_to_come_again_and_all_resumes_by_itself(
    make_counting: MakeCounting, mortal: Stack, log: Log
) -> None:
    counting = started(make_counting(clients=2, pace=0.05, kept=True))
    with counting.load.running():
        note = a_followed_note(counting)
        assert answer_of(counting, note).status == 200
        mortal.postgresql.kill()
        refused(counting)
        read = answer_of(counting, note)
        assert a_problem(read) == (503, "application/problem+json", "5")
        assert read.body["type"] == TYPE + "unavailable"
        seconds = seconds_until_resumed(counting, mortal.postgresql)
        until(lambda: answer_of(counting, note).status == 200, "reads being answered")
    found = proved(counting, log)
    assert {how for how in counting.load.refusals if how.startswith("5")} <= {
        "503 unavailable",
        "503 journal-unverified",
    }
    print(f"\nPostgreSQL killed: {found}; went on {seconds:.1f} s after it answered; {dict(counting.load.refusals)}")


def test_without_kafka_commands_are_taken_reads_say_how_stale_they_are_and_the_relay_catches_up(
    make_counting: MakeCounting, mortal: Stack, log: Log
) -> None:
    counting = started(make_counting(clients=2, pace=0.05, kept=True, name=SOURCE))
    with counting.load.running():
        note = a_followed_note(counting)
        until(lambda: answer_of(counting, note).headers["aftercare-staleness"] != "unknown", "the first mark")
        mortal.kafka.kill()
        at = staleness(counting, note)
        missed(counting)
        until(lambda: staleness(counting, note) > at + STALER_SECONDS, "reads saying that they become staler")
        newest = counting.load.acknowledged[-1]
        away = staleness(counting, note)
        seconds = seconds_until_resumed(counting, mortal.kafka)
        until(lambda: staleness(counting, note) < away, "reads being fresh again")
    found = proved(counting, log)
    assert answer_of(counting, newest.id, Aftercare_Wait_For=newest.position).status == 200
    assert not counting.load.refusals, "no command was refused"
    print(f"\nKafka killed: {found}; went on {seconds:.1f} s after it answered; staleness was {away} s")


@pytest.mark.faults
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    "name", [pytest.param("postgresql", marks=pytest.mark.row(36)), pytest.param("kafka", marks=pytest.mark.row(18))]
)
def test_rounds_without_a_server_under_load_lose_and_double_nothing(
    make_counting: MakeCounting, mortal: Stack, log: Log, figures_of: FiguresOf, name: str, how: str
) -> None:
    engine: Engine = getattr(mortal, name)
    counting = started(make_counting(kept=True))
    noticed = missed if engine is mortal.kafka else refused
    seconds: list[float] = []
    with counting.load.running():
        a_followed_note(counting)
        for _ in range(ROUNDS):
            HOW[how](engine)
            noticed(counting)
            seconds.append(seconds_until_resumed(counting, engine))
    found = proved(counting, log)
    figures_of(
        rounds=ROUNDS,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(max(seconds), 1),
        acknowledged=found.acknowledged,
        refused=counting.load.refusals.total(),
    )

"""A broker that forgets producers soon: after a pause the relay has another one, and sends its batch again."""

from collections.abc import Iterator
from threading import Event as Flag
from time import monotonic
from unittest.mock import patch

import pytest

from deploy.local import kafka
from deploy.local.stack import Stack
from libs.events.kafka import Log
from tests.faults.conftest import FiguresOf, MakeCounting
from tests.faults.rows.conftest import reached, recorded
from tests.faults.test_crash_points import proved
from tests.libs.events.waiting import until

ROUNDS = 3
TAKEN = 50
# Longer than the broker remembers, and than the relay is without a mark to publish.
PAUSE_SECONDS = 12.0
FORGETFUL = {
    "producer.id.expiration.ms": "4000",
    "producer.id.expiration.check.interval.ms": "200",
    "transactional.id.expiration.ms": "4000",
    "transaction.remove.expired.transaction.cleanup.interval.ms": "200",
}
FORGOTTEN = "relay of"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Engines in a folder of their own, whose broker is forgetful."""
    with patch.dict(kafka.SETTINGS, FORGETFUL):
        made = Stack(tmp_path_factory.mktemp("forgetful"), given={})
        made.up()
    yield made
    made.down()


@pytest.mark.faults
@pytest.mark.row(33)
def test_a_relay_whose_producer_was_forgotten_in_a_pause_goes_on_with_another(
    make_counting: MakeCounting, log: Log, figures_of: FiguresOf
) -> None:
    counting = make_counting()
    counting.start()
    seconds: list[float] = []
    for _ in range(ROUNDS):
        before = len(counting.load.acknowledged)
        with counting.load.running():
            until(lambda before=before: len(counting.load.acknowledged) > before + TAKEN, "commands being taken")  # type: ignore[misc]
        due, began = recorded(counting), monotonic()
        until(lambda due=due: reached(counting, due), "what was taken being followed")  # type: ignore[misc]
        seconds.append(monotonic() - began)
        Flag().wait(PAUSE_SECONDS)
    forgotten = counting.relay.log.read_text("utf-8").count(FORGOTTEN)
    found = proved(counting, log)
    assert forgotten >= ROUNDS
    figures_of(
        rounds=ROUNDS,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(max(seconds), 1),
        producers_forgotten=forgotten,
        acknowledged=found.acknowledged,
    )

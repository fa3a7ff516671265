"""A topic that is deleted, made anew or cut under load: nothing makes it anew by itself, and a restore fills it."""

from contextlib import closing
from time import monotonic

import pytest

from libs.events.kafka import Log, events_topic
from libs.events.refilling import refill_log
from tests.faults.conftest import FiguresOf, MakeCounting
from tests.faults.rows.conftest import reached, recorded
from tests.faults.test_crash_points import proved
from tests.libs.events.test_refilling import HOW
from tests.libs.events.waiting import until

FOLLOWED_MIN, MISSED_MIN = 200, 50
ALOUD = "begins anew after TopicMissing"


@pytest.mark.faults
@pytest.mark.parametrize(
    "how", [pytest.param(how, marks=pytest.mark.row(22 if how == "deleted" else 23)) for how in HOW]
)
def test_a_topic_lost_under_load_is_filled_again_and_nothing_is_lost_or_doubled(
    make_counting: MakeCounting, log: Log, figures_of: FiguresOf, how: str
) -> None:
    counting = make_counting(kept=True)
    topic = events_topic(counting.writer.service.name)
    counting.start()
    with closing(counting.writer.open("worker")) as worker, counting.load.running():
        until(lambda: counting.folded() > FOLLOWED_MIN, "the first events being followed")
        HOW[how](log, counting.writer)
        began = monotonic()
        if how == "deleted":
            until(lambda: ALOUD in counting.relay.log.read_text("utf-8"), "the relay saying so")
            missed = len(counting.load.acknowledged) + MISSED_MIN
            until(lambda: len(counting.load.acknowledged) > missed, "commands being taken")
            assert topic not in log.topics()
        due = recorded(counting)
        refilled = refill_log(worker, log, recreate=how == "cut")
        until(lambda: reached(counting, due), "what was recorded being followed")
        seconds = monotonic() - began
    found = proved(counting, log)
    assert refilled.differences == []
    figures_of(
        rounds=1,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(seconds, 1),
        filled_again=refilled.agree,
        acknowledged=found.acknowledged,
    )

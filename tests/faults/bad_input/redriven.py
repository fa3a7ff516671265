"""Parked events taken after all, as an operator has it done."""

from contextlib import closing

from libs.events.follower import Follower
from libs.events.kafka import Log
from tests.conftest import Bench


def redriven(reader: Bench, log: Log) -> int:
    """Redrive every line of a service; how many events were taken, which must be all of them."""
    taken = 0
    with closing(reader.open("worker")) as parts:
        follower = Follower(parts.service.name, parts.following, parts.handler, parts.store, log)
        # What a reactor rests on goes before it.
        reactors = {reactor.name for reactor in parts.following.reactors}
        with parts.store.begin() as books:
            lines = sorted(books.lines(), key=lambda line: line.taker in reactors)
        for line in lines:
            done = follower.redriving.redrive(line)
            assert done.left is None, done.left
            taken += done.taken
    return taken

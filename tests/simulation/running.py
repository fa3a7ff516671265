"""Running worlds: one seed, with or without a bug, and what was not kept in it."""

import logging
from dataclasses import dataclass
from hashlib import sha256

from tests.simulation.invariants import broken
from tests.simulation.planted import planted
from tests.simulation.world import World


@dataclass(frozen=True)
class Ended:
    """How a seed ended: what was not kept, and a digest of everything that happened, step by step."""

    seed: int
    broken: tuple[str, ...]
    steps: int
    trace: str


def run(seed: int, bug: str | None = None) -> Ended:
    """Run one seed. The library's log is silent: what it says of a mishap says nothing here."""
    logger = logging.getLogger("libs")
    level, logger.level = logger.level, logging.CRITICAL
    try:
        world = World(seed)
        if bug is None:
            world.run()
        else:
            with planted(bug, world.scheduler):
                world.run()
        found = broken(world)
    finally:
        logger.level = level
    trace = sha256("\n".join(world.scheduler.trace).encode()).hexdigest()
    return Ended(seed, tuple(found), world.scheduler.steps, trace)


def first_broken(bug: str, seeds: range) -> Ended | None:
    """The first seed in which a bug shows, and nothing else does."""
    return next((ended for seed in seeds if (ended := run(seed, bug)).broken and not run(seed).broken), None)

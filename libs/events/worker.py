"""The worker process of a service: relay, follower and chores side by side, ended together when one must not go on."""

import gc
import logging
import signal
from collections.abc import Callable
from functools import partial
from threading import Event as Stop
from threading import Thread
from time import monotonic

from libs.events.deadlines import RING_SECONDS, Alarm
from libs.events.follower import Follower
from libs.events.kafka import Log
from libs.events.outbox import PostgresOutbox
from libs.events.relay import Relay
from libs.events.service import Chore, Parts
from libs.events.telling import told
from libs.events.transient import Transient
from libs.events.watching import Watch

STOP_SECONDS_MAX = 10
# Objects since the last look at the youngest, and how often the youngest, then the middle ones, are looked at between.
COLLECT_AFTER = (200_000, 20, 50)
_log = logging.getLogger(__name__)


def run_worker(parts: Parts, log: Log, stop: Stop | None = None, instance: str | None = None) -> bool:
    """Work until told to stop; False when a part of it failed for good, so that the process ends and begins anew.

    `instance` names this worker in its group, where no other can bear the name at the same time.
    """
    stop = stop or _stop_on_signals()
    collect_seldom()
    failed: list[str] = []
    name, sources = parts.service.name, tuple(parts.service.following.sources)
    jobs: dict[str, Callable[[Stop], None]] = {"relay": Relay(PostgresOutbox(parts.journal), log).run}
    follower = None
    if sources:
        follower = Follower(name, parts.following, parts.handler, parts.store, log, instance)
        jobs["follower"] = follower.run
    jobs["watch"] = Watch(name, parts.engine, log, follower, sources).run
    if parts.service.deadlines:
        jobs["deadlines"] = partial(_ring, parts)
    for chore in parts.service.chores:
        jobs[chore.name] = partial(_do_now_and_then, chore, parts)
    # What still waits for a server that is away when time is up dies with the process: a kill loses nothing either.
    threads = [
        Thread(target=_guarded, args=(job, work, stop, failed), name=job, daemon=True) for job, work in jobs.items()
    ]
    for thread in threads:
        thread.start()
    stop.wait()
    deadline = monotonic() + STOP_SECONDS_MAX
    for thread in threads:
        thread.join(max(0.0, deadline - monotonic()))
    return not failed


def collect_seldom() -> None:
    """Have Python look for cycles less often, and never among what a process has loaded at its start.

    A batch is many thousand small objects and not one cycle; to look through them, over and over, took a third of a
    follower's time (benchmarks, row 3).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def _ring(parts: Parts, stop: Stop) -> None:
    alarm = Alarm(parts.service.deadlines, parts.handler, parts.store)
    while not stop.wait(RING_SECONDS):
        try:
            alarm.ring()
        except Transient as error:
            _log.warning("deadlines of %s are looked at again after %s", parts.service.name, type(error).__name__)


def _do_now_and_then(chore: Chore, parts: Parts, stop: Stop) -> None:
    while not stop.is_set():
        try:
            chore.do(parts)
        except Exception as error:  # noqa: BLE001 -- The next time may go better; what it is for can wait.
            _log.warning("%s of %s is tried again after %s", chore.name, parts.service.name, type(error).__name__)
        stop.wait(chore.every_seconds)


def _guarded(name: str, job: Callable[[Stop], None], stop: Stop, failed: list[str]) -> None:
    try:
        job(stop)
    except Exception as error:  # noqa: BLE001 -- Whatever it was, this process must not go on half alive.
        _log.error("%s ends the worker: %s", name, told(error))
        failed.append(name)
    stop.set()


def _stop_on_signals() -> Stop:
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop

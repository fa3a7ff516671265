"""A seeded scheduler: real threads of which one runs at a time, and time that only it moves."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import sqrt
from random import Random
from threading import Lock, Thread, current_thread
from typing import Any

BEGAN = datetime(2026, 3, 9, 16, 59, 25, tzinfo=UTC)
# When the next day begins in Viet Nam, in seconds.
MIDNIGHT = 35.0
STEP_SECONDS_MAX = 0.005
# How likely it is that whom nothing holds at a boundary goes on at once.
GO_ON = 0.5


class Killed(BaseException):
    """What SIGKILL is to a process, to a thread that stands for one."""


class Stuck(AssertionError):
    """Nobody can go on, and no time would change that."""


def _shut() -> Lock:
    """A gate that lets one thread through each time that another opens it; much cheaper than a semaphore."""
    gate = Lock()
    gate.acquire()
    return gate


@dataclass(eq=False)
class Actor:
    """A process: a thread that runs only when the scheduler says so."""

    name: str
    main: Callable[[], object]
    thread: Thread = field(init=False)
    go: Lock = field(default_factory=_shut)
    until: Callable[[], bool] | None = None
    deadline: float | None = None
    frozen_until: float = 0.0
    # How often processes of its kind stood where it stands now.
    visits: int = 1
    killed: bool = False
    ended: bool = False
    failure: BaseException | None = None


class Scheduler:
    """Runs actors one step at a time, in an order and at times that its seed alone decides.

    What calls `step` may be overtaken there by any other actor, and may be killed there. `chance` says whether
    something improbable happens now.
    """

    def __init__(self, seed: int, chances: dict[str, float] | None = None) -> None:
        self.random = Random(seed)
        self.chances = chances or {}
        self.clock = 0.0
        self.steps = 0
        self.trace: list[str] = []
        self.skews: dict[str, timedelta] = {}
        self._actors: list[Actor] = []
        self._actor_of: dict[Thread, Actor] = {}
        self._turn = _shut()
        self._quiet = False
        self._visits = Counter[tuple[str, str]]()
        # Who ran last.
        self.last: Actor | None = None

    # What actors call.

    def step(self, what: str) -> None:
        """A boundary."""
        actor = self._current()
        if actor is None:
            return
        if actor.killed:
            raise Killed
        self.trace.append(f"{actor.name} {what}")
        if self.random.random() > GO_ON:
            self._yield(actor, what)

    def wait(self, what: str, until: Callable[[], bool], seconds: float | None = None) -> None:
        """Let others run until something holds, or that much time has passed."""
        actor = self._current()
        if actor is None:
            assert until() or seconds is not None, f"nobody else could make it true: {what}"
            return
        if actor.killed:
            raise Killed
        if until() and self.random.random() < GO_ON:
            return
        actor.until, actor.deadline = until, None if seconds is None else self.clock + seconds
        self.trace.append(f"{actor.name} waits: {what}")
        self._yield(actor, what)

    def rest(self, seconds: float) -> None:
        """Wait."""
        self.wait("rest", lambda: False, seconds)

    def chance(self, what: str) -> bool:
        """Whether it happens now."""
        return not self._quiet and self.random.random() < self.chances.get(what, 0.0)

    def strikes(self, what: str, actor: Actor) -> bool:
        """Whether it happens to a process where it stands: less likely where many stood before.

        Idle turns, of which there are most, would else draw nearly every mishap.
        """
        return not self._quiet and self.random.random() < self.chances.get(what, 0.0) / sqrt(actor.visits)

    def now(self) -> datetime:
        """The databases' clock."""
        return BEGAN + timedelta(seconds=self.clock)

    def seconds(self) -> float:
        """A clock that only runs forward."""
        return self.clock

    def app_now(self) -> datetime:
        """The clock of the process that asks: each has its own skew."""
        actor = self._current()
        return self.now() + self.skews.get(actor.name if actor else "", timedelta())

    # What directs them.

    def start(self, name: str, main: Callable[[], object]) -> Actor:
        """A new process, which runs at some turn."""
        actor = Actor(name, main)
        actor.thread = Thread(target=self._run, args=(actor,), name=name, daemon=True)
        self._actors.append(actor)
        self._actor_of[actor.thread] = actor
        actor.thread.start()
        return actor

    def kill(self, actor: Actor) -> None:
        """End a process where it stands: whatever it still does on its way out is seen by nobody."""
        actor.killed, actor.until, actor.deadline, actor.frozen_until = True, None, None, 0.0

    def freeze(self, actor: Actor, seconds: float) -> None:
        """Stop a process for a while."""
        actor.frozen_until = self.clock + seconds

    def calm(self) -> None:
        """No more chances, and nobody stays frozen."""
        self._quiet = True
        for actor in self._actors:
            actor.frozen_until = 0.0

    def alive(self) -> list[Actor]:
        """Every process that goes on."""
        return [actor for actor in self._actors if not actor.ended and not actor.killed]

    def run(self, steps: int, until: Callable[[], bool] = lambda: False) -> bool:
        """Some steps, or fewer where something holds before; whether it does."""
        for _ in range(steps):
            if until():
                return True
            self._actors = [actor for actor in self._actors if not actor.ended]
            ready = self._ready()
            if not ready:
                if not self._pass_time():
                    return until()
                continue
            self._let(self.random.choice(ready))
        return until()

    def finish(self) -> None:
        """End every thread."""
        for actor in self._actors:
            self.kill(actor)
        while any(not actor.ended for actor in self._actors):
            for actor in self._actors:
                if not actor.ended:
                    self._let(actor)

    def failures(self) -> list[tuple[str, BaseException]]:
        """What ended a process that nobody killed."""
        return [(actor.name, actor.failure) for actor in self._actors if actor.failure is not None]

    def _ready(self) -> list[Actor]:
        return [actor for actor in self._actors if self._can_go_on(actor)]

    def _can_go_on(self, actor: Actor) -> bool:
        if actor.frozen_until > self.clock:
            return False
        if actor.until is None or actor.until():
            return True
        return actor.deadline is not None and actor.deadline <= self.clock

    def _pass_time(self) -> bool:
        """Move the clock to the next moment at which anybody can go on; whether there is one."""
        moments = [
            max(actor.deadline or 0.0, actor.frozen_until)
            for actor in self._actors
            if actor.deadline is not None or actor.frozen_until > self.clock
        ]
        later = [moment for moment in moments if moment > self.clock]
        if not later:
            return False
        self.clock = min(later)
        return True

    def _let(self, actor: Actor) -> None:
        self.last = actor
        self.steps += 1
        self.clock += self.random.uniform(0.0, STEP_SECONDS_MAX)
        actor.until, actor.deadline = None, None
        actor.go.release()
        self._turn.acquire()

    def _yield(self, actor: Actor, what: str) -> None:
        at = (actor.name.rstrip(" 0123456789"), what)
        self._visits[at] += 1
        actor.visits = self._visits[at]
        self._turn.release()
        actor.go.acquire()
        if actor.killed:
            raise Killed

    def _run(self, actor: Actor) -> None:
        actor.go.acquire()
        try:
            if not actor.killed:
                actor.main()
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 -- It is the test's, who asks.
            actor.failure = None if actor.killed else error
        finally:
            actor.ended = True
            self._turn.release()

    def _current(self) -> Actor | None:
        return self._actor_of.get(current_thread())


class Flag:
    """What `threading.Event` is to a process that is told to stop, in the scheduler's time."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._set = False

    def set(self) -> None:
        """Tell."""
        self._set = True

    def is_set(self) -> bool:
        """Whether it was told."""
        return self._set

    def wait(self, timeout: float | None = None) -> bool:
        """Wait to be told, at most so long."""
        self._scheduler.wait("a flag", self.is_set, timeout)
        return self._set


Process = Callable[[Any], object]

"""What befalls processes and databases: kills, freezes, cuts, topics lost, older copies put back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from tests.simulation.losses import Losses
from tests.simulation.nodes import Node, Role
from tests.simulation.scheduling import Scheduler

FREEZE_SECONDS = (0.5, 40.0)
RESTART_SECONDS = 2.0
LOOK_STEPS = 25
IDLE_SECONDS_MAX = 5.0


@dataclass(eq=False)
class Storm:
    """Mishaps at boundaries, and a keeper who starts again whoever was killed."""

    scheduler: Scheduler
    nodes: Mapping[str, Node]
    losses: Losses
    look: Callable[[], None]
    roles: Sequence[Role] = field(default=())

    def run(self, seconds: float) -> None:
        """For so long."""
        for step in count():
            if self.scheduler.clock > seconds:
                return
            self.scheduler.run(1)
            self.restart()
            self._strike()
            if self.scheduler.chance("cut"):
                self.scheduler.random.choice(list(self.nodes.values())).database.cut()
            self.losses.befall()
            if step % LOOK_STEPS == 0:
                self.look()
                self._end_idle()

    def restart(self) -> None:
        """Start who was killed a while ago, and who never ran."""
        for role in self.roles:
            if (role.actor is None or role.actor.killed) and role.starts_at <= self.scheduler.clock:
                role.actor = self.scheduler.start(role.name, role.main)

    def _strike(self) -> None:
        """Kill or freeze who ran last, where it stands."""
        role = next((one for one in self.roles if one.actor is not None and one.actor is self.scheduler.last), None)
        if role is None or role.actor is None or role.actor.ended or role.actor.killed:
            return
        if self.scheduler.strikes("kill", role.actor):
            self.scheduler.kill(role.actor)
            role.starts_at = self.scheduler.clock + RESTART_SECONDS
        elif self.scheduler.strikes("freeze", role.actor):
            self.scheduler.freeze(role.actor, self.scheduler.random.uniform(*FREEZE_SECONDS))
            role.frozen_at = self.scheduler.clock

    def _end_idle(self) -> None:
        """The server ends the transactions of whoever stands still within one."""
        for role in self.roles:
            if role.actor is None or role.actor.frozen_until <= self.scheduler.clock:
                continue
            if self.scheduler.clock < role.frozen_at + IDLE_SECONDS_MAX:
                continue
            for node in self.nodes.values():
                for transaction in [one for one in node.database.open if one.owner is role.actor.thread]:
                    transaction.end()

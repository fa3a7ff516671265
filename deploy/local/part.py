"""How one part of a stack is, as `stack status` shows it."""

from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """`silent` should answer and does not; `ended` was not stopped; `orphaned` runs though its keeper was killed."""

    RUNNING = "running"
    SILENT = "silent"
    STOPPED = "stopped"
    ENDED = "ended"
    ORPHANED = "orphaned"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Part:
    """A server or a process of a stack."""

    name: str
    condition: Condition
    address: str
    pid: int | None = None
    log: str | None = None

"""How one part of a stack is, as `stack status` shows it."""

from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """`silent` is a server that should answer and does not."""

    RUNNING = "running"
    SILENT = "silent"
    STOPPED = "stopped"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Part:
    """A server or a process of a stack."""

    name: str
    condition: Condition
    address: str
    pid: int | None = None
    log: str | None = None

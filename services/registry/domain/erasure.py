"""The erasure of a person's data: decided once, carried out by every service."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from libs.events.contracts.registry.erasure import ErasureGround, SubjectErased
from libs.events.decider import Decider
from libs.events.event import Event


@dataclass(frozen=True)
class EraseSubject:
    """Erase somebody under all ids that are theirs; a second time changes nothing."""

    erasure_id: UUID
    subjects: tuple[str, ...]
    ground: ErasureGround


def decide(command: EraseSubject, erased: frozenset[str], _law: Any) -> list[Event]:
    """Ids that came to be theirs since are erased as well."""
    if erased.issuperset(command.subjects):
        return []
    return [SubjectErased(erasure_id=command.erasure_id, subjects=command.subjects, ground=command.ground)]


def evolve(erased: frozenset[str], event: Event) -> frozenset[str]:
    """One more erasure."""
    return erased.union(event.subjects) if isinstance(event, SubjectErased) else erased


erasure_decider: Decider[EraseSubject, frozenset[str]] = Decider("erasure", frozenset(), decide, evolve)

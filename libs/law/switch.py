"""A policy switch: what this system does where the law is silent, until a person with the power to decide says else."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

Choice: TypeAlias = StrEnum | int


class NotAChoice(ValueError):
    """A switch was turned to something that it does not know."""


@dataclass(frozen=True, slots=True)
class PolicySwitch:
    """A named question with a `default` answer and the `alternatives` to it.

    It arises from `valid_from` on; `source_of_doubt` is the place where the law is silent or doubtful, `rule` the id
    of the row that it stands in for or bends, if there is one.
    """

    name: str
    default: Choice
    alternatives: tuple[Choice, ...]
    valid_from: date
    source_of_doubt: str
    question: str
    rule: str | None = None

    def chosen(self, choice: Choice | str) -> Choice:
        """The choice that is meant, also by its text (as settings spell it); raises `NotAChoice`."""
        for known in (self.default, *self.alternatives):
            if choice == known or choice == str(known):
                return known
        raise NotAChoice(f"{self.name} cannot be {choice!r}; it is one of {[self.default, *self.alternatives]}")

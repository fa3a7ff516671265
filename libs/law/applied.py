"""The answer of an evaluator, with the rules and policies it rests on, as a decision event records them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Applied(Generic[T_co]):
    """`value`, the ids of the rules that gave it, and each policy switch consulted as `name=choice`."""

    value: T_co
    rules: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()

    def then(self, value: U, rules: Iterable[str] = (), policies: Iterable[str] = ()) -> "Applied[U]":
        """Another value that rests on what this one rests on, and on more; each name once, in order of first use."""
        return Applied(value, _once((*self.rules, *rules)), _once((*self.policies, *policies)))


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))

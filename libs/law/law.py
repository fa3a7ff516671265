"""The law as one immutable value: which rule holds on a day, and which choice stands where the law is silent."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from libs.law.choices import ActEnd
from libs.law.d116 import D116
from libs.law.l73 import L73
from libs.law.l120 import L120
from libs.law.policies import SWITCHES
from libs.law.rule import Rule
from libs.law.switch import Choice, PolicySwitch

C = TypeVar("C", bound=Choice)


class UnknownToLaw(LookupError):
    """No rule, no rule name or no policy switch is called so."""


class NotInForce(LookupError):
    """The rule, or the question of the switch, is known, but not on that day."""


class OverlappingRules(ValueError):
    """Two rules have one id, or two versions of one rule hold on the same day."""


@dataclass(frozen=True, eq=False)
class Law:
    """Rules, switches, and the choices that differ from the defaults; never changed, only copied.

    Refuses rules that overlap with `OverlappingRules`. Gaps are the law's own: `NotInForce` says so.
    """

    rules: tuple[Rule, ...] = L73 + L120 + D116
    switches: tuple[PolicySwitch, ...] = SWITCHES
    choices: tuple[tuple[str, Choice], ...] = ()

    def __post_init__(self) -> None:
        if len(self._by_id) != len(self.rules):
            raise OverlappingRules("two rules have one id")
        for name, versions in self._by_name.items():
            for earlier, later in pairwise(versions):
                if earlier.valid_to is None or later.valid_from <= earlier.valid_to:
                    raise OverlappingRules(f"{earlier.id} and {later.id} are both {name} on {later.valid_from}")

    def with_policy(self, name: str, choice: Choice | str) -> "Law":
        """The same law with one switch turned; raises `UnknownToLaw` or `NotAChoice`."""
        switch = self.switch(name)
        others = tuple(kept for kept in self.choices if kept[0] != switch.name)
        return replace(self, choices=(*others, (switch.name, switch.chosen(choice))))

    def holds(self, rule_id: str, *, on: date) -> bool:
        """Whether the rule with this id is in force on the day; raises `UnknownToLaw`."""
        if rule_id not in self._by_id:
            raise UnknownToLaw(f"no rule is called {rule_id}")
        return self._in_force(self._by_id[rule_id], on)

    def find(self, name: str, *, on: date) -> Rule | None:
        """The version of the named rule in force on the day, or None in a gap; raises `UnknownToLaw`."""
        return next((rule for rule in self.versions(name) if self._in_force(rule, on)), None)

    def rule(self, name: str, *, on: date) -> Rule:
        """The version of the named rule in force on the day; raises `NotInForce` in a gap."""
        if (found := self.find(name, on=on)) is None:
            raise NotInForce(f"no version of {name} is in force on {on}")
        return found

    def versions(self, name: str) -> tuple[Rule, ...]:
        """All versions of the named rule, earliest first; raises `UnknownToLaw`."""
        if name not in self._by_name:
            raise UnknownToLaw(f"no rule is named {name}")
        return self._by_name[name]

    def last_day(self, rule: Rule) -> date | None:
        """The last day on which the rule holds under the present choices, or None if it is open."""
        if rule.valid_to is None and rule.ends_with and self._choice(self.switch(rule.ends_with)) is ActEnd.ENDED:
            return self.switch(rule.ends_with).valid_from - timedelta(days=1)
        return rule.valid_to

    def switch(self, name: str) -> PolicySwitch:
        """The switch of this name, or the one that stands in for the rule with this id; raises `UnknownToLaw`."""
        if name not in self._switches:
            raise UnknownToLaw(f"no policy switch is called {name}")
        return self._switches[name]

    def policy(self, name: str, *, on: date) -> Choice:
        """What was chosen, by switch name or rule id; raises `NotInForce` before the question arises."""
        switch = self.switch(name)
        if on < switch.valid_from:
            raise NotInForce(f"the question of {switch.name} arises only from {switch.valid_from}")
        return self._choice(switch)

    def choice(self, name: str, kind: type[C], *, on: date) -> C:
        """As `policy`, as the type its reader expects; raises TypeError where the switch has another."""
        chosen = self.policy(name, on=on)
        if not isinstance(chosen, kind):
            raise TypeError(f"{name} is {chosen!r}, not {kind.__name__}")
        return chosen

    def stated(self, *names: str) -> tuple[str, ...]:
        """The choices of these switches as `name=choice`, for an answer that rests on them."""
        return tuple(f"{switch.name}={self._choice(switch)}" for switch in map(self.switch, names))

    def end_in_doubt(self, name: str, *, on: date) -> tuple[str, ...]:
        """The switch, as `name=choice`, that says whether the named rule still holds on the day; mostly none."""
        ends = [rule.ends_with for rule in self.versions(name) if rule.ends_with and rule.valid_to is None]
        return self.stated(*(end for end in ends if self.switch(end).valid_from <= on))

    def _in_force(self, rule: Rule, on: date) -> bool:
        last = self.last_day(rule)
        return rule.valid_from <= on and (last is None or on <= last)

    def _choice(self, switch: PolicySwitch) -> Choice:
        return dict(self.choices).get(switch.name, switch.default)

    @cached_property
    def _by_id(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[Rule, ...]]:
        return _grouped(self.rules)

    @cached_property
    def _switches(self) -> Mapping[str, PolicySwitch]:
        by_rule = {switch.rule: switch for switch in self.switches if switch.rule}
        return by_rule | {switch.name: switch for switch in self.switches}


def _grouped(rules: Iterable[Rule]) -> Mapping[str, tuple[Rule, ...]]:
    grouped: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in sorted(rules, key=lambda rule: rule.valid_from):
        grouped[rule.name].append(rule)
    return {name: tuple(versions) for name, versions in grouped.items()}


LAW = Law()

"""Units as requests name them: with their catalogue, and known."""

from libs.events.contracts.values import UnitRef
from libs.events.decider import Invalid
from libs.vietnam.units import BareUnitCode, UnitError, parse_unit_ref


class BareUnit(Invalid):
    """A code without its catalogue means different units before and after 01/07/2025 (domain 2.6)."""

    problem = "bare-unit-code"


class UnknownUnitCode(Invalid):
    """Neither catalogue has the unit (domain 2.6)."""

    problem = "unknown-unit"


def known_unit(text: str) -> UnitRef:
    """The unit that a request names as `<catalogue>:<code>`; `BareUnit` or `UnknownUnitCode`."""
    try:
        return parse_unit_ref(text)
    except BareUnitCode:
        raise BareUnit("a bare code is ambiguous", rules=("ADM",)) from None
    except UnitError:
        raise UnknownUnitCode("no catalogue has this unit", rules=("ADM",)) from None

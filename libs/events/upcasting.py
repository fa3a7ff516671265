"""Old shapes of events: one pure function per version step, applied after reading and never stored."""

from collections.abc import Callable
from typing import Any

from libs.events.event import Contract, ContractError

Data = dict[str, Any]
Upcaster = Callable[[Data], Data]

_steps: dict[tuple[str, int], Upcaster] = {}


class UnknownVersion(ValueError):
    """An event written in a version that this process cannot read yet."""


def upcaster(wire_type: str, version: int) -> Callable[[Upcaster], Upcaster]:
    """Mark a function as the step of a wire name from `version` to `version + 1`."""

    def register(step: Upcaster) -> Upcaster:
        if (wire_type, version) in _steps:
            raise ContractError(f"{wire_type} has two upcasters from version {version}")
        _steps[wire_type, version] = step
        return step

    return register


def upcast(contract: Contract[Any], version: int, data: Data) -> Data:
    """The data in the shape of the contract in force; `UnknownVersion` for one from the future."""
    if version > contract.version:
        raise UnknownVersion(f"{contract.wire} version {version} is newer than {contract.version}")
    for step in range(version, contract.version):
        if (contract.wire, step) not in _steps:
            raise ContractError(f"{contract.wire} has no upcaster from version {step}")
        data = _steps[contract.wire, step](data)
    return data


def broken_chain(contract: Contract[Any]) -> int | None:
    """The first version of a contract from which no upcaster leads on, or None."""
    missing = (step for step in range(1, contract.version) if (contract.wire, step) not in _steps)
    return next(missing, None)

"""The published language as a whole: every event of every service, and the versions of it that were released."""

from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from deploy.services import LIBRARIES, NAMES
from libs.events import contracts as contracts_package
from libs.events.contracts.upkeep import upkeep
from libs.events.event import Contract, contracts

RELEASED = LIBRARIES / "events" / "schemas"
_ROOM = contracts_package.__name__ + "."


def published() -> list[Contract[Any]]:
    """Every contract in force, by wire name: those of the services, and the library's own under each service's name."""
    for module in walk_packages(contracts_package.__path__, _ROOM):
        import_module(module.name)
    for name in NAMES:
        upkeep(name)
    return [one for one in contracts() if one.cls.__module__.startswith(_ROOM) and producer(one) in NAMES]


def producer(contract: Contract[Any]) -> str:
    """The service that publishes an event."""
    return contract.wire.partition(".")[0]

"""The services by name, imported when asked for: a process carries its own service only."""

from importlib import import_module
from pathlib import Path

from libs.events.service import Service

ROOT = Path(__file__).parents[1]
LIBRARIES = ROOT / "libs"
NAMES = ("registry", "clubs", "support", "reporting")


class NoSuchService(LookupError):
    """A name that is none of the four."""


def service(name: str) -> Service:
    """The service of that name."""
    if name not in NAMES:
        raise NoSuchService(f"no service is called {name}; there are {', '.join(NAMES)}")
    found: Service = import_module(f"services.{name}.service").service
    return found


def folder(name: str) -> Path:
    """Where the code of a service lies."""
    return ROOT / "services" / name


def message_folders(name: str) -> list[Path]:
    """The folders that hold words for a service's refusals: its own, and those of the libraries beside the edge."""
    libraries = [path.parent for path in LIBRARIES.rglob("messages.vi.toml") if path.parent.name != "web"]
    return sorted({*libraries, *(path.parent for path in folder(name).rglob("messages.vi.toml"))})

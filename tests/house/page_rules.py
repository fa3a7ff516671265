"""What a page may say: links and files that are there, verbs, commands and routes that exist."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from typer.main import get_command

from deploy.cli import app
from deploy.services import NAMES, service
from libs.web.routing import Router
from tests.house.sources import ROOT

_LINK = re.compile(r"\[[^\]]+\]\((?!https?:)([^)#]+)")
_PLACE = re.compile(r"`((?:services|libs|deploy|tests|docs|benchmarks)/[\w./-]+)`")
_VERB = re.compile(r"(?:`|^|&& )make ([a-z-]+)", re.MULTILINE)
_COMMAND = re.compile(r"(?:\.venv/bin/|`)aftercare ((?:[a-z-]+ ?)+)")
_ROUTE = re.compile(r"/v1/[\w/{}.-]+")
_ID = re.compile(r"\{[^}]*\}|[A-Z]-\d\d|[0-9a-f-]{36}")


@dataclass(frozen=True)
class Page:
    """A page by its path in the repository."""

    path: str
    text: str


def pages() -> list[Page]:
    """Every page that people read, the generated ones too."""
    paths = [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("services/*/README.md")]
    return [Page(str(path.relative_to(ROOT)), path.read_text("utf-8")) for path in paths]


def untruths(page: Page) -> Iterator[str]:
    """What the page names and is not there."""
    here = (ROOT / page.path).parent
    yield from (f"link {link}" for link in _LINK.findall(page.text) if not (here / link).exists())
    yield from (f"file {place}" for place in _PLACE.findall(page.text) if not (ROOT / place).exists())
    yield from (f"make {verb}" for verb in _VERB.findall(page.text) if verb not in _verbs())
    yield from (f"aftercare {said}" for said in _COMMAND.findall(page.text) if not _is_command(said.split()))
    known = _routes()
    yield from (f"route {route}" for route in _ROUTE.findall(page.text) if _shape(route.rstrip(".")) not in known)


def _verbs() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", Path(ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def _is_command(words: list[str]) -> bool:
    """Whether the words lead down the tree of commands; what follows a command is its arguments."""
    node = get_command(app)
    for word in words:
        children = getattr(node, "commands", None)
        if children is None:
            return True
        if word not in children:
            return False
        node = children[word]
    return True


def _routes() -> set[str]:
    routers = [router for name in NAMES for router in service(name).routers if isinstance(router, Router)]
    return {_shape(route.path) for router in routers for route in router.routes}


def _shape(path: str) -> str:
    return _ID.sub("{}", path).rstrip("/")

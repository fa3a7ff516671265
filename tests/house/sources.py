"""The code as text: what a rule about code reads, real or planted."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Source:
    """A module by its dotted name."""

    module: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """What it says."""
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> list[str]:
        """Every dotted name that it imports, wherever in the file; `from a import b` is `a.b`."""
        return list(_imports(self.tree))


def sources(*patterns: str) -> list[Source]:
    """The real modules whose paths fit one of the patterns; each pattern must find some."""
    found: dict[str, Source] = {}
    for pattern in patterns:
        paths = sorted(path for path in ROOT.glob(pattern) if path.suffix == ".py")
        assert paths, f"nothing is called {pattern}, so a rule about it guards nothing"
        found |= {module: Source(module, path.read_text("utf-8")) for path in paths if (module := _module(path))}
    return list(found.values())


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            yield from (f"{origin}.{alias.name}" for alias in node.names)

"""Rules about code that imports between rooms cannot say; each answers the breaches that it finds in one source."""

import ast
import re
import sys
from collections.abc import Iterator, Sequence

from tests.house.sources import Source

# What decides, folds or reacts may lean on: no clock, no chance, no machine.
PURE_STDLIB = re.compile(
    r"(bisect|calendar|collections|dataclasses|datetime|decimal|enum|functools|hashlib|itertools|math|operator|re"
    r"|statistics|string|types|typing|unicodedata|uuid|zoneinfo)(\.|$)"
)
_CHANCE = frozenset({"uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7", "uuid.uuid8", "uuid.getnode"})
_CLOCKS = frozenset({"now", "utcnow", "today"})
_MACHINE = frozenset({"open", "print", "input", "exec", "eval", "__import__"})
SERVICE_LINES_MAX = 40
_ASSEMBLING = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
_LOGIC = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.comprehension,
    ast.If,
    ast.IfExp,
    ast.For,
    ast.While,
    ast.Try,
    ast.With,
    ast.Match,
    ast.BoolOp,
    ast.Compare,
)


def stray_imports(source: Source, allowed: Sequence[str]) -> list[str]:
    """What a source imports beside `allowed` packages, its own, and what is pure in the standard library."""
    return [name for name in source.imports if not _within(name, allowed) and not _pure(name)]


def impurities(source: Source) -> list[str]:
    """Where a source asks a clock, chance or the machine, or imports what does."""
    chance = [name for name in source.imports if name in _CHANCE or (_standard(name) and not _pure(name))]
    return [*chance, *_impure_calls(source.tree)]


def beyond_assembling(source: Source) -> list[str]:
    """What a `service.py` does beside importing and putting parts together, and whether it is too long."""
    breaches = [] if len(source.text.splitlines()) <= SERVICE_LINES_MAX else [f"over {SERVICE_LINES_MAX} lines"]
    for n, statement in enumerate(source.tree.body):
        docstring = n == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not docstring and not isinstance(statement, _ASSEMBLING):
            breaches.append(f"line {statement.lineno}: {type(statement).__name__}")
    breaches += [type(node).__name__ for node in ast.walk(source.tree) if isinstance(node, _LOGIC)]
    return breaches


def _impure_calls(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) if name in _CLOCKS and _is_clock(node.value):
                yield f"line {node.lineno}: {ast.unparse(node)}"
            case ast.Attribute(value=ast.Name(id="uuid"), attr=name) if f"uuid.{name}" in _CHANCE:
                yield f"line {node.lineno}: {ast.unparse(node)}"
            case ast.Call(func=ast.Name(id=name)) if name in _MACHINE:
                yield f"line {node.lineno}: {name}()"


def _is_clock(value: ast.expr) -> bool:
    return ast.unparse(value).rpartition(".")[2] in {"date", "datetime"}


def _within(name: str, packages: Sequence[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _standard(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names


def _pure(name: str) -> bool:
    return PURE_STDLIB.match(name) is not None and name not in _CHANCE

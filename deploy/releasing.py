"""The released versions of all events, as files that are written once: schema, golden payload, and their sums."""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from libs.events.compatibility import Release, Released, refusals
from libs.events.event import Contract, ContractError
from libs.events.golden import make_golden
from libs.events.schema import data_schema

# As `sha256sum --check` reads it.
SUMS = "SHA256SUMS"
_GOLDEN = ".golden.json"


class SchemasRefused(ValueError):
    """The published language breaks a promise; `reasons` says which."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


def check(contracts: Iterable[Contract[Any]], folder: Path) -> Released:
    """What was released; `SchemasRefused` when files or classes are not as they were released."""
    if reasons := tampered(folder):
        raise SchemasRefused(reasons)
    released = read_released(folder)
    if reasons := refusals(contracts, released):
        raise SchemasRefused(reasons)
    return released


def release(contracts: Iterable[Contract[Any]], folder: Path) -> list[Contract[Any]]:
    """Write schema and golden payload of each version that is the next of its event, and of no other.

    `SchemasRefused` when anything is wrong with any event; then nothing is written.
    """
    known = list(contracts)
    if reasons := tampered(folder):
        raise SchemasRefused(reasons)
    released = read_released(folder)
    fresh = [one for one in known if one.version == max(released.get(one.wire, {}), default=0) + 1]
    after = {wire: dict(versions) for wire, versions in released.items()}
    for one in fresh:
        try:
            after.setdefault(one.wire, {})[one.version] = Release(data_schema(one), make_golden(one))
        except (ContractError, ValueError) as error:
            raise SchemasRefused([f"{one.wire} has no golden payload: {' '.join(str(error).split())}"]) from error
    if reasons := refusals(known, after):
        raise SchemasRefused(reasons)
    for one in fresh:
        made = after[one.wire][one.version]
        _write(folder / one.wire / f"{one.version}.json", made.schema)
        _write(folder / one.wire / f"{one.version}{_GOLDEN}", made.golden)
    if fresh:
        sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(_sums(folder).items()))
        (folder / SUMS).write_text(sums, "utf-8")
    return fresh


def read_released(folder: Path) -> Released:
    """Every version in the folder that has both of its files."""
    released: dict[str, dict[int, Release]] = {}
    for path in sorted(folder.glob(f"*/*{_GOLDEN}")):
        schema = path.with_name(path.name.replace(_GOLDEN, ".json"))
        made = Release(*(json.loads(one.read_text("utf-8")) for one in (schema, path)))
        released.setdefault(path.parent.name, {})[int(path.name.removesuffix(_GOLDEN))] = made
    return released


def tampered(folder: Path) -> list[str]:
    """The files that are not as they were when they were released, or that no release wrote."""
    listed = _listed(folder)
    found = _sums(folder)
    return [
        *(f"{name} was released and is gone" for name in sorted(listed.keys() - found.keys())),
        *(f"{name} was written by no release" for name in sorted(found.keys() - listed.keys())),
        *(
            f"{name} was released and has changed"
            for name in sorted(found)
            if listed.get(name, found[name]) != found[name]
        ),
    ]


def _listed(folder: Path) -> dict[str, str]:
    path = folder / SUMS
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def _sums(folder: Path) -> dict[str, str]:
    paths = folder.glob("*/*.json")
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in paths}


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(content, ensure_ascii=False, indent=1) + "\n")

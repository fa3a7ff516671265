"""What may become of a released version of an event: nothing; and what may follow it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from libs.events.event import Contract
from libs.events.golden import Golden, misreadings
from libs.events.schema import Schema, alternatives, data_schema
from libs.events.upcasting import broken_chain


@dataclass(frozen=True)
class Release:
    """A version as it was released."""

    schema: Schema
    golden: Golden


# By wire name and version.
Released = Mapping[str, Mapping[int, Release]]


def refusals(contracts: Iterable[Contract[Any]], released: Released) -> list[str]:
    """Why these classes must not be published beside what was released; empty when all is well."""
    by_wire = {one.wire: one for one in contracts}
    lost = sorted(released.keys() - by_wire.keys())
    return [
        *(f"{wire} was released and no class reads it any more" for wire in lost),
        *(f"{wire} {what}" for wire, one in by_wire.items() for what in _refused(one, released.get(wire, {}))),
    ]


def _refused(contract: Contract[Any], versions: Mapping[int, Release]) -> Iterator[str]:
    newest = max(versions, default=0)
    gone = sorted(set(range(1, newest)) - versions.keys())
    yield from (f"version {version} was released and is gone" for version in gone)
    if contract.version < newest:
        yield f"goes back to version {contract.version}: {newest} was released"
        return
    if contract.version > newest + 1:
        yield f"skips from version {newest} to {contract.version}"
    elif contract.version > newest:
        yield f"version {contract.version} is not released yet: `aftercare schemas release`"
    else:
        yield from _changed(versions[newest].schema, data_schema(contract), newest)
    if (step := broken_chain(contract)) is not None:
        yield f"has no upcaster from version {step}"
        return
    for older, newer in combinations(sorted(versions), 2):
        found = narrowings(versions[older].schema, versions[newer].schema)
        yield from (f"version {newer} does not follow from {older}: {what}" for what in found)
    for version in sorted(versions):
        found = misreadings(contract, version, versions[version].golden)
        yield from (f"version {version}: {what}" for what in found)


def _changed(released: Schema, now: Schema, version: int) -> Iterator[str]:
    fields = released["properties"].keys() | now["properties"].keys()
    changed = sorted(name for name in fields if released["properties"].get(name) != now["properties"].get(name))
    words = sorted(w for w in released.keys() | now.keys() if w != "properties" and released.get(w) != now.get(w))
    if changed or words:
        yield f"version {version} was released and its class says otherwise: {', '.join([*changed, *words])}"


def narrowings(old: Schema, new: Schema, at: str = "") -> Iterator[str]:
    """What the newer schema no longer allows, or means by the same name, of what the older one did.

    A field may be dropped or added as optional; one that keeps its name keeps its type, and allows no less.
    """
    for one in alternatives(old):
        found = [list(_narrower(one, other, at)) for other in alternatives(new)]
        if all(found):
            yield from min(found, key=len)


def _narrower(old: Schema, new: Schema, at: str) -> Iterator[str]:
    place = at or "data"
    for word in sorted((old.keys() | new.keys()) - {"$id", "$schema", "properties", "required"}):
        before, after = old.get(word), new.get(word)
        if (
            word in ("items", "additionalProperties", "x-opened")
            and isinstance(before, dict)
            and isinstance(after, dict)
        ):
            yield from narrowings(before, after, f"{at} {word}".strip())
        elif not _allows(word, before, after):
            yield f"{place} has {word} {after} for {before}"
    yield from _fewer_objects(old, new, at)


def _fewer_objects(old: Schema, new: Schema, at: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in sorted({*new.get("required", ())} - {*old.get("required", ())}):
        yield f"{f'{at}.{name}'.strip('.')} is {'no longer optional' if name in before else 'new and not optional'}"
    for name in before.keys() & after.keys():
        yield from narrowings(before[name], after[name], f"{at}.{name}".strip("."))


def _allows(word: str, before: Any, after: Any) -> bool:
    """Whether a keyword's new value allows all that its old value did; any that is not known here must stay."""
    match word:
        case "enum":
            wider = after is None or (before is not None and {*before} <= {*after})
        case "minimum" | "exclusiveMinimum" | "minLength" | "minItems":
            wider = after is None or (before is not None and after <= before)
        case "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems":
            wider = after is None or (before is not None and after >= before)
        case "pattern":
            wider = after is None
        case "default":
            # To become optional, or to be so no longer, is told of `required`.
            wider = before is None or after is None
        case _:
            wider = False
    return wider or before == after

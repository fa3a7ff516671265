"""Whatever breaks a promise is refused: each planted breach is seen failing, on files that a release really wrote."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, Field

from deploy.releasing import SchemasRefused, check, release
from libs.events import codec
from libs.events.event import Contract
from tests.libs.events.schemas.planting import (
    FewerKinds,
    HealthText,
    Kind,
    MaybeHealthText,
    MaybeSecretText,
    MoreKinds,
    SecretNumber,
    event,
    fresh_wire,
    step,
)


@pytest.fixture
def wire(tmp_path: Path) -> str:
    """An event whose version 1 is released."""
    wire = fresh_wire()
    release([event(wire)], tmp_path)
    return wire


def refused(folder: Path, *contracts: Contract[Any]) -> str:
    """Why these classes are refused; the folder is left as it was, also by a release."""
    before = {path: path.read_bytes() for path in folder.rglob("*.json")}
    with pytest.raises(SchemasRefused) as released:
        release(contracts, folder)
    with pytest.raises(SchemasRefused):
        check(contracts, folder)
    assert {path: path.read_bytes() for path in folder.rglob("*.json")} == before
    return str(released.value)


def test_an_unchanged_event_is_as_it_was_released(tmp_path: Path, wire: str) -> None:
    assert list(check([event(wire)], tmp_path)) == [wire]
    assert release([event(wire)], tmp_path) == []


CHANGED: dict[str, dict[str, Any]] = {
    "field removed": {"amount_vnd": None},
    "type changed": {"amount_vnd": (str, ...)},
    "type changed to one that JSON writes the same": {"given_on": (datetime, ...)},
    "became nullable": {"amount_vnd": (int | None, ...)},
    "new required field": {"unit": (int, ...)},
    "new optional field": {"unit": (int | None, None)},
    "enum value removed": {"kind": (FewerKinds, ...)},
    "enum value added": {"kind": (MoreKinds, ...)},
    "encrypted mark taken off": {"full_name": (str, ...)},
    "encrypted for another reason": {"full_name": (HealthText, ...)},
    "encrypted mark set": {"amount_vnd": (SecretNumber, ...)},
    "another type sealed": {"note": (MaybeHealthText, None)},
    "no longer optional": {"until": (date | None, ...)},
    "default changed": {"late": (bool, True)},
    "unit said": {"amount_vnd": (Annotated[int, Field(json_schema_extra={"x-unit": "USD"})], ...)},
    "range narrowed": {"amount_vnd": (Annotated[int, Field(gt=0)], ...)},
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_a_class_changed_without_a_new_version_is_refused(tmp_path: Path, wire: str, change: dict[str, Any]) -> None:
    said = refused(tmp_path, event(wire, **change))
    assert said.splitlines()[0].startswith(f"{wire} version 1 was released and its class says otherwise: ")
    assert next(iter(change)) in said


def test_another_effective_date_without_a_new_version_is_refused(tmp_path: Path, wire: str) -> None:
    assert "its class says otherwise: x-effective" in refused(tmp_path, event(wire, effective=None))


INCOMPATIBLE: dict[str, tuple[dict[str, Any], str]] = {
    "new required field": ({"unit": (int, ...)}, "unit is new and not optional"),
    "no longer optional": ({"until": (date | None, ...)}, "until is no longer optional"),
    "enum value removed": ({"kind": (FewerKinds, ...)}, "kind has enum ['loan'] for ['grant', 'loan']"),
    "type changed": ({"amount_vnd": (str, ...)}, "amount_vnd has type string for integer"),
    "date became an instant": ({"given_on": (datetime, ...)}, "given_on has format date-time for date"),
    "no longer nullable": ({"until": (date, date(2026, 1, 1))}, "until has "),
    "range narrowed": ({"amount_vnd": (Annotated[int, Field(ge=1000)], ...)}, "amount_vnd has minimum 1000 for None"),
    "unit changed": (
        {"amount_vnd": (Annotated[int, Field(json_schema_extra={"x-unit": "USD"})], ...)},
        "amount_vnd has x-unit USD for None",
    ),
    "encrypted mark taken off": ({"full_name": (str, ...)}, "full_name has type string for object"),
    "another type sealed": ({"note": (MaybeHealthText, None)}, "note x-opened has type string for array"),
    "default changed": ({"late": (bool, True)}, "late has default True for False"),
}


@pytest.mark.parametrize(("change", "why"), INCOMPATIBLE.values(), ids=INCOMPATIBLE)
def test_a_new_version_that_narrows_is_refused(tmp_path: Path, wire: str, change: dict[str, Any], why: str) -> None:
    step(wire)
    assert f"{wire} version 2 does not follow from 1: {why}" in refused(tmp_path, event(wire, 2, **change))


def test_a_field_that_comes_back_with_another_type_is_refused(tmp_path: Path, wire: str) -> None:
    step(wire, 1, lambda data: {name: value for name, value in data.items() if name != "until"})
    step(wire, 2)
    release([event(wire, 2, until=None)], tmp_path)
    assert "version 3 does not follow from 1: until has" in refused(tmp_path, event(wire, 3, until=(int | None, None)))


def test_a_chain_of_upcasters_with_a_hole_is_refused(tmp_path: Path, wire: str) -> None:
    assert refused(tmp_path, event(wire, 2)) == f"{wire} has no upcaster from version 1"
    step(wire, 1)
    release([event(wire, 2)], tmp_path)
    assert refused(tmp_path, event(wire, 3)) == f"{wire} has no upcaster from version 2"


def not_adult(_value: int) -> int:
    raise ValueError("no amount is right")


def renamed(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "called": data["full_name"]}


def in_thousands(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"amount_vnd": data["amount_vnd"] // 1000}


def broken(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"kind": data["no such field"]}


@pytest.mark.parametrize(
    ("change", "fields", "why"),
    [
        (broken, {}, "version 1: its filled sample cannot be read: 'no such field'"),
        (in_thousands, {}, "version 1: its filled sample has another amount_vnd than when it was released"),
        # A secret is bound to its field: it opens under no other name.
        (renamed, {"called": (MaybeSecretText, None)}, "cannot be read: field called of event "),
    ],
)
def test_an_upcaster_that_old_payloads_do_not_survive_is_refused(
    tmp_path: Path, wire: str, change: Callable[[dict[str, Any]], dict[str, Any]], fields: dict[str, Any], why: str
) -> None:
    step(wire, 1, change)
    assert why in refused(tmp_path, event(wire, 2, **fields))


def test_a_golden_payload_that_the_class_refuses_is_found_though_no_schema_tells(tmp_path: Path, wire: str) -> None:
    stricter = event(wire, amount_vnd=(Annotated[int, AfterValidator(not_adult)], ...))
    assert "version 1: its filled sample cannot be read: " in refused(tmp_path, stricter)


def test_a_codec_that_opens_old_bytes_no_more_is_refused(
    tmp_path: Path, wire: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codec, "_bound_to", lambda event, field: f"{field}@{event}".encode())
    assert "version 1: its filled sample cannot be read: field full_name" in refused(tmp_path, event(wire))


@pytest.mark.parametrize("name", ["1.json", "1.golden.json"])
def test_a_released_file_that_changed_is_refused(tmp_path: Path, wire: str, name: str) -> None:
    path = tmp_path / wire / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert refused(tmp_path, event(wire)) == f"{wire}/{name} was released and has changed"


def test_a_released_version_that_was_deleted_is_refused(tmp_path: Path, wire: str) -> None:
    step(wire)
    release([event(wire, 2)], tmp_path)
    for path in (tmp_path / wire).glob("1.*"):
        path.unlink()
    gone = f"{wire}/1.golden.json was released and is gone\n{wire}/1.json was released and is gone"
    assert refused(tmp_path, event(wire, 2)) == gone
    sums = tmp_path / "SHA256SUMS"
    kept = [line for line in sums.read_text("utf-8").splitlines(keepends=True) if "/1." not in line]
    sums.write_text("".join(kept), "utf-8")
    assert refused(tmp_path, event(wire, 2)) == f"{wire} version 1 was released and is gone"


def test_an_event_whose_class_was_deleted_is_refused(tmp_path: Path, wire: str) -> None:
    assert refused(tmp_path) == f"{wire} was released and no class reads it any more"


def test_a_file_that_no_release_wrote_is_refused(tmp_path: Path, wire: str) -> None:
    (tmp_path / wire / "2.json").write_text("{}", "utf-8")
    assert refused(tmp_path, event(wire)) == f"{wire}/2.json was written by no release"


def test_a_version_that_skips_is_refused(tmp_path: Path, wire: str) -> None:
    step(wire, 1)
    step(wire, 2)
    assert refused(tmp_path, event(wire, 3)) == f"{wire} skips from version 1 to 3"
    other = fresh_wire()
    step(other, 1)
    assert f"{other} skips from version 0 to 2" in refused(tmp_path, event(wire), event(other, 2))


def test_a_version_that_goes_back_is_refused(tmp_path: Path, wire: str) -> None:
    step(wire)
    release([event(wire, 2, kind=(MoreKinds, ...))], tmp_path)
    assert refused(tmp_path, event(wire, kind=(Kind, ...))) == f"{wire} goes back to version 1: 2 was released"


def test_a_version_that_is_not_released_is_refused_by_the_check(tmp_path: Path) -> None:
    wire = fresh_wire()
    with pytest.raises(SchemasRefused, match=f"{wire} version 1 is not released yet"):
        check([event(wire)], tmp_path)


def test_one_refusal_holds_back_the_release_of_all(tmp_path: Path, wire: str) -> None:
    assert "otherwise: late" in refused(tmp_path, event(wire, late=None), event(fresh_wire()))


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (Annotated[str, Field(pattern="^qqq$")], "odd: no text in libs.events.golden.FITTING fits ^qqq$"),
        (Annotated[int, AfterValidator(not_adult)], "no amount is right"),
    ],
)
def test_an_event_that_no_golden_payload_can_be_made_of_is_named(tmp_path: Path, kind: Any, why: str) -> None:
    wire = fresh_wire()
    with pytest.raises(SchemasRefused) as refusal:
        release([event(wire, odd=(kind, ...))], tmp_path)
    assert str(refusal.value).startswith(f"{wire} has no golden payload: ")
    assert why in str(refusal.value)
    assert list(tmp_path.iterdir()) == []

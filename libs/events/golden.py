"""Golden payloads: what a version looked like on the wire when it was released, and what it must open to for ever."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from re import search
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from libs.events.codec import Codec, opened_event
from libs.events.event import Contract, ContractError
from libs.events.keyring import NONCE_BYTES, MemoryKeyring
from libs.events.record import Record
from libs.events.schema import NULL, Schema, alternatives, data_schema

# What may be absent is there, is null where it can be, or is absent.
Form = Literal["filled", "null", "absent"]
FORMS: tuple[Form, ...] = ("filled", "null", "absent")
# Texts for fields with a pattern: the first that fits is taken.
FITTING = (
    "2025:26080",
    "L120-23.1-đ",
    "chairman-26080",
    "case-00000000-0000-4000-8000-000000000001",
    "some-code",
    "some.code",
    "2026-01-05",
    "0" * 12,
)
_SUBJECT = "golden"
_DAY = date(2026, 1, 1)
_DAYS = 365

Golden = dict[str, Any]


def make_golden(contract: Contract[Any]) -> Golden:
    """Samples of a contract in force, the same whenever they are made; `ContractError` when one cannot be read."""
    schema = data_schema(contract)
    key = sha256(f"the golden key of {contract.schema_id}".encode()).digest()
    golden: Golden = {"dataschema": contract.schema_id, "subject": _SUBJECT, "key": b64encode(key).decode()}
    golden["samples"] = []
    for form in FORMS:
        clear = _example(schema, contract.schema_id, form)
        identity = str(uuid5(NAMESPACE_URL, f"{contract.schema_id}/{form}"))
        data = {name: _sealed(key, identity, name, clear[name], contract) for name in clear}
        if all(data != sample["data"] for sample in golden["samples"]):
            sample = {"form": form, "id": identity, "data": data}
            golden["samples"].append(sample | {"opened": read(contract, golden, sample)})
    return golden


def read(contract: Contract[Any], golden: Golden, sample: dict[str, Any]) -> dict[str, Any]:
    """A sample as the class in force reads it, upcast and opened, as JSON."""
    cloud = {
        "id": sample["id"],
        "type": contract.wire,
        "subject": golden["subject"],
        "dataschema": golden["dataschema"],
        "data": sample["data"],
    }
    record = Record(contract.wire, 0, 1, datetime(2026, 1, 1, tzinfo=UTC), b"", b"", cloud)
    event = Codec(contract.wire, MemoryKeyring()).decode(record)
    if event is None:
        raise ContractError(f"{contract.wire} is not known here")
    opened: dict[str, Any] = opened_event({golden["subject"]: b64decode(golden["key"])}, event).model_dump(mode="json")
    return opened


def misreadings(contract: Contract[Any], version: int, golden: Golden) -> Iterator[str]:
    """What the class in force no longer reads in the samples of a released version, or reads as something else.

    A field that keeps its name keeps its value through every upcaster: another value is another unit or meaning.
    """
    for sample in golden["samples"]:
        try:
            seen = read(contract, golden, sample)
        except Exception as error:  # noqa: BLE001 -- An upcaster may raise whatever it likes.
            yield f"its {sample['form']} sample cannot be read: {' '.join(str(error).split())}"
            continue
        if version == contract.version:
            wrong = {name for name in {*seen, *sample["opened"]} if seen.get(name) != sample["opened"].get(name)}
        else:
            kept = sample["data"].keys() & seen.keys()
            wrong = {name for name in kept if seen[name] != sample["opened"][name]}
        yield from (
            f"its {sample['form']} sample has another {name} than when it was released" for name in sorted(wrong)
        )


def _sealed(key: bytes, identity: str, name: str, value: Any, contract: Contract[Any]) -> Any:
    """A value as the codec would write it, spelled out a second time: the codec must open what it did not write."""
    if value is None or name not in contract.encrypted:
        return value
    place = f"{identity}/{name}".encode()
    nonce = sha256(place).digest()[:NONCE_BYTES]
    token = nonce + AESGCM(key).encrypt(nonce, orjson.dumps(value), place)
    return {"sealed": b64encode(token).decode()}


def _example(schema: Schema, at: str, form: Form) -> Any:
    """A value that a schema allows, chosen by its place."""
    if form != "filled" and NULL in alternatives(schema):
        return None
    one = next(part for part in alternatives(schema) if part != NULL)
    if "x-opened" in one:
        return _example(one["x-opened"], at, form)
    return _composed(one, at, form) if one.get("type") in ("array", "object") else _plain(one, at)


def _composed(schema: Schema, at: str, form: Form) -> Any:
    if schema["type"] == "array":
        return [_example(schema["items"], f"{at}/{n}", form) for n in range(schema.get("minItems", 2))]
    if "properties" in schema:
        names = schema["required"] if form == "absent" else schema["properties"]
        return {name: _example(schema["properties"][name], f"{at}/{name}", form) for name in names}
    return {f"{_name(at)} {n}": _example(schema["additionalProperties"], f"{at}/{n}", form) for n in range(2)}


def _plain(schema: Schema, at: str) -> Any:
    number = int.from_bytes(sha256(at.encode()).digest()[:4], "big")
    match schema:
        case {"enum": allowed}:
            return allowed[number % len(allowed)]
        case {"type": "string"}:
            return _text(schema, at, number)
        case {"type": "integer"}:
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1) + number % 9
        case {"type": "boolean"}:
            return True
    raise ContractError(f"{at}: no golden value is known for {schema}")


def _text(schema: Schema, at: str, number: int) -> str:
    day = _DAY + timedelta(days=number % _DAYS)
    match schema.get("format"):
        case "uuid":
            return str(uuid5(NAMESPACE_URL, at))
        case "date":
            return day.isoformat()
        case "date-time":
            return f"{day.isoformat()}T08:30:00.000001Z"
        case None if "pattern" in schema:
            return _fitting(schema["pattern"], at)
        case None:
            return f"ví dụ {_name(at)}"[: schema.get("maxLength")]
    raise ContractError(f"{at}: no golden text is known for {schema}")


def _name(at: str) -> str:
    return at.partition("/")[2]


def _fitting(pattern: str, at: str) -> str:
    found = next((one for one in FITTING if search(pattern, one)), None)
    if found is None:
        raise ContractError(f"{at}: no text in {__name__}.FITTING fits {pattern}")
    return found

"""Between event classes and record bodies: seals what is marked, opens what its keyring can open."""

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from libs.events.decider import Refused
from libs.events.event import REDACTED, ContractError, Event, Redacted, Sealed, contract_of, plain_type
from libs.events.keyring import NONCE_BYTES, Keyring
from libs.events.record import Draft, Meta, Record, body_of, event_id
from libs.events.upcasting import upcast

# A record of the log holds no more than a MiB, with its key, its place and its headers.
BODY_BYTES_MAX = 1_000_000
_SEALED = "sealed"
Decoded = tuple[Record, Event]


class EventTooLarge(Refused):
    """The event would be larger than a record of the log can be; its relay would stand still before it for ever."""

    status = 413
    problem = "event-too-large"


class Codec:
    """Encodes and decodes the events of one service with its keyring."""

    def __init__(self, source: str, keyring: Keyring) -> None:
        self.source = source
        self.keyring = keyring

    def drafts(self, stream: str, version: int, subject: str, events: Sequence[Event], meta: Meta) -> list[Draft]:
        """The events as drafts with versions from `version + 1`; keys they need are durable on return."""
        keys = self.keyring.ensure([subject]) if any(map(_holds_secrets, events)) else {}
        return [
            self._draft((stream, version + 1 + index, subject), event, meta, index, keys)
            for index, event in enumerate(events)
        ]

    def _draft(
        self, place: tuple[str, int, str], event: Event, meta: Meta, index: int, keys: Mapping[str, bytes]
    ) -> Draft:
        contract = event.contract
        data = event.model_dump(mode="json", exclude=set(contract.encrypted))
        subject = place[2]
        identity = event_id(meta.command_id, index)
        for field in contract.encrypted:
            value = getattr(event, field)
            data[field] = None if value is None else {_SEALED: seal(keys[subject], identity, field, value)}
        named = (contract.wire, contract.schema_id, event.effective_on)
        body = body_of(self.source, place, meta, index, named, data)
        if len(body) > BODY_BYTES_MAX:
            raise EventTooLarge("more than an event can hold", bytes_max=BODY_BYTES_MAX)
        return Draft(*place, meta.command_id, index, body)

    def decode(self, record: Record) -> Event | None:
        """The event with its encrypted fields still sealed, as projections take it; None for an unknown wire name."""
        contract = contract_of(record.type)
        if contract is None:
            return None
        data = record.data
        if record.schema_id != contract.schema_id:
            data = upcast(contract, record.type_version, data)
        if contract.encrypted:
            data = {**data, **{name: _sealed(record, name, data.get(name)) for name in contract.encrypted}}
        # As `model_validate` does, without what it does around it: twice as fast.
        event: Event = contract.cls.__pydantic_validator__.validate_python(data)
        return event

    def open(self, records: Sequence[Record]) -> list[Event]:
        """The events with their encrypted fields in the clear, or `REDACTED` where the key is destroyed.

        `ContractError` for an unknown one: to decide on half a stream would be to decide wrongly.
        """
        events = [self._known(record) for record in records]
        subjects = {record.subject for record in records}
        keys = self.keyring.find(subjects) if any(event.contract.encrypted for event in events) else {}
        return [opened_event(keys, event) for event in events]

    def _known(self, record: Record) -> Event:
        event = self.decode(record)
        if event is None:
            raise ContractError(f"{record.type} at {record.position} is not known here")
        return event

    def reveal(self, sealed: Sealed) -> Any:
        """The JSON value in one sealed field, or `REDACTED`."""
        key = self.keyring.find([sealed.subject]).get(sealed.subject)
        return REDACTED if key is None else unseal(key, sealed)


def _holds_secrets(event: Event) -> bool:
    return any(getattr(event, name) is not None for name in event.contract.encrypted)


def opened_event(keys: Mapping[str, bytes], event: Event) -> Event:
    """A copy of the event with every sealed field opened with the key of its subject, or redacted."""
    opened = {name: _opened(keys, event, name) for name in event.contract.encrypted}
    return event.model_copy(update=opened) if opened else event


def _opened(keys: Mapping[str, bytes], event: Event, name: str) -> Any:
    value = getattr(event, name)
    if not isinstance(value, Sealed):
        return value
    if value.subject not in keys:
        return REDACTED
    return TypeAdapter(plain_type(type(event), name)).validate_python(unseal(keys[value.subject], value))


def seal(key: bytes, event: UUID, field: str, value: object) -> str:
    """AES-256-GCM over the value's JSON, bound to its event and field; base64 of nonce and ciphertext."""
    if isinstance(value, Sealed | Redacted):
        raise TypeError(f"field {field} of a new event must be in the clear")
    nonce = os.urandom(NONCE_BYTES)
    clear = orjson.dumps(to_jsonable_python(value))
    return b64encode(nonce + AESGCM(key).encrypt(nonce, clear, _bound_to(str(event), field))).decode()


def unseal(key: bytes, sealed: Sealed) -> Any:
    """The JSON value that `seal` encrypted; ValueError when it was tampered with or belongs elsewhere."""
    raw = b64decode(sealed.token)
    try:
        clear = AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound_to(sealed.event_id, sealed.field))
    except InvalidTag:
        raise ValueError(f"field {sealed.field} of event {sealed.event_id} does not open with its key") from None
    return orjson.loads(clear)


def _bound_to(event: str, field: str) -> bytes:
    return f"{event}/{field}".encode()


def _sealed(record: Record, name: str, value: Mapping[str, str] | None) -> Sealed | None:
    return None if value is None else Sealed(record.subject, record.id, name, value[_SEALED])

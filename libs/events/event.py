"""What an event is: a frozen class with a wire name and a version, and marks on what identifies a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from types import UnionType
from typing import Annotated, Any, ClassVar, Generic, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")


class ContractError(TypeError):
    """An event class breaks a rule of the published language."""


class Redacted:
    """The value of a field whose key was destroyed: there is one, `REDACTED`, and it is false."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "REDACTED"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """How Pydantic checks a field that may be redacted."""
        return core_schema.is_instance_schema(cls)


REDACTED = Redacted()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A field still encrypted: enough to open it with the keyring of the service that sealed it."""

    subject: str
    event_id: str
    field: str
    token: str

    def __str__(self) -> str:
        return f"{self.subject}|{self.event_id}|{self.field}|{self.token}"

    @staticmethod
    def parse(text: str) -> "Sealed":
        """The inverse of `str`: how projections keep a sealed field in one column."""
        return Sealed(*text.split("|", 3))

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """How Pydantic checks a field that may still be sealed."""
        return core_schema.is_instance_schema(cls)


def sealed(value: object) -> Sealed | None:
    """A marked field as a fold meets it: still sealed, or nothing."""
    return value if isinstance(value, Sealed) else None


@dataclass(frozen=True)
class Encrypted:
    """The mark itself; `why` is `personal` or `health`."""

    why: str


# Encrypted in every event body, and readable only with the subject's key (design: personal data).
Personal = Annotated[T | Sealed | Redacted, Encrypted("personal")]
Health = Annotated[T | Sealed | Redacted, Encrypted("health")]


@dataclass(frozen=True)
class Contract(Generic[T]):
    """What the wire knows of an event class."""

    wire: str
    version: int
    effective: str | None
    cls: type[T]
    encrypted: tuple[str, ...]

    @cached_property
    def schema_id(self) -> str:
        """The CloudEvents `dataschema` of this version."""
        return f"urn:aftercare:{self.wire}:{self.version}"


class Event(BaseModel):
    """A fact that happened, in the past tense; subclass it as `class X(Event, type="svc.x", version=1)`.

    `effective` names the field that holds the civil date on which the fact happened in the world. Without a type, the
    class is what several events have in common and no event itself.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    contract: ClassVar[Contract[Any]]

    @classmethod
    def __pydantic_init_subclass__(  # type: ignore[override]  # Its keywords are the class statement's.
        cls,
        *,
        type: str | None = None,  # noqa: A002 -- The word of the wire.
        version: int = 1,
        effective: str | None = None,
    ) -> None:
        if type is None:
            return
        fields = cls.model_fields
        if effective is not None and effective not in fields:
            raise ContractError(f"{cls.__name__} has no field {effective!r} to take its effective date from")
        encrypted = tuple(name for name, field in fields.items() if is_encrypted(field))
        cls.contract = Contract(type, version, effective, cls, encrypted)
        _register(cls.contract)

    def __init_subclass__(cls, **_kwargs: object) -> None:
        super().__init_subclass__()

    @property
    def effective_on(self) -> date | None:
        """When it happened in the world, a civil date in Asia/Ho_Chi_Minh, if the event says so."""
        name = self.contract.effective
        return None if name is None else getattr(self, name)


_contracts: dict[str, Contract[Any]] = {}


def _register(contract: Contract[Any]) -> None:
    known = _contracts.get(contract.wire)
    if known is not None and known.cls.__qualname__ != contract.cls.__qualname__:
        raise ContractError(f"{contract.wire} is claimed by {known.cls.__name__} and {contract.cls.__name__}")
    _contracts[contract.wire] = contract


def contract_of(wire_type: str) -> Contract[Any] | None:
    """The contract now in force for a wire name, or None when this process does not know the name."""
    return _contracts.get(wire_type)


def contracts() -> Iterator[Contract[Any]]:
    """Every contract imported so far, by wire name."""
    return iter(sorted(_contracts.values(), key=lambda contract: contract.wire))


def is_encrypted(field: FieldInfo) -> bool:
    """Whether a field is marked `Personal` or `Health`, itself or as the other side of None."""
    return any(isinstance(mark, Encrypted) for mark in field.metadata) or any(
        isinstance(mark, Encrypted) for mark in _marks(field.annotation)
    )


def _marks(annotation: object) -> Iterator[object]:
    if get_origin(annotation) is Annotated:
        yield from get_args(annotation)[1:]
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _marks(part)


@cache
def plain_type(event_class: type[Event], name: str) -> Any:
    """The type of an encrypted field once opened: `str` of `Personal[str] | None`."""
    return _without_seals(event_class.model_fields[name].annotation)


def _without_seals(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _without_seals(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        parts = [_without_seals(part) for part in get_args(annotation) if part not in (Sealed, Redacted)]
        return Union[tuple(parts)]  # noqa: UP007 -- Built from a tuple.
    return annotation

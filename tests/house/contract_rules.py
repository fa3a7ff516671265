"""Rules of the published language; each answers the breaches that it finds in one event class."""

import re
from collections.abc import Iterator
from inspect import cleandoc
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from libs.events.event import Encrypted

# A word in a field's name that says it is about somebody; such a field is encrypted, whatever its type.
TELLING = re.compile(
    r"(?:^|_)(names?|surname|alias|nickname|phone|mobile|telephone|fax|e?mail|contact|address(es)?|street|house|hamlet"
    r"|citizen|cccd|cmnd|id9|id12|passport|identity|father|mother|parents?|spouse|wife|husband|child(ren)?|guardian"
    r"|relatives?|kin|birth|born|birthday|birthplace|native|hometown|face|photo|image|fingerprint|signature|notes?"
    r"|comments?|remarks?|text|description|details?|story|message|diagnosis|disease|hiv|substances?|drugs?|medicine"
    r"|occupation|job|employer|school|account|iban)(?:_|$)"
)
# Names that contain such a word and still tell of nobody.
INNOCENT = {
    "birth_year": "kept in the clear under a named legal basis (design, personal data): rates are drawn by age",
    "school_id": "the opaque id of a school",
}
# Open texts that are published in the clear, each with its reason; any other text is Personal or Health, or an enum.
OPEN_TEXTS = {
    "Decision.number": "of a document, not of a person (D116 Art 78)",
    "Decision.body": "the office that decides, as a code",
    "Decision.unit": "an administrative unit, `<catalogue>:<code>`",
    "Decision.rules": "ids of rules of law",
    "rules": "ids of rules of law",
    "policies": "policy switches as `name=choice`",
    "certificate_number": "of a document; it leads to a person only in the files of its issuer",
    "form_number": "of a document (Mẫu 03)",
    "issuer": "the facility that certified",
    "organisation": "the organisation that a helper comes from",
    "listed_by": "an office, as a code",
    "sent_to": "an office, as a code",
    "category_reason": "a code of the law's evaluator",
    "source": "the list or the office that said it, by id",
    "relied_on": "a position in the log",
    "DeterminationRecorded.body": "the medical body that determined",
    "TransferNotified.due": "a date or an instant",
    "RemovalWithheld.why": "a code of the law's evaluator",
    "ListReceived.content": "a keyed fingerprint",
    "RowQuarantined.problems": "codes",
}
_WORDS_MIN = 4


def clear_texts(model: type[BaseModel]) -> list[str]:
    """Open texts that are neither encrypted nor on the list of those with a reason."""
    return [
        f"{owner}.{name}"
        for owner, name, annotation, metadata in _fields(model)
        if _open(annotation, metadata) and name not in OPEN_TEXTS and f"{owner}.{name}" not in OPEN_TEXTS
    ]


def telling_names(model: type[BaseModel]) -> list[str]:
    """Fields whose name says that they are about somebody, and which are not encrypted."""
    return [
        f"{owner}.{name}"
        for owner, name, annotation, metadata in _fields(model)
        if TELLING.search(name) and name not in INNOCENT and not _sealed(annotation, metadata)
    ]


def floats(model: type[BaseModel]) -> list[str]:
    """Fields that hold a float, or anything at all."""
    return [
        f"{owner}.{name}"
        for owner, name, annotation, _ in _fields(model)
        if any(part in (float, complex, Any, object) for part in _parts(annotation))
    ]


def undocumented(model: type[BaseModel]) -> bool:
    """Whether the class itself does not say, in a sentence, what happened."""
    text = cleandoc(vars(model).get("__doc__") or "")
    return len(text.split()) < _WORDS_MIN or not re.match(r"[A-ZĐ].*[.)]$", text.splitlines()[0])


def used_texts(model: type[BaseModel]) -> Iterator[str]:
    """The entries of `OPEN_TEXTS` that a class needs, so that the list stays as small as it says."""
    for owner, name, annotation, metadata in _fields(model):
        if _open(annotation, metadata):
            yield f"{owner}.{name}" if f"{owner}.{name}" in OPEN_TEXTS else name


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, str, Any, tuple[Any, ...]]]:
    for name, field in model.model_fields.items():
        yield model.__name__, name, field.annotation, tuple(field.metadata)
        for part in _parts(field.annotation):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _fields(part)


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _open(annotation: Any, metadata: tuple[Any, ...]) -> bool:
    if any(isinstance(mark, Encrypted) for mark in metadata):
        return False
    if get_origin(annotation) is Annotated:
        return _open(get_args(annotation)[0], get_args(annotation)[1:])
    if annotation in (str, bytes, Any, object):
        return not any(getattr(mark, "pattern", None) for mark in metadata)
    return any(_open(part, ()) for part in get_args(annotation))


def _sealed(annotation: Any, metadata: tuple[Any, ...]) -> bool:
    marks = (*metadata, *(mark for part in _parts(annotation) for mark in getattr(part, "__metadata__", ())))
    return any(isinstance(mark, Encrypted) for mark in marks)

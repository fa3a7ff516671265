"""The signed administrative act (quyết định) as a value: who decided, where, when, under which rules."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

# What kind of official, then a number or a UUID: no name fits.
OfficialId = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,20}-[0-9a-f-]{1,36}$")]
DocumentNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class Decision(BaseModel):
    """A document that decides something about a person (D116 Art 78: number, date, signer, body).

    `body` is the deciding office (`commune_chairman`, `commune_police_chief` …), `unit` its administrative
    unit as `<catalogue>:<code>`, `signer` the opaque id of the official who signed, `rules` the ids applied.
    """

    model_config = ConfigDict(frozen=True)

    number: DocumentNumber
    signed_on: date
    body: str
    unit: str
    signer: OfficialId
    rules: tuple[str, ...] = ()

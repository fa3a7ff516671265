"""The erasure of a person: every service destroys the key under which it keeps what identifies them."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from libs.events.event import Event

Subject = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,30}-[0-9a-f-]{36}$")]


class ErasureGround(StrEnum):
    """Why somebody's personal data are erased."""

    REQUEST = "request"
    RETENTION_OVER = "retention-over"
    COURT = "court"


class SubjectErased(Event, type="registry.subject-erased", version=1):
    """The personal data of a person are to be erased everywhere, under all ids that were found to be theirs."""

    erasure_id: UUID
    subjects: tuple[Subject, ...]
    ground: ErasureGround

"""What the columns of a kind of list are called, declared once: fields, their headings, and what must be there."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from libs.vietnam.spelling import folded

NOTE_IN_HEADING = re.compile(r"\([^()]*\)?|\d+$")


@dataclass(frozen=True)
class Column:
    """A field and the headings under which it comes, in any spelling; its own name is one of them.

    What stands alone under an `own` column is its text and no title: an address may be no more than a commune.
    """

    field: str
    headings: Sequence[str]
    required: bool = False
    own: bool = False


def no_section(_text: str) -> bool:
    """For lists that have no titles between their rows."""
    return False


@dataclass(frozen=True)
class Layout:
    """A kind of list: its columns, and which text alone in a row is a title of the rows below it.

    A heading of two rows is declared as both, the upper first: `Thời gian quản lý từ ngày`. `known_min` headings
    must be found for a row to be the headings. A row with nothing but its `counter` is blank.
    """

    columns: Sequence[Column]
    is_section: Callable[[str], bool] = field(default=no_section)
    known_min: int = 2
    counter: str | None = None

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields, in the order declared."""
        return tuple(column.field for column in self.columns)

    @cached_property
    def by_heading(self) -> dict[str, str]:
        """The field of each heading, as `heading_key` writes it."""
        return {
            heading_key(heading): column.field
            for column in self.columns
            for heading in (column.field, *column.headings)
        }


def heading_key(text: str) -> str:
    """What all spellings of a heading share: no marks, no brackets with notes in them, no number at its end."""
    without_note = NOTE_IN_HEADING.sub(" ", text.strip()) if not text.strip().startswith("(") else text
    return folded(without_note.replace("_", " ")) or folded(text)

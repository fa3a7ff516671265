"""Folds batches of events into a projection's rows: one read, a fold in memory, one write."""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError

from libs.events.books import Books
from libs.events.codec import Decoded
from libs.events.projection import Projection
from libs.events.rows import Stored, Version


class ForeignRow(RuntimeError):
    """A fold touched a row of another key, or of another source or subject, between which nothing orders events."""


class Projector:
    """Folds one projection, in the transaction it is given."""

    def __init__(self, projection: Projection[Any]) -> None:
        self.projection = projection
        self._key = projection.key

    def apply(self, books: Books, table: str, events: Sequence[Decoded]) -> None:
        """Fold the events, in the order given, into `table`; after any error the caller rolls back."""
        touched: dict[Any, list[Decoded]] = {}
        for one in events:
            for key in self.projection.keys_of(one[1]):
                touched.setdefault(key, []).append(one)
        if not touched:
            return
        stored = books.load(self.projection, table, list(touched))
        folded = {key: self._fold(key, stored.get(key), decoded) for key, decoded in touched.items()}
        changed = {key: versions for key, versions in folded.items() if versions}
        books.write(self.projection, table, stored.keys(), changed)

    def _fold(self, key: Any, stored: Stored | None, decoded: Sequence[Decoded]) -> list[Version]:
        row, owner = stored or (None, None)
        versions: list[Version] = []
        for record, event in decoded:
            subject = (record.source, record.subject)
            if owner is not None and owner != subject:
                raise ForeignRow(f"{self.projection.name} folds {record.type} into a row of another subject")
            after = self.projection.folds[type(event)].evolve(event, row)
            if after == row:
                continue
            if after is not None and getattr(after, self._key) != key:
                raise ForeignRow(f"{self.projection.name} folds {record.type} into the row of another key")
            if versions:
                versions[-1].known_to = record.recorded_at
            versions.append(Version(key, after, record))
            row, owner = after, subject
        return versions


class InlineProjector:
    """A projection folded in the command's own transaction: what was written can be read at once."""

    def __init__(self, projections: Iterable[Projection[Any]]) -> None:
        self._projectors = [Projector(projection) for projection in projections]
        self.handled = frozenset(wire for one in self._projectors for wire in one.projection.handled)

    def apply(self, books: Books, events: Sequence[Decoded]) -> None:
        """Fold into the live tables, seeing every row whatever the caller's scope."""
        books.see_everything()
        tables = books.live()
        for projector in self._projectors:
            _apply_or_refuse(projector, books, tables[projector.projection.name], events)


def _apply_or_refuse(projector: Projector, books: Books, table: str, events: Sequence[Decoded]) -> None:
    projection = projector.projection
    try:
        projector.apply(books, table, events)
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            refusal = projection.refusal(error.orig.diag.constraint_name or "")
            if refusal is not None:
                raise refusal(f"{projection.name} holds another one") from error
        raise

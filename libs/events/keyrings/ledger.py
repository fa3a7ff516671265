"""What a service's own database remembers of its keyring, by which an older keyring put in place is recognised."""

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from sqlalchemy import Engine, TextClause, text

PAGE_SUBJECTS = 5_000


class Remembered(NamedTuple):
    """The number of the newest key that was made, and how many subjects were forgotten."""

    newest: int
    forgotten: int


class Ledger(Protocol):
    """Every subject that has, or had, a key.

    A key is in the keyring before it is noted, and noted before it is used; it is destroyed before that is noted. So
    at no moment is more noted than the right keyring holds.
    """

    def remembered(self) -> Remembered:
        """All of it in two numbers."""

    def noted(self, subjects: Collection[str]) -> set[str]:
        """Those of them for whom a key was made or destroyed before."""

    def note(self, numbers: Mapping[str, int]) -> None:
        """Keys were made, with these numbers; what is noted already stays as it is."""

    def note_forgotten(self, numbers: Mapping[str, int]) -> None:
        """Keys were destroyed, on purpose and for ever."""

    def renumber(self, numbers: Mapping[str, int]) -> None:
        """These subjects have other numbers in a keyring that was mended."""

    def forgotten(self, after: str) -> list[str]:
        """The next `PAGE_SUBJECTS` forgotten subjects after one, in order."""

    def numbers(self, after: str) -> dict[str, int]:
        """The next `PAGE_SUBJECTS` subjects after one, in order, with their numbers."""


class DatabaseLedger:
    """The ledger in the service's database.

    It wants connections of its own: it is asked within transactions, and who holds the last one would wait for itself.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def remembered(self) -> Remembered:
        """As the protocol says."""
        with self._engine.connect() as connection:
            newest, forgotten = connection.execute(_REMEMBERED).one()
        return Remembered(newest, forgotten)

    def noted(self, subjects: Collection[str]) -> set[str]:
        """As the protocol says."""
        with self._engine.connect() as connection:
            return set(connection.execute(_NOTED, {"subjects": list(subjects)}).scalars())

    def note(self, numbers: Mapping[str, int]) -> None:
        """As the protocol says."""
        self._write(_NOTE, numbers)

    def note_forgotten(self, numbers: Mapping[str, int]) -> None:
        """As the protocol says."""
        self._write(_NOTE_FORGOTTEN, numbers)

    def renumber(self, numbers: Mapping[str, int]) -> None:
        """As the protocol says."""
        self._write(_RENUMBER, numbers)

    def forgotten(self, after: str) -> list[str]:
        """As the protocol says."""
        with self._engine.connect() as connection:
            return list(connection.execute(_FORGOTTEN, {"after": after, "most": PAGE_SUBJECTS}).scalars())

    def numbers(self, after: str) -> dict[str, int]:
        """As the protocol says."""
        with self._engine.connect() as connection:
            return {
                row.subject: row.number for row in connection.execute(_PAGE, {"after": after, "most": PAGE_SUBJECTS})
            }

    def _write(self, statement: TextClause, numbers: Mapping[str, int]) -> None:
        if numbers:
            # In order, so that two who write the same subjects wait for each other and not in a circle.
            ordered = sorted(numbers.items())
            values = {"subjects": [subject for subject, _ in ordered], "numbers": [number for _, number in ordered]}
            with self._engine.begin() as connection:
                connection.execute(statement, values)


_GIVEN = "select * from unnest(cast(:subjects as text[]), cast(:numbers as bigint[])) g (subject, number)"
_REMEMBERED = text(
    "select (select coalesce(max(number), 0) from subject_key),"
    " (select count(*) from subject_key where forgotten_at is not null)"
)
_NOTED = text("select subject from subject_key where subject = any(:subjects)")
_NOTE = text(f"insert into subject_key (subject, number) {_GIVEN} on conflict (subject) do nothing")
_NOTE_FORGOTTEN = text(
    f"insert into subject_key (subject, number, forgotten_at) select g.*, clock_timestamp() from ({_GIVEN}) g"  # noqa: S608 -- Our own words.
    " on conflict (subject) do update set forgotten_at = coalesce(subject_key.forgotten_at, excluded.forgotten_at)"
)
_RENUMBER = text(f"update subject_key s set number = g.number from ({_GIVEN}) g where s.subject = g.subject")  # noqa: S608 -- Our own words.
_FORGOTTEN = text(
    "select subject from subject_key where forgotten_at is not null and subject > :after order by subject limit :most"
)
_PAGE = text("select subject, number from subject_key where subject > :after order by subject limit :most")

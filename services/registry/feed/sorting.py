"""The rows of a list by what is known of them before they are matched: said before, said twice, or fresh.

Two equal rows without a number may be two people (domain.md §5.5 item 21), so as many of them are known as are known
persons, wait, or are nobody's; every further one is fresh. Equal rows with a number are one row, written again.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice
from math import gcd
from uuid import UUID

from libs.events.service import Parts
from services.registry.feed.files import seeing_all
from services.registry.feed.kept_rows import Decided, decided_before
from services.registry.feed.links import linked
from services.registry.feed.reading import PoliceFile
from services.registry.feed.rows import parse_row

KNOWN_ROWS_BATCH_MAX = 20_000
PASTED_NUMBERS_MIN = 3


@dataclass
class SortedRows:
    """Places of rows, counted from 0. `copies` says of a row the how many-th it is of those that say the same."""

    unchanged: dict[int, UUID] = field(default_factory=dict)
    carried: list[int] = field(default_factory=list)
    nobodys: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    fresh: list[int] = field(default_factory=list)
    copies: dict[int, int] = field(default_factory=dict)


def sort_rows(parts: Parts, file: PoliceFile) -> SortedRows:
    """Every row of the list in one of the five."""
    found, seen, sender = SortedRows(), Counter[bytes](), file.sender.unit
    times = Counter(file.fingerprints)
    pastes = _pastes(file, times)
    for start in range(0, len(file.rows), KNOWN_ROWS_BATCH_MAX):
        batch = file.fingerprints[start : start + KNOWN_ROWS_BATCH_MAX]
        with seeing_all(parts.engine) as connection:
            meant, before = linked(connection, sender, batch), decided_before(connection, sender, batch)
        for n, fingerprint in enumerate(batch, start):
            seen[fingerprint] += 1
            copy = found.copies[n] = seen[fingerprint]
            if copy > times[fingerprint] // pastes or (copy > 1 and _has_number(file, n)):
                found.repeated.append(n)
            else:
                _sort(found, n, meant.get(fingerprint, []), before.get(fingerprint, Decided()))
    return found


def _sort(found: SortedRows, n: int, meant: list[UUID], before: Decided) -> None:
    # A human may have found two equal rows one person's.
    persons = [person for person in meant for _ in range(max(1, before.persons[person]))]
    place = found.copies[n] - 1
    if place < len(persons):
        found.unchanged[n] = persons[place]
    elif place < len(persons) + before.waiting:
        found.carried.append(n)
    elif place < len(persons) + before.waiting + before.nobodys:
        found.nobodys.append(n)
    else:
        found.fresh.append(n)


def _pastes(file: PoliceFile, times: Counter[bytes]) -> int:
    """How often the whole list was pasted into the file: every row as often, and some have numbers to prove it."""
    often = reduce(gcd, times.values(), 0)
    if often < 2:  # noqa: PLR2004 -- Once, as lists are.
        return 1
    proofs = list(islice(_numbered(file), PASTED_NUMBERS_MIN))
    return often if len(proofs) == PASTED_NUMBERS_MIN else 1


def _numbered(file: PoliceFile) -> Iterator[int]:
    """One place of each row with a number."""
    one_each = {fingerprint: n for n, fingerprint in enumerate(file.fingerprints)}
    return (n for n in one_each.values() if _has_number(file, n))


def _has_number(file: PoliceFile, n: int) -> bool:
    row = parse_row(file.row(n), file.sender)
    return row.citizen_id is not None or row.legacy_id9 is not None

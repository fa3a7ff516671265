"""What rows of one list say of each other: one number on two rows, one name twice, one person twice (items 21-24)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from libs.events.contracts.registry.police_list import RowOutcome
from services.registry.feed.known import searched
from services.registry.feed.matching import End
from services.registry.feed.rows import ListRow

LINKED = frozenset({RowOutcome.MATCHED, RowOutcome.NEW})


def codes_within(fresh: Sequence[ListRow], waiting: Sequence[ListRow], copies: Sequence[int]) -> dict[int, list[str]]:
    """The codes that fresh rows get from each other and from rows that wait already, by place among the fresh.

    `copies` says the how many-th of equal rows each is: a further one is of the same person or of another, and no
    program can tell.
    """
    rows = [*fresh, *waiting]
    found: defaultdict[int, list[str]] = defaultdict(list)
    for places in _by_number(rows).values():
        for n in places:
            if len(places) > 1 and "number_twice_in_list" not in found[n]:
                found[n].append("number_twice_in_list")
    twins = {n for n, copy in enumerate(copies) if copy > 1}
    for places in _by_name(rows).values():
        told_apart = len({rows[n].citizen_id for n in places} - {None}) == len(places)
        if len(places) > 1 and not told_apart:
            twins.update(places)
    for n in sorted(twins):
        found[n].append("twin_in_list")
    return {n: codes for n, codes in found.items() if codes and n < len(fresh)}


def settled(ends: Sequence[End], codes: Mapping[int, Sequence[str]], unchanged: Collection[UUID]) -> list[End]:
    """The ends after the rows were compared: who has such a code waits, and who is meant by another row too."""
    meant = Counter([*unchanged, *(end.person_id for end in ends if end.person_id is not None)])
    return [_waiting(end, [*codes.get(n, ()), *_twice(end, meant)]) for n, end in enumerate(ends)]


def _twice(end: End, meant: Counter[UUID]) -> list[str]:
    return ["person_twice_in_list"] if end.person_id is not None and meant[end.person_id] > 1 else []


def _waiting(end: End, codes: Sequence[str]) -> End:
    if not codes or end.outcome is RowOutcome.REJECTED:
        return end
    candidates = end.candidates if end.person_id is None else (end.person_id,)
    return replace(
        end, outcome=RowOutcome.QUARANTINED, person_id=None, candidates=candidates, codes=(*end.codes, *codes)
    )


def _by_number(rows: Sequence[ListRow]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for n, row in enumerate(rows):
        for number in {row.citizen_id, row.legacy_id9} - {None}:
            found[str(number)].append(n)
    return found


def _by_name(rows: Sequence[ListRow]) -> dict[tuple[object, ...], list[int]]:
    found: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for n, row in enumerate(rows):
        if row.full_name and row.birth_year is not None:
            found[searched(row.full_name), row.birth_year, row.unit].append(n)
    return found

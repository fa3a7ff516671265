"""Who a row is: linked by itself only on twelve digits without contradiction, suggested to a human, or new."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from libs.events.contracts.registry.police_list import RowOutcome
from services.registry.feed.dirt import Effect
from services.registry.feed.lookup import Found
from services.registry.feed.names import can_be_name
from services.registry.feed.rows import ListRow
from services.registry.feed.scoring import LOWER, UPPER, Likeness

CANDIDATES_SHOWN_MAX = 5
FORENAMES_MIN = 2


@dataclass(frozen=True, slots=True)
class End:
    """How a row ends: with a person when matched, with candidates, best first, and further codes when it waits."""

    outcome: RowOutcome
    person_id: UUID | None = None
    candidates: tuple[UUID, ...] = ()
    codes: tuple[str, ...] = ()


def match(n: int, row: ListRow, found: Found) -> End:
    """The end of the `n`-th row of those that were sought; its own problems outweigh any likeness."""
    if row.effect is Effect.REJECTED:
        return End(RowOutcome.REJECTED)
    end = _by_number(row, found) or _by_likeness(n, row, found)
    if row.effect is Effect.QUARANTINED:
        return End(RowOutcome.QUARANTINED, None, *((_candidates(end), end.codes) if end else ()))
    return end or _nobody_known(row)


def is_enough(row: ListRow) -> bool:
    """Whether a row says enough to register somebody by: a name of two words, a birth year and a commune."""
    return not missing(row)


def missing(row: ListRow) -> list[str]:
    """What a row lacks to register somebody by."""
    there = {
        "full_name": can_be_name(row.full_name)
        and (len(row.full_name.split()) >= FORENAMES_MIN or row.citizen_id is not None),
        "birth": row.birth_year is not None,
        "unit": row.unit is not None,
    }
    return [name for name, known in there.items() if not known]


def _candidates(end: End) -> tuple[UUID, ...]:
    return end.candidates if end.person_id is None else (end.person_id,)


def _waits(candidates: Iterable[UUID], *codes: str) -> End:
    return End(RowOutcome.QUARANTINED, None, tuple(candidates)[:CANDIDATES_SHOWN_MAX], codes)


def _by_number(row: ListRow, found: Found) -> End | None:
    holders = sorted(found.by_number.get(row.citizen_id or "", ()))
    if not holders:
        return None
    if len(holders) > 1:
        return _waits(holders, "number_of_several")
    known = found.persons.get(holders[0])
    if known is None or not known.searched_names:
        return _waits(holders, "person_erased")
    if Likeness(row).contradicts(known):
        return _waits(holders, "number_of_another")
    return _waits(holders, "person_died") if known.dead else End(RowOutcome.MATCHED, known.person_id)


def _by_likeness(n: int, row: ListRow, found: Found) -> End | None:
    sharing = found.by_number.get(row.legacy_id9 or "", frozenset())
    ids, likeness = found.by_row.get(n, frozenset()) | sharing, Likeness(row)
    likely = {one: likeness.score(found.persons[one]) for one in ids if one in found.persons}
    # Nine digits prove nothing by themselves (§5.2), and beside any likeness are worth a look.
    likely = {one: max(points, UPPER) if one in sharing and points else points for one, points in likely.items()}
    best = sorted((one for one, points in likely.items() if points >= LOWER), key=lambda one: (-likely[one], one))
    if not best:
        return None
    top = [one for one in best if likely[one] >= UPPER]
    return _waits(top, "suggested_one") if len(top) == 1 else _waits(best, "suggested_several")


def _nobody_known(row: ListRow) -> End:
    return End(RowOutcome.NEW) if is_enough(row) else _waits((), "identity_missing")

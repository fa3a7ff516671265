"""The plan of a list: the end of every row, decided once before the first event, so that a second try decides alike."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import UUID

from libs.events.contracts.registry.police_list import RowOutcome
from libs.events.service import Parts
from services.registry.domain.police_list import Counts
from services.registry.feed.cells import RawRow, packed
from services.registry.feed.dirt import Effect, Problem
from services.registry.feed.files import keep_counts, seeing_all
from services.registry.feed.fingerprints import person_id_of, row_id_of
from services.registry.feed.kept_rows import AT, KEPT_ROWS_BATCH_MAX, KeptRow, drop_rows, keep_rows
from services.registry.feed.lookup import SOUGHT_ROWS_MAX, find
from services.registry.feed.matching import End, match
from services.registry.feed.reading import PoliceFile
from services.registry.feed.rows import ListRow, parse_row
from services.registry.feed.sorting import SortedRows, sort_rows
from services.registry.feed.vault import Vault
from services.registry.feed.within import codes_within, settled


def make_plan(parts: Parts, file: PoliceFile) -> Counts:
    """Decide and keep the end of every row of a list; what an earlier, unfinished plan said is forgotten."""
    rows = sort_rows(parts, file)
    parsed, waiting = ([parse_row(file.row(n), file.sender) for n in places] for places in (rows.fresh, rows.carried))
    codes = codes_within(parsed, waiting, [rows.copies[n] for n in rows.fresh])
    ends = settled(list(_matched(parts, parsed)), codes, rows.unchanged.values())
    kept = [*_rejected(file, rows), *_kept(parts, file, rows, parsed, ends)]
    counts = _counts(rows, ends)
    with seeing_all(parts.engine) as connection:
        drop_rows(connection, file.list_id)
    for start in range(0, len(kept), KEPT_ROWS_BATCH_MAX):
        with parts.engine.begin() as connection:
            keep_rows(connection, kept[start : start + KEPT_ROWS_BATCH_MAX])
    with seeing_all(parts.engine) as connection:
        keep_counts(connection, file.list_id, counts)
    return counts


def sealed_row(vault: Vault, row_id: UUID, row: RawRow, problems: Sequence[Problem]) -> bytes:
    """What a human will see of a row: all its cells, and what may be suggested for some."""
    suggested = [(one.code, one.column, one.suggestion) for one in problems if one.suggestion is not None]
    return vault.seal_json(f"row/{row_id}", {"row": packed(row), "suggested": suggested})


def _matched(parts: Parts, rows: Sequence[ListRow]) -> Iterator[End]:
    left = iter(rows)
    while batch := list(islice(left, SOUGHT_ROWS_MAX)):
        with seeing_all(parts.engine) as connection:
            found = find(connection, parts.codec, batch)
        yield from (match(n, row, found) for n, row in enumerate(batch))


def _rejected(file: PoliceFile, rows: SortedRows) -> Iterator[KeptRow]:
    for places, code in ((rows.repeated, "row_repeated"), (rows.nobodys, "known_nobody")):
        for n in places:
            yield _row(file, n, rows.copies[n], RowOutcome.REJECTED, problems=(f"{code}{AT}",), done=True)


def _kept(
    parts: Parts, file: PoliceFile, rows: SortedRows, parsed: Sequence[ListRow], ends: Sequence[End]
) -> Iterator[KeptRow]:
    vault = Vault(parts.codec.keyring, file.list_id)
    for n, row, end in zip(rows.fresh, parsed, ends, strict=True):
        row_id = row_id_of(file.list_id, file.fingerprints[n], rows.copies[n])
        waits = end.outcome is RowOutcome.QUARANTINED
        yield _row(
            file,
            n,
            rows.copies[n],
            end.outcome,
            unit=row.unit,
            person_id=person_id_of(row_id) if end.outcome is RowOutcome.NEW else end.person_id,
            candidates=end.candidates,
            problems=_telling(row, end),
            sealed=sealed_row(vault, row_id, file.row(n), row.problems) if waits else None,
            done=end.outcome is RowOutcome.REJECTED,
        )


def _row(
    file: PoliceFile, n: int, copy: int, outcome: RowOutcome, *, unit: str | None = None, **more: object
) -> KeptRow:
    values: dict[str, object] = {
        "row_id": row_id_of(file.list_id, file.fingerprints[n], copy),
        "list_id": file.list_id,
        "sender": file.sender.unit,
        "unit": unit or file.sender.unit,
        "ordinal": n,
        "sheet": file.rows[n][0].sheet,
        "row": file.rows[n][0].number,
        "fingerprint": file.fingerprints[n],
        "outcome": outcome,
    }
    return KeptRow(**values | more)  # type: ignore[arg-type]  # All are named above.


def _telling(row: ListRow, end: End) -> tuple[str, ...]:
    """What is worth telling: notes only beside something graver."""
    waits = end.outcome in {RowOutcome.QUARANTINED, RowOutcome.REJECTED}
    own = [one for one in row.problems if waits or one.effect > Effect.NOTED]
    graver_first = sorted(own, key=lambda one: -one.effect)
    return tuple(
        dict.fromkeys(
            [*(f"{one.code}{AT}{one.column or ''}" for one in graver_first), *(f"{code}{AT}" for code in end.codes)]
        )
    )


def _counts(rows: SortedRows, ends: Sequence[End]) -> Counts:
    by_outcome = Counter(end.outcome for end in ends)
    return Counts(
        matched=by_outcome[RowOutcome.MATCHED] + len(rows.unchanged),
        new=by_outcome[RowOutcome.NEW],
        quarantined=by_outcome[RowOutcome.QUARANTINED] + len(rows.carried),
        rejected=by_outcome[RowOutcome.REJECTED] + len(rows.nobodys) + len(rows.repeated),
        carried=len(rows.carried),
    )

"""Persons as the registry knows them, opened for comparison: every name and number ever recorded, the latest rest."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from libs.events.codec import Codec, unseal
from libs.events.contracts.values import Sex
from libs.events.event import Sealed
from libs.vietnam.names import folded_name, normal_name
from services.registry.projections.identifiers import names, numbers
from services.registry.projections.persons import PersonRow, persons

READ_PERSONS_MAX = 5_000


@dataclass(frozen=True, slots=True, repr=False)
class KnownPerson:
    """A person to compare a row with; without any name when the person's data were erased.

    `names` are all names as they were written, `searched_names` the same as `searched` writes them.
    """

    person_id: UUID
    unit: str
    sex: Sex
    birth_year: int | None
    birth_date: str | None
    address: str | None
    dead: bool
    searched_names: frozenset[str]
    citizen_ids: frozenset[str]
    legacy_ids: frozenset[str]
    names: frozenset[str]


def searched(name: str) -> str:
    """A name without titles, marks and case, as names are compared."""
    return folded_name(normal_name(name))


def known_persons(connection: Connection, codec: Codec, wanted: Collection[UUID]) -> dict[UUID, KnownPerson]:
    """Those of the wanted persons that are registered, by id."""
    found: dict[UUID, KnownPerson] = {}
    order = sorted(wanted)
    for start in range(0, len(order), READ_PERSONS_MAX):
        ids = order[start : start + READ_PERSONS_MAX]
        rows = persons.read(connection, "person_id = any(:ids)", ids=ids)
        said = _said(connection, ids)
        opened = _Opened(codec, ids)
        found |= {row.person_id: _known(row, said, opened) for row in rows}
    return found


class _Opened:
    """Opens sealed fields of some persons with keys fetched once."""

    def __init__(self, codec: Codec, ids: Iterable[UUID]) -> None:
        self._keys = codec.keyring.find(f"person-{one}" for one in ids)

    def text(self, sealed: Sealed | None) -> str | None:
        if sealed is None or sealed.subject not in self._keys:
            return None
        return str(unseal(self._keys[sealed.subject], sealed))

    def texts(self, sealed: Iterable[Sealed | None]) -> frozenset[str]:
        return frozenset(text for one in sealed if (text := self.text(one)) is not None)


Said = Mapping[str, Mapping[UUID, list[Sealed | None]]]


def _said(connection: Connection, ids: list[UUID]) -> Said:
    said: dict[str, defaultdict[UUID, list[Sealed | None]]] = {
        kind: defaultdict(list) for kind in ("name", "citizen", "legacy")
    }
    for name in names.read(connection, "person_id = any(:ids)", ids=ids):
        said["name"][name.person_id].append(name.full_name)
    for number in numbers.read(connection, "person_id = any(:ids)", ids=ids):
        said["citizen"][number.person_id].append(number.citizen_id)
        said["legacy"][number.person_id].append(number.legacy_id9)
    return said


def _known(row: PersonRow, said: Said, opened: _Opened) -> KnownPerson:
    names = opened.texts(said["name"].get(row.person_id, ()))
    return KnownPerson(
        person_id=row.person_id,
        unit=row.unit,
        sex=row.sex,
        birth_year=row.birth_year,
        birth_date=opened.text(row.birth_date),
        address=opened.text(row.address),
        dead=row.died_on is not None,
        searched_names=frozenset(map(searched, names)),
        citizen_ids=opened.texts(said["citizen"].get(row.person_id, ())),
        legacy_ids=opened.texts(said["legacy"].get(row.person_id, ())),
        names=names,
    )

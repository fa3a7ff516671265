"""How fresh an answer is, and waiting until something is known here: positions in headers, both ways."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from sqlalchemy import Connection, text

from libs.events.checkpoints import LIVE, Place
from libs.events.checkpoints import positions as checkpoints
from libs.events.marks import known_until
from libs.events.partitions import PARTITIONS
from libs.events.projection import Projection
from libs.events.record import Position
from libs.events.service import Service
from libs.web.refusals import HeaderMalformed

POSITION = "Aftercare-Position"
STALENESS = "Aftercare-Staleness"
WAIT_FOR = "Aftercare-Wait-For"
PARKED = "Aftercare-Parked"
CHARACTERS_MAX = 4_096
_ENTRY = re.compile(r"(?:([a-z][a-z0-9-]{0,30})\.events/)?([0-9]{1,2})=([0-9]{1,18})", re.ASCII)
Positions = Mapping[Place, int]


def parse_positions(header: str) -> Positions:
    """`registry.events/7=4211,8=12,clubs.events/3=9` as sequences by place; `HeaderMalformed` for anything else."""
    found: dict[Place, int] = {}
    source: str | None = None
    for entry in header.replace(" ", "").split(",") if len(header) <= CHARACTERS_MAX else [""]:
        match = _ENTRY.fullmatch(entry)
        source = (match[1] or source) if match else None
        if match is None or source is None or int(match[2]) >= PARTITIONS:
            raise HeaderMalformed("not a list of positions", header=WAIT_FOR)
        place = Place(source, int(match[2]))
        found[place] = max(found.get(place, 0), int(match[3]))
    return found


def render_positions(positions: Positions) -> str:
    """The inverse of `parse_positions`, each source named once."""
    parts: list[str] = []
    source = ""
    for place, sequence in sorted(positions.items()):
        parts.append(f"{place.partition}={sequence}" if place.source == source else f"{_topic(place)}={sequence}")
        source = place.source
    return ",".join(parts)


def render_position(position: Position) -> str:
    """One position, as a write answers it."""
    return render_positions({Place(position.source, position.partition): position.sequence})


@dataclass
class Used:
    """What an answer rests on: projections, and the partitions of its rows, or None when these are not known."""

    projections: set[Projection[Any]] = field(default_factory=set)
    places: set[Place] | None = field(default_factory=set)

    def rows(self, places: Iterable[Place]) -> None:
        """Rows of these partitions were used."""
        if self.places is not None:
            self.places.update(places)

    def anything(self) -> None:
        """Rows of any partition may have been used."""
        self.places = None


def freshness(connection: Connection, service: Service, used: Used) -> dict[str, str]:
    """The headers of an answer, told by the same snapshot that it was read in."""
    inline = {p for p in used.projections if p in service.inlined}
    followed = used.projections - inline
    sources = _sources(followed)
    positions: dict[Place, int] = {}
    # What rests on no row is as fresh as the moment.
    if inline:
        positions |= _heads(connection, service.name)
    if followed:
        folded = checkpoints(connection, LIVE)
        positions |= {p: one.sequence for p, one in folded.items() if one.sequence and p.source in sources}
    if used.places is not None:
        positions = {place: n for place, n in positions.items() if place in used.places}
    staleness = _staleness(connection, sources) if followed else "0"
    headers = {STALENESS: staleness}
    if positions:
        headers[POSITION] = render_positions(positions)
    # Events that could not be taken are missing from an answer, however fresh it is.
    if parked := _parked(connection, followed):
        headers[PARKED] = str(parked)
    return headers


def is_level(connection: Connection, service: Service, wanted: Positions) -> bool:
    """Whether everything up to these positions is known here. Sources that the service does not follow say nothing.

    What another service recorded is known once it was folded and reacted to. What the service recorded itself is known
    at once, and where a followed projection folds it, once that is level.
    """
    own = {place: n for place, n in wanted.items() if place.source == service.name}
    sources = {*service.following.sources} - {service.name} | {*_sources(service.following.projections)}
    followed = {place: n for place, n in wanted.items() if place.source in sources}
    heads = _heads(connection, service.name) if own else {}
    done = {p: one.reacted for p, one in checkpoints(connection, LIVE).items()} if followed else {}
    return _reached(heads, own) and _reached(done, followed)


def _reached(known: Positions, wanted: Positions) -> bool:
    return all(known.get(place, 0) >= sequence for place, sequence in wanted.items())


def _sources(projections: Iterable[Projection[Any]]) -> list[str]:
    return sorted({event.contract.wire.split(".", 1)[0] for projection in projections for event in projection.folds})


def _heads(connection: Connection, service: str) -> dict[Place, int]:
    rows = connection.execute(text("select partition, sequence from journal_head where sequence > 0"))
    return {Place(service, row.partition): row.sequence for row in rows}


def _staleness(connection: Connection, sources: list[str]) -> str:
    at = known_until(connection, sources)
    if at is None:
        return "unknown"
    now = connection.execute(text("select journal_now()")).scalar_one()
    return str(max(0, ceil((now - at).total_seconds())))


def _parked(connection: Connection, projections: Iterable[Projection[Any]]) -> int:
    names = {"names": [projection.name for projection in projections]}
    found: int = connection.execute(_PARKED, names).scalar_one()
    return found


def _topic(place: Place) -> str:
    return f"{place.source}.events/{place.partition}"


_PARKED = text("select count(*) from parked_event where taker = any(:names)")

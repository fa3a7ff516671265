"""What is written in each command's own transaction: all of the registry's tables."""

from typing import Any

from libs.events.projection import Projection
from services.registry.projections.arrivals import arrivals
from services.registry.projections.cases import cases
from services.registry.projections.determinations import determinations
from services.registry.projections.drug_tests import drug_tests
from services.registry.projections.episodes import episodes
from services.registry.projections.identifiers import names, numbers
from services.registry.projections.lists import lists, quarantine
from services.registry.projections.persons import persons

INLINE: list[Projection[Any]] = [
    persons,
    names,
    numbers,
    episodes,
    cases,
    arrivals,
    drug_tests,
    determinations,
    lists,
    quarantine,
]

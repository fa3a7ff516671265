"""Where somebody can live: in a commune that was there on the day."""

from datetime import date

from libs.events.decider import Invalid
from libs.vietnam.units import UnitError, UnitRef, communes, is_district, unit


class UnitAbolished(Invalid):
    """The unit was abolished before the day on which somebody is said to have lived there (domain 2.6)."""

    problem = "unit-abolished"


class NotACommune(Invalid):
    """People live in a commune, ward, township or special zone; a province or district says too little (domain 2.6)."""

    problem = "not-a-commune"


def commune_on(ref: str, on: date) -> None:
    """The unit is a commune, and was not abolished by the day; else `NotACommune` or `UnitAbolished`.

    A unit named for a day before it was made passes: papers of before the reform are read by the map of now.
    """
    try:
        found = unit(UnitRef(ref))
    except UnitError:
        raise NotACommune("no catalogue has this unit", rules=("ADM",)) from None
    if not _is_commune(found.ref):
        raise NotACommune("too large a unit to live in", rules=("ADM",), unit=ref)
    if found.valid_to is not None and on >= found.valid_to:
        raise UnitAbolished("the unit is no more", rules=("ADM",), unit=ref, abolished_on=found.valid_to)


def _is_commune(ref: UnitRef) -> bool:
    """The five island districts of 2004 had no communes, and were as one."""
    below = communes(ref)
    return below == (ref,) or (is_district(ref) and not below)

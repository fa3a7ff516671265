"""Why a person refuses.

Refused
├── AlreadyRegistered    409  the id stands for somebody already
├── AfterDeath           409  dated after the death (services.registry.domain.life)
├── InTheFuture          422  dated after today
├── BirthImpossible      422  nobody alive was born then
├── BeforeBirth          422  dated before the birth (services.registry.domain.life)
├── NotAName             422  digits or signs that no name has
├── NotACommune          422  nobody lives there (services.registry.domain.places)
└── UnitAbolished        422  nobody lives there any more (the same)
"""

from libs.events.decider import Invalid, Refused


class AlreadyRegistered(Refused):
    """The id stands for somebody already."""

    problem = "already-registered"


class InTheFuture(Invalid):
    """A fact was dated after today."""

    problem = "in-the-future"


class BirthImpossible(Invalid):
    """A birth lies in the future, or before 1900."""

    problem = "birth-impossible"


class NotAName(Invalid):
    """A name holds digits, markup, or no letter at all."""

    problem = "not-a-name"

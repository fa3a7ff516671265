"""Why a case refuses.

Refused
├── WrongStage           409  the case is in another stage (libs.events.decider)
│   └── NotUnderManagement
├── LateDecision         409  the term is over before the decision: a human reviews first
├── RemovalNotDue        409  the term still runs
├── RemovalIsWithheld    409  something stands in the way, and was not answered
├── ToldOtherwise        409  the same was told before; `facts` names what was told otherwise
├── WrongAuthority       422  another office decides by law
├── WrongUnit            422  another unit is competent
├── DeathOfAPerson       422  a death is told of the person, and ends the case by itself
├── WrongDates           422  dates contradict each other; `dates` names two of them
│   └── NoLawThen        422  no law, or no calendar, is known for one of the days
├── NotACommune          422  nobody lives there (services.registry.domain.places)
└── UnitAbolished        422  nobody lives there any more (the same)
"""

from libs.events.decider import Invalid, NotAllowedByLaw, Refused, WrongStage


class NotUnderManagement(WrongStage):
    """The case is not, or not now, under management."""

    problem = "not-under-management"


class LateDecision(Refused):
    """The term would be over before the decision is signed; it goes to review (domain 2.2, notes)."""

    problem = "late-decision"


class RemovalNotDue(Refused):
    """The term still runs (R-01, R-02, R-03, R-18)."""

    problem = "removal-not-due"


class RemovalIsWithheld(Refused):
    """Removal was withheld; approving it needs the answer to why (domain 9.4)."""

    problem = "removal-is-withheld"


class ToldOtherwise(Refused):
    """The same was recorded before, with other facts: both cannot be kept, and neither is dropped in silence."""

    problem = "told-otherwise"


class WrongAuthority(NotAllowedByLaw):
    """Another office decides this by law (R-04)."""

    problem = "wrong-authority"


class WrongUnit(NotAllowedByLaw):
    """Another unit is competent for the case."""

    problem = "wrong-unit"


class DeathOfAPerson(Invalid):
    """A death is told of the person: told of a case, everything else would take the person for alive (R-36)."""

    problem = "death-of-a-person"


class WrongDates(Invalid):
    """Dates contradict each other, or lie in the future."""

    problem = "wrong-dates"


class NoLawThen(WrongDates):
    """No law, or no calendar of working days, is known for one of the days."""

    problem = "no-law-then"

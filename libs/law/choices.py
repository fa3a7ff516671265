"""The answers that policy switches choose between, where `values` and `words` do not have them already."""

from enum import StrEnum


class LastDay(StrEnum):
    """Which day is the last of a term in years."""

    ANNIVERSARY = "anniversary"
    DAY_BEFORE = "day_before"


class LeapDay(StrEnum):
    """The anniversary of 29 February in a year without one."""

    LAST_OF_FEBRUARY = "last_of_february"
    FIRST_OF_MARCH = "first_of_march"


class AgeAt(StrEnum):
    """The day whose age decides between categories B and C."""

    DECISION = "decision"
    COMPLETION = "completion"


class DecisionPath(StrEnum):
    """How a management decision is taken: as it comes, or only after a human has looked at it."""

    ORDINARY = "ordinary"
    REVIEW = "review"


class Removal(StrEnum):
    """Whether a person whose term has ended may be taken off the list; withheld means that a human decides."""

    ALLOWED = "allowed"
    WITHHELD = "withheld"


class AfterMove(StrEnum):
    """What becomes of a running term when the person moves."""

    CONTINUES = "continues"
    RESTARTS = "restarts"


class ActEnd(StrEnum):
    """Whether an act whose end is not known still holds."""

    HOLDS = "holds"
    ENDED = "ended"


class TermEnd(StrEnum):
    """Whether the observation of a completer stops where management ends."""

    DOES_NOT_CENSOR = "does_not_censor"
    CENSORS = "censors"

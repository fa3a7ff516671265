"""What the feed itself refuses.

ListUndated               422  no day was given, and none is written above the headings
ListDatesDiffer           422  the day given is not the one written above the headings
ListCut                   422  a sheet ends where old spreadsheets end: what was below is lost
RowUnfit                  422  too little is known of a row's person to register them; `missing` says what
ContentDestroyed          409  the row's cells were destroyed with the file's key, 90 days after it came
"""

from libs.events.decider import Invalid, Refused


class ListUndated(Invalid):
    """Nobody can say which day the list is of (domain.md §5.5 item 60)."""

    problem = "list-undated"


class ListDatesDiffer(Invalid):
    """The sender and the list say different days."""

    problem = "list-dates-differ"


class ListCut(Invalid):
    """The list was cut at the last row of the old format (domain.md §5.5 item 44)."""

    problem = "list-cut"


class RowUnfit(Invalid):
    """A person needs a name, a birth year and a commune."""

    problem = "row-unfit"


class ContentDestroyed(Refused):
    """What the row said is gone; it can only be resolved as a known person or nobody's."""

    problem = "row-content-destroyed"

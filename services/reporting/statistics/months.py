"""What "within t months" means: the civil calendar's months, counted from the completion."""

from datetime import date

from libs.vietnam.calendar import add_months


def last_day_within(completed_on: date, months: int) -> date:
    """The last day that lies within so many months of the completion, itself included (design §8)."""
    return add_months(completed_on, months)


def within_months(completed_on: date, happened_on: date, months: int) -> bool:
    """Whether something happened within so many months: not before the completion, nor after the last day."""
    return completed_on <= happened_on <= last_day_within(completed_on, months)

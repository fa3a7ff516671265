"""When something is due: a civil date for deadlines in working days, an instant for deadlines in hours."""

from datetime import date, datetime, timedelta
from typing import TypeAlias

from libs.law.applied import Applied
from libs.law.law import Law
from libs.law.rule import Rule
from libs.law.values import Hours, WorkingDays
from libs.vietnam.calendar import LOCAL, add_working_days, civil_date

Deadline: TypeAlias = date | datetime


def dossier_due(presented_on: date, law: Law) -> Applied[date | None]:
    """The last day to make the dossier and list the person: 3 working days from presenting (R-10, D116 Art 77).

    None where no rule in force sets a deadline, as after 30/06/2026 if `d116.end` is turned to `ended`.
    """
    return _working_days("dossier.open_within", presented_on, law)


def decision_due(proposed_on: date, law: Law) -> Applied[date | None]:
    """The last day to decide: 2 working days from the police proposal (R-14, D116 Art 78); None as in `dossier_due`."""
    return _working_days("management.decide_within", proposed_on, law)


def transfer_notice_due(left_at: datetime, law: Law) -> Applied[Deadline]:
    """When the old commune's police must have told the new one, by the law of the day of leaving in Viet Nam.

    Leaving until 30/06/2026 gives a civil date, 5 working days on (R-19); later, the instant 24 hours on in
    Asia/Ho_Chi_Minh (R-20). Raises ValueError for an instant without an offset.
    """
    left_on = civil_date(left_at)
    rule = law.rule("transfer.notify_within", on=left_on)
    if isinstance(rule.value, Hours):
        return Applied((left_at + timedelta(hours=rule.value.count)).astimezone(LOCAL), (rule.id,))
    return Applied(add_working_days(left_on, rule.read(WorkingDays).count), (rule.id,))


def missed(deadline: Deadline, at: datetime) -> bool:
    """Whether the deadline has passed: a civil date ends with its day in Viet Nam, an instant with itself."""
    if isinstance(deadline, datetime):
        return at > deadline
    return civil_date(at) > deadline


def _working_days(name: str, start: date, law: Law) -> Applied[date | None]:
    rule: Rule | None = law.find(name, on=start)
    policies = law.end_in_doubt(name, on=start)
    if rule is None:
        return Applied(None, policies=policies)
    return Applied(add_working_days(start, rule.read(WorkingDays).count), (rule.id,), policies)

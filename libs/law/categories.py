"""The category of a completer (A, B or C), which decides the length of the term (R-01 to R-03)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from libs.events.contracts.values import Category, EpisodeKind
from libs.law.applied import Applied
from libs.law.choices import AgeAt
from libs.law.law import Law

ADULT_FROM = 18


class CategoryReason(StrEnum):
    """Why the category is what it is; `kind_alone` and `ages_contradict_kind` deserve a second look."""

    VOLUNTARY_OR_SUBSTITUTION = "voluntary_or_substitution"
    MINOR_THROUGHOUT = "minor_throughout"
    ADULT_THROUGHOUT = "adult_throughout"
    CAME_OF_AGE_IN_COMPULSORY_REHAB = "came_of_age_in_compulsory_rehab"
    KIND_ALONE = "kind_alone"
    AGES_CONTRADICT_KIND = "ages_contradict_kind"


@dataclass(frozen=True, slots=True)
class Categorised:
    """A category and its reason, as the decision records them (domain.md §2.2 notes)."""

    category: Category
    reason: CategoryReason


@dataclass(frozen=True, slots=True)
class Ages:
    """Completed years at the decision that sent the person to rehab and at its completion; None where not known.

    Raises ValueError for a person who was younger when the episode was completed.
    """

    at_decision: int | None = None
    at_completion: int | None = None

    def __post_init__(self) -> None:
        if self.at_decision is not None and self.at_completion is not None and self.at_completion < self.at_decision:
            raise ValueError("nobody is younger at completion than at the decision before it")


BY_KIND = {EpisodeKind.COMPULSORY_ADULT: Category.C, EpisodeKind.COMPULSORY_MINOR_12_17: Category.B}
TERM_RULES = {Category.A: "term.category_a", Category.B: "term.category_b", Category.C: "term.category_c"}
THROUGHOUT = {Category.B: CategoryReason.MINOR_THROUGHOUT, Category.C: CategoryReason.ADULT_THROUGHOUT}


def category_of(kind: EpisodeKind, ages: Ages, law: Law, *, on: date) -> Applied[Categorised]:
    """The category of a person who completed an episode of this kind, by the law of the day.

    A compulsory episode is B or C by age (L73 Art 40.1, 40.2). Where the two ages lie on both sides of 18, the switch
    `category.age_at` says which counts; an age that is not known is taken from the other, else from the kind.
    """
    if kind not in BY_KIND:
        found = Applied(Categorised(Category.A, CategoryReason.VOLUNTARY_OR_SUBSTITUTION))
    else:
        found = _compulsory(BY_KIND[kind], ages, law, on=on)
    return found.then(found.value, [law.rule(TERM_RULES[found.value.category], on=on).id])


def age_on(born_on: date, day: date) -> int:
    """Completed years on the day; someone born on 29 February comes of age on 1 March of a year without one."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def _compulsory(by_kind: Category, ages: Ages, law: Law, *, on: date) -> Applied[Categorised]:
    known = _by_age(ages.at_completion)
    sent = _by_age(ages.at_decision) or (Category.B if known is Category.B else by_kind)
    completed = known or sent
    reason = _reason(by_kind, sent, completed, ages)
    if sent is completed:
        return Applied(Categorised(sent, reason))
    chosen = sent if law.choice("category.age_at", AgeAt, on=on) is AgeAt.DECISION else completed
    return Applied(Categorised(chosen, reason), policies=law.stated("category.age_at"))


def _reason(by_kind: Category, sent: Category, completed: Category, ages: Ages) -> CategoryReason:
    if sent is not by_kind:
        return CategoryReason.AGES_CONTRADICT_KIND
    if ages.at_completion is None and (ages.at_decision is None or sent is Category.B):
        return CategoryReason.KIND_ALONE
    return THROUGHOUT[sent] if sent is completed else CategoryReason.CAME_OF_AGE_IN_COMPULSORY_REHAB


def _by_age(age: int | None) -> Category | None:
    if age is None:
        return None
    return Category.B if age < ADULT_FROM else Category.C

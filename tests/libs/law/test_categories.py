"""Category A, B or C, and why."""

from datetime import date

import pytest

from libs.events.contracts.values import Category, EpisodeKind
from libs.law.applied import Applied
from libs.law.categories import Ages, Categorised, CategoryReason, age_on, category_of
from libs.law.law import LAW

DECIDED = date(2026, 3, 20)
COMPLETION_COUNTS = LAW.with_policy("category.age_at", "completion")
ADULT, MINOR = EpisodeKind.COMPULSORY_ADULT, EpisodeKind.COMPULSORY_MINOR_12_17
Why = CategoryReason


@pytest.mark.parametrize("kind", [kind for kind in EpisodeKind if kind not in {ADULT, MINOR}])
@pytest.mark.parametrize("age", [16, 30, None])
def test_voluntary_rehab_and_substitution_are_category_a_at_any_age(kind: EpisodeKind, age: int | None) -> None:
    found = category_of(kind, Ages(age, age), LAW, on=DECIDED)
    assert found == Applied(Categorised(Category.A, Why.VOLUNTARY_OR_SUBSTITUTION), ("R-01",))


@pytest.mark.parametrize(
    ("kind", "sent", "done", "category", "reason", "rule"),
    [
        (MINOR, 16, 17, Category.B, Why.MINOR_THROUGHOUT, "R-02"),
        (MINOR, None, 17, Category.B, Why.MINOR_THROUGHOUT, "R-02"),
        (ADULT, 18, 19, Category.C, Why.ADULT_THROUGHOUT, "R-03"),
        (ADULT, 18, None, Category.C, Why.ADULT_THROUGHOUT, "R-03"),
        (ADULT, None, 30, Category.C, Why.ADULT_THROUGHOUT, "R-03"),
        (MINOR, None, None, Category.B, Why.KIND_ALONE, "R-02"),
        (MINOR, 17, None, Category.B, Why.KIND_ALONE, "R-02"),
        (ADULT, None, None, Category.C, Why.KIND_ALONE, "R-03"),
        (MINOR, 18, 19, Category.C, Why.AGES_CONTRADICT_KIND, "R-03"),
        (ADULT, 16, 17, Category.B, Why.AGES_CONTRADICT_KIND, "R-02"),
        (ADULT, None, 17, Category.B, Why.AGES_CONTRADICT_KIND, "R-02"),
    ],
)
def test_compulsory_rehab_is_b_for_minors_and_c_for_adults(
    kind: EpisodeKind, sent: int | None, done: int | None, category: Category, reason: CategoryReason, rule: str
) -> None:
    assert category_of(kind, Ages(sent, done), LAW, on=DECIDED) == Applied(Categorised(category, reason), (rule,))


@pytest.mark.parametrize("sent", [17, None])
def test_sent_as_a_minor_and_completed_as_an_adult_follows_the_switch(sent: int | None) -> None:
    boundary = Ages(sent, 18)
    assert category_of(MINOR, boundary, LAW, on=DECIDED) == Applied(
        Categorised(Category.B, Why.CAME_OF_AGE_IN_COMPULSORY_REHAB), ("R-02",), ("category.age_at=decision",)
    )
    assert category_of(MINOR, boundary, COMPLETION_COUNTS, on=DECIDED) == Applied(
        Categorised(Category.C, Why.CAME_OF_AGE_IN_COMPULSORY_REHAB), ("R-03",), ("category.age_at=completion",)
    )


def test_nobody_grows_younger_in_rehab() -> None:
    with pytest.raises(ValueError, match="younger"):
        Ages(18, 17)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("2008-07-01", "2026-06-30", 17),
        ("2008-07-01", "2026-07-01", 18),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
    ],
)
def test_a_year_of_life_is_completed_on_the_birthday(born: str, day: str, age: int) -> None:
    assert age_on(date.fromisoformat(born), date.fromisoformat(day)) == age

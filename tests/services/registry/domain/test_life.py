"""Nothing happens to anybody before birth or after death (R-36), and nobody lives in a unit that is gone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from libs.events.contracts.registry.drug_test import DrugTestResult
from libs.events.decider import Decider, Refused
from libs.events.event import Event
from libs.law.law import LAW
from services.registry.domain import determination, drug_test, episode
from services.registry.domain.life import AfterDeath, BeforeBirth, Life, birth_of
from services.registry.domain.places import NotACommune, UnitAbolished, commune_on
from tests.services.registry.domain.case.story import day
from tests.services.registry.domain.test_determination import record as determine
from tests.services.registry.domain.test_determination import recorded as determined
from tests.services.registry.domain.test_determination_corrected import correct as correct_determination
from tests.services.registry.domain.test_drug_test import correct as correct_test
from tests.services.registry.domain.test_drug_test import record as sample
from tests.services.registry.domain.test_drug_test import recorded as sampled
from tests.services.registry.domain.test_episode import complete, completed
from tests.services.registry.domain.test_episode import correct as correct_completion

HONG, ONCE, DISTRICT, ISLAND = "2025:26113", "2004:26113", "2004:732", "2004:498"
TELLING: dict[str, tuple[Decider[Any, Any], list[Event], Callable[[str], Any]]] = {
    "a completion": (episode.episode_decider, [], lambda on: complete(completed_on=day(on))),
    "a corrected completion": (episode.episode_decider, [completed()], correct_completion),
    "a test": (drug_test.drug_test_decider, [], sample),
    "a corrected test": (
        drug_test.drug_test_decider,
        [sampled()],
        lambda on: correct_test(on, DrugTestResult.POSITIVE),
    ),
    "a determination": (determination.determination_decider, [], determine),
    "a corrected determination": (determination.determination_decider, [determined()], correct_determination),
}


def told(what: str, on: str, life: Life) -> list[Event]:
    """What follows when it is told, dated so."""
    decider, before, command = TELLING[what]
    state = decider.fold(decider.initial, before)
    return decider.decide(replace(command(on), life=life), state, LAW)


@pytest.mark.parametrize("what", TELLING)
def test_nothing_is_dated_after_the_death_r_36(what: str) -> None:
    life = Life("p", died_on=day("2026-02-10"))
    with pytest.raises(AfterDeath) as caught:
        told(what, "2026-02-11", life)
    assert (caught.value.status, caught.value.rules) == (409, ("R-36",))
    assert told(what, "2026-02-10", life)


@pytest.mark.parametrize("what", TELLING)
@pytest.mark.parametrize(("birth", "first"), [("2025-02-10", "2025-02-10"), ("2025-02", "2025-02-01")])
def test_nothing_is_dated_before_the_birth(what: str, birth: str, first: str) -> None:
    life = Life("p", birth_of(birth, None))
    with pytest.raises(BeforeBirth) as caught:
        told(what, "2025-01-31", life)
    assert caught.value.status == 422
    assert told(what, first, life)


@pytest.mark.parametrize("what", TELLING)
def test_every_fact_says_what_of_the_life_it_relied_on(what: str) -> None:
    (first, *_) = told(what, "2026-02-10", Life("registry/7/4211"))
    assert vars(first)["relied_on"] == "registry/7/4211"


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        ("2008-07-01", "2026-06-30", 17),
        ("2008-07-01", "2026-07-01", 18),
        ("2008-07", "2026-07-30", 17),  # Perhaps on the 31st.
        ("2008-07", "2026-07-31", 18),
        ("2008", "2026-12-30", 17),
        ("2008", "2026-12-31", 18),
        ("2008-02", "2026-02-28", 17),  # Of 29 February: grown up on 1 March.
        (None, "2026-07-01", None),
    ],
)
def test_an_age_is_that_which_the_person_surely_has(birth: str | None, on: str, age: int | None) -> None:
    assert Life("p", birth_of(birth, None)).age_on(day(on)) == age


def test_a_birth_of_which_only_the_year_is_known_is_that_year() -> None:
    assert str(birth_of(None, 1985)) == "1985"
    assert birth_of(None, None) is None


@pytest.mark.parametrize(
    ("unit", "on"),
    [
        (HONG, "2026-03-02"),
        (HONG, "2024-03-02"),  # By the map of now.
        (ONCE, "2025-06-30"),
        (ISLAND, "2025-06-30"),  # An island district without communes.
    ],
)
def test_people_live_in_a_commune_of_its_day(unit: str, on: str) -> None:
    commune_on(unit, day(on))


@pytest.mark.parametrize(
    ("unit", "on", "refusal"),
    [
        (ONCE, "2025-07-01", UnitAbolished),
        (ISLAND, "2026-03-02", UnitAbolished),
        (DISTRICT, "2024-03-02", NotACommune),
        ("2025:75", "2026-03-02", NotACommune),
        ("2025:VN", "2026-03-02", NotACommune),
        ("2025:99999", "2026-03-02", NotACommune),
    ],
)
def test_nobody_lives_in_a_unit_that_is_gone_or_too_large(unit: str, on: str, refusal: type[Refused]) -> None:
    with pytest.raises(refusal) as caught:
        commune_on(unit, day(on))
    assert caught.value.status == 422

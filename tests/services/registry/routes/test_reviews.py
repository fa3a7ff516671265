"""What came too late, or was corrected, goes to a human and is found there: deaths, tests, determinations."""

import pytest

from tests.services.registry.routes.office import HOME, Office, done
from tests.services.registry.routes.sending import every
from tests.services.registry.routes.stages import REVIEWED
from tests.services.registry.routes.test_impossible_facts import FACTS, dated, desk, dies
from tests.services.registry.routes.test_late_facts import annulled, moved

REVIEWS = "/v1/contradicted-deaths?limit=200"


def in_doubt(office: Office, person: str) -> bool:
    """Whether a human is asked to look at the person, who is then also found among all of whom that is so."""
    found: bool = done(office.officer().get(f"/v1/persons/{person}"))["needs_review"]
    assert (person in [row["person_id"] for row in every(office.officer(), REVIEWS)]) is found
    return found


@pytest.mark.parametrize("what", FACTS)
def test_a_death_told_after_what_is_dated_later_is_accepted_and_goes_to_a_human(office: Office, what: str) -> None:
    person = office.person()
    path, body = dated(person, "2025-06-03")[what]
    fact = desk(office, what).post(path, body).json().get("id")
    dies(office, person, "2025-06-03")
    office.react()
    assert not in_doubt(office, person)
    dies(office, person, "2025-06-02")
    office.react()
    assert in_doubt(office, person)
    weighed = office.data(f"person-{person}")[-1]
    assert (weighed["died_on"], weighed["later"]) == ("2025-06-02", [fact] if what != "residence" else [])


def test_a_contradicted_death_comes_back_when_the_fact_is_annulled_or_the_death_corrected(office: Office) -> None:
    person = office.person()
    test, determination = office.tested(person), office.determined(person, addicted=False)
    dies(office, person, "2025-05-05")
    office.react()
    assert in_doubt(office, person)
    annulled(office, determination)
    assert in_doubt(office, person)
    done(office.police().post(f"/v1/drug-tests/{test}/annulment", {"reason": "nhầm người"}))
    office.react()
    assert not in_doubt(office, person)
    office.tested(person, sampled_on="2025-05-05")
    dies(office, person, "2025-05-02")
    office.react()
    assert in_doubt(office, person)
    dies(office, person, "2025-05-05")
    office.react()
    assert not in_doubt(office, person)


def test_a_death_before_the_decision_closes_the_case_and_goes_to_a_human(office: Office) -> None:
    person = office.person()
    case = office.managed(person)
    dies(office, person, "2025-03-10")
    office.react()
    row = office.case(case)
    assert (row["end_reason"], row["closed_on"], row["needs_review"]) == ("deceased", "2025-03-10", True)


def test_who_died_before_the_term_was_certified_as_served_goes_to_a_human(office: Office) -> None:
    person = office.person()
    case = served(office, person)
    dies(office, person, "2026-03-02")
    office.react()
    assert in_doubt(office, person)
    assert office.data(f"person-{person}")[-1]["later"] == [case]


def served(office: Office, person: str) -> str:
    """A case whose term was certified as served on 15 June 2027."""
    case = office.managed(person)
    done(office.chairman().post(f"/v1/cases/{case}/removal-reviews", REVIEWED))
    facts = {"number": "9/QĐ", "signed_on": "2027-06-15", "body": "commune_chairman", "unit": HOME}
    removal = facts | {"signer": "official-7", "certificate_number": "54/GCN"}
    done(office.chairman().post(f"/v1/cases/{case}/removals", removal))
    office.react()
    return case


# Closed cases.


def test_a_positive_in_the_term_that_is_told_after_the_removal_goes_to_a_human(office: Office) -> None:
    person = office.person()
    case = served(office, person)
    assert office.case(case)["needs_review"] is False
    test = office.tested(person)
    office.react()
    row = office.case(case)
    assert (row["stage"], row["uses"], row["needs_review"]) == ("completed", 1, True)
    done(office.police().post(f"/v1/drug-tests/{test}/annulment", {"reason": "nhầm mẫu"}))
    office.react()
    assert office.told(f"case-{case}")[-2:] == ["use-detected", "use-cleared"]
    assert office.case(case)["uses"] == 0


@pytest.mark.parametrize("how", ["corrected", "annulled"])
def test_a_use_that_withdraws_from_an_ended_case_goes_to_a_human(office: Office, how: str) -> None:
    person = office.person()
    case, test = office.managed(person), office.tested(person)
    office.react()
    dies(office, person, "2025-07-07")
    office.react()
    assert office.case(case)["needs_review"] is False
    path = {"corrected": "corrections", "annulled": "annulment"}[how]
    facts = {"sampled_on": "2025-06-02", "result": "negative"} if how == "corrected" else {}
    done(office.police().post(f"/v1/drug-tests/{test}/{path}", facts | {"reason": "nhầm mẫu"}))
    office.react()
    assert (office.case(case)["uses"], office.case(case)["needs_review"]) == (0, True)


def test_an_addiction_in_the_term_that_is_told_after_the_removal_goes_to_a_human(office: Office) -> None:
    person = office.person()
    case = served(office, person)
    office.determined(person)
    office.react()
    assert (office.case(case)["stage"], office.case(case)["needs_review"]) == ("completed", True)


def test_a_relapse_corrected_to_before_the_decision_goes_to_a_human(office: Office) -> None:
    person = office.person()
    case = office.managed(person)
    determination = office.determined(person)
    office.react()
    moved(office, determination, determined_on="2025-03-10")
    row = office.case(case)
    assert (row["closed_on"], row["needs_review"]) == ("2025-03-10", True)


@pytest.mark.parametrize(("born", "rules"), [("2007-06-09", ["R-26"]), ("2007-06-10", []), ("2007", [])])
def test_only_adults_are_on_the_compulsory_path_after_a_relapse_r_26(
    office: Office, born: str, rules: list[str]
) -> None:
    # Determined addicted on 9 June 2025.
    person = office.person(birth_date=born)
    case = office.managed(person)
    office.determined(person)
    office.react()
    assert office.told(f"case-{case}")[-1] == "case-ended"
    assert office.data(f"case-{case}")[-1]["rules"] == rules

"""What was known before the case opened counts, and what follows from facts that are corrected later."""

import pytest

from tests.services.registry.routes.office import Office, done


def moved(office: Office, determination: str, **changed: object) -> None:
    body = {"determined_on": "2025-06-09", "addicted": True, "reason": "nhập sai"} | changed
    done(office.police().post(f"/v1/addiction-determinations/{determination}/corrections", body))
    office.react()


def annulled(office: Office, determination: str) -> None:
    answer = office.police().post(f"/v1/addiction-determinations/{determination}/annulment", {"reason": "nhầm người"})
    done(answer)
    office.react()


def test_a_positive_recorded_before_the_report_is_a_use_of_the_case(office: Office) -> None:
    person = office.person()
    episode = office.completion(person)
    test = office.tested(person, sampled_on="2025-03-04")
    office.react()
    case = office.reported(person, episode=episode)
    office.react()
    assert office.told(f"case-{case}") == ["completion-reported", "use-detected"]
    assert office.data(f"case-{case}")[-1]["test_id"] == test
    assert office.case(case)["uses"] == 1


@pytest.mark.parametrize("which", ["annulled", "before the completion", "screening"])
def test_no_other_test_is(office: Office, which: str) -> None:
    person = office.person()
    episode = office.completion(person)
    changed = {"before the completion": {"sampled_on": "2025-03-02"}, "screening": {"stage": "screening"}}
    test = office.tested(person, **{"sampled_on": "2025-03-04"} | changed.get(which, {}))
    if which == "annulled":
        done(office.police().post(f"/v1/drug-tests/{test}/annulment", {"reason": "nhầm mẫu"}))
    office.react()
    case = office.reported(person, episode=episode)
    office.react()
    assert office.told(f"case-{case}") == ["completion-reported"]


def test_an_addiction_determined_before_the_report_ends_the_case(office: Office) -> None:
    person = office.person()
    episode = office.completion(person)
    office.determined(person, determined_on="2025-03-04")
    office.react()
    case = office.reported(person, episode=episode)
    office.react()
    assert office.told(f"case-{case}") == ["completion-reported", "determination-noted", "case-ended"]
    assert office.case(case)["end_reason"] == "compulsory_rehab_after_relapse"


def test_a_death_known_before_the_report_ends_the_case(office: Office) -> None:
    person = office.person()
    episode = office.completion(person)
    done(office.officer().post(f"/v1/persons/{person}/death", {"died_on": "2025-03-04"}))
    office.react()
    case = office.reported(person, episode=episode)
    office.react()
    assert (office.case(case)["end_reason"], office.case(case)["closed_on"]) == ("deceased", "2025-03-04")


def test_a_completion_corrected_while_the_case_was_reported_reaches_it(office: Office) -> None:
    person = office.person()
    episode = office.completion(person)
    case = office.reported(person, episode=episode)
    # The correction is reacted to before anybody has heard of the case.
    body = {"completed_on": "2025-03-01", "reason": "nhập sai"}
    done(office.officer().post(f"/v1/completed-episodes/{episode}/corrections", body))
    office.react()
    assert office.told(f"case-{case}") == ["completion-reported", "term-corrected"]
    assert office.case(case)["completed_on"] == "2025-03-01"


def test_the_report_says_which_completion_it_relied_on(office: Office) -> None:
    person = office.person()
    episode = office.completion(person)
    case = office.reported(person, episode=episode)
    (reported,) = office.data(f"case-{case}")
    (completed,) = office.parts.journal.streams([f"episode-{episode}"])[f"episode-{episode}"]
    assert reported["relied_on"] == str(completed.position)


def test_a_case_that_an_annulled_determination_ended_goes_to_a_human(office: Office) -> None:
    person = office.person()
    case = office.managed(person)
    determination = office.determined(person)
    office.react()
    assert (office.case(case)["stage"], office.case(case)["needs_review"]) == ("ended", False)
    annulled(office, determination)
    assert (office.case(case)["stage"], office.case(case)["needs_review"]) == ("ended", True)
    stream = f"determination-{determination}"
    assert office.told(stream) == [
        "determination-recorded",
        "relapse-confirmed",
        "determination-annulled",
        "relapse-withdrawn",
    ]
    assert office.data(stream)[-1]["determined_on"] == "2025-06-09"


def test_a_case_ends_when_the_corrected_determination_says(office: Office) -> None:
    person = office.person()
    case = office.managed(person)
    determination = office.determined(person)
    office.react()
    moved(office, determination, determined_on="2025-06-16")
    assert (office.case(case)["closed_on"], office.case(case)["needs_review"]) == ("2025-06-16", False)
    assert office.told(f"determination-{determination}")[2:] == [
        "determination-corrected",
        "relapse-withdrawn",
        "relapse-confirmed",
    ]


def test_what_a_case_noted_is_noted_no_more(office: Office) -> None:
    person = office.person()
    case = office.managed(person)
    determination = office.determined(person, addicted=False)
    office.react()
    annulled(office, determination)
    assert office.told(f"case-{case}")[-2:] == ["determination-noted", "determination-unnoted"]
    assert office.case(case)["stage"] == "active"


def test_no_addiction_corrected_to_addiction_ends_the_case(office: Office) -> None:
    person = office.person()
    case = office.managed(person)
    determination = office.determined(person, addicted=False)
    office.react()
    moved(office, determination)
    assert office.told(f"case-{case}")[-3:] == ["determination-unnoted", "determination-noted", "case-ended"]
    assert office.told(f"determination-{determination}")[-1] == "relapse-confirmed"


def test_the_case_that_a_death_ended_follows_its_corrected_date(office: Office) -> None:
    person = office.person()
    case = office.managed(person)
    for day in ("2025-08-01", "2025-07-30"):
        done(office.officer().post(f"/v1/persons/{person}/death", {"died_on": day}))
        office.react()
        assert office.case(case)["closed_on"] == day
    assert office.told(f"case-{case}")[-2:] == ["case-ended", "end-corrected"]
    assert office.case(case)["needs_review"] is False

"""The rows of law are the rows of domain.md §2.2, each from and to its day, and no two versions overlap."""

from dataclasses import replace
from datetime import date

import pytest

from libs.law.law import LAW, Law, OverlappingRules
from libs.law.values import Hours, Silent, WorkingDays

# Copied from the table of domain.md §2.2: id, valid from, valid to, source.
TABLE = """
R-01|01/01/2022|open|L73 Art 40.1; L120 Art 42.1
R-02|01/01/2022|open|L73 Art 40.1; L120 Art 42.1
R-03|01/01/2022|open|L73 Art 40.2; L120 Art 42.2
R-04|01/01/2022|open|L73 Art 40.5; L120 Art 42.6
R-05|01/01/2022|30/06/2026|L73 Art 43.1
R-06|01/07/2026|open|L120 Art 42.7, 48.1
R-07|01/01/2022|30/06/2026|L73 Art 40.3
R-08|01/07/2026|open|L120 Art 42.4
R-09|01/01/2022|open|L73 Art 40.4; L120 Art 42.5
R-10|01/01/2022|D116 end|D116 Art 77
R-11|01/01/2022|30/06/2026|D116 Art 77
R-12|01/07/2026|open|L120 Art 42.3
R-13|01/01/2022|D116 end|D116 Art 77
R-14|01/01/2022|D116 end|D116 Art 78
R-15|01/01/2022|D116 end|D116 Art 78
R-16|01/01/2022|D116 end|D116 Art 78
R-17|01/01/2022|D116 end|D116 Art 79
R-18|01/01/2022|D116 end|D116 Art 79
R-19|01/01/2022|30/06/2026|L73 Art 43.2; D116 Art 79
R-20|01/07/2026|open|L120 Art 48.2
R-21|01/01/2022|D116 end|D116 Art 79; L73 Art 22
R-22|01/01/2022|30/06/2026|L73 Art 22
R-23|01/07/2026|open|L120 Art 23.2
R-24|01/07/2026|open|L120 Art 23.2
R-25|01/01/2022|open|L73 Art 27; L120 Art 31.1d
R-26|01/01/2022|open|L73 Art 32; L120 Art 35.1(d/đ)
R-27|01/07/2026|open|L120 Art 35.4
R-28|01/07/2026|open|L120 Art 35.3
R-29|01/07/2026|open|L120 Art 35.2
R-30|01/01/2022|30/06/2026|L73 Art 43.3a
R-31|01/07/2026|open|L120 Art 48.4a
R-32|01/01/2022|30/06/2026|L73 Art 43.3b
R-33|01/07/2026|open|L120 Art 48.4b
R-34|01/07/2026|open|L120 Art 47.1
R-35|01/01/2022|open|L73 Art 43.3c; L120 Art 48.4c
R-36|01/01/2022|open|L73 Art 43.3d; L120 Art 48.4d
R-37|01/01/2022|D116 end|D116 Art 81
R-38|01/01/2022|D116 end|D116 Art 34, 79
R-39|01/07/2026|open|L120 Art 12
R-40|01/07/2026|open|DRAFT26
R-41|01/07/2026|open|L120 Art 56.1
R-42|01/07/2026|open|L120 Art 56.2
R-43|01/07/2026|open|silence of L120 Art 56
R-44|01/01/2022|D116 end|D116 Art 4.2
R-45|01/07/2026|open|L120 Art 5(11)
"""

OLD_LAW_LAST_DAY = date(2026, 6, 30)
NEW_LAW_FIRST_DAY = date(2026, 7, 1)

REPLACED_ON_01_07_2026 = {
    "list.kept_by": ("R-05", "R-06"),
    "management.contents": ("R-07", "R-08"),
    "competence.without_stable_residence": ("R-11", "R-12"),
    "transfer.notify_within": ("R-19", "R-20"),
    "test.positive_sent_to": ("R-22", "R-23"),
    "removal.after_term": ("R-30", "R-31"),
    "removal.by_measure": ("R-32", "R-33"),
}

SILENT_UNTIL_01_07_2026 = {
    "test.refusal",
    "compulsory.limitation",
    "compulsory.dossier_steps",
    "compulsory.not_sent",
    "term.prison",
    "monitoring.ordered_by",
    "d116.end",
    "transition.in_rehab",
    "transition.dossier_begun",
    "transition.under_management",
    "protection.stigma",
}


def written(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "open"


def test_every_rule_of_the_table_is_a_row_with_its_dates_and_source() -> None:
    rows = [
        f"{rule.id}|{written(rule.valid_from)}|{'D116 end' if rule.ends_with else written(rule.valid_to)}|{rule.source}"
        for rule in sorted(LAW.rules, key=lambda rule: rule.id)
    ]
    assert rows == TABLE.split("\n")[1:-1]


@pytest.mark.parametrize(("name", "pair"), REPLACED_ON_01_07_2026.items())
def test_a_replaced_rule_changes_overnight(name: str, pair: tuple[str, str]) -> None:
    assert (LAW.rule(name, on=OLD_LAW_LAST_DAY).id, LAW.rule(name, on=NEW_LAW_FIRST_DAY).id) == pair


def test_no_other_rule_has_two_versions() -> None:
    names = [rule.name for rule in LAW.rules]
    assert {name for name in names if names.count(name) > 1} == set(REPLACED_ON_01_07_2026)


def test_the_only_gaps_are_names_on_which_the_law_was_silent_before_01_07_2026() -> None:
    names = {rule.name for rule in LAW.rules}
    assert {name for name in names if LAW.find(name, on=OLD_LAW_LAST_DAY) is None} == SILENT_UNTIL_01_07_2026
    assert {name for name in names if LAW.find(name, on=NEW_LAW_FIRST_DAY) is None} == set()


def test_a_planted_overlap_is_caught() -> None:
    twin = replace(LAW.rule("list.kept_by", on=OLD_LAW_LAST_DAY), id="R-05b", valid_from=date(2026, 6, 30))
    with pytest.raises(OverlappingRules, match=r"R-05 and R-05b are both list.kept_by on 2026-06-30"):
        Law(rules=(*LAW.rules, twin))


def test_a_version_after_an_open_one_is_an_overlap() -> None:
    later = replace(LAW.rule("dossier.open_within", on=OLD_LAW_LAST_DAY), id="R-10b", valid_from=date(2027, 1, 1))
    with pytest.raises(OverlappingRules):
        Law(rules=(*LAW.rules, later))


def test_a_version_that_follows_the_end_of_the_last_is_none() -> None:
    first = LAW.rule("dossier.open_within", on=OLD_LAW_LAST_DAY)
    ended = replace(first, valid_to=date(2026, 12, 31))
    later = replace(first, id="R-10b", value=WorkingDays(5), valid_from=date(2027, 1, 1))
    law = Law(rules=(*(rule for rule in LAW.rules if rule != first), ended, later))
    assert law.rule("dossier.open_within", on=date(2026, 12, 31)) == ended
    assert law.rule("dossier.open_within", on=date(2027, 1, 1)) == later


def test_two_rows_cannot_share_an_id() -> None:
    with pytest.raises(OverlappingRules, match="one id"):
        Law(rules=(*LAW.rules, replace(LAW.rules[0], name="another")))


def test_a_value_read_as_another_type_is_an_error_of_the_row() -> None:
    rule = LAW.rule("transfer.notify_within", on=NEW_LAW_FIRST_DAY)
    assert rule.read(Hours) == Hours(24)
    with pytest.raises(TypeError, match="R-20"):
        rule.read(WorkingDays)


def test_every_silence_of_the_law_names_a_switch() -> None:
    silences = [rule.value for rule in LAW.rules if isinstance(rule.value, Silent)]
    assert [LAW.switch(silence.policy).name for silence in silences] == ["transition.under_management", "d116.end"]

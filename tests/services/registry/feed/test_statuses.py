"""What is said of somebody's state, wherever it is written, brings the row before a human (§5.5 items 33, 41, 52)."""

import pytest

from services.registry.feed.cells import Traits
from services.registry.feed.dirt import Effect
from services.registry.feed.saying import statuses_in
from tests.services.registry.feed.conftest import Registry, counts, known
from tests.services.registry.feed.lists import COMMUNE, COMMUNE_NAME, codes, incoming, person, row_of, workbook

SAID = [
    (", đã chết", "status_dead"),
    (" - chết năm 2024", "status_dead"),
    (" (đã mất)", "status_dead"),
    (" (qua đời)", "status_dead"),
    (" - bỏ địa phương", "status_moved"),
    (", đi khỏi địa phương", "status_moved"),
    (" không còn cư trú", "status_moved"),
    (", đang đi tù", "status_prison"),
    (", đang tạm giam", "status_prison"),
    (", đi CSCN", "status_rehab"),
    (", không có nơi cư trú ổn định", "no_fixed_residence"),
    (", nơi ở không ổn định", "no_fixed_residence"),
    (" (sống lang thang)", "no_fixed_residence"),
]


@pytest.mark.parametrize("column", ["current_address", "temporary_address", "permanent_address", "both_addresses"])
@pytest.mark.parametrize(("words", "code"), SAID)
def test_words_in_an_address_make_the_row_wait(column: str, words: str, code: str) -> None:
    row = row_of(**{column: f"{COMMUNE_NAME}{words}"})
    assert code in codes(row)
    assert row.effect is Effect.QUARANTINED


@pytest.mark.parametrize("column", ["full_name", "other_names", "occupation", "workplace", "unit", "note", "phone"])
def test_words_in_any_column_about_the_person_make_the_row_wait(column: str) -> None:
    assert "status_dead" in codes(row_of(**{column: "Đã chết"}))


def test_words_about_somebody_else_do_not() -> None:
    assert codes(row_of(father="Nguyễn Văn Tư (đã chết)", mother="đã mất")) == set()


@pytest.mark.parametrize(
    ("words", "code"), [("DA CHET", "status_dead"), ("DI TU", "status_prison"), ("LANG THANG", "no_fixed_residence")]
)
def test_words_may_lack_their_marks(words: str, code: str) -> None:
    assert code in codes(row_of(current_address=f"XA BAU TRAM, {words}"))
    assert code in codes(row_of(note=words))


@pytest.mark.parametrize(
    "text",
    [
        "đi tu ở chùa",
        "đã mất CMND",
        "đã chấp hành xong quyết định cai nghiện bắt buộc",
        "đã hoàn thành cai nghiện tại cơ sở cai nghiện số 1",
        "đang quản lý sau cai",
        "tiến bộ",
        "NGUYEN VAN BINH",
        "",
    ],
)
def test_words_that_say_nothing_of_where_somebody_is(text: str) -> None:
    assert statuses_in(text) == ()


def test_who_lives_where_people_are_treated_waits() -> None:
    assert codes(row_of(permanent_address="Cơ sở cai nghiện ma túy số 1")) == {"status_rehab"}


def test_a_title_or_a_sheet_may_say_it_of_all_its_rows() -> None:
    assert "status_dead" in codes(row_of(sections=("Người đã chết",)))
    assert "status_prison" in codes(row_of(COMMUNE, Traits(name="Đang đi tù")))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Lâm Văn Sáu (đã chết)", "Lâm Văn Sáu"),
        ("Lâm Văn Sáu (Đã Chết)", "Lâm Văn Sáu"),
        ("Lâm Văn Sáu - đã chết", "Lâm Văn Sáu"),
        ("Lâm Văn Sáu, hiện đang đi tù", "Lâm Văn Sáu"),
        ("LAM VAN SAU DA CHET", "LAM VAN SAU"),
    ],
)
def test_words_in_a_name_are_no_part_of_it(written: str, name: str) -> None:
    row = row_of(full_name=written)
    assert (row.full_name, row.other_names) == (name, ())
    assert row.effect is Effect.QUARANTINED


@pytest.mark.parametrize(
    "changed",
    [
        {"address": "ấp 1, đã chết"},
        {"address": "ấp 1, đã chết", "number": None},
        {"name": f"{person(0)[1]} (đã chết)"},
        {"name": f"{person(0)[1]} (đã chết)", "number": None},
    ],
)
def test_who_is_said_to_have_died_waits_as_the_person_known(registry: Registry, changed: dict[str, object]) -> None:
    someone = known(registry, 0)
    before = registry.types().count("registry.residence-recorded")
    outcome = registry.apply(incoming(workbook(person(0, **changed))))
    assert outcome.counts == counts(quarantined=1)
    (row,) = registry.waiting()
    assert "status_dead" in row.problems
    assert row.candidates == (someone,)
    assert registry.types().count("registry.residence-recorded") == before


def test_nobody_is_registered_as_living_here_who_is_said_not_to(registry: Registry) -> None:
    rows = [person(n, address=f"{COMMUNE_NAME}{words}") for n, (words, _) in enumerate(SAID)]
    assert registry.apply(incoming(workbook(*rows))).counts == counts(quarantined=len(SAID))
    assert registry.everybody() == []


def test_a_sheet_that_now_says_it_is_another_list(registry: Registry) -> None:
    registry.apply(incoming(workbook(person(0))))
    said = incoming(workbook(person(0), sheet="Đã chết"))
    assert registry.apply(said).counts == counts(quarantined=1)

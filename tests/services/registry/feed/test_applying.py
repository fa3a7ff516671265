"""A list is applied once, whole, and continued after anything that stops it; its counts always add up."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from libs.events.handling import Handler, Target
from libs.sheets.refusals import ArchiveBroken, HeadingsUnknown, KeyRepeated, NothingListed
from libs.vietnam.units import UnitRef
from services.registry.domain.person import InTheFuture
from services.registry.domain.police_list import ListOfTomorrow
from services.registry.feed.doing import Doing
from services.registry.feed.files import seeing_all
from services.registry.feed.keeping import content_of, destroy_files_before
from services.registry.feed.refusals import ListDatesDiffer, ListUndated
from services.registry.projections.lists import lists
from tests.libs.sheets.books import book
from tests.services.registry.feed.conftest import Registry, counts, known
from tests.services.registry.feed.lists import (
    DAY,
    DONG_NAI,
    HANG_GON,
    HEADINGS,
    incoming,
    json_file,
    person,
    text_file,
    workbook,
)

PEOPLE = [person(n) for n in range(40)]


def test_new_people_are_registered_and_the_list_says_so(registry: Registry) -> None:
    outcome = registry.apply(incoming(workbook(*PEOPLE)))
    assert (outcome.counts, outcome.repeated, outcome.position is not None) == (counts(new=40), False, True)
    assert sorted(set(registry.types())) == [
        "registry.list-applied",
        "registry.list-received",
        "registry.person-registered",
    ]
    assert registry.events() == 42
    assert {row.unit for row in registry.everybody()} == {HANG_GON}
    with seeing_all(registry.parts.engine) as connection:
        (line,) = lists.read(connection)
    assert (line.received, line.new, line.applied) == (40, 40, True)


def test_the_same_list_again_adds_no_event_whatever_its_file_order_and_kind(registry: Registry) -> None:
    first = registry.apply(incoming(workbook(*PEOPLE)))
    before = registry.events()
    renumbered = [(n, *row[1:]) for n, row in enumerate(reversed(PEOPLE), start=1)]
    for again in (
        incoming(workbook(*PEOPLE)),
        incoming(workbook(*PEOPLE), file_name="renamed.xlsx"),
        incoming(workbook(*renumbered)),
        incoming(text_file(*PEOPLE)),
        incoming(json_file(*reversed(PEOPLE))),
    ):
        outcome = registry.apply(again)
        assert (outcome.list_id, outcome.counts, outcome.repeated) == (first.list_id, first.counts, True)
        assert outcome.position == first.position
    assert registry.events() == before


def test_the_next_months_list_adds_only_what_changed(registry: Registry) -> None:
    registry.apply(incoming(workbook(*PEOPLE), as_of=date(2026, 5, 14)))
    before = registry.events()
    changed = [person(0, address="ấp 9"), person(1, number=None), person(40), *PEOPLE[2:]]
    outcome = registry.apply(incoming(workbook(*changed)))
    # One moved; one lost the number and may be somebody else; one is new; 38 said what they said before.
    assert outcome.counts == counts(matched=39, new=1, quarantined=1)
    assert registry.events() - before == 5
    assert registry.types().count("registry.residence-recorded") == 1
    (row,) = registry.waiting()
    assert row.problems == ("suggested_one",)
    assert len(row.candidates) == 1


def test_a_person_is_linked_by_twelve_digits_and_gets_what_is_new(registry: Registry) -> None:
    same, moved, renamed = (known(registry, n) for n in range(3))
    before = registry.events()
    rows = [
        person(0),
        person(1, number=f"{person(1)[4]} / 271234567", address="ấp 99"),
        person(2, name=str(person(2)[1]).upper()),
    ]
    outcome = registry.apply(incoming(workbook(*rows)))
    assert outcome.counts == counts(matched=3)
    assert registry.events() - before == 4
    by_id = {row.person_id: row for row in registry.everybody()}
    assert by_id[moved].legacy_id9 is not None
    assert by_id[moved].lived_from == DAY
    assert by_id[same].lived_from == by_id[renamed].lived_from == date(2025, 7, 1)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"name": "Võ Thành Ý"}, "number_of_another"),
        ({"dob": "15/12/1960"}, "number_of_another"),
        ({"note": "đã chết"}, "status_dead"),
        ({"number": None}, "suggested_one"),
        ({"number": None, "name": "Nguyễn An"}, "suggested_one"),
    ],
)
def test_whoever_may_be_a_known_person_waits_with_that_candidate(
    registry: Registry, changed: dict[str, object], problem: str
) -> None:
    someone = known(registry, 0)
    outcome = registry.apply(incoming(workbook(person(0, **changed))))
    assert outcome.counts == counts(quarantined=1)
    (row,) = registry.waiting()
    assert (row.problems, row.candidates, row.unit) == ((problem,), (someone,), HANG_GON)


def test_two_likely_persons_are_both_suggested(registry: Registry) -> None:
    ids = [known(registry, 0, person_id=UUID(int=n), citizen_id=None) for n in (7, 8)]
    registry.apply(incoming(workbook(person(0, number=None))))
    (row,) = registry.waiting()
    assert (row.problems, len(row.candidates), len(ids)) == (("suggested_several",), 2, 2)


def test_equal_name_and_birth_date_elsewhere_is_suggested_and_equal_year_is_not(registry: Registry) -> None:
    known(registry, 0, unit=UnitRef("2025:00004"), citizen_id=None)
    rows = [person(0, number=None), person(0, number=None, dob="1960", address="ấp 50")]
    registry.apply(incoming(workbook(rows[0])))
    assert [row.problems for row in registry.waiting()] == [("suggested_several",)]
    assert registry.apply(incoming(workbook(rows[1]))).counts == counts(new=1)


def test_another_number_of_twelve_digits_is_another_person(registry: Registry) -> None:
    known(registry, 0)
    assert registry.apply(incoming(workbook(person(0, number="075060999999")))).counts == counts(new=1)


def test_too_little_to_register_anybody_by_waits(registry: Registry) -> None:
    rows = [person(0, name="Sơn", number=None), person(1, dob=None, number=None)]
    assert registry.apply(incoming(workbook(*rows))).counts == counts(quarantined=2)
    assert [row.problems for row in registry.waiting()] == [("identity_missing",)] * 2


def test_a_number_on_two_rows_is_nobodys_for_now(registry: Registry) -> None:
    rows = [person(0), person(1, number=person(0)[4], dob=person(0)[3])]
    assert registry.apply(incoming(workbook(*rows))).counts == counts(quarantined=2)
    assert {row.problems for row in registry.waiting()} == {("number_twice_in_list",)}


def test_twins_and_repeated_rows_are_told(registry: Registry) -> None:
    twins = [person(0, number=None), person(0, number=None, address="ấp 77")]
    nobody = (5, None, None, None, None, "ấp 1")
    outcome = registry.apply(incoming(workbook(*twins, person(1), person(1), (9,), nobody)))
    assert outcome.counts == counts(new=1, quarantined=2, rejected=2)
    assert {row.problems for row in registry.waiting()} == {("twin_in_list",)}
    told = {row.codes for row in registry.problems(outcome.list_id)}
    assert told == {("twin_in_list",), ("row_repeated",), ("name_missing",)}


def test_a_person_whom_two_rows_mean_waits(registry: Registry) -> None:
    known(registry, 0)
    rows = [person(0), person(0, address="ấp 70")]
    assert registry.apply(incoming(workbook(*rows))).counts == counts(quarantined=2)
    assert registry.waiting()[0].candidates == (UUID(int=1),)


def test_rows_that_wait_are_carried_by_the_next_list_without_an_event(registry: Registry) -> None:
    rows = [person(0, note="đã chết"), person(1)]
    registry.apply(incoming(workbook(*rows), as_of=date(2026, 5, 14)))
    before = registry.events()
    outcome = registry.apply(incoming(workbook(*rows)))
    assert outcome.counts == counts(matched=1, quarantined=1, carried=1)
    assert registry.events() - before == 2
    assert len(registry.waiting()) == 1


def test_titles_give_a_provinces_rows_their_communes(registry: Registry) -> None:
    rows = [("I. Phường Hàng Gòn",), person(0), ("II. Xã Không Hề Có",), person(1), ("Cộng", None, 2)]
    outcome = registry.apply(incoming(workbook(*rows), DONG_NAI))
    assert outcome.counts == counts(new=1, quarantined=1)
    assert [row.unit for row in registry.everybody()] == [HANG_GON]
    assert [(row.unit, row.problems) for row in registry.waiting()] == [(DONG_NAI, ("unit_unknown",))]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (workbook(*PEOPLE)[:5000], ArchiveBroken),
        (workbook(*PEOPLE, headings=("a", "b", "c", "d", "e", "f")), HeadingsUnknown),
        (book([HEADINGS]), NothingListed),
        (json_file(person(0)).replace(b'"STT":', '"Họ và tên":"Lê Văn Tám","STT":'.encode()), KeyRepeated),
    ],
)
def test_a_refused_file_is_kept_under_its_key_and_leaves_no_event(
    registry: Registry, content: bytes, refusal: type[Exception]
) -> None:
    for _ in range(2):
        with pytest.raises(refusal):
            registry.apply(incoming(content))
    assert registry.events() == 0
    with registry.bench.superuser.connect() as connection:
        (kept,) = connection.execute(text("select list_id, problem, received_by from list_file"))
    assert (kept.problem, kept.received_by) == (refusal.problem, "officer-1")  # type: ignore[attr-defined]
    assert content_of(registry.parts, kept.list_id) == content


def test_the_day_of_a_list_is_said_once(registry: Registry) -> None:
    dated = book([["Tính đến ngày 14/6/2026"], HEADINGS, PEOPLE[0]])
    assert registry.apply(incoming(dated, as_of=None)).as_of == DAY
    with pytest.raises(ListDatesDiffer):
        registry.apply(incoming(dated, as_of=date(2026, 6, 13)))
    with pytest.raises(ListUndated):
        registry.apply(incoming(workbook(*PEOPLE), as_of=None))
    with pytest.raises(ListOfTomorrow):
        registry.apply(incoming(workbook(*PEOPLE), as_of=date(2026, 6, 15)))


class Killed(Exception):
    """The process ended here."""


def no_more() -> None:
    raise Killed


MIXED = [
    *(person(n) for n in range(30)),
    *(person(n, note="đi tù") for n in range(30, 36)),
    (90, None, "Nam", 1970),
    person(3),
]


@pytest.mark.parametrize("last", range(5))
def test_what_stopped_midway_ends_as_if_it_had_not(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    monkeypatch.setattr("services.registry.feed.doing.PERSONS_BATCH_MAX", 12)
    monkeypatch.setattr("services.registry.feed.doing.WAITING_BATCH_MAX", 4)
    for n in range(5):
        known(registry, n)
    before = registry.events()
    calls = 0

    def dying(self: Handler, batch: Sequence[Target[Any, Any]]) -> Any:
        nonlocal calls
        calls += 1
        if calls == last + 1:
            # Half a batch is done, and nobody notes it.
            whole(self, batch[: len(batch) // 2])
            raise Killed
        return whole(self, batch)

    whole = Handler.handle_many
    monkeypatch.setattr(Handler, "handle_many", dying)
    with pytest.raises(Killed):
        registry.apply(incoming(workbook(*MIXED)))
    monkeypatch.setattr(Handler, "handle_many", whole)
    outcome = registry.apply(incoming(workbook(*reversed(MIXED))))
    assert outcome.counts == counts(matched=5, new=25, quarantined=6, rejected=2)
    assert registry.events() - before == 25 + 6 + 2
    assert len(registry.waiting()) == 6
    assert len(registry.everybody()) == 30


def test_a_person_who_was_erased_before_the_list_was_finished_gets_nothing(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = known(registry, 0)
    sent = incoming(workbook(person(0, address="ấp 70"), person(1)))
    monkeypatch.setattr(Doing, "persons", lambda _: no_more())
    with pytest.raises(Killed):
        registry.apply(sent)
    monkeypatch.undo()
    registry.parts.codec.keyring.forget(f"person-{someone}")
    assert registry.apply(sent).counts == counts(new=1, quarantined=1)
    assert [(row.problems, row.candidates) for row in registry.waiting()] == [(("person_erased",), (someone,))]


def test_a_row_whose_facts_are_refused_waits(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    known(registry, 0)

    def refusing(*_: object) -> list[Any]:
        raise InTheFuture("a residence begins after today")

    monkeypatch.setattr("services.registry.domain.person.record_residence", refusing)
    outcome = registry.apply(incoming(workbook(person(0, address="ấp 70"), person(1))))
    assert outcome.counts == counts(new=1, quarantined=1)
    assert [row.problems for row in registry.waiting()] == [("command_refused",)]
    (told,) = registry.problems(outcome.list_id)
    assert (told.row, told.places) == (5, (("command_refused", None),))


def test_keys_of_files_are_destroyed_in_time(registry: Registry) -> None:
    sent = incoming(workbook(*MIXED), file_name="danh sách.xlsx")
    outcome = registry.apply(sent)
    with registry.bench.superuser.connect() as connection:
        at = connection.execute(text("select received_at from list_file")).scalar_one()
    assert destroy_files_before(registry.parts, at) == 0
    assert content_of(registry.parts, outcome.list_id) == sent.content
    assert destroy_files_before(registry.parts, at.replace(year=at.year + 1)) == 1
    assert content_of(registry.parts, outcome.list_id) is None
    assert {row.sealed for row in registry.problems(outcome.list_id)} == {None}
    assert len(registry.waiting()) == 6


def test_nothing_that_identifies_anybody_is_kept_in_the_clear(registry: Registry) -> None:
    registry.apply(incoming(workbook(*MIXED), file_name="Nguyễn Bí Mật.xlsx"))
    with registry.bench.superuser.connect() as connection:
        for table in ("list_file", "list_row", "list_link", "lists_v1", "quarantine_v1", "journal"):
            whole = connection.execute(
                text(f"select coalesce(string_agg(t::text, ' '), '') from {table} t")
            ).scalar_one()
            for secret in ("Nguyễn", "Bí Mật", str(person(30)[1]), str(person(30)[4]), "ấp 4"):
                assert secret not in whole
                assert secret.encode().hex() not in whole


ROWS = st.lists(
    st.builds(
        lambda n, changed: person(n, **changed),
        st.integers(0, 8),
        st.dictionaries(
            st.sampled_from(["number", "dob", "note", "name"]),
            st.sampled_from([None, "075085001234", "1985", "đã chết", "31/02/1980", "Lê Văn Tám", "=1"]),
            max_size=2,
        ),
    ),
    min_size=1,
    max_size=12,
)


def test_the_ends_of_rows_always_add_up(registry: Registry) -> None:
    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(ROWS, st.permutations(range(12)))
    def adds_up(rows: list[tuple[object, ...]], order: list[int]) -> None:
        outcome = registry.apply(incoming(workbook(*rows)))
        assert outcome.counts.received == len(rows)
        before = registry.events()
        shuffled = [rows[n] for n in order if n < len(rows)]
        assert registry.apply(incoming(text_file(*shuffled))).counts == outcome.counts
        assert registry.events() == before

    adds_up()

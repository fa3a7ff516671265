"""Police lists over REST: sent, refused whole, and told of row by row."""

from uuid import uuid4

import pytest

from libs.sheets import limits
from services.registry.feed.keeping import content_of
from tests.libs.sheets.books import book
from tests.libs.web.conftest import Desk
from tests.services.registry.feed.lists import HEADINGS, person, text_file, workbook
from tests.services.registry.routes.office import AWAY, HOME, Office, done, refused
from tests.services.registry.routes.sending import LISTING, every, unlike


def test_a_list_is_applied_and_its_counts_add_up(office: Office, lister: Desk) -> None:
    rows = [unlike(300), unlike(301), unlike(302, note="đi tù"), (9,)]
    answer = office.send(workbook(*rows))
    body = done(answer)
    counts = {name: body[name] for name in ("received", "matched", "new", "quarantined", "rejected", "carried")}
    assert counts == {"received": 3, "matched": 0, "new": 2, "quarantined": 1, "rejected": 0, "carried": 0}
    assert (body["unit"], body["as_of"], body["repeated"]) == (HOME, "2027-06-14", False)
    assert body["list_id"] in [row["list_id"] for row in every(lister, f"/v1/police-lists?unit={HOME}")]


def test_the_same_list_again_changes_nothing(office: Office) -> None:
    rows = [unlike(303), unlike(304)]
    first = done(office.send(workbook(*rows)))
    before = office.events()
    for content in (workbook(*rows), workbook(*reversed(rows)), text_file(*rows)):
        assert done(office.send(content)) == first | {"repeated": True}
    assert office.events() == before


def test_one_key_is_for_one_list(office: Office) -> None:
    content, key = workbook(unlike(305)), str(uuid4())
    first = done(office.send(content, key=key))
    assert done(office.send(content, key=key)) == first | {"repeated": True}
    refused(office.send(workbook(unlike(306)), key=key), 422, "idempotency-key-reused")
    refused(office.send(content, key=key, form={"as_of": "2027-06-13"}), 422, "idempotency-key-reused")


WORKBOOK = workbook(*(person(n) for n in range(3)))
BROKEN: list[tuple[str, bytes, int, str, set[str]]] = [
    ("a wrong file type", b"%PDF-1.7 a scan", 415, "file-kind-unknown", set()),
    ("a broken archive", WORKBOOK[: len(WORKBOOK) // 2], 422, "archive-broken", set()),
    (
        "unknown headings",
        workbook(person(0), headings=("a", "b", "c", "d", "e", "f")),
        422,
        "headings-unknown",
        {"sheet"},
    ),
    ("an empty list", book([HEADINGS]), 422, "nothing-listed", {"sheet"}),
    (
        "a cell over limits",
        workbook(person(0), person(1, note="x" * (limits.CELL_CHARS_MAX + 1))),
        422,
        "cell-too-long",
        {"sheet", "row", "column"},
    ),
    ("a row over limits", book([HEADINGS, tuple("x" * 70)]), 422, "too-many-columns", set()),
    ("broken JSON", b'[{"STT": 1,', 422, "json-broken", {"row", "column"}),
]


@pytest.mark.parametrize(
    ("content", "status", "problem", "named"), [one[1:] for one in BROKEN], ids=[b[0] for b in BROKEN]
)
def test_a_file_that_is_refused_leaves_no_event_and_is_kept_sealed(
    office: Office, content: bytes, status: int, problem: str, named: set[str]
) -> None:
    before = office.events()
    answer = refused(office.send(content), status, problem)
    assert named <= answer["params"].keys()
    assert all(answer["params"][name] >= 1 for name in named)
    assert office.events() == before
    (kept,) = office.rows("select * from list_file where problem = :problem", problem=problem)
    assert (kept.unit, kept.bytes_count, kept.received_by) == (HOME, len(content), "dev-commune_police")
    assert content[:40] not in bytes(kept.sealed)
    assert content_of(office.parts, kept.list_id) == content


def test_rows_over_the_limit_are_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.sheets.rows.ROWS_MAX", 2)
    before = office.events()
    problem = refused(office.send(workbook(*(unlike(n) for n in range(310, 314)))), 422, "too-many-rows")
    assert problem["params"] == {"sheet": 1, "row": 7, "rows_max": 2}
    assert office.events() == before


@pytest.mark.parametrize(
    ("form", "status", "problem"),
    [
        ({"unit": "26080"}, 422, "bare-unit-code"),
        ({"unit": "2025:99999"}, 422, "unknown-unit"),
        ({"unit": AWAY}, 403, "outside-scope"),
        ({"as_of": "2027-06-16"}, 422, "list-of-tomorrow"),
        ({"as_of": "2027-02-30"}, 422, "request-invalid"),
    ],
)
def test_a_list_that_is_sent_wrongly_leaves_no_event(
    office: Office, form: dict[str, str], status: int, problem: str
) -> None:
    content, before = workbook(unlike(320)), office.events()
    refused(office.send(content, form=form), status, problem)
    assert office.events() == before


def test_rows_with_problems_are_told_page_by_page(office: Office, lister: Desk) -> None:
    rows = [unlike(330 + n, note="đi tù" if n % 2 else None) for n in range(9)]
    sent = done(office.send(workbook(*rows, rows[0])))
    told = every(lister, f"/v1/police-lists/{sent['list_id']}/rows")
    assert [(one["sheet"], one["row"], one["outcome"]) for one in told] == [
        (1, 6, "quarantined"),
        (1, 8, "quarantined"),
        (1, 10, "quarantined"),
        (1, 12, "quarantined"),
        (1, 14, "rejected"),
    ]
    assert {problem["code"] for one in told for problem in one["problems"]} == {"status_prison", "row_repeated"}


@pytest.mark.parametrize(("language", "told"), [("en", "in prison"), ("vi", "tù"), (None, "tù"), ("fr", "tù")])
def test_problems_of_rows_are_told_in_the_readers_language(
    office: Office, lister: Desk, language: str | None, told: str
) -> None:
    sent = done(office.send(workbook(unlike(345, note="đi tù"))))
    page = done(lister.get(f"/v1/police-lists/{sent['list_id']}/rows", Accept_Language=language))
    assert told in page["items"][0]["problems"][0]["message"]


def test_rows_are_told_to_the_sender_only_and_by_a_good_cursor(office: Office, lister: Desk) -> None:
    sent = done(office.send(workbook(unlike(350, note="đi tù"))))
    path = f"/v1/police-lists/{sent['list_id']}/rows"
    for cursor in ("x", "-1", "1.5"):
        refused(lister.get(f"{path}?cursor={cursor}"), 400, "cursor-malformed")
    refused(office.police(AWAY, purpose=LISTING).get(path), 404, "not-found")
    refused(lister.get(f"/v1/police-lists/{uuid4()}/rows"), 404, "not-found")
    refused(lister.get(path, Aftercare_Purpose=None), 400, "purpose-required")
    assert done(lister.get(f"{path}?cursor=999"))["items"] == []

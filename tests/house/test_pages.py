"""Pages can fail: what they name is there."""

import pytest

from tests.house.page_rules import Page, pages, untruths


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.path)
def test_what_a_page_names_is_there(page: Page) -> None:
    assert list(untruths(page)) == []


@pytest.mark.parametrize(
    ("sentence", "untruth"),
    [
        ("Read [this](docs/nowhere.md).", "link docs/nowhere.md"),
        ("See `services/registry/nothing.py`.", "file services/registry/nothing.py"),
        ("Type `make believe`.", "make believe"),
        ("Type `aftercare journal burn registry`.", "aftercare journal burn registry"),
        ("Ask `/v1/indicators/I-03/whatever`.", "route /v1/indicators/I-03/whatever"),
    ],
)
def test_what_is_not_there_is_found(sentence: str, untruth: str) -> None:
    assert list(untruths(Page("README.md", sentence))) == [untruth]


def test_what_is_there_is_believed() -> None:
    said = "[x](Makefile) `make test` `aftercare journal verify registry` `/v1/indicators/I-03/explanation`"
    assert list(untruths(Page("README.md", said))) == []

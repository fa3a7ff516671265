"""Births to come and ages that nobody managed here has wait, from whichever column they follow (§5.5 items 13, 53)."""

from datetime import date
from typing import Any

import pytest

from services.registry.feed.dirt import Effect
from tests.services.registry.feed.lists import COMMUNE, codes, row_of


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"dob": "15/06/2026"}, "birth_future"),
        ({"dob": "12/2026"}, "birth_future"),
        ({"dob": "2030"}, "birth_future"),
        ({"dob": date(2030, 1, 2)}, "birth_future"),
        ({"dob": "khoảng 2030"}, "birth_future"),
        ({"dob": None, "male_year": "2030"}, "birth_future"),
        ({"dob": None, "id_number": "075230001234"}, "number_future"),
        ({"dob": "1985", "id_number": "075230001234"}, "number_future"),
        ({"dob": None, "id_number": "075220001234"}, "age_unexpected"),
        ({"dob": None, "id_number": "075020001234"}, "age_unexpected"),
        ({"dob": None, "id_number": "075210001234"}, "minor"),
        ({"dob": "15/06/2014"}, "age_unexpected"),
        ({"dob": "14/06/2014"}, "minor"),
        ({"dob": "15/06/2008"}, "minor"),
        ({"dob": "13/06/1925"}, "age_unexpected"),
    ],
)
def test_an_age_that_nobody_here_has_waits(cells: dict[str, Any], code: str) -> None:
    row = row_of(**cells)
    assert code in codes(row)
    assert row.effect is Effect.QUARANTINED
    assert row.birth_year is None or row.birth_year <= COMMUNE.as_of.year


@pytest.mark.parametrize("dob", ["14/06/2008", "2008", "06/2008", "15/06/1925", "1926"])
def test_an_age_that_somebody_may_have_is_counted_to_the_day(dob: str) -> None:
    assert row_of(dob=dob).problems == ()

"""The committed unit files are what the builder makes of the installed package, and agree with a second one."""

import json
from collections import Counter
from importlib.metadata import distribution
from pathlib import Path

import pytest

from libs.vietnam.catalogues import DATA
from libs.vietnam.data import build_succession
from libs.vietnam.data.build_succession import Pair, corrected, kinds_of
from libs.vietnam.data.build_units import built
from libs.vietnam.units import COUNTRY, communes, province_of, unit


def test_rebuilding_gives_the_committed_files() -> None:
    committed = {path.name: path.read_text("utf-8") for path in DATA.glob("*.tsv") if path.name != "corrections.tsv"}
    assert built() == committed


def test_the_data_stays_small() -> None:
    assert sum(path.stat().st_size for path in DATA.glob("*.tsv")) < 1_000_000


def test_every_correction_drops_the_part_of_a_namesake_that_keeps_it() -> None:
    lines = [line.split("\t") for line in build_succession.CORRECTIONS.read_text("utf-8").splitlines()[1:]]
    links = {tuple(line.split("\t")[:2]) for line in built()["succession.tsv"].splitlines()}
    for old, new, action, namesake in lines:
        assert ((old, new) in links) is (action == "add")
        assert not namesake or (namesake, new) in links


def test_a_correction_that_the_package_has_made_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="already agrees"):
        corrected([Pair("09013", "09817")])


def test_a_pair_is_named_by_what_else_went_in_and_out() -> None:
    pairs = [Pair("1", "1"), Pair("2", "2"), Pair("3", "4"), Pair("5", "4"), Pair("6", "6"), Pair("6", "4")]
    named = {code: ("commune", code) for code in "1234567"}
    renamed = named | {"2": ("ward", "2")}
    assert [link.kind for link in kinds_of(pairs, named, renamed)] == [
        "unchanged",
        "rename",
        "merge",
        "merge",
        "part",
        "split",
    ]


def test_a_second_package_lists_as_many_communes_in_each_province() -> None:
    """Only counts: `vietnam-provinces` carries the codes of the draft for 114 communes (SOURCES.md)."""
    path = distribution("vietnam-provinces").locate_file("vietnam_provinces/data/nested-divisions.json")
    listed = {f"2025:{one['code']:02}": len(one["wards"]) for one in json.loads(Path(str(path)).read_text("utf-8"))}
    assert Counter(str(province_of(ref)) for ref in communes(COUNTRY)) == listed
    assert all(unit(ref).valid_to is None for ref in communes(COUNTRY))

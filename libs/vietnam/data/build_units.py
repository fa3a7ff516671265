"""Rebuilds the unit files from `vietnamadminunits` (MIT): `python -m libs.vietnam.data.build_units`."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from importlib.metadata import distribution
from pathlib import Path
from typing import NamedTuple

from libs.vietnam.data.build_succession import Pair, corrected, kinds_of

HERE = Path(__file__).parent
KINDS_OF_PROVINCES = {"Tỉnh": "province", "Thành phố": "centrally_run_city"}
KINDS_OF_DISTRICTS = {
    "Quận": "urban_district",
    "Huyện": "rural_district",
    "Thị xã": "district_town",
    "Thành phố": "district_city",
}
KINDS_OF_COMMUNES = {"Xã": "commune", "Phường": "ward", "Thị trấn": "township", "Đặc khu": "special_zone"}


class Row(NamedTuple):
    """One line of a unit file."""

    code: str
    kind: str
    name: str
    parent: str


def built() -> dict[str, str]:
    """Each committed unit file by its name, from the installed package; the same on every run."""
    old, new = _packaged("admin_units_legacy"), _packaged("admin_units")
    units = {"2004": _rows(old), "2025": _rows(new)}
    files = {f"units_{catalogue}.tsv": _table(Row._fields, _ordered(rows)) for catalogue, rows in units.items()}
    names = [{row.code: (row.kind, row.name) for row in rows} for rows in units.values()]
    pairs = kinds_of(corrected(_pairs(old, new)), *names)
    files["succession.tsv"] = _table(("old", "new", "kind"), pairs)
    return files


def _packaged(table: str) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(f"file:{_file('dataset.db')}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(f"select * from {table}").fetchall()  # noqa: S608  # Two literals above.


def _rows(packaged: list[sqlite3.Row]) -> set[Row]:
    rows = {Row("VN", "country", "Việt Nam", "")}
    for unit in packaged:
        parent = unit["provinceCode"]
        rows.add(_row(parent, unit["province"], KINDS_OF_PROVINCES, "VN"))
        if "district" in unit.keys():  # noqa: SIM118  # A sqlite3.Row iterates over values.
            rows.add(_row(unit["districtCode"], unit["district"], KINDS_OF_DISTRICTS, parent))
            parent = unit["districtCode"]
        if unit["ward"]:
            rows.add(_row(unit["wardCode"], unit["ward"], KINDS_OF_COMMUNES, parent))
    return rows


def _row(code: str, full_name: str, kinds: dict[str, str], parent: str) -> Row:
    # The kind is read from the name: the package's type column follows a column of the statistics office that
    # calls one township and two wards communes.
    prefix = next(prefix for prefix in kinds if full_name.lower().startswith(prefix.lower() + " "))
    name = full_name[len(prefix) + 1 :]
    return Row(code, kinds[prefix], name[0].upper() + name[1:], parent)


def _pairs(old: list[sqlite3.Row], new: list[sqlite3.Row]) -> Iterator[Pair]:
    converter = json.loads(_file("converter_2025.json").read_text("utf-8"))
    old_codes = {_old_key(unit): unit["wardCode"] or unit["districtCode"] for unit in old}
    new_codes = {(unit["provinceKey"], unit["wardKey"]): unit["wardCode"] for unit in new}
    old_provinces = {unit["provinceKey"]: unit["provinceCode"] for unit in old}
    new_provinces = {unit["provinceKey"]: unit["provinceCode"] for unit in new}
    yield Pair("VN", "VN")
    for province, merged in converter["DICT_PROVINCE"].items():
        yield from (Pair(old_provinces[key], new_provinces[province]) for key in merged)
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, merged in wards.items():
            yield from (Pair(old_codes[key], new_codes[province, ward]) for key in merged)
    for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for key, parts in divided.items():
            yield from (Pair(old_codes[key], new_codes[province, part["newWardKey"]]) for part in parts)


def _file(name: str) -> Path:
    # Located, not imported: the package imports geometry and network libraries that we have no use for.
    return Path(str(distribution("vietnamadminunits").locate_file("vietnamadminunits/data"))) / name


def _old_key(unit: sqlite3.Row) -> str:
    return f"{unit['provinceKey']}_{unit['districtKey']}_{unit['wardKey'] or ''}"


def _ordered(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (len(row.code) * (row.code != "VN"), row.code))


def _table(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    return "".join("\t".join(row) + "\n" for row in (heading, *rows))


if __name__ == "__main__":
    for name, content in built().items():
        (HERE / name).write_text(content, "utf-8", newline="\n")

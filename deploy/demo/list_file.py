"""The police list of the story as an officer keeps it, dirt included, and the truth behind each row."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time
from io import BytesIO
from random import Random
from typing import Any
from unicodedata import normalize

import xlsxwriter

from deploy.demo.people import Someone
from libs.events.contracts.values import Sex
from libs.vietnam.names import folded_name
from libs.vietnam.units import UnitRef, unit

HEADINGS = (
    "STT",
    "Họ và tên",
    "Ngày, tháng, năm sinh",
    "Giới tính",
    "Số CMND/CCCD",
    "Nơi ở hiện tại",
    "Diện",
    "Ghi chú",
)
SHEET = "Danh sách"
FIRST_ROW = 5
NICKNAMES = ("Tí", "Lùn", "Ba Đen", "Hùng sẹo", "Cu Bin")
# What may happen to a row, how often, and its number in domain 5.5.
DIRT = {
    "capitals-without-tones": (0.05, 16),
    "decomposed-unicode": (0.04, 39),
    "nickname-in-name": (0.04, 18),
    "extra-spaces": (0.04, 17),
    "year-only": (0.04, 8),
    "text-date": (0.45, 10),
    "impossible-date": (0.006, 11),
    "spaced-number": (0.05, 4),
    "lost-zero": (0.015, 1),
    "letter-for-digit": (0.005, 5),
    "placeholder-number": (0.006, 26),
    "no-number": (0.03, 26),
    "sex-with-space": (0.05, 50),
}


@dataclass(frozen=True)
class Truth:
    """Who a row really is, and what was done to it."""

    sheet: str
    row: int
    key: int
    citizen_id: str
    dirt: tuple[str, ...]


def list_file(seed: int, people: Sequence[Someone], as_of: str) -> tuple[bytes, list[Truth]]:
    """An XLSX of everybody, a section per ward, and its truth; some people stand in it twice."""
    random = Random(seed)
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet(SHEET)
    day_format = book.add_format({"num_format": "dd/mm/yyyy"})
    _title(sheet, as_of)
    truth: list[Truth] = []
    row = FIRST_ROW + 1
    for number, (ref, section) in enumerate(_sections(random, people), 1):
        sheet.write(row, 0, f"{_roman(number)}. {unit(UnitRef(ref)).full_name}")
        row += 1
        if number == 3:
            sheet.write_row(row, 0, HEADINGS)
            row += 1
        for position, person in enumerate(section, 1):
            dirt = _dirt(random)
            _write(sheet, row, (position, *_cells(random, person, dirt)), day_format)
            truth.append(Truth(SHEET, row + 1, person.key, person.citizen_id, dirt))
            row += 1
        sheet.write_row(row, 0, ("", f"Cộng: {len(section)} người"))
        row += 2
    sheet.write(row, 5, "NGƯỜI LẬP DANH SÁCH")
    sheet.write(row + 1, 5, "(Ký, ghi rõ họ tên)")
    book.close()
    return stream.getvalue(), truth


def truth_file(truth: Sequence[Truth]) -> str:
    """The truth as JSON lines."""
    return "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in truth)


def _title(sheet: Any, as_of: str) -> None:
    sheet.write(0, 0, "CÔNG AN TỈNH ĐỒNG NAI")
    sheet.write(2, 2, "DANH SÁCH NGƯỜI NGHIỆN, NGƯỜI SỬ DỤNG TRÁI PHÉP CHẤT MA TÚY, NGƯỜI SAU CAI NGHIỆN")
    sheet.write(3, 2, f"(Tính đến ngày {as_of})")
    sheet.write_row(FIRST_ROW, 0, HEADINGS)


def _sections(random: Random, people: Sequence[Someone]) -> list[tuple[str, list[Someone]]]:
    wards = sorted({person.unit for person in people})
    twice = random.sample(list(people), 6)
    return [(ward, [p for p in [*people, *twice] if p.unit == ward]) for ward in wards]


def _dirt(random: Random) -> tuple[str, ...]:
    return tuple(name for name, (share, _) in DIRT.items() if random.random() < share)


def _cells(random: Random, person: Someone, dirt: Sequence[str]) -> tuple[object, ...]:
    return (
        _name(random, person, dirt),
        _born(person, dirt),
        ("Nam" if person.sex is Sex.MALE else "Nữ") + (" " if "sex-with-space" in dirt else ""),
        _number(person, dirt),
        person.hamlet,
        random.choice(("nghiện", "sử dụng", "sau cai")),
        "",
    )


def _name(random: Random, person: Someone, dirt: Sequence[str]) -> str:
    name = person.full_name
    if "capitals-without-tones" in dirt:
        name = folded_name(name).upper()
    if "nickname-in-name" in dirt:
        name = f"{name} (tức {random.choice(NICKNAMES)})"
    if "extra-spaces" in dirt:
        name = f"  {name.replace(' ', '  ', 1)} "
    return normalize("NFD", name) if "decomposed-unicode" in dirt else name


def _born(person: Someone, dirt: Sequence[str]) -> object:
    if "impossible-date" in dirt:
        return f"31/02/{person.born_on.year}"
    if "year-only" in dirt:
        return str(person.born_on.year)
    if "text-date" in dirt:
        return person.born_on.strftime("%d/%m/%Y")
    return datetime.combine(person.born_on, time())


def _number(person: Someone, dirt: Sequence[str]) -> object:
    number = person.citizen_id
    if "no-number" in dirt:
        return "chưa cấp"
    if "placeholder-number" in dirt:
        return "111111111"
    if "lost-zero" in dirt:
        return int(number)
    if "letter-for-digit" in dirt:
        return number.replace("0", "O", 1)
    return f"{number[:4]} {number[4:8]}.{number[8:]}" if "spaced-number" in dirt else number


def _write(sheet: Any, row: int, cells: Sequence[object], day_format: Any) -> None:
    for column, value in enumerate(cells):
        if isinstance(value, datetime):
            sheet.write_datetime(row, column, value, day_format)
        else:
            sheet.write(row, column, value)


def _roman(number: int) -> str:
    return ("I", "II", "III", "IV", "V", "VI")[number - 1]

"""One list written in as many ways as offices have: other columns, orders, containers, sheets and spellings."""

import csv
import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Literal

import orjson
from hypothesis import strategies as st
from xlsxwriter import Workbook

from tests.services.registry.feed.lists import COMMUNE_NAME

COUNTER = "STT"
# What stands under headings that nobody knows: some of it is a heading elsewhere.
STRANGE = ("", "x", "abc", "I", "Nam", "Xã", "12")
HEADINGS = (COUNTER, "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Nơi thường trú", "Ghi chú")
CONTAINERS = ("xlsx", ";", ",", "\t", "|", "json")
Line = dict[str, str]
WHOLE_DAY, YEAR = re.compile(r"(?!31/02)\d\d/\d\d/\d{4}"), re.compile(r"(19|20)\d\d")


@dataclass(frozen=True)
class Writing:
    """How a list is written: all that its rows do not say."""

    container: str = "xlsx"
    columns: tuple[str, ...] = HEADINGS
    seed: int | None = None
    form: Literal["NFC", "NFD"] = "NFC"
    sheet_names: tuple[str, ...] = ("Sheet1",)
    strangers: int = 0
    blanks: bool = False
    headings_again: bool = False
    typed: bool = False
    sums: bool = False


@st.composite
def writings(draw: st.DrawFn) -> Writing:
    """Any way; the seed orders the rows and places the noise."""
    columns = draw(st.permutations(HEADINGS))
    without_counter = draw(st.booleans())
    return Writing(
        container=draw(st.sampled_from(CONTAINERS)),
        columns=tuple(one for one in columns if one != COUNTER or not without_counter),
        seed=draw(st.integers(0, 10_000)),
        form=draw(st.sampled_from(["NFC", "NFD"])),
        sheet_names=draw(st.sampled_from([("Sheet1",), ("Tháng 6",), ("Trang 1", "Trang 2")])),
        strangers=draw(st.integers(0, 2)),
        blanks=draw(st.booleans()),
        headings_again=draw(st.booleans()),
        typed=draw(st.booleans()),
        sums=draw(st.booleans()),
    )


def lines(*rows: Sequence[str]) -> list[Line]:
    """Rows by heading, from cells in the order of `HEADINGS` without the counter."""
    return [dict(zip(HEADINGS[1:], row, strict=False)) for row in rows]


def written(rows: Sequence[Line], how: Writing) -> bytes:
    """The list as a file."""
    chance = random.Random(how.seed)
    order = list(rows) if how.seed is None else chance.sample(rows, len(rows))
    numbered = [{COUNTER: str(n)} | row for n, row in enumerate(order, start=1)]
    half = -(-len(numbered) // len(how.sheet_names))
    shares = [numbered[start : start + half] for start in range(0, len(numbered), half)]
    if how.container == "json":
        return _json(shares, how, chance)
    sheets = [_sheet(share, how, chance) for share in shares]
    if how.container == "xlsx":
        return _workbook(sheets, how)
    # A text file has one sheet: the second goes on below its own headings.
    first, *others = sheets
    return _text([*first, *(line for sheet in others for line in sheet[1:])], how)


def _sheet(rows: Sequence[Line], how: Writing, chance: random.Random) -> list[list[str]]:
    strange = [f"Cột riêng {n}" for n in range(how.strangers)]
    headings = [*how.columns, *strange]
    body = [[*(row.get(one, "") for one in how.columns), *(chance.choice(STRANGE) for _ in strange)]
            for row in rows]  # fmt: skip
    noise = [[""] * len(headings)] * how.blanks + [headings] * how.headings_again
    for line in noise:
        body.insert(chance.randrange(len(body) + 1), list(line))
    if how.sums:
        body.append(["Cộng" if one == "Họ và tên" else "" for one in headings])
    return [["CÔNG AN XÃ"], headings, *body]


def _workbook(sheets: Sequence[Sequence[Sequence[str]]], how: Writing) -> bytes:
    memory = BytesIO()
    book = Workbook(memory, {"in_memory": True})
    as_day = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, sheet in zip(how.sheet_names, sheets, strict=False):
        page = book.add_worksheet(name)
        for n, line in enumerate(sheet):
            for column, text in enumerate(line):
                if how.typed and WHOLE_DAY.fullmatch(text):
                    day = datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=UTC)
                    page.write_datetime(n, column, day.replace(tzinfo=None), as_day)
                elif how.typed and YEAR.fullmatch(text):
                    page.write_number(n, column, int(text))
                else:
                    page.write_string(n, column, unicodedata.normalize(how.form, text))
    book.close()
    return memory.getvalue()


def _text(sheet: Sequence[Sequence[str]], how: Writing) -> bytes:
    memory = StringIO()
    csv.writer(memory, delimiter=how.container).writerows(sheet)
    return unicodedata.normalize(how.form, memory.getvalue()).encode("utf-8-sig")


def _json(shares: Sequence[Sequence[Line]], how: Writing, chance: random.Random) -> bytes:
    def said(row: Line) -> Line:
        keys = [one for one in how.columns if row.get(one)]
        strange = {f"riêng {n}": "x" for n in range(how.strangers)}
        found = {key: row[key] for key in chance.sample(keys, len(keys))} | strange
        return {unicodedata.normalize(how.form, k): unicodedata.normalize(how.form, v) for k, v in found.items()}

    blank: list[Line] = [{}] * how.blanks
    sheets = [{"name": name, "rows": [*blank, *map(said, share)]}
              for name, share in zip(how.sheet_names, shares, strict=False)]  # fmt: skip
    return orjson.dumps({"sheets": sheets} if len(sheets) > 1 else sheets[0]["rows"])


HOSTILE = lines(
    ("Nguyễn Văn Đức", "12/05/1985", "Nam", "075085100001", COMMUNE_NAME, ""),
    ("Lê Thị Hoà", "03/04/1990", "Nữ", "075190100002", f"ấp 3, {COMMUNE_NAME}", ""),
    ("Lê Thị Hòa", "03/04/1990", "Nữ", "075190100003", COMMUNE_NAME, "tiến bộ"),
    ("Đặng Văn Tám", "31/02/1980", "Nam", "075080100004", f"tổ 5; {COMMUNE_NAME}", ""),
    ("Hồ Văn Tí (tức Tí Lùn)", "05/06/1985", "Nam", "0750 8510 0005", COMMUNE_NAME, ""),
    ("=cmd()", "05/06/1985", "Nam", "075085100006", COMMUNE_NAME, ""),
    ("", "", "", "", COMMUNE_NAME, ""),
    ("", "", "", "", "", "Người sau cai nghiện"),
    ("Võ Văn Lượm", "01/01/1987", "Nam", "111111111111", COMMUNE_NAME, ""),
    ("Y Blô Niê", "1988", "Nam", "", COMMUNE_NAME, ""),
    ("Nguyễn Văn Hùng", "1985", "Nam", "", COMMUNE_NAME, ""),
    ("Nguyễn Văn Hùng", "1985", "Nam", "", COMMUNE_NAME, ""),
    ("Ngô Bá Khá", "12/12/1991", "Nam", "075091100009/321654987", COMMUNE_NAME, ""),
    ("Ngô Bá Khá", "12/12/1991", "Nam", "075091100009/321654987", COMMUNE_NAME, ""),
    ("Nguyễn Văn Ký", "", "", "", "", "đã ký cam kết"),
    ("Bùi Văn Xuân", "12/12/1991", "Nam", "075091100010", f"{COMMUNE_NAME}, đã chết", ""),
    ("Bùi Văn Hạ", "20/01/2015", "Nam", "075215100011", COMMUNE_NAME, "Nam, Nữ, Xã"),
    ("Tống Văn Cộng", "1979", "x", "", "", ""),
)

"""Delimited text and JSON: separators, quotations, line ends and encodings of real senders."""

import unicodedata
from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.sheets.json_keys import check_keys
from libs.sheets.kind import FileKind
from libs.sheets.reading import read_tables
from libs.sheets.refusals import (
    FileTooLarge,
    JsonBroken,
    KeyRepeated,
    NothingListed,
    RowBroken,
    RowsMissing,
    SheetRefused,
    TooManyColumns,
    TooManySheets,
)
from libs.sheets.table import Row, cell_text


def rows(text: str | bytes) -> list[tuple[object, ...]]:
    content = text if isinstance(text, bytes) else text.encode()
    (table,) = read_tables(content)
    return [row.cells for row in table.rows]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_what_the_lines_agree_on(separator: str) -> None:
    lines = [separator.join(line) for line in (["STT", "Họ tên", "Nơi ở"], ["1", "Trần A", "ấp 3"], ["2", "Lê B", ""])]
    assert rows("\n".join(lines))[1:] == [("1", "Trần A", "ấp 3"), ("2", "Lê B", None)]


def test_commas_in_addresses_are_no_separators() -> None:
    text = "STT;Họ tên;Nơi ở\n1;Trần A;ấp 3, xã B, huyện C, tỉnh D\n2;Lê B;tổ 1, xã B, huyện C, tỉnh D\n"
    assert rows(text)[1] == ("1", "Trần A", "ấp 3, xã B, huyện C, tỉnh D")


def test_a_separator_may_be_told() -> None:
    assert rows("sep=|\na,b|c\n") == [("a,b", "c")]


def test_line_ends_may_be_mixed_and_rows_keep_their_numbers() -> None:
    (table,) = read_tables(b"a;b\r\n\r\nc;d\re;f\n")
    assert list(table.rows) == [Row(1, ("a", "b")), Row(3, ("c", "d")), Row(4, ("e", "f"))]


def test_a_quotation_may_hold_a_line_end_and_a_nickname() -> None:
    assert rows('a;b\n"ấp 3\nxã B";Hùng "sẹo"\n')[1] == ("ấp 3\nxã B", 'Hùng "sẹo"')


def test_a_quotation_that_nobody_closed_is_a_broken_row() -> None:
    with pytest.raises(RowBroken) as caught:
        rows('a;b;c;d\n"x;1;2;3\ny;1;2;3\nz;1;2;3\n')
    assert (caught.value.params["row"], caught.value.params["column"]) == (2, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_with_a_mark_or_without(encoding: str) -> None:
    assert rows("STT;Họ và tên\n1;Nguyễn Thị Đào\n".encode(encoding)) == [("STT", "Họ và tên"), ("1", "Nguyễn Thị Đào")]


def as_windows_writes(sign: str) -> str:
    """A letter in CP1258: what has a place of its own there, or the letter and its tone apart."""
    parts = unicodedata.normalize("NFD", sign)
    tone = next((part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323"), "")
    return unicodedata.normalize("NFC", parts.replace(tone, "", 1) if tone else parts) + tone


def test_the_old_encoding_of_windows_is_composed() -> None:
    text = "STT;Họ và tên;Địa chỉ\n" + "1;Nguyễn Thị Đào;thôn Tiến Bộ, xã Nghĩa Hưng\n" * 5
    content = "".join(map(as_windows_writes, text)).encode("cp1258")
    with pytest.raises(UnicodeDecodeError):
        content.decode()
    assert rows(content)[1] == ("1", "Nguyễn Thị Đào", "thôn Tiến Bộ, xã Nghĩa Hưng")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(SheetRefused):
        rows(b"\xff\xfe\x00\xd8")


@pytest.mark.parametrize("content", [b"", b" \n\r\n "])
def test_an_empty_file_lists_nobody(content: bytes) -> None:
    with pytest.raises(NothingListed):
        read_tables(content)


@given(st.lists(st.lists(st.text("aăâ;,\"'\n 1", max_size=6), min_size=1, max_size=4), min_size=1, max_size=6))
def test_any_text_gives_rows_or_a_refusal(lines: list[list[str]]) -> None:
    content = "\n".join(";".join(line) for line in lines).encode()
    with suppress(SheetRefused):
        (table,) = read_tables(content, FileKind.CSV)
        assert all(cell_text(cell).strip() or cell is None for row in table.rows for cell in row.cells)


def test_json_comes_in_three_shapes() -> None:
    expected = [("Họ tên", "n"), ("A", 1)]
    for text in (
        '[{"Họ tên": "A", "n": 1}]',
        '{"rows": [{"Họ tên": "A", "n": 1}]}',
        '{"sheets": [{"name": "x", "rows": [{"Họ tên": "A", "n": 1}]}]}',
    ):
        assert rows(text) == expected


def test_rows_of_json_count_from_one_and_may_lack_fields() -> None:
    (table,) = read_tables(b'[{"a": "x"}, {"b": true}, {"a": " "}]')
    assert list(table.rows) == [Row(0, ("a", "b")), Row(1, ("x", None)), Row(2, (None, True))]


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ('[{"a": 1}, 2]', {"sheet": 1, "row": 2}),
        ('[{"a": 1}, {"a": [1]}]', {"sheet": 1, "row": 2, "column": 1}),
    ],
)
def test_json_of_another_shape_is_refused_where_it_is(text: str, params: dict[str, int]) -> None:
    with pytest.raises(RowBroken) as caught:
        rows(text)
    assert caught.value.params == params


@pytest.mark.parametrize(("text", "sheet"), [('{"rows": 1}', 1), ('{"x": 1}', 1), ('{"sheets": [{"rows": []}, 5]}', 2)])
def test_json_without_a_list_of_rows_is_refused(text: str, sheet: int) -> None:
    with pytest.raises(RowsMissing) as caught:
        rows(text)
    assert caught.value.params == {"sheet": sheet}


def test_broken_json_is_refused_where_it_breaks_without_a_word_of_it() -> None:
    with pytest.raises(JsonBroken) as caught:
        read_tables(b'[{"a": 1},\n x')
    assert caught.value.params == {"sheet": 1, "row": 2, "column": 2}
    with pytest.raises(JsonBroken) as caught:
        read_tables('[{"a": "Nguyễn Văn Bí Mật"'.encode())
    assert caught.value.__cause__ is None
    assert "Mật" not in str(caught.value)


def test_json_has_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TooManyColumns):
        read_tables(("[{" + ",".join(f'"f{n}":1' for n in range(65)) + "}]").encode())
    monkeypatch.setattr("libs.sheets.json_rows.SHEETS_MAX", 1)
    with pytest.raises(TooManySheets):
        read_tables(b'{"sheets": [{"rows": []}, {"rows": []}]}')
    monkeypatch.setattr("libs.sheets.json_rows.JSON_BYTES_MAX", 1)
    with pytest.raises(FileTooLarge):
        read_tables(b"[{}]")


def test_a_file_may_not_be_larger_than_a_list_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.sheets.kind.FILE_BYTES_MAX", 3)
    with pytest.raises(FileTooLarge) as caught:
        read_tables(b"abcd")
    assert (caught.value.status, caught.value.params) == (413, {"bytes_max": 3})


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ('[{"a": 1}, {"a": 1, "b": 2, "a": 1}]', {"sheet": 1, "row": 2, "key": "a"}),
        ('{"rows": [{"Họ tên": "A", "H\\u1ecd tên": "B"}]}', {"sheet": 1, "row": 1, "key": "Họ tên"}),
        (
            '{"sheets": [{"rows": []}, {"rows": [{"a": 1}, {"b": 1}, {"b": 1, "b": null}]}]}',
            {"sheet": 2, "row": 3, "key": "b"},
        ),
        ('{"rows": [{"a": 1}], "rows": [{"a": 2}]}', {"sheet": 1, "row": 0, "key": "rows"}),
        ('{"sheets": [{"rows": []}, {"rows": [], "rows": []}]}', {"sheet": 2, "row": 0, "key": "rows"}),
        ('[{"a": [[1]], "a": 1}]', {"sheet": 1, "row": 1, "key": "a"}),
        ('[{"a": {"b": 1, "b": 2}}]', {"sheet": 1, "row": 1, "key": "b"}),
        ("[{" + '"' + "k" * 99 + '": 1, "' + "k" * 99 + '": 2}]', {"sheet": 1, "row": 1, "key": "k" * 40}),
    ],
)
def test_a_key_given_twice_is_refused_where_it_is(text: str, params: dict[str, object]) -> None:
    with pytest.raises(KeyRepeated) as caught:
        rows(text)
    assert (caught.value.status, caught.value.params) == (422, params)


def test_json_that_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(SheetRefused):
        rows('{"rows": [], "x": ' + "[" * 1000 + "]" * 1000 + "}")


@given(
    st.recursive(
        st.none() | st.integers(-9, 9) | st.text(max_size=3),
        lambda one: st.lists(one) | st.dictionaries(st.text(max_size=2), one),
    )
)
def test_json_whose_keys_differ_is_never_refused_for_them(said: object) -> None:
    check_keys(orjson.dumps(said))

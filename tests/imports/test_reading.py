"""Files as spreadsheets write them, and what is refused rather than read in part."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from service_app.core.errors import Invalid
from service_app.imports import reading
from service_app.imports.reading import Row, read


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_delimiter_and_encoding_reads_alike(delimiter: str, encoding: str) -> None:
    lines = [["Nom", "Ville", "Prix"], ["Élise Van Hœck", "Saint-Gilles", "1.234,50 €"], ["Noël, fils", "Forest", ""]]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    table = read(text.encode(encoding), "clients.csv")
    assert table.columns == ("Nom", "Ville", "Prix")
    assert [row.cells for row in table.rows] == [tuple(lines[1]), tuple(lines[2])]
    assert table.delimiter == delimiter


def test_row_numbers_are_those_a_spreadsheet_shows() -> None:
    table = read(b'Name;Remark\nAnna;"one\ntwo\nthree"\n\nBert;four\n', "x.csv")
    assert table.rows == (Row(2, ("Anna", "one\ntwo\nthree")), Row(4, ("Bert", "four")))


def test_a_comma_inside_quotes_does_not_make_a_comma_the_delimiter() -> None:
    table = read(b'Name;Remark\n"Peeters, Jan";"a, b, c"\n"Maes, An";"d, e, f"\n', "x.csv")
    assert table.delimiter == ";"
    assert table.rows[0].cells == ("Peeters, Jan", "a, b, c")


def test_excel_line_that_names_the_delimiter_is_not_a_row() -> None:
    table = read(b"sep=;\nName;City\nAnna;Elsene\n", "x.csv")
    assert table.columns == ("Name", "City")
    assert table.rows[0].cells == ("Anna", "Elsene")


def test_columns_without_a_name_or_with_a_repeated_one_get_their_own() -> None:
    table = read(b"Name;;Name;Name;\na;b;c;d;\n", "x.csv")
    assert table.columns == ("Name", "B", "Name (2)", "Name (3)")


def test_short_rows_are_filled_and_long_rows_keep_what_is_too_much() -> None:
    table = read(b"a;b\n1\n1;2;\n1;2;3\n", "x.csv")
    assert [row.cells for row in table.rows] == [("1", ""), ("1", "2"), ("1", "2", "3")]


def test_spreadsheet_values_come_out_as_a_person_would_type_them() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Name", "Day", "Hour", "Number", "Amount", "Yes"])
    sheet.append([" Anna ", date(2026, 3, 1), datetime(2026, 3, 1, 9, 30), 12.0, 12.5, True])
    sheet.append([None] * 6)
    sheet.append(["Bert", None, None, 3, None, False])
    out = io.BytesIO()
    book.save(out)
    table = read(out.getvalue(), "x.csv")
    assert table.format == "xlsx"
    assert table.rows == (
        Row(2, ("Anna", "2026-03-01", "2026-03-01 09:30", "12", "12.5", "yes")),
        Row(4, ("Bert", "", "", "3", "", "no")),
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import.empty"),
        (b"  \n \n", "import.empty"),
        (b"Name;City\n", "import.no_rows"),
        (b"PK\x03\x04 not a spreadsheet", "import.unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "import.old_excel"),
        (b"%PDF-1.7 ...", "import.unreadable"),
        (b"a;b\x00\x01;c\nd;e;f", "import.unreadable"),
        (b'Name;City\n"Anna;Elsene\nBert;Jette\n', "import.quotation"),
        (b'Name;City\n"An"na;Elsene\n', "import.quotation"),
        (b"Name\n" + b"x" * 100_001, "import.cell_too_long"),
        (b"n\n" + b"1\n" * 50_001, "import.too_many_rows"),
        (b";".join(b"c%d" % n for n in range(201)) + b"\n1;2", "import.too_many_columns"),
        (b"x" * (30 * 1024 * 1024 + 1), "import.too_large"),
    ],
)
def test_what_cannot_be_read_in_full_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(content, "x.csv")
    assert refusal.value.code == code


def test_a_quotation_never_closed_names_the_row_where_it_opens() -> None:
    with pytest.raises(Invalid) as refusal:
        read(b'Name;City\nAnna;Elsene\n"Bert;Jette\nCarl;Evere\n', "x.csv")
    assert refusal.value.data["row"] == 3


def test_a_spreadsheet_that_unfolds_to_far_more_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_UNFOLDED", 1000)
    book = openpyxl.Workbook()
    book.active.append(["Name"])
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Invalid, match=r"import\.too_large"):
        read(out.getvalue(), "x.xlsx")


def test_packed_rows_come_back_from_any_position() -> None:
    table = read('Naam;Stad\nAné;"a\nb"\nBo;c\nCé;d\n'.encode(), "x.csv")
    packed = reading.pack(table)
    assert tuple(reading.unpack(packed)) == table.rows
    assert tuple(reading.unpack(packed, 1, 1)) == table.rows[1:2]


def a_workbook(change=lambda _name, content: content) -> bytes:
    """A workbook of two rows, each part of it as `change` makes it."""
    book, plain, out = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    for row in (["Name", "Number"], ["Anna", 12]):
        book.active.append(row)
    book.save(plain)
    with zipfile.ZipFile(plain) as found, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in found.namelist():
            made.writestr(name, change(name, found.read(name)))
    return out.getvalue()


def cut_off(part: str) -> bytes:
    return a_workbook(lambda name, content: content[: len(content) // 2] if part in name else content)


def marked(content: bytes, place: int, value: int) -> bytes:
    """Each entry of the ZIP's directory, and each head of a part, with one byte of its own: a flag, a method."""
    marked = bytearray(content)
    for sign, at in ((b"PK\x01\x02", place + 2), (b"PK\x03\x04", place)):
        start = -1
        while (start := marked.find(sign, start + 1)) >= 0:
            marked[start + at] = value
    return bytes(marked)


@pytest.mark.parametrize(
    "content",
    [cut_off("sheet1"), cut_off("workbook.xml"), cut_off("styles"), marked(a_workbook(), 6, 1), marked(a_workbook(), 8, 99)],
    ids=["sheet cut off", "workbook cut off", "styles cut off", "locked with a password", "packed another way"],
)  # fmt: skip
def test_a_workbook_that_is_none_is_refused_and_no_error_of_ours(content: bytes) -> None:
    assert read(a_workbook(), "x.xlsx").rows == (Row(2, ("Anna", "12")),)
    with pytest.raises(Invalid) as refused:
        read(content, "x.xlsx")
    assert refused.value.code == "import.unreadable"


def test_any_broken_workbook_is_read_or_refused() -> None:
    chance, whole, refused = random.Random(3), a_workbook(), 0
    for _time in range(60):
        broken = bytearray(whole)
        for _hit in range(chance.randint(1, 6)):
            broken[chance.randrange(4, len(broken))] = chance.randrange(256)
        try:
            read(bytes(broken), "x.xlsx")
        except Invalid:
            refused += 1
    assert refused > 20


def test_a_row_behind_millions_of_empty_ones_is_not_waited_for() -> None:
    far = a_workbook(
        lambda name, content: content.replace(b'<row r="2"', b'<row r="900000000"') if "sheet1" in name else content
    )
    with pytest.raises(Invalid) as refused:
        read(far, "x.xlsx")
    assert refused.value.code == "import.too_many_rows"

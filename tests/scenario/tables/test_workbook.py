"""A workbook is read within limits: other formats, damage, bombs and errors end in one sentence."""

from __future__ import annotations

import io
import re
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from sim.scenario.tables import package
from sim.scenario.tables.workbook import Workbook, read_workbook
from sim.scenario.text.problems import Unreadable

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, bytes]:
    """The parts of a small workbook, by name."""
    path = tmp_path / "plain.xlsx"
    made = xlsxwriter.Workbook(path)
    sheet = made.add_worksheet("Sheet1")
    sheet.write_string("A1", "name")
    sheet.write_number("B2", 8)
    sheet.write_formula("C3", "=B2", None, 8)
    made.close()
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def read(tmp_path: Path, data: bytes, name: str = "t.xlsx") -> Workbook:
    """Read bytes as a file."""
    (tmp_path / name).write_bytes(data)
    return read_workbook(tmp_path / name, name)


def refusal(tmp_path: Path, data: bytes, name: str = "t.xlsx") -> str:
    """What is said about bytes that are refused."""
    with pytest.raises(Unreadable) as caught:
        read(tmp_path, data, name)
    return str(caught.value)


DAMAGED = "this is not a complete workbook - open it in Excel and save it as .xlsx"


def test_plain_workbook_is_read_with_addresses(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """Cells stand where Excel shows them."""
    book = read(tmp_path, packed(parts))
    sheet = book.sheet("Sheet1")
    assert sheet.at(0, 0) == "name" and sheet.at(1, 1) == 8.0 and sheet.at(2, 2) == 8.0 and sheet.at(99, 99) == ""
    assert str(sheet.place(1, 1)) == "t.xlsx:Sheet1!B2" and sheet.faults == {}
    with pytest.raises(Unreadable, match="the workbook has no sheet Shet1 - did you mean Sheet1"):
        book.sheet("Shet1")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            "this is an old workbook (.xls), or one that is protected by a password - save it as .xlsx "
            "without a password",
        ),
        (
            packed({"xl/workbook.bin": b"", "[Content_Types].xml": b""}),
            "this is a binary workbook (.xlsb) - save it as .xlsx",
        ),
        (
            packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""}),
            "this is an OpenDocument table (.ods) - save it as .xlsx or CSV",
        ),
        (packed({"Index/Document.iwa": b""}), "this is a Numbers document - export it as .xlsx or CSV"),
        (packed({"holiday.jpg": b"x"}), "this is a zip file and no workbook - give the .xlsx file itself"),
        (b"PK\x03\x04 and no more", DAMAGED),
        (b"PK\x05\x06" + b"\0" * 18, DAMAGED),
        (packed({"xl/workbook.xml": b"<workbook"}), DAMAGED),
        (packed({"xl/workbook.xml": b"<workbook/>"}), DAMAGED),
        (b"\xff\xfen\0a\0m\0e\0", "the file is UTF-16 text - save it as UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0", "this is not a text file"),
        (b"", "the table is empty"),
        (b"\n\n  ,,\n", "the table is empty"),
    ],
)
def test_other_formats_are_refused_by_their_name(tmp_path: Path, data: bytes, said: str) -> None:
    """What a file is decides, not its ending; the words say what to save it as."""
    assert refusal(tmp_path, data) == said
    assert refusal(tmp_path, data, "t.csv") == said


def test_file_of_more_than_20_mb_is_not_read(tmp_path: Path) -> None:
    """Only its size is looked at."""
    with (tmp_path / "t.xlsx").open("wb") as stream:
        stream.truncate(20_000_001)
    assert refusal_of(tmp_path / "t.xlsx") == "the file is larger than 20 MB"


def refusal_of(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        read_workbook(path)
    return str(caught.value)


def directory_says(data: bytes, part: str, size: int) -> bytes:
    """Change the size that the directory of a zip gives for a part."""
    changed = bytearray(data)
    at = changed.rfind(part.encode()) - 46
    assert changed[at : at + 4] == b"PK\x01\x02"
    changed[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(changed)


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """By what its directory says, in little memory."""
    data = directory_says(packed(parts), SHEET, 200_000_001)
    tracemalloc.start()
    try:
        assert refusal(tmp_path, data).startswith("the workbook unpacks to more than 200 MB")
        assert tracemalloc.get_traced_memory()[1] < 25_000_000  # the buffer for a file of 20 MB, and little more
    finally:
        tracemalloc.stop()


def test_part_that_packs_too_well_is_refused(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """30 MB in 30 kB is below the limit of the size, not of the ratio."""
    parts[STRINGS] = parts[STRINGS].replace(b"</sst>", b" " * 30_000_000 + b"</sst>")
    assert refusal(tmp_path, packed(parts)) == (
        "a part of the workbook unpacks to more than 100 times its size - open it in Excel and save it as .xlsx"
    )


def test_directory_that_lies_about_a_size_is_refused(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """Only so much is unpacked as the directory says, and then it must be all."""
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", b"</sheetData>" + b" " * 50_000)
    assert refusal(tmp_path, directory_says(packed(parts), SHEET, 1000)) == DAMAGED
    assert refusal(tmp_path, directory_says(packed(parts), SHEET, 60_000_000)) == DAMAGED


def test_part_packed_in_another_way_is_refused(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """A bomb of bzip2 or lzma is no workbook."""
    assert refusal(tmp_path, packed(parts, zipfile.ZIP_LZMA)).startswith("the workbook is packed in an unusual way")


@pytest.mark.parametrize("far", ["XFD1048576", "A1048576:", "B2000001"])
def test_cell_far_away_is_refused_instead_of_filling_the_memory(
    tmp_path: Path, parts: dict[str, bytes], far: str
) -> None:
    """A dense table up to the last cell would be 17 billion cells."""
    parts[SHEET] = parts[SHEET].replace(b'r="B2"', f'r="{far}"'.encode())
    said = refusal(tmp_path, packed(parts))
    expected = "the workbook reaches over more than 2,000,000 cells - delete what is far outside"
    assert said == (expected if far == "XFD1048576" else DAMAGED)


def test_rows_and_cells_without_a_reference_are_counted_too(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """Where no reference stands, a cell is the next one; a hundred thousand rows of nothing reach far as well."""
    rows = b"<row/>" * 100_000 + b"<row>" + b"<c/>" * 100 + b"<c><v>1</v></c></row>"
    parts[SHEET] = re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>" + rows + b"</sheetData>", parts[SHEET])
    assert refusal(tmp_path, packed(parts, zipfile.ZIP_STORED)).startswith(
        "the workbook reaches over more than 2,000,000 cells"
    )


def test_long_text_that_many_cells_share_is_refused(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """30,000 letters in 20,000 cells are kept once in the file and 20,000 times in the memory."""
    text = "".join(chr(97 + (i * i) % 26) for i in range(30_000)).encode()
    parts[STRINGS] = parts[STRINGS].replace(b"<t>name</t>", b"<t>" + text + b"</t>")
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (i, i) for i in range(1, 20_001))
    parts[SHEET] = re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>" + cells + b"</sheetData>", parts[SHEET])
    assert refusal(tmp_path, packed(parts)) == "the texts of the workbook are too long - shorten the longest ones"
    parts[STRINGS] = parts[STRINGS].replace(text, text * 2)
    assert refusal(tmp_path, packed(parts)) == "a cell holds more than 32,767 characters - shorten it"


def test_entities_and_other_encodings_are_refused(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """No workbook has a document type; one that has can be a bomb of entities."""
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    changed = {**parts, SHEET: parts[SHEET].replace(b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>', bomb)}
    assert refusal(tmp_path, packed(changed)).startswith("the workbook has a document type, as no workbook does")
    changed = {**parts, SHEET: parts[SHEET].decode().encode("utf-16")}
    assert refusal(tmp_path, packed(changed)).startswith("the workbook is written in UTF-16")
    changed = {**parts, SHEET: parts[SHEET].replace(b"UTF-8", b"EUC-JP")}
    assert refusal(tmp_path, packed(changed)).startswith("the workbook is written in EUC-JP")


def test_too_many_parts_doubles_and_passwords_are_refused(tmp_path: Path, parts: dict[str, bytes]) -> None:
    """What no spreadsheet writes."""
    many = parts | {f"xl/media/{i}.png": b"" for i in range(2_001)}
    assert refusal(tmp_path, packed(many)).startswith("the workbook has more than 2,000 parts")
    assert refusal(tmp_path, packed(parts | {SHEET.upper(): b""})).startswith(
        "two parts of the workbook have the same name"
    )
    data = bytearray(packed(parts))
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1
    assert refusal(tmp_path, bytes(data)).startswith("the workbook is protected by a password")


def test_merged_cells_have_the_value_of_the_first_and_may_not_overlap(
    tmp_path: Path, book: Callable[..., Path], parts: dict[str, bytes]
) -> None:
    """A merged area is one cell."""
    path = book("m.xlsx", {"S": [("B2:C4", "E")]}, S=[["a", "b", "c", "d"], ["x"], ["y"], ["z"]])
    sheet = read_workbook(path).sheets[0]
    assert [sheet.at(r, c) for r in (1, 2, 3) for c in (1, 2)] == ["E"] * 6 and sheet.origin(3, 2) == (1, 1)
    areas = b'<mergeCell ref="A1:ZZ3000"/>' * 3000
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", b"</sheetData><mergeCells>" + areas + b"</mergeCells>")
    parts[SHEET] = parts[SHEET].replace(b'r="C3"', b'r="BZ3000"')
    assert refusal(tmp_path, packed(parts, zipfile.ZIP_STORED)).startswith("the merged cells of the workbook overlap")


def test_errors_and_formulas_without_value_are_known(tmp_path: Path) -> None:
    """They look empty, and an empty cell of a roster is a day off."""
    made = xlsxwriter.Workbook(tmp_path / "f.xlsx")
    sheet = made.add_worksheet("S")
    sheet.write_formula("A1", "=1/0", None, "#DIV/0!")
    sheet.write_formula("B1", "=C1", None, 8)
    made.close()
    with zipfile.ZipFile(tmp_path / "f.xlsx") as archive:
        changed = {n: archive.read(n).replace(b"<v>8</v>", b"") for n in archive.namelist()}
    assert dict(read(tmp_path, packed(changed)).sheets[0].faults) == {(0, 0): "#DIV/0!", (0, 1): ""}


def test_csv_of_chinese_excel_is_read_and_said(tmp_path: Path) -> None:
    """GB18030 with a note; UTF-8 with a byte order mark without one; nothing else."""
    text = "姓名,日期\n王,2026-03-02\n"
    book = read(tmp_path, text.encode("gb18030"), "t.csv")
    assert book.sheets[0].rows[1] == ["王", "2026-03-02"]
    assert book.note == "the file is not UTF-8 and was read as GB18030 (as Chinese Excel saves it)"
    assert read(tmp_path, b"\xef\xbb\xbf" + text.encode(), "t.csv").note is None
    assert refusal(tmp_path, b"name\n\xff\xff\xff\n", "t.csv") == "the file is not UTF-8 text - save it as UTF-8"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_delimiter_is_the_one_that_splits_most(tmp_path: Path, delimiter: str) -> None:
    """A title with a comma above the table decides nothing; lines count as in the file."""
    text = f'Roster, March\n\nname{delimiter}date{delimiter}shift\nAnn{delimiter}"2026-03-02"{delimiter}E\n'
    sheet = read(tmp_path, text.encode(), "t.csv").sheets[0]
    assert sheet.rows[3] == ["Ann", "2026-03-02", "E"] and str(sheet.place(3, 1)) == "t.csv:4"


def test_limits_are_those_that_were_promised() -> None:
    """20 MB, 200 MB, 100 : 1."""
    assert (package.LARGEST_FILE, package.LARGEST_UNPACKED, package.MOST_RATIO) == (20_000_000, 200_000_000, 100)

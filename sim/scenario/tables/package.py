"""The package of a workbook (xlsx): unpacked within limits and checked before anything else reads it.

A workbook is a zip of XML files, and a small one can be made to unpack to gigabytes, or to place one cell so far
away that a dense table of it fills the memory. So every part that is needed is unpacked here, within limits, its
cells are counted, and only what was checked is packed again for the reader.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from sim.scenario.text.problems import Unreadable

LARGEST_FILE = 20_000_000  # bytes as stored
LARGEST_UNPACKED = 200_000_000  # bytes
MOST_RATIO = 100  # unpacked to packed; small parts may pack better
SMALL_PART = 100_000  # bytes below which the ratio says nothing
MOST_PARTS = 2_000
MOST_SHEETS = 100
MOST_AREA = 2_000_000  # cells from A1 to the last one, all sheets together
MOST_ELEMENTS = 8_000_000
LONGEST_TEXT = 32_767  # characters; what Excel allows in a cell
MOST_TEXT = 500_000_000  # characters of all cells, shared texts counted where they are used

_DAMAGED = "this is not a complete workbook"
_SAVE_AGAIN = "open it in Excel and save it as .xlsx"
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_COLUMNS, _ROWS = 16_384, 1_048_576
_CHUNK = 1 << 16

Position = tuple[int, int]
"""Row and column of a cell, both from 0."""


@dataclass(slots=True)
class SheetParts:
    """What the XML of a sheet says: how far it reaches, and the cells that hold no value for a reason."""

    n_rows: int = 0
    n_columns: int = 0
    n_shared: int = 0  # cells with a shared text
    faults: dict[Position, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckedPackage:
    """A workbook that was checked: the packed bytes, and its sheets by name in their order."""

    data: bytes
    sheets: dict[str, SheetParts]


def check_package(data: bytes) -> CheckedPackage:
    """Unpack and check a workbook.

    Parameters
    ----------
    data : the bytes of an xlsx file.

    Raises
    ------
    Unreadable : if it is another kind of file, damaged, protected, or larger inside than any table of a desk.
    """
    spelled, parts = _unpack(data)
    named = _sheet_parts(parts)
    sheets: dict[str, SheetParts] = {}
    area = n_shared = 0
    for name, part in named.items():
        sheets[name] = found = _SheetScan().scan(parts[part])
        area += found.n_rows * found.n_columns
        n_shared += found.n_shared
        if area > MOST_AREA:
            raise Unreadable(f"the workbook reaches over more than {MOST_AREA:,} cells", "delete what is far outside")
    longest = _longest_shared(parts.get("xl/sharedstrings.xml", b""))
    if n_shared * longest > MOST_TEXT:
        raise Unreadable("the texts of the workbook are too long", "shorten the longest ones")
    wanted = {"[content_types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", *named.values()}
    wanted |= {"xl/sharedstrings.xml", "xl/styles.xml"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for part, content in parts.items():
            if part in wanted:
                archive.writestr(spelled[part], content)
    return CheckedPackage(packed.getvalue(), sheets)


def _unpack(data: bytes) -> tuple[dict[str, str], dict[str, bytes]]:
    """Unpack the XML parts, counting what really comes out: their names as spelled and their content, by lower case."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
        raise Unreadable(_DAMAGED, _SAVE_AGAIN) from None
    entries = archive.infolist()
    names = [entry.filename.replace("\\", "/").lower() for entry in entries]
    _check_kind(set(names), archive)
    if len(entries) > MOST_PARTS:
        raise Unreadable(f"the workbook has more than {MOST_PARTS:,} parts", _SAVE_AGAIN)
    if len(set(names)) < len(names):
        raise Unreadable("two parts of the workbook have the same name", _SAVE_AGAIN)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Unreadable("the workbook is protected by a password", "save it without a password")
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise Unreadable(f"the workbook unpacks to more than {LARGEST_UNPACKED / 1e6:g} MB", _SAVE_AGAIN)
    parts: dict[str, bytes] = {}
    total = 0
    for entry, name in zip(entries, names, strict=True):
        if not name.endswith((".xml", ".rels")):
            continue
        content = _inflate(data, entry, LARGEST_UNPACKED - total)
        total += len(content)
        if len(content) > SMALL_PART and len(content) > MOST_RATIO * max(entry.compress_size, 1):
            raise Unreadable(f"a part of the workbook unpacks to more than {MOST_RATIO} times its size", _SAVE_AGAIN)
        parts[name] = content
    return {name.lower(): name for name in (e.filename.replace("\\", "/") for e in entries)}, parts


def _check_kind(names: set[str], archive: zipfile.ZipFile) -> None:
    """Refuse other formats that are zips, too, by their name."""
    if "xl/workbook.bin" in names:
        raise Unreadable("this is a binary workbook (.xlsb)", "save it as .xlsx")
    if "mimetype" in names and "content.xml" in names:
        raise Unreadable("this is an OpenDocument table (.ods)", "save it as .xlsx or CSV")
    if "index/document.iwa" in names or any(name.endswith(".numbers/") for name in names):
        raise Unreadable("this is a Numbers document", "export it as .xlsx or CSV")
    if "xl/workbook.xml" not in names:
        raise Unreadable("this is a zip file and no workbook", "give the .xlsx file itself")


def _inflate(data: bytes, entry: zipfile.ZipInfo, most: int) -> bytes:
    """Unpack one part from its own bytes, at most `most` of them; what the directory says of its size must be true."""
    at = entry.header_offset
    head = data[at : at + 30]
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise Unreadable(_DAMAGED, _SAVE_AGAIN)
    start = at + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    packed = data[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        content = packed
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        limit = min(most, entry.file_size) + 1
        try:
            content = inflater.decompress(packed, limit)
        except zlib.error:
            raise Unreadable(_DAMAGED, _SAVE_AGAIN) from None
    else:
        raise Unreadable("the workbook is packed in an unusual way", _SAVE_AGAIN)
    if len(content) > most:
        raise Unreadable(f"the workbook unpacks to more than {LARGEST_UNPACKED / 1e6:g} MB", _SAVE_AGAIN)
    if len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
        raise Unreadable(_DAMAGED, _SAVE_AGAIN)
    return content


def _parse(content: bytes, start: Any, end: Any = None, text: Any = None) -> None:
    """Walk through XML without entities of its own; names come without their prefix."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.ordered_attributes = False

    def refuse(*_: Any) -> None:
        raise Unreadable("the workbook has a document type, as no workbook does", _SAVE_AGAIN)

    def declared(version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "utf8"):
            raise Unreadable(f"the workbook is written in {encoding}", _SAVE_AGAIN)

    n_elements = 0

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal n_elements
        n_elements += 1
        if n_elements > MOST_ELEMENTS:
            raise Unreadable("the workbook is too large", "delete what is not needed")
        start(name.rpartition(":")[2], attributes)

    parser.StartDoctypeDeclHandler = refuse
    parser.XmlDeclHandler = declared
    parser.StartElementHandler = started
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:4]:
            raise Unreadable("the workbook is written in UTF-16", _SAVE_AGAIN)
        for at in range(0, max(len(content), 1), _CHUNK):
            parser.Parse(content[at : at + _CHUNK], at + _CHUNK >= len(content))
    except expat.ExpatError:
        raise Unreadable(_DAMAGED, _SAVE_AGAIN) from None


def _sheet_parts(parts: dict[str, bytes]) -> dict[str, str]:
    """Find the part of each worksheet, by the sheet's name, in the order of the workbook."""
    listed: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            link = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id" and ":" in k), "")
            listed.append((attributes.get("name", ""), link))

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            target = attributes.get("Target", "").replace("\\", "/")
            full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[attributes.get("Id", "")] = full.lower()

    _parse(parts["xl/workbook.xml"], sheet)
    if "xl/_rels/workbook.xml.rels" in parts:
        _parse(parts["xl/_rels/workbook.xml.rels"], relation)
    found = {name: targets[link] for name, link in listed if targets.get(link) in parts}
    if len(listed) > MOST_SHEETS:
        raise Unreadable(f"the workbook has more than {MOST_SHEETS} sheets", "delete those that are not needed")
    if len({name for name, _ in listed}) < len(listed):
        raise Unreadable("two sheets of the workbook have the same name", _SAVE_AGAIN)
    return found


class _SheetScan:
    """Counts the cells of one sheet as they pass, in the way a reader places them."""

    def __init__(self) -> None:
        self.found = SheetParts()
        self.row = self.column = -1
        self.kind = ""
        self.inside = ""
        self.has_formula = self.has_value = False
        self.text: list[str] = []

    def scan(self, content: bytes) -> SheetParts:
        """Scan the XML of a sheet."""
        _parse(content, self.start, self.end, self.characters)
        return self.found

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a row, a cell or its value."""
        if name == "c":
            reference = attributes.get("r")
            if reference is None:
                self.column += 1
                self.row = max(self.row, 0)
            else:
                self.row, self.column = _position(reference)
            self.kind = attributes.get("t", "n")
            self.has_formula = self.has_value = False
            self.text = []
        elif name == "row":
            number = attributes.get("r")
            if number is None:
                self.row += 1
            else:
                self.row = _position(f"A{number}")[0]
            self.column = -1
        elif name in ("v", "is", "f"):
            if name == "f":
                self.has_formula = True
            else:
                self.has_value = True
            self.inside = name

    def end(self, name: str) -> None:
        """End a value or a cell."""
        if name in ("v", "is", "f"):
            self.inside = ""
        elif name == "c" and (self.has_value or self.has_formula):
            if self.row >= _ROWS or self.column >= _COLUMNS:
                raise Unreadable(_DAMAGED, _SAVE_AGAIN)
            self.found.n_rows = max(self.found.n_rows, self.row + 1)
            self.found.n_columns = max(self.found.n_columns, self.column + 1)
            if self.kind == "e":
                self.found.faults[self.row, self.column] = "".join(self.text)[:20] or "#ERROR"
            elif self.kind == "s":
                self.found.n_shared += 1
            elif not self.has_value:
                self.found.faults[self.row, self.column] = ""

    def characters(self, text: str) -> None:
        """Keep the text of an error."""
        if self.inside == "v" and self.kind == "e":
            self.text.append(text)


def _position(reference: str) -> Position:
    """Row and column, from 0, of a reference such as C12."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise Unreadable(_DAMAGED, _SAVE_AGAIN)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    if column > _COLUMNS or int(match[2]) > _ROWS:
        raise Unreadable(_DAMAGED, _SAVE_AGAIN)
    return int(match[2]) - 1, column - 1


def _longest_shared(content: bytes) -> int:
    """Length of the longest shared text [characters]."""
    longest = length = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal length
        if name == "si":
            length = 0

    def text(characters: str) -> None:
        nonlocal longest, length
        length += len(characters)
        longest = max(longest, length)
        if longest > LONGEST_TEXT:
            raise Unreadable(f"a cell holds more than {LONGEST_TEXT:,} characters", "shorten it")

    if content:
        _parse(content, start, None, text)
    return longest

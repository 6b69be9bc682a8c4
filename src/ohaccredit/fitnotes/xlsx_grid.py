"""Reading the tables of an Excel workbook (XLSX): every visible sheet with something on it.

A workbook is an archive of XML files, and a small hostile one can unfold to any size. So its parts are
unpacked under a limit first, what the sheets span is measured, and only what passed is handed on.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date, datetime
from typing import Any
from xml.parsers import expat

from ohaccredit.fitnotes.grid import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Cell, CellPlace, Grid, refuse
from ohaccredit.language.problems import Place, Problem, ProblemsFound

MOST_UNPACKED = 200_000_000
MOST_PARTS = 2_000
MOST_TEXT = 500_000_000
"""Characters in all cells together: cells share their texts, so a small file can stand for very much."""

_NEEDED = re.compile(r"(?:xl/|_rels/|docProps/).*\.(?:xml|rels)|\[Content_Types\]\.xml")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def read_xlsx(data: bytes, file: str) -> list[Grid]:
    """The tables in a workbook, one for each sheet; those of hidden sheets are empty.

    Raises ProblemsFound if it cannot be read.
    """
    unreadable = Problem(
        "The workbook cannot be read.",
        Place(file, 1, 1),
        hint="Open it in Excel and save it again as .xlsx, or as CSV.",
    )
    try:
        parts = _unpack(data, file)
        _measure(parts, file)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, ValueError, NotImplementedError,
            RuntimeError):  # fmt: skip
        raise ProblemsFound([unreadable]) from None
    try:
        from python_calamine import CalamineWorkbook, SheetVisibleEnum
    except ImportError:
        hint = 'Save the table as CSV, or install the part for Excel: pip install "ohaccredit[excel]".'
        refuse(Place(file, 1, 1), "Excel files cannot be read here: the library python-calamine is missing.", hint)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(_pack(parts))) as book:
            tables = [
                (each.name, book.get_sheet_by_name(each.name).to_python(skip_empty_area=False))
                if each.visible == SheetVisibleEnum.Visible
                else (each.name, None)
                for each in book.sheets_metadata
            ]
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # a panic in the library is no Exception
        raise ProblemsFound([unreadable]) from None
    return [_grid(file, name, rows) for name, rows in tables if rows != []]


def _unpack(data: bytes, file: str) -> dict[str, bytes]:
    """The XML parts, unpacked. What an archive says of its own sizes is not relied on."""
    parts: dict[str, bytes] = {}
    left = MOST_UNPACKED
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > MOST_PARTS or sum(each.file_size for each in members) > MOST_UNPACKED:
            _too_large(file)
        for member in members:
            if not _NEEDED.fullmatch(member.filename):
                continue
            with archive.open(member) as part:
                content = part.read(left + 1)
            left -= len(content)
            if left < 0:
                _too_large(file)
            parts[member.filename] = content
    return parts


def _pack(parts: dict[str, bytes]) -> bytes:
    """An archive of just these parts, so that nothing reaches the next reader that was not measured here."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _too_large(file: str) -> None:
    refuse(
        Place(file, 1, 1),
        f"The workbook unfolds to more than {MOST_UNPACKED // 1_000_000} MB.",
        "Keep the table alone in a workbook, or split it.",
    )


def _measure(parts: dict[str, bytes], file: str) -> None:
    """Raises ProblemsFound if the sheets span too much: one cell in the last corner makes a table of billions."""
    texts = _Texts()
    shared = {name for name in parts if name.lower() == "xl/sharedstrings.xml"}
    for name in shared:
        texts.read(parts[name])
    for name, content in parts.items():
        if name in shared or not name.endswith(".xml"):
            continue  # every other part is measured: a workbook may keep a sheet under any name
        sheet = _Extent(texts.lengths)
        sheet.read(content)
        if sheet.rows > MOST_ROWS + 20 or sheet.columns > MOST_COLUMNS or sheet.rows * sheet.columns > MOST_CELLS:
            refuse(
                Place(file, 1, 1),
                f"A sheet of the workbook spans {sheet.rows:,} rows and {sheet.columns:,} columns; the most that is "
                f"read is {MOST_ROWS:,} rows, {MOST_COLUMNS} columns and {MOST_CELLS:,} cells.",
                "Look for a stray entry far below or to the right, or split the table.",
            )
        if sheet.characters > MOST_TEXT:
            refuse(
                Place(file, 1, 1), f"The cells of a sheet hold more than {MOST_TEXT:,} characters.", "Split the table."
            )


class _Xml:
    """Follows an XML file tag by tag. A document type is refused: it can define entities that grow."""

    def read(self, content: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = lambda name, attributes: self.start(name.rpartition(" ")[2], attributes)
        parser.EndElementHandler = lambda name: self.end(name.rpartition(" ")[2])
        parser.CharacterDataHandler = self.text
        parser.Parse(content, True)

    def _refuse(self, *_: Any) -> None:
        raise ValueError("a document type")

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class _Texts(_Xml):
    """The lengths of the texts that cells share."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self.lengths.append(0)

    def text(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)


class _Extent(_Xml):
    """How far the cells of a sheet reach that hold something, and how many characters they show."""

    def __init__(self, lengths: list[int]) -> None:
        self.rows = self.columns = self.characters = 0
        self._lengths = lengths
        self._row = self._column = 0
        self._shared = self._in_value = False
        self._value = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
        elif name == "c":
            self._column += 1
            self._shared = attributes.get("t") == "s"
            if "r" in attributes:
                match = _REFERENCE.fullmatch(attributes["r"])
                if match is None:
                    raise ValueError("no cell reference")
                self._column, self._row = _column_number(match[1]), int(match[2])
        elif name in ("v", "is", "f"):
            self._in_value, self._value = name == "v", ""
            self.rows, self.columns = max(self.rows, self._row), max(self.columns, self._column)

    def text(self, text: str) -> None:
        self.characters += len(text)
        if self._in_value and self._shared:
            self._value += text

    def end(self, name: str) -> None:
        if name == "v":
            self._in_value = False
            if self._shared and self._value.isascii() and self._value.isdigit() and len(self._value) < 10:
                index = int(self._value)
                self.characters += self._lengths[index] if index < len(self._lengths) else 0


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _grid(file: str, sheet: str, rows: list[list[Any]] | None) -> Grid:
    grid = Grid(f"{file}, {sheet}", lambda line, column: CellPlace(file, line, column, sheet), hidden=rows is None)
    for index, row in enumerate(rows or ()):
        grid.add(index + 1, tuple(map(_cell, row)))
    return grid


def _cell(value: object) -> Cell:
    match value:
        case datetime():  # a datetime is a date too, so it comes first
            return value.date() if value.time() == datetime.min.time() else value.isoformat(" ")
        case date():
            return value
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 10**15 * 10:
            return str(int(value))
        case _:
            return str(value).strip()

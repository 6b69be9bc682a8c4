"""Reading a table from CSV: comma, semicolon or tab, with or without a byte order mark."""

from __future__ import annotations

import csv
import io

from ohaccredit.fitnotes.grid import Grid, refuse
from ohaccredit.language.problems import Place, Problem

SEPARATORS = ",;\t"


def read_csv(data: bytes, file: str) -> Grid:
    """The table in a CSV file. Raises ProblemsFound if it cannot be read at all."""
    text = _decode(data, file)
    separator, start = _separator(text)
    reader = csv.reader(io.StringIO(text[start:], newline=""), delimiter=separator, strict=True)
    grid = Grid(file, lambda line, column: Place(file, line, column), even=True)
    before = 1 if start else 0
    while True:
        begins = before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return grid
        except csv.Error as error:
            grid.problems.append(_fault(str(error), Place(file, begins, 1)))
            continue
        grid.add(begins, tuple(cell.strip() for cell in cells))


def _decode(data: bytes, file: str) -> str:
    hint = 'Save it again as UTF-8; Excel calls that "CSV UTF-8".'
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        refuse(Place(file, 1, 1), "The file is written in UTF-16, not in UTF-8.", hint)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        refuse(Place(file, line, 1), "This line is not UTF-8 text.", hint)


def _separator(text: str) -> tuple[str, int]:
    """The separator that the first line with one has most of, and where reading begins: after Excel's "sep=;"."""
    first = io.StringIO(text, newline="").readline()
    if first.lower().startswith("sep=") and len(first.rstrip("\r\n")) == 5 and first[4] in SEPARATORS:
        return first[4], len(first)
    for line in io.StringIO(text, newline=""):
        counts = {each: _outside_quotes(line).count(each) for each in SEPARATORS}
        if any(counts.values()):
            return max(counts, key=lambda each: counts[each]), 0
    return ",", 0


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _fault(error: str, place: Place) -> Problem:
    if "unexpected end" in error:
        message = "A quotation mark opens in this row and is never closed, so the rest of the file cannot be read."
        return Problem(message, place, hint="Close it, or write a quotation mark inside a cell twice.")
    if "field larger" in error:
        message = "A cell of this row is far too long, so the row was left out."
        return Problem(message, place, hint="Look for a missing quotation mark.")
    message = "The quotation marks in this row do not match, so it was left out."
    return Problem(message, place, hint="A cell in quotation marks ends with the second one; inside it, write two.")
